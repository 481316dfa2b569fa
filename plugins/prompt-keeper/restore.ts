import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf, writeAtomic } from "hearth";
import { hashOf } from "./contents";
import { type Entry, look } from "./look";
import type { Guarded } from "./watches";

/** One thing that was undone. */
export interface Undone {
  readonly path: string;
  readonly what: "changed" | "new" | "deleted";
}

export interface RestoreOptions {
  /** Absolute. */
  readonly home: string;
  readonly paths: readonly string[];
  readonly was: ReadonlyMap<string, Guarded>;
  contentOf(hash: string): Uint8Array;
  /** An absolute folder, where what must not stay is moved. */
  readonly aside: string;
  /** What was changed after that is a person's, and stays. ms since 1970. */
  readonly since: number | undefined;
  /** Hears of each thing right after it is undone; of what is moved aside and put back, twice. */
  undid(one: Undone): void;
}

/**
 * Makes guarded files as they were: changed ones and those that are gone are put back, new ones moved aside; what was changed is there, too.
 * @throws Error with the paths that could not be seen to; the others are done
 */
export async function restore(options: RestoreOptions): Promise<void> {
  await openFolders(options);
  const now = await look(options.home, options.paths);
  const wrong: string[] = [];
  const attempt = async (path: string, work: () => Promise<Undone["what"] | undefined>) => {
    try {
      const what = await work();
      if (what) options.undid({ path, what });
    } catch (error) {
      wrong.push(`${path}: ${messageOf(error)}`);
    }
  };
  let gone = "/";
  for (const [path, entry] of now) {
    if (path.startsWith(`${gone}/`)) continue;
    await attempt(path, async () => {
      if ((await isAsItWas(options, path, entry)) || (await isAnothers(options, path))) return;
      await moveAside(join(options.home, path), join(options.aside, path));
      gone = path;
      return options.was.has(path) ? "changed" : "new";
    });
  }
  for (const [path, before] of options.was) await attempt(path, () => putBack(options, path, before));
  if (wrong.length > 0) throw new Error(`could not be made as it was: ${wrong.join("; ")}`);
}

/** A folder that was made unreadable hides what is in it. */
async function openFolders({ home, was }: RestoreOptions): Promise<void> {
  for (const [path, { kind, mode }] of was) {
    if (kind !== "folder") continue;
    const info = await lstat(join(home, path)).catch(() => undefined);
    if (info?.isDirectory() && (info.mode & 0o777) !== mode) await chmod(join(home, path), mode);
  }
}

async function isAsItWas({ home, was }: RestoreOptions, path: string, entry: Entry): Promise<boolean> {
  const before = was.get(path);
  if (!before) return entry.way && entry.kind === "folder";
  if (before.kind !== entry.kind || before.target !== entry.target) return false;
  if (entry.kind !== "file") return true;
  if (before.hash === null) return true; // nothing of it is known
  if (before.size !== entry.size || before.mode !== entry.mode) return false;
  const bytes = await readFile(join(home, path)).catch(() => undefined);
  return bytes !== undefined && hashOf(bytes) === before.hash;
}

/** Whether something was changed when the session's agent had ended; the system's own word for that nobody can set back. */
export async function isAnothers(
  { home, since }: Pick<RestoreOptions, "home" | "since">,
  path: string,
): Promise<boolean> {
  if (since === undefined) return false;
  const info = await lstat(join(home, path)).catch(() => undefined);
  return info !== undefined && info.ctimeMs > since;
}

/** Makes what is missing. */
async function putBack(
  { home, contentOf }: RestoreOptions,
  path: string,
  { kind, mode, target, hash }: Guarded,
): Promise<"deleted" | undefined> {
  const place = join(home, path);
  if (await lstat(place).catch(() => undefined)) return;
  if (kind === "folder") await mkdir(place, { recursive: true, mode });
  else if (kind === "link") await symlink(target!, place);
  else if (kind === "file" && hash !== null) await writeAtomic(place, contentOf(hash), mode);
  else throw new Error("it is gone, and nothing was kept of it");
  return "deleted";
}

async function moveAside(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rm(to, { recursive: true, force: true }); // of an attempt before
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
    await rm(from, { recursive: true });
  }
}
