import { existsSync } from "node:fs";
import { mkdir, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { HomeFolder } from "hearth";

/** The first name that is free for a new thought: `thoughts/<date>-<type>.md`, else with -2, -3… behind it. */
export async function freeThought(home: HomeFolder, date: string, type: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = `thoughts/${date}-${type}${number === 1 ? "" : `-${number}`}.md`;
    if (!existsSync(await home.resolve(path))) return path;
  }
}

/** Writes a file that must not be there yet: what is there is never touched, and what could not be written whole is taken away again. Throws what the file system says. */
export async function writeNew(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: "wx" }).catch(async error => {
    if (error.code !== "EEXIST") await unlink(path).catch(() => {});
    throw error;
  });
}
