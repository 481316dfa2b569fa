import { existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import type { WakeMessage } from "./contract";

/**
 * The folders of the home that a session's agent may not open: those of its type. Of one in which what it answers lies, as the thread of
 * a letter does in `mailbox/<name>/`, only the folders of others are closed. One that is not there is made: only what is there can be
 * closed, and a shell could put a link in its place, which leads elsewhere what is written later.
 * @param home absolute
 */
export function closedTo(home: string, closed: readonly string[], messages: readonly WakeMessage[]): string[] {
  const paths = messages.flatMap(({ file, image }) => [file, image]).filter(path => path !== undefined);
  const folders = closed.flatMap(folder => {
    if (!existsSync(join(home, folder))) mkdirSync(join(home, folder), { recursive: true });
    const own = paths.flatMap(path => folderBelow(folder, path) ?? []);
    return own.length === 0 ? [folder] : foldersIn(join(home, folder), own).map(name => `${folder}/${name}`);
  });
  return [...new Set(folders.flatMap(folder => [folder, ...realPlaceOf(home, folder)]))];
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
