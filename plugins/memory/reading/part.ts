import type { Provenance } from "../contract";
import type { Range } from "./blocks";

/** A part of a file that is cut for itself: a page, a turn of a conversation, a record. It goes from one place of its text to another. */
export interface Part extends Range {
  readonly text: string;
  /** The lines of the file, from 1, between two places of the text. */
  lines(from: number, to: number): Lines;
  readonly title: string;
  /** Whether somebody gave it its title, and it does not stand in the text: then it says something, and is embedded. */
  readonly named: boolean;
  readonly date: string | null;
  readonly who?: Provenance["who"];
  readonly name?: string;
}

/** A first and a last line. */
export interface Lines {
  readonly line: number;
  readonly lastLine: number;
}

/** A file in parts, and what was skipped in it. */
export interface Parts {
  readonly parts: Iterable<Part>;
  /** Filled while the parts are read. */
  readonly notes: readonly string[];
}

/** Tells the lines of a stretch of a text, from 1. */
export function lineCounter(text: string): Part["lines"] {
  const starts: number[] = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (from, to) => ({ line: lastNotAfter(starts, from) + 1, lastLine: lastNotAfter(starts, to - 1) + 1 });
}

function lastNotAfter(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A file's name without its ending. */
export const stemOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
