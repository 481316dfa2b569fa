import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { copyPlainFile } from "./plain-file";

/** The most that a session may leave. It is the agent's own: a file may seem as large as it likes, and there may be any number. */
const MOST = { bytes: 256 * 1024 * 1024, files: 2000 };

/**
 * Copies what the CLI has written down of one session, and nothing of any other. Takes plain files alone: no link, no pipe,
 * none with a second name, none that cannot be read.
 * @param from a folder `projects` of the CLI @param to another one
 * @param agentSession the CLI's id of the session
 * @returns files that were left because it would have been too much
 */
export async function copyTranscript(from: string, to: string, agentSession: string, most = MOST): Promise<string[]> {
  const copying = { room: { ...most }, left: [] };
  if (!/^[\w-]+$/.test(agentSession)) return [];
  for (const project of await foldersIn(from))
    for (const name of [`${agentSession}.jsonl`, agentSession])
      await copyPlain(join(from, project, name), join(to, project, name), copying);
  return copying.left;
}

interface Copying {
  readonly room: { bytes: number; files: number };
  readonly left: string[];
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => name);
}

async function copyPlain(from: string, to: string, copying: Copying): Promise<void> {
  const found = await lstat(from).catch(() => undefined);
  if (found?.isDirectory())
    for (const name of await readdir(from).catch(() => [])) await copyPlain(join(from, name), join(to, name), copying);
  if (!found?.isFile()) return;
  const { room, left } = copying;
  if (room.files === 0 || found.size > room.bytes) return void left.push(from);
  const bytes = await copyPlainFile(from, to, room.bytes);
  room.bytes -= bytes;
  room.files--;
}
