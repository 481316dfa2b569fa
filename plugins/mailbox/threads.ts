import { type FileHandle, open, stat } from "node:fs/promises";
import { type Ailment, type Clock, HearthError, type Home, type Logger } from "hearth";
import { type Given, hashOf } from "./given";
import { InTurn } from "./in-turn";
import type { Received } from "./received";
import { type Shown, shownLetters } from "./shown-letters";
import { type Entry, type PassedOver, type Stamp, sameStamp, ThreadIndex } from "./thread-index";
import { ThreadReader } from "./thread-reader";

/** Letters of which the places are held in memory, of all threads; the threads that were not used for longest go. About 300 bytes each. */
const MOST = 200_000;
/** What a thread costs beside its letters, in letters. */
const THREAD = 50;

export const FOLDER = "mailbox";
/** Path of a thread in the home. */
export const threadPath = (username: string): string => `${FOLDER}/${username}/thread.jsonl`;

/** Whose thread a path of the home is; nothing of any other file. */
export const usernameOf = (path: string): string | undefined => /^mailbox\/([^/]+)\/thread\.jsonl$/.exec(path)?.[1];

export interface ThreadsOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly given: Given;
  readonly received: Received;
  /** Whether a name is that of somebody who has a mailbox. */
  isPerson(name: string): boolean;
  /** What a letter without a sender has as its sender: only the agent writes by hand. */
  readonly agentName: string;
  readonly log: Logger;
  readonly most?: number;
}

interface Held {
  readonly index: ThreadIndex;
  readonly reader: ThreadReader;
}

/** The threads, which are files of the home. Each is looked at before it is used, and only what is new in it is read. */
export class Threads {
  readonly #held = new Map<string, Held>();
  readonly #ailments = new Map<string, Ailment>();
  readonly #turns = new InTurn();

  constructor(readonly options: ThreadsOptions) {}

  /** A thread as it is now; an empty one when there is no file. @throws what the file system says */
  index(username: string): Promise<ThreadIndex> {
    return this.#turns.run(username, () => this.#upToDate(username));
  }

  /** The letters of these places, with all that their lines have. One of which the line is gone is left out. */
  async read(username: string, entries: readonly Entry[]): Promise<Shown[]> {
    if (entries.length === 0) return [];
    const file = await this.#open(username);
    if (!file) return [];
    try {
      return await shownLetters(file, entries, this.options.agentName);
    } finally {
      await file.close();
    }
  }

  /** Threads with lines that are no letters. */
  ailments(): readonly Ailment[] {
    return [...this.#ailments.values()];
  }

  /** Forgets what is known of a thread. */
  forget(username: string): void {
    this.#held.delete(username);
    this.#ailments.delete(username);
  }

  async #upToDate(username: string): Promise<ThreadIndex> {
    const path = await this.options.home.resolve(threadPath(username));
    const now = await stat(path).catch(absent);
    const isFirst = this.#isFirstLook(username);
    if (!now) {
      if (isFirst) this.options.received.begin(username, []);
      return this.#hold(username, this.#anew(username)).index;
    }
    if (!now.isFile()) throw new HearthError("MISSING", `${threadPath(username)} is not a file`);
    const held = isFirst ? undefined : this.#held.get(username);
    if (held && sameStamp(held.index.stamp, now)) return this.#hold(username, held).index;
    await using file = await open(path, "r");
    const stamp = await file.stat();
    const known = held && (await hasGrown(held.index, stamp, file)) ? held : this.#anew(username);
    const { index, reader } = known;
    const before = index.bad.count + index.foreign.count;
    await reader.read(file, stamp);
    if (index.bad.count + index.foreign.count > before) this.#tell(username, index);
    return this.#hold(username, known).index;
  }

  /** Whether the whole thread has to be read to know what people wrote: an account is new here, or an import made it. */
  #isFirstLook(username: string): boolean {
    return !this.options.received.isKnown(username) && this.options.isPerson(username);
  }

  #anew(username: string): Held {
    const { given, received, clock, agentName, isPerson } = this.options;
    const index = new ThreadIndex();
    this.#ailments.delete(username);
    return { index, reader: new ThreadReader(index, { username, given, received, clock, agentName, isPerson }) };
  }

  /** Puts a thread last of those that go. */
  #hold(username: string, held: Held): Held {
    this.#held.delete(username);
    this.#held.set(username, held);
    let letters = 0;
    for (const { index } of this.#held.values()) letters += index.letters.length + THREAD;
    for (const [name, { index }] of this.#held) {
      if (letters <= (this.options.most ?? MOST) || name === username) break;
      letters -= index.letters.length + THREAD;
      this.#held.delete(name);
    }
    return held;
  }

  /** Each line that is passed over is told once. */
  #tell(username: string, { bad, foreign }: ThreadIndex): void {
    const path = threadPath(username);
    const said = [
      ...(bad.count > 0 ? [`line ${bad.first} is no letter and is passed over${others(bad)}`] : []),
      ...(foreign.count > 0
        ? [
            `line ${foreign.first} names somebody who did not write it and is passed over${others(foreign)}; if it is right, run \`hearth mailbox believe ${username}\``,
          ]
        : []),
    ];
    const since = this.#ailments.get(username)?.since ?? this.options.clock.now().toISOString();
    this.#ailments.set(username, { path, problem: said.join("; "), since });
    this.options.log.warn("a thread has lines that are passed over", { path, bad: bad.first, foreign: foreign.first });
  }

  async #open(username: string): Promise<FileHandle | undefined> {
    return open(await this.options.home.resolve(threadPath(username)), "r").catch(absent);
  }
}

const others = ({ count }: PassedOver): string => (count > 1 ? `; ${count} such lines in all` : "");

/** Whether all that is known of a file is still there, and something came after it. */
async function hasGrown(index: ThreadIndex, now: Stamp, file: FileHandle): Promise<boolean> {
  if (index.stamp.ino !== now.ino || now.size <= index.stamp.size) return false;
  if (!index.last) return index.end === 0;
  const { offset, length, hash } = index.last;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return bytesRead === length && hashOf(buffer) === hash;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return;
  throw error;
}
