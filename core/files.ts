import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readFile, readlink, realpath, rename, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { HearthError } from "./errors";

/**
 * Replaces a file whole or not at all: a temporary file in the same folder, flushed, renamed.
 * Makes the folder when it is missing. Throws what the file system says (`ENOSPC`, `EACCES`…); the old file is intact then.
 * @param mode of the new file, 0644 when left out
 */
export async function writeAtomic(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    await writeFlushed(draft, content, mode);
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
}

/** Writes a new file and flushes it. @throws EEXIST when there is one */
export async function writeFlushed(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Appends whole lines with one write and flushes them. `text` must end with a line end. A disk that fills up in the middle keeps no half line. */
export async function appendLines(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a", mode);
  try {
    await appendWhole(file, Buffer.from(text));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Appends all of it, or takes back the part that was let in. */
async function appendWhole(file: FileHandle, bytes: Buffer): Promise<void> {
  const { size: before } = await file.stat();
  let written = 0;
  try {
    while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
  } catch (error) {
    const { size } = await file.stat();
    // Else somebody else has appended meanwhile, and their line counts more than our half of one.
    if (written > 0 && size === before + written) await file.truncate(before);
    throw error;
  }
}

/** A text file as it could be read. */
export interface ReadText {
  readonly text: string;
  /** True when bytes that are not UTF-8 were replaced by U+FFFD. */
  readonly damaged: boolean;
}

/** Reads text without ever throwing for its content: nothing when there is no such file, line ends as "\n", no byte order mark. */
export async function readText(path: string): Promise<ReadText | undefined> {
  const bytes = await readFile(path).catch(error => {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(error.code)) return undefined;
    throw error;
  });
  if (!bytes) return;
  const text = new TextDecoder().decode(bytes);
  return { text: text.replace(/\r\n?/g, "\n"), damaged: !isUtf8(bytes) };
}

/**
 * The real path of something inside a root, symlinks followed. What does not exist yet is judged by its nearest existing folder.
 * @throws HearthError OUTSIDE for a path that is absolute, holds a NUL, or leads out of the root
 */
export async function inside(root: string, path: string): Promise<string> {
  const outside = () => new HearthError("OUTSIDE", `"${path}" leads out of ${root}`);
  if (path.includes("\0") || path.startsWith("/")) throw outside();
  const wanted = resolve(root, path);
  const base = await realpath(root);
  const real = await realExisting(wanted);
  if (real !== base && !real.startsWith(base + sep)) throw outside();
  return real;
}

/** Follows the links of the part of a path that is there, those that lead to nothing too, and adds the rest. */
async function realExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const folder = dirname(path);
    if (folder === path) return path;
    const parent = await realExisting(folder);
    const target = await readlink(path).catch(() => undefined);
    return target === undefined ? join(parent, basename(path)) : realExisting(resolve(parent, target));
  }
}

/** Whether this process may write in a folder. */
export async function isWritable(folder: string): Promise<boolean> {
  const { access } = await import("node:fs/promises");
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
