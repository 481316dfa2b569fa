/** A stretch of a text, from and to as offsets. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A part of markdown that hangs together. A rule is a line of `---`; "lines" is code, and tables. */
export type Block = Range &
  (
    | { readonly kind: "text" | "list" | "lines" | "rule" }
    | { readonly kind: "heading"; readonly level: number; readonly title: string }
  );

/** Characters of a line that are looked at to know what it is. */
const LOOK = 400;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}(?!.*`)|~{3,})/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/;

/** The blocks of markdown, in order; blank lines are in none, except in code. Line ends are "\n". */
export function* blocksOf(text: string, { from, to }: Range): Generator<Block> {
  let at = from;
  while (at < to) {
    const end = lineEnd(text, at, to);
    if (isBlank(text, at, end)) at = end + 1;
    else {
      const block = blockAt(text, { from: at, to: end }, to);
      yield block;
      at = block.to + 1;
    }
  }
}

/** Whether a line begins a list's item. */
export const isItem = (text: string, at: number): boolean => ITEM.test(text.slice(at, at + LOOK));

/** Where the line ends that begins at a place. */
export function lineEnd(text: string, at: number, to: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 || end > to ? to : end;
}

function blockAt(text: string, line: Range, to: number): Block {
  const alone = aloneAt(text, line);
  if (alone) return alone;
  const start = text.slice(line.from, Math.min(line.to, line.from + LOOK));
  const fence = FENCE.exec(start)?.[1];
  if (fence) return { kind: "lines", from: line.from, to: fenceEnd(text, line, to, fence) };
  const kind = start.startsWith("|") ? "lines" : ITEM.test(start) ? "list" : "text";
  return { kind, from: line.from, to: stretchEnd(text, line, to) };
}

/** A heading or a rule: what is a block in one line. */
function aloneAt(text: string, { from, to }: Range): Block | undefined {
  if (to - from > LOOK) return;
  const line = text.slice(from, to);
  const heading = HEADING.exec(line);
  if (heading) {
    const title = (heading[2] ?? "").replace(/[ \t]#+[ \t]*$/, "").trim();
    return { kind: "heading", from, to, level: heading[1]!.length, title };
  }
  return RULE.test(line) ? { kind: "rule", from, to } : undefined;
}

/** Where the code ends that a fence opens: with its like, or never. */
function fenceEnd(text: string, line: Range, to: number, fence: string): number {
  for (let at = line.to + 1; at < to; ) {
    const end = lineEnd(text, at, to);
    const mark = end - at < LOOK ? FENCE.exec(text.slice(at, end))?.[1] : undefined;
    if (mark?.startsWith(fence) && text.slice(at, end).trim() === mark) return end;
    at = end + 1;
  }
  return to;
}

function stretchEnd(text: string, line: Range, to: number): number {
  let last = line.to;
  while (last + 1 < to) {
    const next = { from: last + 1, to: lineEnd(text, last + 1, to) };
    if (
      isBlank(text, next.from, next.to) ||
      aloneAt(text, next) ||
      FENCE.test(text.slice(next.from, Math.min(next.to, next.from + LOOK)))
    )
      break;
    last = next.to;
  }
  return last;
}

const isBlank = (text: string, from: number, to: number): boolean => !/\S/.test(text.slice(from, to));
