import { splitFrontMatter } from "hearth-plugins/content";
import { newestDay } from "./days";
import type { MemoryFile } from "./memory-files";

/** What a file of the memory says under one heading. */
export interface Section {
  readonly file: MemoryFile;
  /** With those above it: "People › Ada"; "" before the first. */
  readonly heading: string;
  /** What follows the heading; never blank. */
  readonly text: string;
  /** The newest day that heading or text name, else the day of the file. */
  readonly day: string;
  /** It is about something that is not over. */
  readonly isOpen: boolean;
}

const DEEPEST = 3;
const LONGEST_HEADING = 120;
const OPEN_HEADING =
  /\b(?:open|threads?|to[- ]?dos?|unfinished|next|questions?|in progress|waiting|working on|pending)\b/i;
const OPEN_BOX = /^[ \t]{0,8}[-*+] \[ \]/m;

/** Cuts a file at its headings of the first three levels. Lines within a fence of code are no headings. @param today what is written about a later day is not newer */
export function sectionsOf(file: MemoryFile, today: string): Section[] {
  const sections: Section[] = [];
  const above: string[] = [];
  let lines: string[] = [];
  const close = () => {
    const text = lines.join("\n").trim();
    lines = [];
    if (text) sections.push(sectionOf(file, above.filter(Boolean).join(" › "), text, today));
  };
  let fence: string | undefined;
  for (const line of (splitFrontMatter(file.text)?.body ?? file.text).split("\n")) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    const level = fence === undefined ? levelOf(line) : 0;
    if (level === 0) lines.push(line);
    else {
      close();
      above.length = level - 1;
      above[level - 1] = line.slice(level).trim().slice(0, LONGEST_HEADING).replace(/ #+$/, "").toWellFormed();
    }
  }
  close();
  return sections;
}

/** 1 to 3 for a line that is a heading, else 0. */
function levelOf(line: string): number {
  const marks = /^#{1,6}(?=[ \t])/.exec(line)?.[0].length ?? 0;
  return marks <= DEEPEST ? marks : 0;
}

const sectionOf = (file: MemoryFile, heading: string, text: string, today: string): Section => ({
  file,
  heading,
  text,
  day: newestDay(heading, today) ?? newestDay(text, today) ?? file.day,
  isOpen: OPEN_HEADING.test(heading) || OPEN_BOX.test(text),
});

/** The newest first. */
export const byDay = (a: Section, b: Section): number => (a.day === b.day ? 0 : a.day < b.day ? 1 : -1);
