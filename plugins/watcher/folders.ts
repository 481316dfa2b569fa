import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { type Home, inside } from "hearth";

/** Something in the home that is watched. */
export interface Folder {
  /** Relative to the home, with "/"; "" for the home itself. */
  readonly path: string;
  /** Where it really is; the same, unless a link leads there. */
  readonly real: string;
}

/**
 * Finds the folders that the settings name, relative to the home or absolute. One that is not there yet is fine.
 * @throws Error for one that lies outside the home, or that a link leads out of it
 */
export const foldersOf = (home: Home, paths: readonly string[]): Promise<Folder[]> =>
  Promise.all(paths.map(path => folderOf(home, path)));

async function folderOf(home: Home, asked: string): Promise<Folder> {
  const path = isAbsolute(asked) ? await relativeTo(home, asked) : relative(home.path, resolve(home.path, asked));
  try {
    return { path, real: await inside(home.path, path) };
  } catch {
    throw new Error(`plugins.watcher.paths: "${asked}" is not inside the home ${home.path}`);
  }
}

/** The home may be named by a link to it. */
async function relativeTo(home: Home, path: string): Promise<string> {
  const straight = relative(home.path, path);
  if (!straight.startsWith("..")) return straight;
  return relative(home.path, await realpath(path).catch(() => path));
}

/** The path in the home of something in one of the folders, as its name was asked for. */
export function pathIn(folders: readonly Folder[], file: string): string | undefined {
  const folder = folders.find(({ real }) => isWithin(real, file));
  return folder && [folder.path, relative(folder.real, file)].filter(Boolean).join("/");
}

/** Whether a path lies in a folder or is the folder; "" is the home, where everything lies. */
export const isWithin = (folder: string, path: string): boolean =>
  folder === "" || path === folder || path.startsWith(`${folder}/`);
