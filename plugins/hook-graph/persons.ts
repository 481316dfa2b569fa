import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Home } from "hearth";
import { keyOfName } from "./named";

const MOST = 5000;

/** Keys of the names of those who left something in visitors/, by the names of their files: `2026-01-15-120000-ada.md`. */
export async function visitorKeys(home: Home): Promise<ReadonlySet<string>> {
  const names = await readdir(join(home.path, "visitors"), { recursive: true }).catch(() => []);
  const keys = names.slice(0, MOST).flatMap(name => {
    const stem = /([^/]+)\.md$/.exec(name)?.[1];
    const person = stem
      ?.replace(/\d+/g, " ")
      .replace(/[-_\s]+/g, " ")
      .trim();
    return person && !["visitor", "README"].includes(person) ? [keyOfName(person)] : [];
  });
  return new Set(keys);
}
