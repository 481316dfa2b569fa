import { cutText } from "./cut-text";
import type { MemoryFile } from "./memory-files";
import { byDay, sectionsOf } from "./sections";

/** What of the files goes into the room there is, in their order, and what does not, for people. */
export interface Material {
  readonly pieces: readonly Piece[];
  readonly leftOut: readonly string[];
}

/** A file, or the newest sections of it. */
export interface Piece {
  readonly file: MemoryFile;
  readonly text: string;
}

/** With less room than this a piece of a file says too little. */
const LEAST = 500;
const MARK = "[… older parts of this file are left out]";

/**
 * Chooses what fits into so many characters. The files come with the most important first; one that is too long gives its newest sections,
 * and never takes more than half of the room that the others need.
 */
export function fit(files: readonly MemoryFile[], room: number, today: string): Material {
  const pieces: Piece[] = [];
  const leftOut: string[] = [];
  let left = room;
  let rest = files.reduce((sum, { text }) => sum + text.length, 0);
  for (const file of files) {
    rest -= file.text.length;
    const share = Math.max(left - rest, Math.floor(left / 2));
    const text = file.text.length <= share ? file.text : newestOf(file, share, today);
    if (text !== undefined) pieces.push({ file, text });
    if (text !== file.text) leftOut.push(`${text === undefined ? "" : "a part of "}memory/${file.name}`);
    left -= text?.length ?? 0;
  }
  return { pieces, leftOut };
}

/** The newest sections of a file that fit, in the order of the file; nothing when there is hardly room. */
function newestOf(file: MemoryFile, share: number, today: string): string | undefined {
  if (share < LEAST) return;
  const sections = sectionsOf(file, today).map((section, place) => ({ section, place }));
  const taken: { readonly place: number; readonly text: string }[] = [];
  let left = share - MARK.length;
  for (const { section, place } of sections.sort((a, b) => byDay(a.section, b.section) || a.place - b.place)) {
    const text = cutText(`${section.heading ? `### ${section.heading}\n\n` : ""}${section.text}\n\n`, left);
    taken.push({ place, text });
    left -= text.length;
    if (left < LEAST) break;
  }
  const inOrder = taken.sort((a, b) => a.place - b.place).map(({ text }) => text);
  return `${inOrder.join("")}${MARK}`;
}
