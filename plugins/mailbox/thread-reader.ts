import type { FileHandle } from "node:fs/promises";
import type { Clock } from "hearth";
import { recordHash } from "hearth-plugins/memory";
import { type Gift, type Given, hashOf, keyOf } from "./given";
import { letterId } from "./letter-id";
import { readLine, type Written } from "./letter-line";
import { type Line, linesFrom } from "./lines";
import { dayOf, justAfter, momentAt, momentOf, stampOf } from "./moment";
import type { Received } from "./received";
import { type Entry, lastLine, type Part, type Stamp, type ThreadIndex } from "./thread-index";

/** Milliseconds by which a letter may be ahead of the file that holds it; what is later was dated wrongly. */
const AHEAD = 5 * 60_000;

export interface ReaderOptions {
  readonly username: string;
  readonly given: Given;
  readonly received: Received;
  readonly clock: Clock;
  readonly agentName: string;
  /** Whether a name is that of somebody who has a mailbox. */
  isPerson(name: string): boolean;
}

/** What a line is that is no letter: nothing of the kind, or one in the name of somebody who did not write it. */
type NoLetter = "bad" | "foreign";

interface Whole {
  readonly id: string;
  readonly ts: string;
  readonly moment: string;
}

/** Reads what is new in a thread, and gives letters what they lack. */
export class ThreadReader {
  readonly #index: ThreadIndex;
  readonly #options: ReaderOptions;
  readonly #gifts: Map<string, Gift>;
  readonly #seen = new Map<string, number>();
  readonly #ids = new Set<string>();
  /** At the first look at the thread: the lines that are of people. */
  #first: string[] | undefined;
  /** Of a thread that is read from its beginning: all lines that are of people. One question for all is cheaper than one for each. */
  #all: ReadonlySet<string> | undefined;
  /** When the file was last written, as far as can be. */
  #written = 0;
  /** The latest moment that a letter of it may have. */
  #latest = "";
  #previous: string | undefined;

  constructor(index: ThreadIndex, options: ReaderOptions) {
    this.#index = index;
    this.#options = options;
    this.#gifts = options.given.of(options.username);
  }

  /** Reads the file from the index's end on, and takes it in. */
  async read(file: FileHandle, stamp: Stamp): Promise<void> {
    this.#written = Math.min(stamp.mtimeMs, this.#options.clock.now().getTime());
    this.#latest = momentAt(new Date(this.#written + AHEAD));
    this.#ids.clear();
    const { username, received } = this.#options;
    this.#first = received.isKnown(username) ? undefined : [];
    this.#all = this.#index.end === 0 ? new Set(received.of(username)) : undefined;
    const part = new PartInProgress(this.#index.end);
    for await (const lines of linesFrom(file, this.#index.end, stamp.size))
      for (const line of lines) part.add(line, this.#entryOf(line));
    this.#all = undefined;
    if (this.#first) received.begin(username, this.#first);
    this.#index.add(part.done(), stamp);
  }

  #entryOf(line: Line): Entry | NoLetter {
    const letter = line.cut ? undefined : readLine(line.bytes);
    if (!letter) return "bad";
    if (!this.#isTheirs(letter, line)) {
      this.#index.numbers.note(letter.id ?? ""); // no other letter gets that id, should a person believe this one
      return "foreign";
    }
    const own = letter.from === this.#options.username;
    const { id, ts, moment } = this.#whole(letter, own, line);
    this.#previous = moment;
    return { id: this.#apart(id), own, moment, ts, offset: line.offset, length: line.length };
  }

  /** Whether a letter is of whom it names. One that names nobody is the agent's, who alone writes by hand. */
  #isTheirs({ from }: Written, { bytes }: Line): boolean {
    const { username, received, agentName, isPerson } = this.#options;
    if (!from || from === agentName) return true;
    const hash = recordHash(decoder.decode(bytes));
    this.#first?.push(hash);
    if (this.#first !== undefined || !(from === username || isPerson(from))) return true;
    return this.#all ? this.#all.has(hash) : received.has(username, hash);
  }

  /** The id and the time of a letter, its own or given ones. */
  #whole(letter: Written, own: boolean, line: Line): Whole {
    const said = letter.ts ? momentOf(letter.ts) : undefined;
    const sound = said !== undefined && said <= this.#latest ? said : undefined;
    const whole = letter.id && sound !== undefined ? { id: letter.id, ts: letter.ts!, moment: sound } : undefined;
    if (whole && this.#gifts.size === 0) return whole;
    const gift = this.#giftOf(line, whole ? undefined : () => this.#give(letter.id, sound, own));
    if (!gift) return whole!;
    const ts = gift.ts ?? letter.ts ?? "";
    return { id: gift.id ?? letter.id ?? "", ts, moment: momentOf(ts) ?? "" };
  }

  /** What a line was given, in an earlier reading or now. */
  #giftOf(line: Line, give: (() => Gift) | undefined): Gift | undefined {
    const hash = hashOf(line.bytes);
    const nth = this.#seen.get(hash) ?? 0;
    const known = this.#gifts.get(keyOf(hash, nth));
    const gift = known ?? give?.();
    if (gift && !known) this.#keep(hash, nth, gift);
    if (gift && line.ended) this.#seen.set(hash, nth + 1);
    return gift;
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

const decoder = new TextDecoder();

/** Gathers what is read of a thread. */
class PartInProgress {
  readonly #entries: Entry[] = [];
  readonly #bad: number[] = [];
  readonly #foreign: number[] = [];
  #tail: Entry | undefined;
  #last: Line | undefined;
  #lines = 0;

  constructor(readonly from: number) {}

  add(line: Line, entry: Entry | NoLetter): void {
    if (!line.ended) {
      this.#tail = typeof entry === "string" ? undefined : entry;
      return;
    }
    this.#lines++;
    this.#last = line;
    if (typeof entry !== "string") this.#entries.push(entry);
    else if (entry === "foreign") this.#foreign.push(this.#lines);
    else if (!isBlank(line)) this.#bad.push(this.#lines);
  }

  done(): Part {
    const last = this.#last;
    const end = last && last.offset + last.length;
    return {
      entries: this.#entries,
      bad: this.#bad,
      foreign: this.#foreign,
      lines: this.#lines,
      end: end === undefined ? this.from : end + 1,
      ...(this.#tail && { tail: this.#tail }),
      ...(last && end !== undefined && { last: lastLine(last.bytes, end - last.bytes.length) }),
    };
  }
}

const isBlank = ({ bytes, cut }: Line): boolean =>
  !cut && bytes.every(byte => byte === 32 || (byte >= 9 && byte <= 13));
