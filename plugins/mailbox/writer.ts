import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { appendLines, type Clock, Draft, HearthError, type Home } from "hearth";
import { recordHash } from "hearth-plugins/memory";
import type { Picture } from "hearth-plugins/pictures";
import type { Letter } from "./contract";
import { InTurn } from "./in-turn";
import { letterId, type Side } from "./letter-id";
import { lineOf } from "./letter-line";
import { dayOf, momentAt, stampOf } from "./moment";
import type { Promises } from "./promises";
import type { Received } from "./received";
import type { Entry, ThreadIndex } from "./thread-index";
import { FOLDER, type Threads, threadPath } from "./threads";

/** What is written for others of the group, as the tools of the home expect it; the umask has the last word. */
const FILE_MODE = 0o664;

/** What becomes a letter. */
export interface NewLetter {
  readonly side: Side;
  readonly from: string;
  readonly body: string;
  readonly at: Date;
  /** The id that its writer was told. */
  readonly id?: string;
  readonly picture?: Picture;
  readonly inReplyTo?: string;
}

/** A letter on its way into a thread. */
interface Target {
  readonly username: string;
  readonly index: ThreadIndex;
  readonly letter: NewLetter;
}

/** Names that are tried for a picture. */
const TRIES = 1000;

export interface WriterOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly threads: Threads;
  readonly promises: Promises;
  readonly received: Received;
}

/** Writes letters into threads: one at a time in each, under ids that nobody else has. */
export class Writer {
  readonly #turns = new InTurn();
  /** Ids that were given out and are not in a file yet. */
  readonly #given = new Map<string, Set<string>>();

  constructor(readonly options: WriterOptions) {}

  /** Does something that no letter may come between. */
  alone<T>(username: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(username, work);
  }

  /** An id for a letter of now, which no other gets until it is released. */
  reserve(username: string, side: Side): Promise<string> {
    return this.alone(username, async () => {
      const index = await this.options.threads.index(username);
      const id = this.#freeId(index, username, side, this.options.clock.now());
      this.#givenOf(username).add(id);
      return id;
    });
  }

  /** Takes back a reserved id, which is in the thread now, or promised, or not needed. */
  release(username: string, id: string): void {
    const ids = this.#given.get(username);
    ids?.delete(id);
    if (ids?.size === 0) this.#given.delete(username);
  }

  /**
   * Appends a letter, flushed, with its picture before it. A letter that is there already under its own id is left as it is.
   * @throws what the file system says; nothing is left then
   */
  async write(username: string, letter: NewLetter): Promise<Letter> {
    const index = await this.options.threads.index(username);
    const target = { username, index, letter };
    const known = letter.id === undefined ? undefined : index.find(letter.id);
    const there = known && (await this.#sameAs(target, known));
    if (there) return there;
    const id = letter.id !== undefined && !known ? letter.id : this.#freeId(index, username, letter.side, letter.at);
    return letter.picture ? this.#withPicture(target, id, letter.picture) : this.#append(target, id);
  }

  /** A letter of the thread, if it says the same. */
  async #sameAs({ username, letter }: Target, known: Entry): Promise<Letter | undefined> {
    const [shown] = await this.options.threads.read(username, [known]);
    if (shown?.letter.from === letter.from && shown.letter.body === letter.body) return shown.letter as Letter;
  }

  async #withPicture(target: Target, wanted: string, picture: Picture): Promise<Letter> {
    const folder = await this.options.home.resolve(attachmentsPath(target.username));
    await using draft = await Draft.in(folder, picture.bytes, FILE_MODE);
    const id = await this.#publish(target, draft, wanted, picture.extension);
    const filename = id + picture.extension;
    try {
      return await this.#append(target, id, { filename, mime: picture.mime, size: picture.bytes.length });
    } catch (error) {
      await rm(join(folder, filename), { force: true });
      throw error;
    }
  }

  /** Gives a picture the name of its letter; answers the letter's id. A name that is taken, by a letter that was lost on its way, is left to it. */
  async #publish(
    { username, index, letter }: Target,
    draft: Draft,
    wanted: string,
    extension: string,
  ): Promise<string> {
    if (await draft.publish(wanted + extension)) return wanted;
    const day = dayOf(momentAt(letter.at));
    const first = index.numbers.of(day, letter.side) + 1;
    for (let number = first; number < first + TRIES; number++) {
      const id = letterId(day, letter.side, number);
      if (this.#isFree(index, username, id) && (await draft.publish(id + extension))) return id;
    }
    throw new HearthError(
      "TWICE",
      `the name of a picture, ${TRIES} times after ${wanted} in ${attachmentsPath(username)}`,
    );
  }

  async #append({ username, letter }: Target, id: string, attachment?: Letter["attachment"]): Promise<Letter> {
    const { from, body, at, inReplyTo } = letter;
    const written = {
      id,
      from,
      ts: stampOf(momentAt(at)),
      body,
      ...(attachment && { attachment }),
      ...(inReplyTo !== undefined && { in_reply_to: inReplyTo }),
    };
    const path = await this.options.home.resolve(threadPath(username));
    const line = lineOf(written);
    if (letter.side === "u") await this.options.received.add(username, recordHash(line));
    await appendLines(path, ((await isTorn(path)) ? "\n" : "") + line, FILE_MODE);
    return written;
  }

  #freeId(index: ThreadIndex, username: string, side: Side, at: Date): string {
    const day = dayOf(momentAt(at));
    for (let number = index.numbers.of(day, side) + 1; ; number++) {
      const id = letterId(day, side, number);
      if (this.#isFree(index, username, id)) return id;
    }
  }

  #isFree(index: ThreadIndex, username: string, id: string): boolean {
    return !this.#given.get(username)?.has(id) && !this.options.promises.has(username, id) && !index.isTaken(id);
  }

  #givenOf(username: string): Set<string> {
    const ids = this.#given.get(username) ?? new Set();
    this.#given.set(username, ids);
    return ids;
  }
}

export const attachmentsPath = (username: string): string => `${FOLDER}/${username}/attachments`;

/** Whether another writer left the last line without its end. */
async function isTorn(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(error => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!file) return false;
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 10;
  } finally {
    await file.close();
  }
}
