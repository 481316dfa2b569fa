import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { FileKind } from "./kinds";
import { realPlace } from "./real-place";

/** What went, or would go. */
export interface Gone {
  files: number;
  lines: number;
  bytes: number;
  folders: number;
}

/** A count that has begun. */
export const nothing = (): Gone => ({ files: 0, lines: 0, bytes: 0, folders: 0 });

/** How a sweep goes about it. */
export interface Manner {
  /** ms since 1970: what was changed before that is old. */
  readonly before: number;
  /** Nothing is deleted. */
  readonly dryRun: boolean;
}

/**
 * Deletes the files of a kind that are old: regular files of its names alone, neither hidden ones nor a README.md, behind no link.
 * @param root the real folder of the home, or of the state
 * @throws IsLink, or what the file system says; what went by then is gone
 */
export async function deleteOld(root: string, { folder, names, deep }: FileKind, manner: Manner): Promise<Gone> {
  const gone = nothing();
  const visit = async (path: string): Promise<boolean> => {
    const place = await realPlace(root, path);
    if (place === undefined) return false;
    let left = 0;
    for (const entry of await readdir(place, { withFileTypes: true })) {
      if (entry.isDirectory() && deep && !entry.name.startsWith("."))
        left += (await visit(join(path, entry.name))) ? 0 : 1;
      else if (!(entry.isFile() && isOf(names, entry.name) && (await takeAway(join(place, entry.name), manner, gone))))
        left++;
    }
    return left === 0 && path !== folder && (await takeFolder(place, manner, gone));
  };
  await visit(folder);
  return gone;
}

const isOf = (names: RegExp, name: string): boolean =>
  names.test(name) && !name.startsWith(".") && name.toLowerCase() !== "readme.md";

/** Answers whether the file is gone, or would be. */
async function takeAway(file: string, { before, dryRun }: Manner, gone: Gone): Promise<boolean> {
  const info = await lstat(file).catch(ifMissing);
  if (!info?.isFile() || info.mtimeMs >= before) return !info;
  if (!dryRun) await unlink(file).catch(ifMissing);
  gone.files++;
  gone.bytes += info.size;
  return true;
}

/** Answers whether the folder is gone, or would be. */
async function takeFolder(folder: string, { dryRun }: Manner, gone: Gone): Promise<boolean> {
  if (!dryRun) {
    const kept = await rmdir(folder).then(
      () => false,
      () => true,
    );
    if (kept) return false; // somebody has put something into it meanwhile
  }
  gone.folders++;
  return true;
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
