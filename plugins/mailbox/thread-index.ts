import type { Cursor } from "./cursors";
import { hashOf } from "./given";
import { Numbers } from "./letter-id";

/** Where a letter lies, and what is needed to put it in its place. */
export interface Entry {
  /** Of this letter alone: the second of two that have the same id is told apart. */
  readonly id: string;
  /** Written by the person whose mailbox it is. */
  readonly own: boolean;
  /** Sorts. */
  readonly moment: string;
  /** The time as it is shown. */
  readonly ts: string;
  readonly offset: number;
  readonly length: number;
}

/** What a file was when it was read. */
export interface Stamp {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

export const sameStamp = (a: Stamp, b: Stamp): boolean =>
  a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs;

/** The last line that is whole: as long as it is there, the file has only grown. */
export interface LastLine {
  readonly offset: number;
  readonly length: number;
  readonly hash: string;
}

/** A part of a thread that was read. It is not in the index before it is taken in, all at once. */
export interface Part {
  readonly entries: readonly Entry[];
  /** A letter whose line has no end yet; it is read again when the file grows. */
  readonly tail?: Entry;
  readonly lines: number;
  /** Numbers of lines that are no letters, from 1 in this part. */
  readonly bad: readonly number[];
  /** Numbers of those that name somebody who did not write them. */
  readonly foreign: readonly number[];
  /** Offset from which the file is read when it has grown. */
  readonly end: number;
  readonly last?: LastLine;
}

/** Bytes of the lines of a page at the most, unless one letter alone is longer: what is read, taken apart and sent at once. */
const LONGEST_PAGE = 4 * 1024 * 1024;

/** Lines of a thread that are passed over: the number of the first, and how many. */
export interface PassedOver {
  readonly first: number;
  readonly count: number;
}
const NONE: PassedOver = { first: 0, count: 0 };

const NOWHERE: Stamp = { ino: 0, size: 0, mtimeMs: 0 };

/** The letters of one thread in the order of their times, without their words. */
export class ThreadIndex {
  stamp = NOWHERE;
  end = 0;
  last: LastLine | undefined;
  readonly numbers = new Numbers();
  /** Lines that are no letters. */
  bad = NONE;
  /** Lines that name somebody who did not write them. */
  foreign = NONE;
  #lines = 0;
  #tail: Entry | undefined;
  readonly #letters: Entry[] = [];
  readonly #byId = new Map<string, Entry>();

  /** In their order, the oldest first. */
  get letters(): readonly Entry[] {
    return this.#letters;
  }

  find(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  /** Whether another letter has an id; the one whose line is read again does not count. */
  isTaken(id: string): boolean {
    const found = this.#byId.get(id);
    return found !== undefined && found !== this.#tail;
  }

  /** Takes in what was read. */
  add({ entries, tail, lines, bad, foreign, end, last }: Part, stamp: Stamp): void {
    if (this.#tail) this.#drop(this.#tail);
    for (const entry of tail ? [...entries, tail] : entries) this.#put(entry);
    this.#tail = tail;
    this.bad = this.#more(this.bad, bad);
    this.foreign = this.#more(this.foreign, foreign);
    this.#lines += lines;
    this.end = end;
    this.last = last ?? this.last;
    this.stamp = stamp;
  }

  /** The newest letters, of those before a letter if one is named that is there; fewer than the limit when they are long. */
  page(limit: number, before?: string): { readonly entries: readonly Entry[]; readonly more: boolean } {
    const until = before === undefined ? undefined : this.#byId.get(before);
    const end = until ? this.#placeOf(until) : this.#letters.length;
    let start = end;
    for (let bytes = 0; start > 0 && end - start < limit; start--) {
      bytes += this.#letters[start - 1]!.length;
      if (bytes > LONGEST_PAGE && start < end) break;
    }
    return { entries: this.#letters.slice(start, end), more: start > 0 };
  }

  /** How many letters to the person are later than a place. */
  unread(cursor: Cursor | undefined): number {
    let count = 0;
    for (let at = this.#letters.length - 1; at >= 0; at--) {
      const { own, moment } = this.#letters[at]!;
      if (cursor && moment <= cursor.moment) break;
      if (!own) count++;
    }
    return count;
  }

  /** The person's letters that come after the agent's last. */
  unanswered(): readonly Entry[] {
    return this.#letters.slice(this.#letters.findLastIndex(({ own }) => !own) + 1);
  }

  /** @param numbers in what comes after the lines so far */
  #more({ first, count }: PassedOver, numbers: readonly number[]): PassedOver {
    return { first: first || (numbers[0] === undefined ? 0 : this.#lines + numbers[0]), count: count + numbers.length };
  }

  #put(entry: Entry): void {
    const last = this.#letters.at(-1);
    if (!last || inOrder(last, entry) < 0) this.#letters.push(entry);
    else this.#letters.splice(this.#placeOf(entry), 0, entry);
    this.#byId.set(entry.id, entry);
  }

  #drop(entry: Entry): void {
    this.#letters.splice(this.#placeOf(entry), 1);
    this.#byId.delete(entry.id);
  }

  /** Where a letter stands, or would. */
  #placeOf(entry: Entry): number {
    let from = 0;
    let to = this.#letters.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (inOrder(this.#letters[middle]!, entry) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** By time; letters of one time as they stand in the file. */
const inOrder = (a: Entry, b: Entry): number =>
  a.moment < b.moment ? -1 : a.moment > b.moment ? 1 : a.offset - b.offset;

export const lastLine = (bytes: Uint8Array, offset: number): LastLine => ({
  offset,
  length: bytes.length,
  hash: hashOf(bytes),
});
