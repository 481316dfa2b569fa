import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Git } from "./git";
import { commitOf } from "./repository";

/**
 * Pushes a branch when there is a remote and something that it does not have.
 * @param remote a remote's name, or an address; "" never pushes
 * @param seconds it may take
 * @returns a note; nothing when there was nothing to do
 * @throws Error with git's own words when the remote did not take it
 */
export async function push(git: Git, remote: string, branch: string, seconds: number): Promise<string | undefined> {
  const head = await commitOf(git, "HEAD");
  const addresses = await addressesOf(git, remote);
  if (!head || addresses.length === 0) return;
  if (head === (await commitOf(git, `refs/remotes/${remote}/${branch}`))) return;
  for (const address of addresses) await refuseInHome(git.folder, address);
  const where = /[:/]/.test(remote) ? "the remote" : remote;
  const call = ["push", "--quiet", "--no-verify", "--", remote, `HEAD:refs/heads/${branch}`];
  const { code, err } = await git.run(call, { seconds }).catch(error => ({ code: -1, err: String(error.message) }));
  if (code !== 0) throw new Error(`the push to ${where} failed, the next session tries again: ${err}`);
  return `pushed ${branch} to ${where}`;
}

/** The addresses that a push to the remote reaches; none when it is not set. */
export async function addressesOf(git: Git, remote: string): Promise<string[]> {
  if (remote === "") return [];
  if (/[:/]/.test(remote)) return [remote];
  const { code, out } = await git.run(["remote", "get-url", "--push", "--all", remote]);
  return code === 0 ? out.toString().split("\n").filter(Boolean) : [];
}

/** A push to a folder runs that folder's hooks, so it must not be one that the agent can write. */
async function refuseInHome(home: string, address: string): Promise<void> {
  const path = localPath(home, address);
  if (path === undefined) return;
  const [inside, place] = await Promise.all([home, path].map(one => realpath(one).catch(() => one)));
  if (place === inside || place!.startsWith(inside + sep)) throw new Error("the remote lies in the home: not pushed");
}

/** The folder that an address names; nothing when it names a place on the network. */
export function localPath(home: string, address: string): string | undefined {
  if (address.startsWith("file:")) return fileURLToPath(address);
  const onNetwork = /^[\w+-]+:\/\//.test(address) || /^[^/]+:/.test(address);
  return onNetwork ? undefined : resolve(home, address);
}
