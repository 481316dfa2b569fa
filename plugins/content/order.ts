import type { Known } from "./catalogue";
import type { PageEntry } from "./contract";

/** What is known of a page that can be shown. */
export type Shown = Known & { readonly entry: PageEntry };

const isShown = (known: Known | undefined): known is Shown => known?.entry !== undefined;

/** The pages that can be shown, newest first by date as text, then by time of change; equals by slug. */
export const inOrder = (known: Iterable<Known>): Shown[] => [...known].filter(isShown).sort(byAge);

/** The same for a list of which only some pages have come, changed or gone: each takes its place, the others stay where they are. */
export function reordered(list: readonly Shown[], moved: ReadonlyMap<string, Known | undefined>): Shown[] {
  const next = list.filter(({ entry }) => !moved.has(entry.slug));
  for (const known of moved.values()) if (isShown(known)) next.splice(placeOf(next, known), 0, known);
  return next;
}

/** Where a page belongs in a list that is in order. */
function placeOf(list: readonly Shown[], page: Shown): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (byAge(list[middle]!, page) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

const byAge = ({ entry: a, sight: seenA }: Shown, { entry: b, sight: seenB }: Shown): number =>
  compare(b.meta.date, a.meta.date) || seenB.mtimeMs - seenA.mtimeMs || compare(a.slug, b.slug);

/** By code unit: dates are compared as the texts they are. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
