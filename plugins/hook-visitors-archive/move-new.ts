import { stat, unlink } from "node:fs/promises";
import { join, parse } from "node:path";
import { linkNew } from "hearth";

/**
 * Moves a file into a folder under its name, or with -2, -3 and so on when that is taken: nothing is ever replaced.
 * Answers false when the file is gone. Throws what the file system says; the file is where it was then.
 */
export async function moveNew(file: string, folder: string, name: string): Promise<boolean> {
  const { name: stem, ext } = parse(name);
  for (let n = 1; ; n++)
    try {
      await putAt(file, join(folder, n === 1 ? name : `${stem}-${n}${ext}`));
      await unlink(file);
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT") return false;
      if (code !== "EEXIST") throw error;
    }
}

/** Gives the file a second place; a move that was cut off between its two steps is taken up. Throws EEXIST when another file has the place. */
async function putAt(file: string, place: string): Promise<void> {
  try {
    await linkNew(file, place);
  } catch (error) {
    if (codeOf(error) !== "EEXIST" || !(await isSame(file, place))) throw error;
  }
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(one), stat(other)]);
  return a.ino === b.ino && a.dev === b.dev;
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
