import { constants } from "node:fs";
import { chmod, chown, type FileHandle, lchown, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { AgentUser } from "./agent-user";
import type { RunFolder } from "./run-folder";

/** How many files are looked at at once. */
const ABREAST = 32;

/**
 * Makes a user the owner of what is in a folder and not theirs yet. Follows no link and enters no other file system: each folder is held
 * open while its files change hands, so that nobody can put another in its place.
 * @param except names in the folder that stay whose they are
 * @returns files that were left as they are because they have a second name, perhaps outside of the folder; relative paths
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
  const names = (await readdir(`/proc/self/fd/${folder.fd}`)).filter(
    name => path !== "" || !walk.except.includes(name),
  );
  for (let at = 0; at < names.length; at += ABREAST)
    await Promise.all(names.slice(at, at + ABREAST).map(name => handEntry(folder, join(path, name), name, walk)));
}

async function handEntry(folder: FileHandle, path: string, name: string, walk: Walk): Promise<void> {
  const here = `/proc/self/fd/${folder.fd}/${name}`;
  try {
    const found = await lstat(here);
    if (found.dev !== walk.dev) return;
    if (found.isDirectory()) return await handInner(here, path, walk);
    if (found.uid === walk.to.uid) return;
    if (found.nlink > 1) walk.left.push(path);
    else await lchown(here, walk.to.uid, walk.to.gid);
  } catch (error) {
    if (!hasGone(error)) throw error;
  }
}

async function handInner(here: string, path: string, walk: Walk): Promise<void> {
  await using folder = await openFolder(here);
  const { uid, dev } = await folder.stat();
  if (dev !== walk.dev) return;
  if (uid !== walk.to.uid) await folder.chown(walk.to.uid, walk.to.gid);
  await handFolder(folder, path, walk);
}

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
