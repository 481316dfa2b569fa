import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Home } from "hearth";

/** Names that no tree of the home shows, beside those that begin with a dot. */
const passedOver = new Set(["node_modules", "__pycache__"]);

/**
 * A short text that differs when a file of a folder, or of its folders, came, changed or went; "" when there is none.
 * Links are passed over, as is what cannot be read.
 */
export async function printOf(home: Home, folder: string, signal: AbortSignal): Promise<string> {
  const root = await home.resolve(folder).catch(() => undefined);
  const lines: string[] = [];
  if (root !== undefined) await visit(root, "", signal, lines);
  return lines.length === 0 ? "" : Bun.hash.xxHash3(lines.sort().join("\n")).toString(36);
}

async function visit(root: string, folder: string, signal: AbortSignal, lines: string[]): Promise<void> {
  signal.throwIfAborted();
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const seen = entries.filter(({ name }) => !name.startsWith(".") && !passedOver.has(name));
  await Promise.all(
    seen.map(async entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return visit(root, path, signal, lines);
      const info = entry.isFile() ? await stat(join(root, path)).catch(() => undefined) : undefined;
      if (info) lines.push(`${path}\0${info.size}\0${info.mtimeMs}`);
      return undefined;
    }),
  );
}
