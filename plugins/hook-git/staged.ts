import type { Git } from "./git";

/** A file as it stands in the index. */
export interface StagedFile {
  /** Its bytes, one a character (latin1): a name need not be UTF-8. */
  readonly path: string;
  /** Object id of its content. */
  readonly blob: string;
  /** Bytes. */
  readonly size: number;
}

/** Bytes and number of files that are read at a time. */
const PORTION = 32 * 1024 * 1024;
const FILES = 200;

/** How many changes the index holds against the last commit, deletions counted. */
export async function countStaged(git: Git): Promise<number> {
  return (await git.text(["diff", "--cached", "--name-only", "--no-renames", "-z"])).split("\0").filter(Boolean).length;
}

/** The files that are new or changed in the index; links are files here, and repositories inside the home are left out. */
export async function stagedFiles(git: Git): Promise<StagedFile[]> {
  const raw = await git.bytes(["diff", "--cached", "--raw", "--no-renames", "--no-abbrev", "--diff-filter=d", "-z"]);
  const fields = raw.toString("latin1").split("\0");
  const found: { path: string; blob: string }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, , blob] = fields[at]!.split(" ");
    if (mode !== "160000") found.push({ path: fields[at + 1]!, blob: blob! });
  }
  const sizes = await sizesOf(
    git,
    found.map(({ blob }) => blob),
  );
  return found.map((file, index) => ({ ...file, size: sizes[index]! }));
}

async function sizesOf(git: Git, blobs: readonly string[]): Promise<number[]> {
  if (blobs.length === 0) return [];
  const lines = await git.text(["cat-file", "--batch-check=%(objectsize)"], { input: `${blobs.join("\n")}\n` });
  return lines.trimEnd().split("\n").map(Number);
}

/** The files with their content, a portion in memory at a time. */
export async function* contentsOf(git: Git, files: readonly StagedFile[]): AsyncGenerator<[StagedFile, Buffer]> {
  for (const portion of portions(files)) {
    const out = await git.bytes(["cat-file", "--batch"], { input: portion.map(({ blob }) => `${blob}\n`).join("") });
    let at = 0;
    for (const file of portion) {
      const start = out.indexOf("\n", at) + 1;
      yield [file, out.subarray(start, start + file.size)];
      at = start + file.size + 1;
    }
  }
}

function portions(files: readonly StagedFile[]): StagedFile[][] {
  const all: StagedFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = all.at(-1);
    const fits = last && last.length < FILES && bytes + file.size <= PORTION;
    if (fits) last.push(file);
    else all.push([file]);
    bytes = fits ? bytes + file.size : file.size;
  }
  return all;
}
