import { opendir } from "node:fs/promises";
import type { Check } from "hearth";

/** Whether a folder is there and can be read. @param folder absolute */
export const folderCheck = (folder: string): Check => ({ id: `dir:${folder}`, run: () => canBeRead(folder) });

/** Nothing when a folder can be read, else what is wrong. Opens it without reading it, whatever it holds. */
async function canBeRead(folder: string): Promise<string | undefined> {
  try {
    await (await opendir(folder)).close();
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "Directory not found";
    return code === "EACCES" ? `Permission denied: ${folder}` : message;
  }
}
