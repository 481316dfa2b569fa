import { MARK, UNMARK } from "./marks";

/** Every repetition below ends at a sign that it cannot contain, so that no line takes more than time in proportion to its length. */
const LINE_MARKS =
  /^[ \t]*(?:>[ \t]?)*[ \t]*(?:#{1,6}(?=[ \t]|$)|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))?(?:[ \t]+\[[ xX]\](?=[ \t]))?/;
const CLOSING_HASHES = /[ \t]#+[ \t]*$/;
const LINK = /!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:[ \t]+(?:"[^"]*"|'[^']*'))?[ \t]*\)/g;
const REFERENCE = /!?\[([^[\]]+)\]\[[^[\]]*\]/g;
const AUTOLINK = /<((?:https?|mailto):[^<>\s]*)>/g;
const BREAKING_TAG =
  /<\/?(?:address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|img|li|ol|p|pre|section|table|td|th|tr|ul)(?:[\s/][^<>]*)?>/gi;
const TAG = /<\/?[a-z][a-z0-9-]*(?:[\s/][^<>]*)?>/gi;
const STARS = /(\*{1,3})(?=[^\s*])([^*]*[^\s*])\1/g;
const LOW_LINES = /(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])([^_]*[^\s_])\1(?![\p{L}\p{N}_])/gu;
const STRUCK = /~~(?=[^\s~])([^~]*[^\s~])~~/g;
const ESCAPED = /\\([!-/:-@[-`{-~])/g;
const ENTITY = /&(amp|lt|gt|quot|apos|nbsp|#39);/g;
const PLACE = new RegExp(`${MARK}(\\d+)${UNMARK}`, "g");
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  "#39": "'",
  nbsp: " ",
};

/** A line without the marks at its start: quote, heading, bullet, number, checkbox. */
export function withoutLineMarks(line: string): string {
  const marks = LINE_MARKS.exec(line)?.[0] ?? "";
  const rest = line.slice(marks.length).trimStart();
  return marks.includes("#") ? rest.replace(CLOSING_HASHES, "") : rest;
}

/**
 * A line of markdown as its reader sees it. Code within the line, and what a backslash escapes, stays as it is written.
 * @param line without the characters that stand for marks: here they hold the place of what stays
 */
export function plainLine(line: string): string {
  if (!/[`*_~[<&\\]/.test(line)) return line;
  const kept: string[] = [];
  const hold = (text: string) => `${MARK}${kept.push(text) - 1}${UNMARK}`;
  const words = (text: string) => text.replace(ESCAPED, (_, sign: string) => hold(sign));
  let held = "";
  let from = 0;
  for (const { begin, end, width } of codeSpans(line)) {
    held += words(line.slice(from, begin)) + hold(line.slice(begin + width, end - width));
    from = end;
  }
  return plainWords(held + words(line.slice(from))).replace(PLACE, (_, number: string) => kept[Number(number)]!);
}

interface CodeSpan {
  readonly begin: number;
  readonly end: number;
  /** Backticks on each side. */
  readonly width: number;
}

/** The code in a line: from some backticks to the next that are as many. */
function codeSpans(line: string): CodeSpan[] {
  const runs = [...line.matchAll(/`+/g)].map(({ index, 0: { length } }) => ({ index, length }));
  const next = nextOfLength(runs);
  const spans: CodeSpan[] = [];
  for (let at = 0; at < runs.length; at++) {
    const other = next[at];
    if (other === undefined) continue;
    const { index: begin, length: width } = runs[at]!;
    spans.push({ begin, end: runs[other]!.index + width, width });
    at = other;
  }
  return spans;
}

/** For each run of backticks, the place of the next one of the same length. */
function nextOfLength(runs: readonly { readonly length: number }[]): (number | undefined)[] {
  const latest = new Map<number, number>();
  const next: (number | undefined)[] = [];
  for (let at = runs.length - 1; at >= 0; at--) {
    next[at] = latest.get(runs[at]!.length);
    latest.set(runs[at]!.length, at);
  }
  return next;
}

/** Twice where signs stand in each other: an image in a link, a word that leans in a sentence that is bold. */
function plainWords(text: string): string {
  const bare = twice(text, part => part.replace(LINK, "$1").replace(REFERENCE, "$1"))
    .replace(AUTOLINK, "$1")
    .replace(BREAKING_TAG, " ")
    .replace(TAG, "");
  return twice(bare, part => part.replace(STARS, "$2").replace(LOW_LINES, "$2").replace(STRUCK, "$1")).replace(
    ENTITY,
    (_, name: string) => entities[name]!,
  );
}

const twice = (text: string, change: (text: string) => string): string => change(change(text));
