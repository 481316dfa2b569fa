import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { readPart } from "hearth";

/** Bytes at the end of the file that are read at first, and at the most. Between them each try reads eight times as many. */
const FIRST = 32 * 1024;
const MOST = 2 * 2 ** 20;
const NEWLINE = 10;

/** The last whole lines of a file. */
export interface Tail {
  /** Oldest first, as they are written; without blank ones. */
  readonly lines: readonly string[];
  /** There is more before them that was not read. */
  readonly isPart: boolean;
}

/**
 * Reads a file from its end until what was read is enough, and never more than 2 MiB of it, however long it is.
 * @returns nothing when there is no such file. @throws what the file system says, Error for what is no file
 */
export async function readTail(
  path: string,
  isEnough: (lines: readonly string[]) => boolean,
): Promise<Tail | undefined> {
  const file = await openIfThere(path);
  if (!file) return;
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new Error("it is not a file");
    for (let length = FIRST; ; length = Math.min(MOST, length * 8)) {
      const from = Math.max(0, info.size - length);
      const tail = { lines: wholeLines(await readPart(file, from, info.size), from > 0), isPart: from > 0 };
      if (!tail.isPart || length === MOST || isEnough(tail.lines)) return tail;
    }
  } finally {
    await file.close();
  }
}

/** Opened so that nobody waits for the writer of a pipe. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(error => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** The line at the beginning of a part is only the end of one. */
function wholeLines(bytes: Buffer, isPart: boolean): string[] {
  const first = bytes.indexOf(NEWLINE);
  if (isPart && first < 0) return [];
  const text = bytes.toString("utf8", isPart ? first + 1 : 0).replace(/^\uFEFF/, "");
  return text.split("\n").filter(line => line.trim() !== "");
}
