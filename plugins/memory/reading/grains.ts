import { type Block, isItem, lineEnd, type Range } from "./blocks";
import type { Measure } from "./measure";

/** A stretch that is torn no further, and what it costs. */
export interface Grain extends Range {
  readonly tokens: number;
}

/** Characters of a text that are searched for sentences at once. */
const STRETCH = 4000;
const sentences = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * A block as it is, when it fits into so many tokens; else in the largest pieces that do: items of a list, lines of code, sentences;
 * what still does not fit in lines, then in words, then in bits of a word.
 */
export function* grainsOf(text: string, block: Block, room: number, measure: Measure): Generator<Grain> {
  const ways =
    block.kind === "list" ? [items, inSentences, lines] : block.kind === "text" ? [inSentences, lines] : [lines];
  yield* torn(text, block, room, measure, ways);
}

type Way = (text: string, range: Range) => Iterable<Range>;

function* torn(
  text: string,
  range: Range,
  room: number,
  measure: Measure,
  [way, ...rest]: readonly Way[],
): Generator<Grain> {
  const { from, to } = range;
  const tokens = to - from > room * STRETCH ? Infinity : measure.tokens(text.slice(from, to));
  if (tokens <= room) yield { from, to, tokens };
  else if (way) for (const piece of way(text, range)) yield* torn(text, piece, room, measure, rest);
  else yield* byWords(text, range, room / 2, measure);
}

function* lines(text: string, { from, to }: Range): Generator<Range> {
  for (let at = from; at < to; ) {
    const end = lineEnd(text, at, to);
    yield { from: at, to: end };
    at = end + 1;
  }
}

/** The items of a list, each with what is below it. */
function* items(text: string, range: Range): Generator<Range> {
  let from = range.from;
  for (const line of lines(text, range)) {
    if (line.from === from || !isItem(text, line.from)) continue;
    yield { from, to: line.from - 1 };
    from = line.from;
  }
  yield { from, to: range.to };
}

/** A line end does not end a sentence. */
function* inSentences(text: string, { from, to }: Range): Generator<Range> {
  for (let at = from; at < to; ) {
    const end = stretchEnd(text, at, to);
    for (const { segment, index } of sentences.segment(text.slice(at, end).replaceAll("\n", " ")))
      yield { from: at + index, to: at + index + segment.length };
    at = end;
  }
}

/** Where to stop looking for sentences: at a space, if there is one. */
function stretchEnd(text: string, from: number, to: number): number {
  if (to - from <= STRETCH) return to;
  const space = text.slice(from, from + STRETCH).lastIndexOf(" ");
  return space > 0 ? from + space : whole(text, from + STRETCH);
}

function* byWords(text: string, { from, to }: Range, room: number, measure: Measure): Generator<Grain> {
  let grain: Grain = { from, to: from, tokens: 0 };
  for (let at = from; at < to; ) {
    const end = wordEnd(text, at, to);
    const tokens = measure.tokens(text.slice(at, end));
    if (grain.tokens > 0 && grain.tokens + tokens > room) {
      yield grain;
      grain = { from: at, to: at, tokens: 0 };
    }
    grain = { from: grain.from, to: end, tokens: grain.tokens + tokens };
    at = end;
  }
  yield grain;
}

/** Characters of a word at the most: a longer one is several. */
const BIT = 16;
const WORD = new RegExp(`\\s{0,${BIT}}\\S{0,${BIT}}`, "y");

function wordEnd(text: string, at: number, to: number): number {
  WORD.lastIndex = at;
  const end = at + WORD.exec(text)![0].length;
  return Math.min(to, whole(text, end));
}

/** A place that is not within a character. */
const whole = (text: string, at: number): number => (/[\udc00-\udfff]/.test(text[at] ?? "") ? at + 1 : at);
