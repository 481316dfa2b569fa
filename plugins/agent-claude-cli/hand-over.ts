import { constants } from "node:fs";
import { chmod, chown, type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { AgentUser } from "./agent-user";
import type { RunFolder } from "./run-folder";

/** How many files are looked at at once. */
const ABREAST = 32;
/** How many folders may lie in each other. */
const DEEPEST = 100;
/** Linux: a hold on what has this name, a link too, without opening it. */
const O_PATH = 0o10000000;

/**
 * Makes a user the owner of what is in a folder and not theirs yet. Follows no link and enters no other file system: each folder and
 * file is held while it changes hands, so that nobody can put another in its place.
 * @param except names in the folder that stay whose they are
 * @returns what was left as it is: files that have a second name, perhaps outside of the folder, and what lies too deep; relative paths
 */
export async function handOver(
  folder: string,
  to: Pick<AgentUser, "uid" | "gid">,
  except: readonly string[] = [],
): Promise<string[]> {
  const left: string[] = [];
  await using top = await openFolder(folder);
  const { dev, uid } = await top.stat();
  if (uid !== to.uid) await top.chown(to.uid, to.gid);
  await handFolder(top, "", { to, dev, left, except });
  return left.sort();
}

interface Walk {
  readonly to: Pick<AgentUser, "uid" | "gid">;
  readonly dev: number;
  readonly left: string[];
  readonly except: readonly string[];
}

async function handFolder(folder: FileHandle, path: string, walk: Walk): Promise<void> {
  const entries = await readdir(`/proc/self/fd/${folder.fd}`, { withFileTypes: true });
  const names = entries.filter(({ name }) => path !== "" || !walk.except.includes(name));
  const files = names.filter(entry => !entry.isDirectory());
  for (let at = 0; at < files.length; at += ABREAST)
    await Promise.all(files.slice(at, at + ABREAST).map(({ name }) => handFile(folder, join(path, name), walk)));
  // One after another: as many folders are open at once as lie in each other.
  for (const { name } of names.filter(entry => entry.isDirectory())) await handInner(folder, join(path, name), walk);
}

async function handFile(folder: FileHandle, path: string, walk: Walk): Promise<void> {
  const here = entryIn(folder, path);
  try {
    const { uid, dev } = await lstat(here);
    if (uid !== walk.to.uid && dev === walk.dev) await handHeld(here, path, walk);
  } catch (error) {
    if (!hasGone(error)) throw error;
  }
}

/** Holds it while it is looked at and changes hands, whatever takes its place meanwhile. */
async function handHeld(here: string, path: string, { to, dev, left }: Walk): Promise<void> {
  await using held = await open(here, O_PATH | constants.O_NOFOLLOW);
  const itself = `/proc/self/fd/${held.fd}`;
  const found = await held.stat();
  if (found.isDirectory() || found.dev !== dev) return;
  if (found.nlink > 1) left.push(path);
  else await chown(itself, to.uid, to.gid);
}

async function handInner(parent: FileHandle, path: string, walk: Walk): Promise<void> {
  if (path.split("/").length > DEEPEST) return void walk.left.push(path);
  try {
    await using folder = await openFolder(entryIn(parent, path));
    const { uid, dev } = await folder.stat();
    if (dev !== walk.dev) return;
    if (uid !== walk.to.uid) await folder.chown(walk.to.uid, walk.to.gid);
    await handFolder(folder, path, walk);
  } catch (error) {
    if (!hasGone(error)) throw error;
  }
}

const entryIn = (folder: FileHandle, path: string) => `/proc/self/fd/${folder.fd}/${basename(path)}`;
const openFolder = (path: string) => open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);

/** Somebody took it away, or put something else in its place, while we looked. */
const hasGone = (error: unknown) =>
  ["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "");

/** Gives a run's files to its user. The folder itself stays Hearth's: nothing can be put into it. */
export async function handRunOver(run: RunFolder, user: Pick<AgentUser, "uid" | "gid">): Promise<void> {
  for (const folder of [run.config, run.home, run.tmp]) await handOver(folder, user);
  const { passwd, group } = run.users ?? {};
  for (const file of [run.systemPrompt, run.mcpConfig, passwd, group]) if (file) await chown(file, user.uid, user.gid);
  await chmod(run.path, 0o711);
}
