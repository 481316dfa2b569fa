import type { FileHandle } from "node:fs/promises";
import { readLine } from "./letter-line";
import type { Entry } from "./thread-index";

/** A letter with all that its line has. */
export interface Shown {
  readonly entry: Entry;
  readonly letter: {
    readonly id: string;
    readonly from: string;
    readonly ts: string;
    readonly body: string;
    readonly [key: string]: unknown;
  };
}

/** Bytes between two letters that are read along, for one read instead of two. */
const GAP = 16 * 1024;
/** Bytes of one read at the most, unless one letter alone is longer. */
const SPAN = 1024 * 1024;

/** Reads letters in as few reads as can be. One of which the line is gone is left out. Answers them in the given order. */
export async function shownLetters(file: FileHandle, entries: readonly Entry[], agentName: string): Promise<Shown[]> {
  const found = new Map<Entry, Shown>();
  for (const span of spansOf(entries)) {
    const start = span[0]!.offset;
    const size = span.at(-1)!.offset + span.at(-1)!.length - start;
    const { buffer } = await file.read(Buffer.alloc(size), 0, size, start);
    for (const entry of span) {
      const shown = shownOf(
        buffer.subarray(entry.offset - start, entry.offset - start + entry.length),
        entry,
        agentName,
      );
      if (shown) found.set(entry, shown);
    }
  }
  return entries.flatMap(entry => found.get(entry) ?? []);
}

/** Letters that lie near each other, by their places in the file. */
function spansOf(entries: readonly Entry[]): Entry[][] {
  const spans: Entry[][] = [];
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    const span = spans.at(-1);
    const last = span?.at(-1);
    const end = entry.offset + entry.length;
    if (span && last && entry.offset - last.offset - last.length <= GAP && end - span[0]!.offset <= SPAN)
      span.push(entry);
    else spans.push([entry]);
  }
  return spans;
}

function shownOf(bytes: Uint8Array, entry: Entry, agentName: string): Shown | undefined {
  const written = readLine(bytes);
  if (!written || (written.id && !entry.id.startsWith(written.id))) return;
  const { id, ts } = entry;
  const right = { id, from: written.from || agentName, ts, body: written.body ?? "" };
  return { entry, letter: Object.assign({ id, from: right.from, ts }, written, right) }; // in the order of the line
}
