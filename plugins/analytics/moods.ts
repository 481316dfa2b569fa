import { factsOf } from "./page-facts";
import type { PageTally } from "./page-tally";

/** A word, and how often it was met. */
export type Frequency = readonly [word: string, count: number];

/** The words that were met most often, most frequent first; of equals the one that is met first from the newest page on. */
export function mostFrequent({ pages, words }: Pick<PageTally, "pages" | "words">, most: number): Frequency[] {
  const counts = [...words.values()].sort((a, b) => b - a).slice(0, most);
  const rarest = counts.at(-1) ?? 0;
  const room = {
    above: counts.filter(count => count > rarest).length,
    equal: counts.filter(count => count === rarest).length,
  };
  const found = new Map<string, number>();
  for (const page of pages) {
    if (room.above + room.equal === 0) break;
    for (const word of factsOf(page).words) {
      const count = words.get(word)!;
      const kind = count > rarest ? "above" : "equal";
      if (count < rarest || found.has(word) || room[kind] === 0) continue;
      found.set(word, count);
      room[kind]--;
    }
  }
  return [...found].sort(([, a], [, b]) => b - a);
}

/** The words of the latest days that have any, latest first; of each day every word once. */
export function latestDays({ pages }: Pick<PageTally, "pages">, most: number): [day: string, words: string[]][] {
  const days = new Map<string, Set<string>>();
  for (const page of pages) {
    const { day, words } = factsOf(page);
    if (day === undefined || words.length === 0) continue;
    const held = days.get(day) ?? new Set();
    if (held.size === 0 && days.size === most) break; // the pages are in the order of their days
    days.set(day, held);
    for (const word of words) held.add(word);
  }
  return [...days].map(([day, words]) => [day, [...words]]);
}
