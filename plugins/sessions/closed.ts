import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { WakeMessage } from "./contract";

/**
 * The folders of the home that a session's agent may not open: those of its type. Of one in which what it answers lies, as the thread of
 * a letter does in `mailbox/<name>/`, only the folders of others are closed.
 * @param home absolute
 */
export function closedTo(home: string, closed: readonly string[], messages: readonly WakeMessage[]): string[] {
  const paths = messages.flatMap(({ file, image }) => [file, image]).filter(path => path !== undefined);
  return closed.flatMap(folder => {
    const own = paths.flatMap(path => folderBelow(folder, path) ?? []);
    return own.length === 0 ? [folder] : foldersIn(join(home, folder), own).map(name => `${folder}/${name}`);
  });
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
