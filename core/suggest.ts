import { closest, distance } from "fastest-levenshtein";

/** ` Did you mean "search"?`, or "" when nothing comes near the word. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const near = closest(word, [...known]);
  return distance(word, near) <= Math.max(2, Math.floor(word.length / 3)) ? ` Did you mean "${near}"?` : "";
}
