import { daysSince } from "./days";
import type { Slot } from "./vector-index";

/** The same passage in up to two lists: where it stands in each, from 0, and how well it fits there. */
export interface Ranks {
  /** Among what is near in meaning. */
  readonly meaning?: number;
  /** Among what has the words. */
  readonly words?: number;
  /** How much of what the question says its words say: 1 for all of it. */
  readonly share?: number;
}

/** How much the first places count more than those behind them: the smaller, the more. */
const K = 10;
/** What being of today is worth, as a share of the score; half of it is left after so many days. */
const RECENCY = 0.05;
const HALF_LIFE = 120;

/**
 * Words that say so little of a question are no evidence against its meaning: one word of four, that happens to be in another text.
 * From there their weight grows, until they say so much that they count in full.
 */
const FAINT = 1 / 3;
const FULL = 3 / 4;

/** One list's share of a score: 1 for the first place. */
const placed = (rank: number | undefined): number => (rank === undefined ? 0 : (K + 1) / (K + 1 + rank));

/** The score of what was looked for in one way: 1 for the first place. */
export const ranked = ({ meaning, words }: Ranks): number => placed(meaning ?? words);

/** Reciprocal ranks of both ways together: 1 for what is first in both, and has the words. */
export function fused({ meaning, words, share = 0 }: Ranks): number {
  const evidence = Math.min(1, Math.max(0, (share - FAINT) / (FULL - FAINT)));
  return (placed(meaning) + evidence * placed(words)) / 2;
}

/** A score with a little for what is recent; what is from the future is of today. @param today begins with `YYYY-MM-DD` */
export function withRecency(score: number, date: string | null, today: string): number {
  const days = date === null ? Number.POSITIVE_INFINITY : daysSince(date, today);
  const fresh = Number.isNaN(days) ? 0 : 2 ** (-days / HALF_LIFE);
  return score * (1 - RECENCY + RECENCY * fresh);
}

/** The ranks of all that is in either list, best first in each; what is equally good has the same rank. */
export function ranksOf(
  meaning: readonly { readonly slot: Slot; readonly score: number }[],
  words: readonly { readonly slot: Slot; readonly share: number }[],
): Map<Slot, Ranks> {
  const near = withEqualRanks(meaning, ({ score }) => score);
  const worded = withEqualRanks(words, ({ share }) => share);
  const ranks = new Map<Slot, Ranks>(near.map(({ item, rank }) => [item.slot, { meaning: rank }]));
  for (const { item, rank } of worded)
    ranks.set(item.slot, { ...ranks.get(item.slot), words: rank, share: item.share });
  return ranks;
}

function withEqualRanks<T>(list: readonly T[], goodness: (item: T) => number): { item: T; rank: number }[] {
  let first = 0;
  return list.map((item, at) => {
    if (goodness(item) !== goodness(list[first]!)) first = at;
    return { item, rank: first };
  });
}
