import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The paths, relative to a root, that one with "*" in the place of a folder's name stands for, as far as something is there; links are not
 * told from folders, and hidden ones are let be. One for which nothing is there, and one without "*", stand for themselves.
 */
export function pathsOf(root: string, path: string): string[] {
  const [above = "", below] = path.split("/*/");
  if (below === undefined) return [path];
  const paths = namesIn(join(root, above)).map(name => `${above}/${name}/${below}`);
  const there = paths.filter(one => existsSync(join(root, one)));
  return there.length > 0 ? there : [path];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => !name.startsWith("."))
      .sort();
  } catch {
    return []; // whoever goes there is told why
  }
}
