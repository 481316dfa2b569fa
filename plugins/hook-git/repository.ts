import { lstat, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "./git";

/** Keys of a repository's config by which git would run a program or be led elsewhere, and that no flag of ours can overrule. */
const forbidden = [
  /^filter\./,
  /^include(if)?\./,
  /^credential\./,
  /^url\./,
  /^http\./,
  /^core\.(worktree|gitproxy|alternaterefscommand)$/,
  /^extensions\.(worktreeconfig|partialclone)$/,
  /^remote\..*\.(vcs|receivepack|uploadpack|proxy)$/,
];

/** Milliseconds after which a lock that nobody has touched was left by a git that was killed. */
const STALE = 600_000;

/**
 * Makes sure that the folder has a repository of its own which is safe to work with.
 * @returns a note when one was made
 * @throws Error that says what to do when there is none (and none may be made), or when its config could run a program
 */
export async function openRepository(git: Git, init: boolean): Promise<string | undefined> {
  const folder = join(git.folder, ".git");
  const found = await lstat(folder).catch(() => undefined);
  if (!found) return makeRepository(git, init);
  if (!found.isDirectory()) throw new Error(".git is not a folder of its own; Hearth only works with one that is");
  await refuseForeign(git, folder);
  return removeStaleLock(folder);
}

async function makeRepository(git: Git, init: boolean): Promise<string> {
  if (!init) throw new Error('the home is no git repository; run "git init" there, or set init = true');
  const { code, err } = await git.call(["init", "--quiet", "--initial-branch=main", "--template=", git.folder]);
  if (code !== 0) throw new Error(`git init failed: ${err}`);
  return "made the repository";
}

async function refuseForeign(git: Git, folder: string): Promise<void> {
  if (await lstat(join(folder, "commondir")).catch(() => undefined))
    throw new Error(".git/commondir leads to another repository; remove it");
  const list = ["config", "--file", join(folder, "config"), "--no-includes", "--name-only", "-z", "--list"];
  const { code, out, err } = await git.call(list);
  if (code !== 0) throw new Error(`.git/config cannot be read: ${err}`);
  const key = forbiddenKey(out.toString().split("\0"));
  if (key) throw new Error(`.git/config sets ${key}, which can run a program or lead elsewhere; take it out`);
}

/** The first key that git must not find in a config the agent can write, as git lists it. */
export const forbiddenKey = (keys: readonly string[]): string | undefined =>
  keys.find(key => forbidden.some(pattern => pattern.test(key)));

async function removeStaleLock(folder: string): Promise<string | undefined> {
  const lock = join(folder, "index.lock");
  const found = await stat(lock).catch(() => undefined);
  if (!found || Date.now() - found.mtimeMs < STALE) return;
  await rm(lock, { force: true });
  return "removed a lock that a killed git had left";
}

/** The branch that is checked out. @throws Error when none is: what is committed then would be lost */
export async function currentBranch(git: Git): Promise<string> {
  const { code, out } = await git.run(["symbolic-ref", "--quiet", "--short", "HEAD"]);
  if (code !== 0)
    throw new Error("no branch is checked out (HEAD is detached); check one out, and the next session commits");
  return out.toString().trim();
}

/** The commit of a name, or nothing when there is none. */
export async function commitOf(git: Git, name: string): Promise<string | undefined> {
  const { code, out } = await git.run(["rev-parse", "--quiet", "--verify", `${name}^{commit}`]);
  return code === 0 ? out.toString().trim() : undefined;
}
