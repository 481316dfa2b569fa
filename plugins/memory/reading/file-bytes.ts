import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { FoundFile } from "./home-files";

/** Bytes of a file at the most. */
const LARGEST = 32 * 1024 * 1024;
/** File systems keep time in steps: what was changed less than so many ms ago may change again without looking different. */
const STEP = 1000;
/** What has become a link or a pipe since it was looked at is neither followed nor waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A file as it was read; or why it was not. */
export type FileBytes =
  | {
      readonly bytes: Uint8Array;
      readonly size: number;
      readonly mtime: number;
      /** False when it may have changed, or may still change, without looking different. */
      readonly sure: boolean;
    }
  /** `now`: it may be readable later, and what is known of it stays. */
  | { readonly why: string; readonly now: boolean; readonly size: number; readonly mtime: number };

/** Reads a file as a whole. Never throws, and never waits. */
export function bytesOf({ real, size, mtime }: FoundFile): FileBytes {
  if (size > LARGEST) return { why: `is larger than ${LARGEST / 1024 / 1024} MB`, now: false, size, mtime };
  try {
    return readOpen(openSync(real, FLAGS));
  } catch (error) {
    return { why: `cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`, now: true, size, mtime };
  }
}

function readOpen(file: number): FileBytes {
  try {
    const before = fstatSync(file);
    if (!before.isFile()) return { why: "is not a file", now: false, size: 0, mtime: before.mtimeMs };
    const bytes = readUpTo(file, Math.min(before.size, LARGEST));
    const after = fstatSync(file);
    const same = before.mtimeMs === after.mtimeMs && before.size === after.size && bytes.length === after.size;
    const age = Date.now() - Math.max(after.mtimeMs, after.ctimeMs);
    return { bytes, size: after.size, mtime: after.mtimeMs, sure: same && age >= STEP };
  } finally {
    closeSync(file);
  }
}

function readUpTo(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const read = readSync(file, bytes, length, size - length, length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
