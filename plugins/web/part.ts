/**
 * A part of a text, from a character on: up to its last blank line, when that lies past the part's middle; never half a character.
 * Says what is left out, and from where the next part begins. Nothing where the text has ended before.
 */
export function partOf(text: string, from: number, most: number): string | undefined {
  if (from > 0 && from >= text.length) return undefined;
  const start = isHalf(text, from) ? from + 1 : from;
  const before = start > 0 ? `[… from character ${start}]\n\n` : "";
  const limit = start + most;
  if (text.length <= limit) return before + text.slice(start);
  const blank = text.lastIndexOf("\n\n", limit);
  const end = blank > start + most / 2 ? blank : isHalf(text, limit) ? limit - 1 : limit;
  const after = `\n\n[… cut here: ${text.length - end} more characters; the next part is from ${end}]`;
  return before + text.slice(start, end) + after;
}

/** Whether a character has begun before a place and ends after it. */
const isHalf = (text: string, at: number): boolean =>
  /[\uD800-\uDBFF]/.test(text[at - 1] ?? "") && /[\uDC00-\uDFFF]/.test(text[at] ?? "");
