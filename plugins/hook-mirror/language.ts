import { type Breath, median, type OwnPassage, proseOf, sentencesOf, wordsOf } from "hearth-plugins/hook-drift";

/** How something is written. */
export interface Language {
  readonly words: number;
  /** Different words among 100 in a row, on average; null for a text of fewer. */
  readonly richness: number | null;
  /** Words of a sentence: the median; null when there is none. */
  readonly sentence: number | null;
}

/** Words of the window in which different ones are counted. */
const SPAN = 100;

/** How the passages are written: words, their variety, the length of sentences. */
export async function languageOf(passages: readonly OwnPassage[], rest: Breath): Promise<Language> {
  const keys: string[] = [];
  const lengths: number[] = [];
  for (const { text } of passages) {
    const prose = proseOf(text);
    for (const { key } of wordsOf(prose)) keys.push(key);
    for (const sentence of sentencesOf(prose)) lengths.push(wordsOf(sentence).length);
    await rest();
  }
  return { words: keys.length, richness: richnessOf(keys), sentence: lengths.length > 0 ? median(lengths) : null };
}

/** The moving-average type-token ratio (Covington and McFall 2010), as a number of words: unlike a plain ratio it does not fall with the length. */
export function richnessOf(keys: readonly string[]): number | null {
  if (keys.length < SPAN) return null;
  const inside = new Map<string, number>();
  let sum = 0;
  keys.forEach((key, at) => {
    inside.set(key, (inside.get(key) ?? 0) + 1);
    const gone = keys[at - SPAN];
    if (gone !== undefined) {
      const left = inside.get(gone)! - 1;
      if (left > 0) inside.set(gone, left);
      else inside.delete(gone);
    }
    if (at >= SPAN - 1) sum += inside.size;
  });
  return Math.round((sum / (keys.length - SPAN + 1)) * 10) / 10;
}
