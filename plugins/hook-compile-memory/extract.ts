import { cutText } from "./cut-text";
import type { MemoryFile } from "./memory-files";
import { byDay, type Section, sectionsOf } from "./sections";

/** A memory that no model condensed. */
export interface Extract {
  readonly text: string;
  /** Sections that are in it, and sections that found no room. */
  readonly taken: number;
  readonly leftOut: number;
}

export interface ExtractTerms {
  /** Why no model made it, for the agent and for people. */
  readonly why: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** UTF-16 units of the whole document. */
  readonly room: number;
}

/** Of one section at the most, and the least room into which a part of one is put. */
const LONGEST = 6_000;
const LEAST = 300;
/** Lines shorter than this may be said twice: "- yes", "}". */
const SHORT = 12;

/** Puts together what matters most, in the agent's own words: what is open first, then the newest; archives last; nothing twice. */
export function extract(files: readonly MemoryFile[], { why, today, room }: ExtractTerms): Extract {
  const head = `> Put together on ${today} without a model: ${why}. These are parts of memory/ in your own words, what is open and what is new first.\n`;
  const said = new Set<string>();
  const blocks = [head];
  let left = room - head.length;
  let leftOut = 0;
  for (const section of ranked(files.flatMap(file => sectionsOf(file, today)))) {
    if (left < LEAST) {
      leftOut++;
      continue;
    }
    const { text, words } = withoutDoubles(section.text, said);
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    const title = titleOf(section);
    const block = `${title}${cutTo(text, Math.min(LONGEST, left - title.length - 2))}\n`;
    if (block.length < title.length + Math.min(LEAST, text.length)) leftOut++;
    else {
      blocks.push(block);
      left -= block.length + 1;
      for (const line of words) said.add(line);
    }
  }
  return { text: blocks.join("\n"), taken: blocks.length - 1, leftOut };
}

const cutTo = (text: string, room: number): string => (text.length <= room ? text : `${cutText(text, room - 2)} …`);

/** What memory.md says stands in the prompt by itself, so of two that matter alike the other goes first. */
const ranked = (sections: readonly Section[]): Section[] =>
  sections.toSorted(
    (a, b) =>
      Number(a.file.isArchive) - Number(b.file.isArchive) ||
      Number(b.isOpen) - Number(a.isOpen) ||
      byDay(a, b) ||
      Number(a.file.name === "memory.md") - Number(b.file.name === "memory.md"),
  );

const titleOf = ({ heading, file, day }: Section): string =>
  `## ${heading || file.name.replace(/\.md$/, "")}\n_memory/${file.name}, ${day}_\n\n`;

/** A text without the lines that were said before, and without the gaps that they leave; and the words of those that are new. */
function withoutDoubles(text: string, said: ReadonlySet<string>): { text: string; words: ReadonlySet<string> } {
  const words = new Set<string>();
  const kept = text.split("\n").filter(line => {
    const plain = plainWords(line);
    if (plain.length < SHORT) return true;
    const isNew = !said.has(plain) && !words.has(plain);
    words.add(plain);
    return isNew;
  });
  return {
    text: kept
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim(),
    words,
  };
}

const plainWords = (line: string): string =>
  line
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
