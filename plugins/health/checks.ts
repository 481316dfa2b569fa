import { opendir } from "node:fs/promises";

/** Nothing when a folder can be read, else what is wrong. Opens it without reading it, whatever it holds. */
export async function canBeRead(folder: string): Promise<string | undefined> {
  try {
    await (await opendir(folder)).close();
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "Directory not found";
    return code === "EACCES" ? `Permission denied: ${folder}` : message;
  }
}
