/** Share of the shorter text's words in the longer one from which it is a copy. */
const COPY = 0.9;

/** Whether one text is mostly the other again, or a part of it: the same words are no resonance. */
export function isCopy(one: string, other: string): boolean {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  const left = new Map<string, number>();
  for (const word of many) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of few) {
    const count = left.get(word) ?? 0;
    if (count > 0) common++;
    left.set(word, count - 1);
  }
  return common >= few.length * COPY;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
