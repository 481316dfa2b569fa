import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "hearth";
import type { Git } from "./git";

/**
 * Puts what is in the named paths into the index, deletions too, and nothing else: what others had staged is taken out first.
 * A path that is not there, or that the home's .gitignore leaves out, is passed over.
 * @returns what could not be added and why, for people; the rest is staged all the same
 */
export async function stagePaths(git: Git, paths: readonly string[]): Promise<string[]> {
  await git.bytes(["reset", "--quiet"]);
  const wrong: string[] = [];
  for (const path of await addable(git, paths)) {
    await git.bytes(["--literal-pathspecs", "add", "--all", "--", path]).catch(error => {
      wrong.push(`"${path}" could not be added: ${messageOf(error)}`);
    });
  }
  return wrong;
}

/** The paths that git can add: those that are there, and those that it knows and that have gone. */
async function addable(git: Git, paths: readonly string[]): Promise<string[]> {
  const ignored = await git.run(["check-ignore", "-z", "--stdin"], { input: paths.map(path => `${path}\0`).join("") });
  const left = new Set(ignored.out.toString().split("\0"));
  const kept: string[] = [];
  for (const path of paths) if (!left.has(path) && (await isThereOrKnown(git, path))) kept.push(path);
  return kept;
}

async function isThereOrKnown(git: Git, path: string): Promise<boolean> {
  if (await lstat(join(git.folder, path)).catch(() => undefined)) return true;
  return (await git.text(["--literal-pathspecs", "ls-files", "-z", "--", path])) !== "";
}
