import type { Dirent } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { isHidden } from "./hidden";
import { realFolder, refusalOf } from "./home-file";
import type { Tree as Shape } from "./home-shapes";
import { extensionOf } from "./mime-type";
import { entriesAt } from "./opened";

export type Tree = z.output<typeof Shape>;
type TreeNode = Tree["root"];

/** Nodes of a tree at the most, its root included. */
const MOST_NODES = 5000;
/** Folders, or files, that are looked at together: few enough that other requests come between. */
const BATCH = 64;

/** A folder of the tree while it is filled. */
interface Folder {
  readonly place: string;
  readonly path: string;
  readonly children: Found[];
  readonly node: TreeNode & { children: TreeNode[] };
}

interface Found {
  readonly node: TreeNode;
  readonly mtimeMs: number;
  readonly folder?: Folder;
}

/** A name in a folder that is to be looked at. */
interface Wanted {
  readonly parent: Folder;
  readonly name: string;
}

/**
 * What is in a folder of the home, folders before files, the newest first. Level by level, each by name, until there are `MOST_NODES`:
 * what is cut off is always the same. What is hidden, links and what is neither file nor folder are left out.
 * @param depth levels below the root
 */
export async function readTree(home: string, name: string, depth: number): Promise<Tree> {
  try {
    return await new TreeReading(await realFolder(home, name), name, depth).read();
  } catch (error) {
    refusalOf(error);
    return { root: folderAt("", "", name).node, truncated: false, node_count: 0 };
  }
}

class TreeReading {
  readonly #root: Folder;
  readonly #depth: number;
  #count = 1;
  #truncated = false;

  constructor(place: string, name: string, depth: number) {
    this.#root = folderAt(place, "", name);
    this.#depth = depth;
  }

  async read(): Promise<Tree> {
    let level: readonly Folder[] = [this.#root];
    for (let depth = 0; level.length > 0 && this.#count < MOST_NODES; depth++)
      level = depth < this.#depth ? await this.#fill(level) : await this.#peek(level);
    const full = this.#count >= MOST_NODES;
    return { root: this.#root.node, truncated: this.#truncated || full, node_count: this.#count };
  }

  /** Reads what is in the folders of a level; answers the folders of the next. */
  async #fill(level: readonly Folder[]): Promise<Folder[]> {
    const next: Folder[] = [];
    for (const folders of batches(level)) {
      const wanted = (await Promise.all(folders.map(wantedIn))).flat();
      for (const some of batches(wanted)) next.push(...(await this.#take(some)));
      for (const { node, children } of folders) node.children = children.sort(inOrder).map(child => child.node);
    }
    return next;
  }

  /** Looks at what is wanted, as far as there is room; answers the folders. */
  async #take(wanted: readonly Wanted[]): Promise<Folder[]> {
    const found = await Promise.all(wanted.slice(0, MOST_NODES - this.#count).map(look));
    const kept = found.filter(one => one !== undefined);
    this.#count += kept.length;
    return kept.flatMap(({ folder }) => folder ?? []);
  }

  /** Whether there is anything in folders that are too deep to be shown. */
  async #peek(level: readonly Folder[]): Promise<Folder[]> {
    for (const folders of batches(level)) {
      if (this.#truncated) break;
      this.#truncated = (await Promise.all(folders.map(wantedIn))).some(({ length }) => length > 0);
    }
    return [];
  }
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}

/** The names in a folder that may be shown, in order. None when it cannot be read, or is another place by now. */
async function wantedIn(parent: Folder): Promise<Wanted[]> {
  try {
    return (await entriesAt(parent.place))
      .filter(isShown)
      .map(({ name }) => ({ parent, name }))
      .sort((a, b) => byText(a.name, b.name));
  } catch (error) {
    refusalOf(error);
    return [];
  }
}

const isShown = (entry: Dirent): boolean => (entry.isFile() || entry.isDirectory()) && !isHidden(entry.name);

/** Puts a file or folder among the children of its parent. Nothing when it has gone, or become something else. */
async function look({ parent, name }: Wanted): Promise<Found | undefined> {
  const place = join(parent.place, name);
  const path = parent.path === "" ? name : `${parent.path}/${name}`;
  const info = await lstat(place).catch(error => void refusalOf(error));
  if (!info?.isFile() && !info?.isDirectory()) return;
  const { mtimeMs, size } = info;
  const folder = info.isDirectory() ? folderAt(place, path, name) : undefined;
  const found = folder ? { node: folder.node, mtimeMs, folder } : { node: fileAt(path, name, size), mtimeMs };
  parent.children.push(found);
  return found;
}

const folderAt = (place: string, path: string, name: string): Folder => ({
  place,
  path,
  children: [],
  node: { name, path, type: "directory", size: null, extension: null, children: [] },
});

const fileAt = (path: string, name: string, size: number): TreeNode => ({
  name,
  path,
  type: "file",
  size,
  extension: extensionOf(name),
  children: null,
});

const inOrder = (a: Found, b: Found): number =>
  Number(b.folder !== undefined) - Number(a.folder !== undefined) ||
  b.mtimeMs - a.mtimeMs ||
  byText(a.node.name, b.node.name);

/** By code unit. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
