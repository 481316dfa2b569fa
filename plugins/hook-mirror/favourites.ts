import type { Tally } from "hearth-plugins/hook-drift";

/** The words that stand in most passages of one time, and how that list has changed. */
export interface Favourites {
  readonly now: readonly string[];
  /** Among the first now, and not even among the first three times as many in the other time. */
  readonly gained: readonly string[];
  /** The other way round. */
  readonly lost: readonly string[];
}

const FIRST = 12;
const WIDE = 3 * FIRST;

/** @param tally of single words, over both times */
export function favourites(tally: Tally, isNow: (day: string) => boolean): Favourites {
  const now = ranked(tally, isNow);
  const other = ranked(tally, day => !isNow(day));
  const shown = (terms: readonly number[]) => terms.map(term => tally.shown(term));
  const onlyIn = (one: readonly number[], wide: readonly number[]) =>
    shown(one.slice(0, FIRST).filter(term => !wide.includes(term)));
  return { now: shown(now.slice(0, FIRST)), gained: onlyIn(now, other), lost: onlyIn(other, now) };
}

/** The terms of the passages of some days, those of most passages first; what stands in one alone is nobody's favourite. */
function ranked(tally: Tally, isIn: (day: string) => boolean): number[] {
  const counts = new Map<number, number>();
  const days = tally.days.map(isIn);
  for (const { day, terms } of tally.passages)
    if (days[day]) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const more = [...counts].filter(([, count]) => count > 1).sort(([a, x], [b, y]) => y - x || a - b);
  return more.slice(0, WIDE).map(([term]) => term);
}
