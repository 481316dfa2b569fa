import type { Tally } from "./tally";
import type { Breath } from "./turns-of-work";

/** A word that was hardly used before. */
export interface NewWord {
  readonly word: string;
  /** Passages that hold it, recently and before. */
  readonly recent: number;
  readonly before: number;
  readonly recentDays: number;
  /** Fisher's exact test on days, times the number of words that were tested (Bonferroni). */
  readonly p: number;
}

export interface NewWordTerms {
  /** Recent passages that hold it, at the least. */
  readonly least: number;
  readonly leastDays: number;
  /** Passages before that may hold it. */
  readonly mostBefore: number;
  readonly alarm: number;
}

export const usualNewWords: NewWordTerms = { least: 3, leastDays: 3, mostBefore: 1, alarm: 0.05 };

/** The words of recent days that were hardly used before, the most used first. @param tally of single words */
export async function newWords(
  tally: Tally,
  isRecent: (day: string) => boolean,
  { least, leastDays, mostBefore, alarm }: NewWordTerms,
  rest: Breath,
): Promise<NewWord[]> {
  const uses = tally.terms.map(() => ({ recent: 0, before: 0, days: new Set<number>() }));
  const recent = tally.days.map(isRecent);
  for (const { day, terms } of tally.passages) {
    for (const term of terms) {
      uses[term]![recent[day] ? "recent" : "before"]++;
      uses[term]!.days.add(day);
    }
    await rest();
  }
  const tested = uses.filter(({ days }) => days.size >= leastDays).length;
  const total = { days: recent.length, recent: recent.filter(Boolean).length };
  return uses
    .flatMap(({ days, ...use }, term): NewWord[] => {
      const recentDays = [...days].filter(day => recent[day]).length;
      if (use.recent < least || use.before > mostBefore || recentDays < leastDays) return [];
      const p = Math.min(1, tested * atLeast(recentDays, days.size, total.recent, total.days));
      return p <= alarm ? [{ word: tally.shown(term), ...use, recentDays, p }] : [];
    })
    .sort((a, b) => b.recent - a.recent || a.p - b.p);
}

/** The chance that of `drawn` days out of `all` at least `hits` are among the `marked` ones (hypergeometric). */
export function atLeast(hits: number, drawn: number, marked: number, all: number): number {
  let chance = 0;
  for (let count = hits; count <= Math.min(drawn, marked); count++)
    if (drawn - count <= all - marked)
      chance += Math.exp(logChoose(marked, count) + logChoose(all - marked, drawn - count) - logChoose(all, drawn));
  return Math.min(1, chance);
}

function logChoose(of: number, some: number): number {
  let sum = 0;
  for (let at = 1; at <= Math.min(some, of - some); at++) sum += Math.log((of - at + 1) / at);
  return sum;
}
