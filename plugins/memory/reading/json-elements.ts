/** A piece of JSON and where it stands. */
export interface Written {
  readonly json: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The elements of a list in JSON, each as it is written; one that is damaged spoils no other, unless it lost a quote or a bracket.
 * What is no list is one element, as a whole; nothing is none.
 */
export function elementsOf(text: string): readonly Written[] {
  const start = text.search(/\S/);
  if (start < 0) return [];
  if (text[start] !== "[") return [{ json: text, from: start, to: text.length }];
  return [...elementsFrom(text, start + 1)];
}

function* elementsFrom(text: string, start: number): Generator<Written> {
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length && depth >= 0; at++) {
    const char = text[at];
    if (char === '"') at = stringEnd(text, at);
    else if (char === "[" || char === "{") depth += 1;
    else if (char === "," || char === "]" || char === "}") {
      if (depth === 0) {
        yield* elementIn(text, from, at);
        from = at + 1;
      }
      if (char !== ",") depth -= 1;
    }
  }
  if (depth >= 0) yield* elementIn(text, from, text.length);
}

/** The closing quote of a string, or the end of the text. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++)
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  return text.length;
}

function* elementIn(text: string, from: number, to: number): Generator<Written> {
  const json = text.slice(from, to);
  const before = json.length - json.trimStart().length;
  if (before < json.length)
    yield { json: json.trim(), from: from + before, to: to - (json.length - json.trimEnd().length) };
}
