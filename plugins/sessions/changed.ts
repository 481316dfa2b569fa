import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";

/** Folders of the home whose files Hearth itself writes, or that are not the agent's works. */
const passedOver = new Set(["data", "logs", "conversations", "transcripts", "node_modules"]);
/** File systems keep times coarser than the clock: ms by which a file may seem older than it is. */
const COARSE = 20;

/** The files of the home that were written since a time; relative paths, sorted. */
export async function changedSince(home: string, since: Date): Promise<string[]> {
  const found: string[] = [];
  await visit(home, home, since.getTime() - COARSE, found);
  return found.sort();
}

async function visit(home: string, folder: string, since: number, found: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const seen = entries.filter(({ name }) => !name.startsWith(".") && !(folder === home && passedOver.has(name)));
  await Promise.all(
    seen.map(async entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return visit(home, path, since, found);
      const info = entry.isFile() ? await stat(path).catch(() => undefined) : undefined;
      if (info && info.mtimeMs >= since) found.push(relative(home, path));
      return undefined;
    }),
  );
}
