import type { FileHandle } from "node:fs/promises";
import type { Clock } from "hearth";
import { type Gift, type Given, hashOf, keyOf } from "./given";
import { letterId } from "./letter-id";
import { readLine, type Written } from "./letter-line";
import { type Line, linesFrom } from "./lines";
import { dayOf, justAfter, momentAt, momentOf, stampOf } from "./moment";
import { type Entry, lastLine, type Part, type Stamp, type ThreadIndex } from "./thread-index";

/** Milliseconds by which a letter may be ahead of the file that holds it; what is later was dated wrongly. */
const AHEAD = 5 * 60_000;

export interface ReaderOptions {
  readonly username: string;
  readonly given: Given;
  readonly clock: Clock;
}

/** Reads what is new in a thread, and gives letters what they lack. */
export class ThreadReader {
  readonly #index: ThreadIndex;
  readonly #options: ReaderOptions;
  readonly #gifts: Map<string, Gift>;
  readonly #seen = new Map<string, number>();
  readonly #ids = new Set<string>();
  /** When the file was last written, as far as can be. */
  #written = 0;
  #previous: string | undefined;

  constructor(index: ThreadIndex, options: ReaderOptions) {
    this.#index = index;
    this.#options = options;
    this.#gifts = options.given.of(options.username);
  }

  /** Reads the file from the index's end on, and takes it in. */
  async read(file: FileHandle, stamp: Stamp): Promise<void> {
    this.#written = Math.min(stamp.mtimeMs, this.#options.clock.now().getTime());
    this.#ids.clear();
    const part = { entries: [] as Entry[], lines: 0, bad: [] as number[], end: this.#index.end };
    let tail: Entry | undefined;
    let last: Part["last"];
    for await (const lines of linesFrom(file, this.#index.end, stamp.size))
      for (const line of lines) {
        const entry = this.#entryOf(line);
        if (!line.ended) tail = entry;
        else {
          part.lines++;
          part.end = line.offset + line.length + 1;
          last = lastLine(line.bytes, line.offset + line.length - line.bytes.length);
          if (entry) part.entries.push(entry);
          else if (!isBlank(line)) part.bad.push(part.lines);
        }
      }
    this.#index.add({ ...part, ...(tail && { tail }), ...(last && { last }) }, stamp);
  }

  #entryOf(line: Line): Entry | undefined {
    const letter = line.cut ? undefined : readLine(line.bytes);
    if (!letter) return;
    const own = letter.from === this.#options.username;
    const { id, ts, moment } = this.#whole(letter, own, line);
    this.#previous = moment;
    return { id: this.#apart(id), own, moment, ts, offset: line.offset, length: line.length };
  }

  /** The id and the time of a letter, its own or given ones. */
  #whole(letter: Written, own: boolean, line: Line): { id: string; ts: string; moment: string } {
    const said = letter.ts ? momentOf(letter.ts) : undefined;
    const sound = said !== undefined && said <= momentAt(new Date(this.#written + AHEAD)) ? said : undefined;
    const lacking = !letter.id || sound === undefined;
    if (!lacking && this.#gifts.size === 0) return { id: letter.id!, ts: letter.ts!, moment: sound };
    const hash = hashOf(line.bytes);
    const nth = this.#seen.get(hash) ?? 0;
    const known = this.#gifts.get(keyOf(hash, nth));
    if (!known && !lacking) return { id: letter.id!, ts: letter.ts!, moment: sound };
    const gift = known ?? this.#give(letter.id, sound, own);
    if (!known) this.#keep(hash, nth, gift);
    if (line.ended) this.#seen.set(hash, nth + 1);
    const ts = gift.ts ?? letter.ts ?? "";
    return { id: gift.id ?? letter.id ?? "", ts, moment: momentOf(ts) ?? "" };
  }

  #give(id: string | undefined, sound: string | undefined, own: boolean): Gift {
    const moment = sound ?? this.#now();
    return {
      ...(sound === undefined && { ts: stampOf(moment) }),
      ...(!id && { id: this.#freeId(dayOf(moment), own ? "u" : "c") }),
    };
  }

  /** When a letter without a time was written: with the file, but after the letter before it. */
  #now(): string {
    const written = momentAt(new Date(this.#written));
    const previous = this.#previous ?? this.#index.letters.at(-1)?.moment;
    return previous !== undefined && previous >= written ? justAfter(previous) : written;
  }

  #freeId(day: string, side: "u" | "c"): string {
    for (let number = this.#index.numbers.of(day, side) + 1; ; number++) {
      const id = letterId(day, side, number);
      if (!this.#taken(id)) return id;
    }
  }

  #keep(hash: string, nth: number, gift: Gift): void {
    this.#gifts.set(keyOf(hash, nth), gift);
    this.#options.given.keep(this.#options.username, hash, nth, gift);
  }

  /** The second letter of an id gets "-2" after it, so that each has its own place. */
  #apart(id: string): string {
    let own = id;
    for (let number = 2; this.#taken(own); number++) own = `${id}-${number}`;
    this.#ids.add(own);
    this.#index.numbers.note(own);
    return own;
  }

  #taken(id: string): boolean {
    return this.#ids.has(id) || this.#index.isTaken(id);
  }
}

const isBlank = ({ bytes, cut }: Line): boolean =>
  !cut && bytes.every(byte => byte === 32 || (byte >= 9 && byte <= 13));
