const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const MARKS = /\p{M}+/gu;
const ASCII = /^[\0-\x7f]*$/;
const NUMBER = /^\p{N}/u;
/** Letters of a word at the least and at the most, for it to be worth remembering. */
const SHORTEST = 3;
const LONGEST = 40;

/** A word without accents and capitals, as the index compares words. */
export function folded(word: string): string {
  const small = word.toLowerCase();
  return ASCII.test(small) ? small : small.normalize("NFD").replace(MARKS, "");
}

/** The words of a text that are worth suggesting, each once: folded → as it stands in the text, in small letters. */
export function wordsOf(text: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const word of new Set(text.toLowerCase().match(WORD))) {
    const plain = folded(word);
    if (isWorthIt(plain) && !words.has(plain)) words.set(plain, word);
  }
  return words;
}

const isWorthIt = (word: string): boolean => word.length >= SHORTEST && word.length <= LONGEST && !NUMBER.test(word);
