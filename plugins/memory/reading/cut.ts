import { blocksOf, type Range } from "./blocks";
import { type Grain, grainsOf } from "./grains";
import type { Measure } from "./measure";

/** A stretch of a text that is remembered for itself. */
export interface Cut extends Range {
  /** The headings above that are not in it, outermost first. */
  readonly above: readonly string[];
}

/** How a text is cut. */
export interface Cutting {
  readonly measure: Measure;
  /** Tokens that are left for a text under some headings. */
  roomUnder(above: readonly string[]): number;
  /** Passages at the most. */
  readonly most: number;
}

/** Of the room: what is smaller than this joins a neighbour, if there is one that it belongs to. */
const CRUMB = 0.3;
/** Of the room: how full passages are made where a section needs several. */
const FULL = 0.85;

/**
 * Cuts markdown at its headings, then at rules and paragraphs, then at sentences, then at words, so that every passage fits. A section that
 * fits is one passage; a larger one is several of about one size; crumbs join what stands beside them. Nothing overlaps, and all that is
 * not blank is in a passage, except rules between two of them, and headings that the next passage has above it.
 */
export function cut(
  text: string,
  range: Range,
  cutting: Cutting,
): { readonly cuts: readonly Cut[]; readonly whole: boolean } {
  const drafts: Draft[] = [];
  let left = cutting.most * cutting.measure.room;
  for (const section of sectionsOf(text, range)) {
    const grains = grainsIn(text, section, cutting, left);
    drafts.push(...packed(grains, section, cutting));
    left -= sumOf(grains);
    if (left < 0) break;
  }
  const joined = withoutCrumbs(text, drafts, cutting).filter(isNeeded);
  const cuts = joined
    .map(draft => ({ ...trimmed(text, draft), above: draft.section.above }))
    .filter(({ from, to }) => to > from);
  return { cuts: cuts.slice(0, cutting.most), whole: left >= 0 && cuts.length <= cutting.most };
}

/** What stands under one heading, between two rules. */
interface Section {
  /** The headings around its own. */
  readonly above: readonly string[];
  /** Its own, if it begins with one. */
  readonly heading?: Range & { readonly title: string };
  readonly blocks: readonly (Range & { readonly kind: "text" | "list" | "lines" })[];
}

/** A passage in the making. */
interface Draft extends Grain {
  readonly section: Section;
  /** True of a heading without anything below it. */
  readonly bare: boolean;
}

interface Open {
  path: { readonly level: number; readonly title: string }[];
  section: {
    above: readonly string[];
    heading?: Range & { readonly title: string };
    blocks: Section["blocks"][number][];
  };
}

function* sectionsOf(text: string, range: Range): Generator<Section> {
  const open: Open = { path: [], section: { above: [], blocks: [] } };
  for (const block of blocksOf(text, range)) {
    if (block.kind !== "heading" && block.kind !== "rule") open.section.blocks.push(block as Section["blocks"][number]);
    else {
      yield open.section;
      if (block.kind === "heading") enter(open, block);
      else open.section = { above: titlesOf(open.path), blocks: [] };
    }
  }
  yield open.section;
}

function enter(
  open: Open,
  { level, title, from, to }: Range & { readonly level: number; readonly title: string },
): void {
  open.path = open.path.filter(heading => heading.level < level);
  open.section = { above: titlesOf(open.path), heading: { from, to, title }, blocks: [] };
  open.path.push({ level, title });
}

const titlesOf = (path: Open["path"]): string[] => path.map(({ title }) => title).filter(Boolean);

/** The path of what is in a section below its heading. */
const pathOf = ({ above, heading }: Section): readonly string[] => (heading?.title ? [...above, heading.title] : above);

/** A grain of a section, and whether a block begins with it. */
interface SectionGrain extends Grain {
  readonly first: boolean;
}

/** @param left tokens after which nothing more is looked at */
function grainsIn(text: string, section: Section, { measure, roomUnder }: Cutting, left: number): SectionGrain[] {
  const room = roomUnder(pathOf(section));
  const { heading } = section;
  const grains: SectionGrain[] = heading
    ? [{ ...heading, tokens: measure.tokens(text.slice(heading.from, heading.to)), first: true }]
    : [];
  let sum = 0;
  for (const block of section.blocks)
    for (const grain of grainsOf(text, block, room, measure)) {
      grains.push({ ...grain, first: grain.from === block.from });
      sum += grain.tokens;
      if (sum > left) return grains;
    }
  return grains;
}

/** Grains in passages of about one size; a heading stands with what follows it. */
function packed(grains: readonly SectionGrain[], section: Section, { roomUnder }: Cutting): Draft[] {
  const total = sumOf(grains);
  const below = { above: pathOf(section), blocks: [] };
  const room = roomUnder(below.above);
  const goal = total <= room ? room : total / Math.ceil(total / (room * FULL));
  const drafts: Draft[] = [];
  for (const grain of grains) {
    const last = drafts.at(-1);
    if (last && !isFull(last, grain, goal, room))
      drafts[drafts.length - 1] = { ...last, to: grain.to, tokens: last.tokens + grain.tokens, bare: false };
    else drafts.push({ ...grain, section: last ? below : section, bare: grain.from === section.heading?.from });
  }
  return drafts;
}

/** Whether a passage ends before a grain. Between two blocks it ends when that is nearer to the goal, within one only when it must. */
function isFull({ tokens, bare }: Draft, grain: SectionGrain, goal: number, room: number): boolean {
  if (tokens + grain.tokens > room) return true;
  return !bare && (grain.first ? tokens + grain.tokens / 2 > goal : tokens >= goal);
}

const sumOf = (grains: readonly Grain[]): number => grains.reduce((sum, { tokens }) => sum + tokens, 0);

/** Crumbs join the passage before them, and what follows a crumb joins it. */
function withoutCrumbs(text: string, drafts: readonly Draft[], { measure, roomUnder }: Cutting): Draft[] {
  const done: Draft[] = [];
  for (const draft of drafts) {
    const last = done.at(-1);
    const between = last ? measure.tokens(text.slice(last.to, draft.from)) : 0; // a rule
    if (last && isJoined(last, draft, roomUnder(last.section.above) - between))
      done[done.length - 1] = both(last, draft, between);
    else done.push(draft);
  }
  return done;
}

const both = (last: Draft, next: Draft, between: number): Draft => ({
  ...last,
  to: next.to,
  tokens: last.tokens + between + next.tokens,
  bare: false,
});

const isJoined = (last: Draft, next: Draft, room: number): boolean =>
  Math.min(last.tokens, next.tokens) < CRUMB * room &&
  last.tokens + next.tokens <= room &&
  areKin(last.section, next.section);

/** Whether two neighbours may be one: beside each other, or the second below the first. */
const areKin = (last: Section, next: Section): boolean =>
  next.above.length >= last.above.length && last.above.every((title, at) => title === next.above[at]);

/** A heading alone says nothing that the next passage has not above it. */
function isNeeded({ bare, section }: Draft, at: number, all: readonly Draft[]): boolean {
  const title = section.heading?.title;
  return !bare || title === undefined || !all[at + 1]?.section.above.includes(title);
}

/** Without blank lines around it; the indent of its first line stays. */
function trimmed(text: string, { from, to }: Range): Range {
  const own = text.slice(from, to);
  const end = from + own.trimEnd().length;
  const start = from + (own.length - own.trimStart().length);
  const line = own.slice(0, start - from).lastIndexOf("\n");
  if (line >= 0) return { from: from + line + 1, to: end };
  return { from: Math.min(end, from === 0 || text[from - 1] === "\n" ? from : start), to: end };
}
