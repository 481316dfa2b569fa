/** Signs between terms, beside blanks: those of the query language, and characters that nobody types on purpose. */
const BETWEEN = /[\s"*(){}[\]^~:\-\p{Cc}\u{E000}\u{E001}]+/u;
/** A term without any of these cannot be found. */
const FINDABLE = /[\p{L}\p{N}]/u;

/** The terms of a query, each once; the last is what somebody may still be typing. */
export function termsOf(query: string): string[] {
  const terms = query
    .toWellFormed()
    .split(BETWEEN)
    .filter(term => FINDABLE.test(term));
  const last = terms.pop();
  return last === undefined ? [] : [...new Set(terms).difference(new Set([last])), last];
}

/**
 * A query in the language of FTS5 that finds what holds all terms, the last one as the beginning of a word. Every term is
 * quoted, so that nothing in it has a meaning of its own.
 * @param beyond words that begin like the last term, and whose stem does not
 */
export function matchOf(terms: readonly string[], beyond: readonly string[]): string {
  const [last, before] = [terms.at(-1)!, terms.slice(0, -1).map(quoted).join(" ")];
  const begun = `${quoted(last)}*`;
  if (beyond.length === 0) return `${before} ${begun}`.trimStart();
  const either = `(${[begun, ...beyond.map(quoted)].join(" OR ")})`;
  return before ? `(${before}) AND ${either}` : either;
}

const quoted = (term: string): string => `"${term.replaceAll('"', '""')}"`;
