import { MARK, UNMARK } from "./marks";

/** Words before the first hit. */
const BEFORE = 8;
const CUT = "...";
/** Characters of a word at the most, so that one endless word is no endless excerpt. */
const WORD = 100;

/**
 * The words around the first hit of a marked text, `most` of them, with "..." where it was cut. For long texts: what SQLite itself
 * offers looks at each hit once for every other, which takes seconds for a text of 10,000 hits.
 */
export function excerptOf(marked: string, most: number): string {
  const hit = Math.max(0, marked.indexOf(MARK));
  const before = wordsOf(marked.slice(Math.max(0, hit - BEFORE * WORD), hit));
  const after = wordsOf(marked.slice(hit, hit + most * WORD));
  const from = before.slice(-BEFORE);
  const to = after.slice(0, most - from.length);
  const cutBefore = from.length < before.length || hit > BEFORE * WORD;
  const cutAfter = to.length < after.length || hit + most * WORD < marked.length;
  return closed(`${cutBefore ? CUT : ""}${[...from, ...to].join(" ")}${cutAfter ? CUT : ""}`);
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(word => word !== "");

/** A text in which every mark ends: the last one may have been cut. */
const closed = (text: string): string => (text.lastIndexOf(MARK) > text.lastIndexOf(UNMARK) ? text + UNMARK : text);
