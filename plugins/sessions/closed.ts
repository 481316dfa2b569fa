import { existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { messageOf } from "hearth";
import type { WakeMessage } from "./contract";

/**
 * The folders of the home that a session's agent may not open: those of its type. Of one in which what it answers lies, as the thread of
 * a letter does in `mailbox/<name>/`, only the folders of others are closed. One that is not there is made: only what is there can be
 * closed, and a shell could put a link in its place, which leads elsewhere what is written later.
 * @param home absolute
 * @throws Error that names the folder and says what to do, when one cannot be made
 */
export function closedTo(home: string, closed: readonly string[], messages: readonly WakeMessage[]): string[] {
  const folders = closed.flatMap(folder => {
    if (!existsSync(join(home, folder))) makeFolder(home, folder);
    const own = ownIn(folder, messages);
    return own.length === 0 ? [folder] : foldersIn(join(home, folder), own).map(name => `${folder}/${name}`);
  });
  return [...new Set(folders.flatMap(folder => [folder, ...realPlaceOf(home, folder)]))];
}

/** Those in which what it answers lies: beside them nothing is open. */
export const aloneIn = (closed: readonly string[], messages: readonly WakeMessage[]): string[] =>
  closed.flatMap(folder => ownIn(folder, messages).map(name => `${folder}/${name}`));

/** The names of a folder's folders in which messages lie. */
const ownIn = (folder: string, messages: readonly WakeMessage[]): string[] => [
  ...new Set(
    messages.flatMap(({ file, image }) => [file, image].flatMap(path => (path && folderBelow(folder, path)) || [])),
  ),
];

function makeFolder(home: string, folder: string): void {
  try {
    mkdirSync(join(home, folder), { recursive: true });
  } catch (error) {
    throw new Error(
      `${folder}/ of the home cannot be closed to this session, as there is no such folder and none can be made (${messageOf(error)}); a link that leads nowhere may stand in its place: take it away, or make what it leads to`,
    );
  }
}

/** Where a folder lies in the home that is reached through a link. */
function realPlaceOf(home: string, folder: string): string[] {
  const real = relative(realpathSync(home), realpathSync(join(home, folder)));
  return real === folder || real === "" || real.startsWith("..") ? [] : [real];
}

/** "alice" for "mailbox/alice/thread.jsonl" in "mailbox"; nothing for what lies elsewhere, or in no folder of its own. */
function folderBelow(folder: string, path: string): string | undefined {
  const [name, ...rest] = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split("/") : [];
  return rest.length > 0 ? name : undefined;
}

function foldersIn(folder: string, without: readonly string[]): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => !entry.isFile() && !without.includes(entry.name))
    .map(({ name }) => name)
    .sort();
}
