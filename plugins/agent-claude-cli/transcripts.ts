import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Copies what the CLI has written down of one session, and nothing of any other. Takes plain files alone: no link, no pipe,
 * none with a second name.
 * @param from a folder `projects` of the CLI @param to another one
 * @param agentSession the CLI's id of the session
 */
export async function copyTranscript(from: string, to: string, agentSession: string): Promise<void> {
  if (!/^[\w-]+$/.test(agentSession)) return;
  for (const project of await foldersIn(from))
    for (const name of [`${agentSession}.jsonl`, agentSession])
      await copyPlain(join(from, project, name), join(to, project, name));
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => name);
}

async function copyPlain(from: string, to: string): Promise<void> {
  const found = await lstat(from).catch(() => undefined);
  if (found?.isDirectory()) for (const name of await readdir(from)) await copyPlain(join(from, name), join(to, name));
  if (found?.isFile()) await copyPlainFile(from, to);
}

/** Copies a file with everything that is asked of it, so that nothing half copied takes its place. Not what is no plain file. */
export async function copyPlainFile(from: string, to: string): Promise<void> {
  await using source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const { nlink } = await source.stat();
  if (nlink !== 1) return;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const draft = `${to}.${crypto.randomUUID()}.tmp`;
  try {
    await using target = await open(draft, "wx", 0o600);
    for await (const chunk of source.createReadStream({ autoClose: false })) await target.writeFile(chunk);
    await target.datasync();
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
