import type { Stats } from "node:fs";
import { open, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Replaces a file whole or not at all, with the mode and the times of the old one: who sorts by time sees no change.
 * @param before the file as it was when it was read
 * @returns false, and the file untouched, when someone else has written it since
 * @throws what the file system says; the old file is intact then
 */
export async function replaceKeepingTime(path: string, content: string, before: Stats): Promise<boolean> {
  const draft = join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    await writeDraft(draft, content, before);
    const now = await stat(path);
    const same = now.mtimeMs === before.mtimeMs && now.size === before.size && now.ino === before.ino;
    await (same ? rename(draft, path) : unlink(draft));
    return same;
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
}

async function writeDraft(path: string, content: string, like: Stats): Promise<void> {
  const file = await open(path, "wx", like.mode & 0o777);
  try {
    await file.writeFile(content);
    await file.chmod(like.mode & 0o777);
    await file.utimes(like.atime, like.mtime);
    await file.sync();
  } finally {
    await file.close();
  }
}
