import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

/** What stands at a path, nothing followed. */
export interface Entry {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of a file; else 0. */
  readonly size: number;
  /** Where a link leads. */
  readonly target: string | null;
  /** A folder or link on the way to what is meant: new ones may come. */
  readonly way: boolean;
}

/** Path relative to the home → what stands there; folders before what is in them. */
export type Entries = Map<string, Entry>;

/**
 * Looks at files and whole folders of the home, and at the way there. Links are entries; only on the way they are followed, and only inside the home.
 * @param paths "prompt/prompt.md", "memory/**"
 */
export async function look(home: string, paths: readonly string[]): Promise<Entries> {
  const entries: Entries = new Map();
  for (const path of paths) await lookAt(home, path.replace(/\/\*\*$/, "").split("/"), entries);
  return entries;
}

async function lookAt(home: string, parts: readonly string[], entries: Entries): Promise<void> {
  for (let length = 1; length <= parts.length; length++) {
    const path = parts.slice(0, length).join("/");
    const way = length < parts.length;
    const entry = await entryAt(home, path, way);
    if (!entry) return;
    if (!way || !entries.has(path)) entries.set(path, entry);
    if (entry.kind === "link" && !(await leadsInside(home, path))) return;
    if (!way) await lookInto(home, path, entries);
  }
}

async function lookInto(home: string, folder: string, entries: Entries): Promise<void> {
  const names = await readdir(join(home, folder)).catch(() => []);
  for (const name of names.sort()) {
    const path = `${folder}/${name}`;
    const entry = await entryAt(home, path, false);
    if (entry) entries.set(path, entry);
    if (entry?.kind === "folder") await lookInto(home, path, entries);
  }
}

/** Nothing when nothing is there. */
async function entryAt(home: string, path: string, way: boolean): Promise<Entry | undefined> {
  const place = join(home, path);
  const info = await lstat(place).catch(error => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (!info) return;
  const kind = info.isFile() ? "file" : info.isDirectory() ? "folder" : info.isSymbolicLink() ? "link" : "other";
  return {
    kind,
    mode: kind === "link" ? 0 : info.mode & 0o777,
    size: kind === "file" ? info.size : 0,
    target: kind === "link" ? await readlink(place) : null,
    way,
  };
}

async function leadsInside(home: string, path: string): Promise<boolean> {
  const [base, real] = await Promise.all([realpath(home), realpath(join(home, path)).catch(() => "")]);
  return real.startsWith(base + sep);
}
