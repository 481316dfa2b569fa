import type { Known } from "./catalogue";
import type { PageEntry } from "./contract";

/** The pages that can be shown, newest first by date as text, then by time of change; equals by slug. */
export function inOrder(known: Iterable<Known>): PageEntry[] {
  const shown = [...known].filter(one => one.entry !== undefined) as (Known & { entry: PageEntry })[];
  shown.sort(
    ({ entry: a, sight: seenA }, { entry: b, sight: seenB }) =>
      compare(b.meta.date, a.meta.date) || seenB.mtimeMs - seenA.mtimeMs || compare(a.slug, b.slug),
  );
  return shown.map(({ entry }) => entry);
}

/** By code unit: dates are compared as the texts they are. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
