import { daysMoved } from "./day-shuffle";
import type { Tally } from "./tally";
import type { Breath } from "./turns-of-work";

/** A term that is written more, or less, than before. */
export interface Shift {
  /** Its number in the tally. */
  readonly term: number;
  /** Log-odds ratio over its standard error (Monroe et al. 2008): above 0 for more than before. */
  readonly z: number;
  /** How far the recent days lie from what chance would give them, in standard deviations over all orders of the days. */
  readonly score: number;
  /** Chance that any term of a diary in which nothing changes lies as far off. */
  readonly p: number;
  /** Passages that hold it, recently and before. */
  readonly recent: number;
  readonly before: number;
  /** Days on which it was written, recently and before. */
  readonly recentDays: number;
  readonly beforeDays: number;
}

export interface ShiftTerms {
  /** Passages of both times together that hold a term, at the least. */
  readonly least: number;
  /** Days on which it was written, in the time that has more of it. */
  readonly leastDays: number;
  /** |z| at the least. */
  readonly leastZ: number;
  /** How often days are shuffled. */
  readonly shuffles: number;
  /** Chance of a false alarm over all terms together. */
  readonly alarm: number;
}

export const usualShifts: ShiftTerms = { least: 4, leastDays: 3, leastZ: 1.96, shuffles: 999, alarm: 0.05 };

/** The prior weighs this share of what was written. */
const PRIOR = 0.1;

/**
 * The terms by which some days of a tally differ from the others, the surest first.
 * @param isRecent of a day whether it is one of the recent ones
 */
export async function shiftsIn(
  tally: Tally,
  isRecent: (day: string) => boolean,
  { least, leastDays, leastZ, shuffles, alarm }: ShiftTerms,
  rest: Breath,
): Promise<Shift[]> {
  const recent = Uint8Array.from(tally.days, day => (isRecent(day) ? 1 : 0));
  const terms = [...tally.counts.keys()].filter(term => tally.counts[term]! >= least);
  if (terms.length === 0 || recent.every(Boolean) || !recent.some(Boolean)) return [];
  const daily = await dailyCounts(tally, terms, rest);
  const moved = await daysMoved(daily, tally.sizes, recent, shuffles, rest);
  const weigh = logOdds(tally.sizes, recent);
  return terms
    .map((term, at): Shift => {
      const counts = summed(daily[at]!, recent);
      return {
        term,
        z: weigh(counts.recent, counts.before),
        score: moved.scores[at]!,
        p: moved.chance(moved.scores[at]!),
        ...counts,
      };
    })
    .filter(({ z, p, score, recentDays, beforeDays }) => {
      const days = z > 0 ? recentDays : beforeDays;
      return p <= alarm && Math.abs(z) >= leastZ && z > 0 === score > 0 && days >= leastDays;
    })
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score) || Math.abs(b.z) - Math.abs(a.z));
}

/** Of each term how many passages of each day hold it. */
async function dailyCounts(tally: Tally, terms: readonly number[], rest: Breath): Promise<Float64Array[]> {
  const places = new Map(terms.map((term, at) => [term, at]));
  const daily = terms.map(() => new Float64Array(tally.days.length));
  for (const passage of tally.passages) {
    for (const term of passage.terms) {
      const at = places.get(term);
      if (at !== undefined) daily[at]![passage.day]!++;
    }
    await rest();
  }
  return daily;
}

function summed(counts: Float64Array, isRecent: Uint8Array) {
  const sums = { recent: 0, before: 0, recentDays: 0, beforeDays: 0 };
  counts.forEach((count, day) => {
    if (count === 0) return;
    sums[isRecent[day] ? "recent" : "before"] += count;
    sums[isRecent[day] ? "recentDays" : "beforeDays"]++;
  });
  return sums;
}

/**
 * The log-odds ratio of a term between two times with an informative Dirichlet prior, over its standard error
 * (Monroe, Colaresi and Quinn 2008, equations 15, 16, 19 and 22). The prior is both times together, scaled down.
 */
export function logOdds(sizes: Float64Array, isRecent: Uint8Array): (recent: number, before: number) => number {
  const total = { recent: 0, before: 0 };
  sizes.forEach((size, day) => (total[isRecent[day] ? "recent" : "before"] += size));
  const prior = PRIOR * (total.recent + total.before);
  return (recent, before) => {
    const alpha = PRIOR * (recent + before);
    const odds = (count: number, size: number) => Math.log((count + alpha) / (size + prior - count - alpha));
    const delta = odds(recent, total.recent) - odds(before, total.before);
    return delta / Math.sqrt(1 / (recent + alpha) + 1 / (before + alpha));
  };
}
