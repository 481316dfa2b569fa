import { findSecret } from "./find-secret";
import type { Git } from "./git";
import { contentsOf, stagedFiles } from "./staged";

/**
 * Takes files out of the index that must not leave the house: with a secret in them, or larger than a host of repositories takes.
 * The files themselves stay as they are.
 * @param values secrets of this house
 * @param largest bytes of one file
 * @returns a sentence for each, without the secret
 */
export async function refuseUnfit(git: Git, values: readonly string[], largest: number): Promise<string[]> {
  const files = await stagedFiles(git);
  const large = files.filter(({ size }) => size > largest);
  const refused = new Map(
    large.map(({ path, size }) => [path, `${shown(path)} was not committed: its ${size} bytes are too many`]),
  );
  const fitting = files.filter(({ size }) => size <= largest);
  for await (const [{ path }, content] of contentsOf(git, fitting)) {
    const find = findSecret(content, values);
    if (find) refused.set(path, `${shown(path)} was not committed: line ${find.line} holds ${find.what}`);
  }
  await unstage(git, [...refused.keys()]);
  return [...refused.values()];
}

async function unstage(git: Git, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const input = Buffer.from(paths.map(path => `${path}\0`).join(""), "latin1");
  await git.bytes(["--literal-pathspecs", "reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul"], {
    input,
  });
}

const shown = (path: string) => Buffer.from(path, "latin1").toString();
