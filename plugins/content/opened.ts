import { constants, type Dirent } from "node:fs";
import { type FileHandle, open, readdir, readlink } from "node:fs/promises";

interface Opened {
  readonly file: FileHandle;
  /** A path that leads to it whatever happens to the folders on the way, where the system has one. */
  readonly path: string;
}

/**
 * Opens a file or folder by its real path, to be read. A pipe is not waited for.
 * @returns nothing when another one was opened: a folder on the way became a link since the path was looked at
 */
export async function openAt(real: string, flags = 0): Promise<Opened | undefined> {
  const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | flags);
  const handle = `/proc/self/fd/${file.fd}`;
  const place = await readlink(handle).catch(() => undefined);
  if (place === undefined) return { file, path: real };
  if (place === real || place === `${real} (deleted)`) return { file, path: handle };
  await file.close();
  return undefined;
}

/** What is in a folder, by its real path; nothing when it is another place by now. */
export async function entriesAt(real: string): Promise<Dirent[]> {
  const folder = await openAt(real, constants.O_DIRECTORY);
  if (!folder) return [];
  try {
    return await readdir(folder.path, { withFileTypes: true });
  } finally {
    await folder.file.close();
  }
}
