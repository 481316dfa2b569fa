import { isStopWord } from "./stop-words";

/** A word of a text. */
export interface Word {
  /** As it is written. */
  readonly text: string;
  /** By which it is the same word in another form: small letters, no possessive, singular. */
  readonly key: string;
  /** Where it begins in the text, and where it ends. */
  readonly from: number;
  readonly to: number;
  /** It says nothing of the subject: "the", "really", "Monday". */
  readonly stop: boolean;
}

const WORD = /\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*/gu;

/** The words of a text that has no marks of markdown any more (`proseOf`). */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => {
    const small = word.toLowerCase().replaceAll("’", "'");
    return { text: word, key: keyOf(small), from: index, to: index + word.length, stop: isStopWord(small) };
  });
}

/**
 * The form by which words are compared: without `'s`, and singular by the three rules of the S-stemmer (Harman 1991),
 * which takes off English plurals and leaves all other words alone.
 */
export function keyOf(small: string): string {
  const word = small.normalize("NFC").replace(/'s$|'$/, "");
  if (word.length < 4) return word;
  if (/[^ea]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/[^aeo]es$/.test(word)) return word.slice(0, -1);
  return /[^us]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Markdown as the words that are read: no code, no addresses, no comments; of a link its text. */
export const proseOf = (markdown: string): string =>
  withoutFences(markdown)
    .replace(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replace(/`[^`\n]*`/g, " ")
    .replace(/\[\[([^\][\n|]*)(?:\|([^\][\n]*))?\]\]/g, (_, target: string, shown?: string) => shown ?? target)
    .replace(/!?\[([^\][\n]*)\]\([^()\n]*\)/g, "$1")
    .replace(/\b(?:https?|mailto):\S+/g, " ")
    .replace(/[*_~]+/g, "");

function withoutFences(markdown: string): string {
  let fence: string | undefined;
  const kept = markdown.split("\n").filter(line => {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark === undefined) return fence === undefined;
    if (fence === undefined) fence = mark;
    else if (fence === mark) fence = undefined;
    return false;
  });
  return kept.join("\n");
}

/** Sentences of a text without marks, roughly: they end with a full stop, a question, an exclamation, or where a paragraph does. */
export const sentencesOf = (prose: string): string[] =>
  prose
    .split(/(?<=[.!?…]["'”’)]{0,2})\s+(?=\P{Ll})|\n\s*\n|\n(?=\s*(?:[-*+>#]|\d+\.)\s)/u)
    .filter(one => /\p{L}/u.test(one));
