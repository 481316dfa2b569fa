/** Words that make a shingle. */
const WORDS = 3;

/** Words of a text, as they compare: small letters, no marks, no markdown. */
export const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize("NFKC")
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** All runs of three words, as numbers; a shorter text is one run. Equal numbers are equal runs, almost surely. */
export function shinglesOf(text: string): Set<number> {
  const words = wordsOf(text);
  if (words.length === 0) return new Set();
  const runs = Math.max(1, words.length - WORDS + 1);
  return new Set(Array.from({ length: runs }, (_, at) => Bun.hash.xxHash32(words.slice(at, at + WORDS).join(" "))));
}

/** Which share of the one is in the other, 0 to 1; 0 of nothing. */
export function shareIn(some: ReadonlySet<number>, others: ReadonlySet<number>): number {
  if (some.size === 0) return 0;
  let count = 0;
  for (const one of some) if (others.has(one)) count += 1;
  return count / some.size;
}
