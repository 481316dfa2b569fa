import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { appendLines, type Clock, Draft, HearthError, type Home } from "hearth";
import type { Picture } from "hearth-plugins/pictures";
import type { Letter } from "./contract";
import { InTurn } from "./in-turn";
import { letterId, type Side } from "./letter-id";
import { lineOf } from "./letter-line";
import { dayOf, momentAt, stampOf } from "./moment";
import type { Promises } from "./promises";
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

export interface WriterOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly threads: Threads;
  readonly promises: Promises;
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
      const id = await this.#freeId(username, side, this.options.clock.now());
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
    const known = letter.id === undefined ? undefined : index.find(letter.id);
    if (known) {
      const [shown] = await this.options.threads.read(username, [known]);
      if (shown && shown.letter.from === letter.from && shown.letter.body === letter.body)
        return shown.letter as Letter;
    }
    const id = letter.id !== undefined && !known ? letter.id : await this.#freeId(username, letter.side, letter.at);
    return letter.picture
      ? this.#withPicture(username, id, letter, letter.picture)
      : this.#append(username, id, letter);
  }

  async #withPicture(username: string, wanted: string, letter: NewLetter, picture: Picture): Promise<Letter> {
    const folder = await this.options.home.resolve(attachmentsPath(username));
    await using draft = await Draft.in(folder, picture.bytes, FILE_MODE);
    const [id, filename] = await this.#publish(draft, username, wanted, letter, picture);
    try {
      return await this.#append(username, id, letter, { filename, mime: picture.mime, size: picture.bytes.length });
    } catch (error) {
      await rm(join(folder, filename), { force: true });
      throw error;
    }
  }

  /** Gives a picture the name of its letter. A name that is taken, by a letter that was lost on its way, is left to it. */
  async #publish(
    draft: Draft,
    username: string,
    wanted: string,
    { side, at }: NewLetter,
    { extension }: Picture,
  ): Promise<[string, string]> {
    if (await draft.publish(wanted + extension)) return [wanted, wanted + extension];
    for (let tries = 0, number = Number(wanted.split("_").at(-1)) || 0; tries < 1000; tries++) {
      const id = letterId(dayOf(momentAt(at)), side, ++number);
      if (await this.#isFree(username, id)) if (await draft.publish(id + extension)) return [id, id + extension];
    }
    throw new HearthError(
      "TWICE",
      `the pictures of a thousand letters after ${wanted}, in ${attachmentsPath(username)}`,
    );
  }

  async #append(
    username: string,
    id: string,
    { from, body, at, inReplyTo }: NewLetter,
    attachment?: Letter["attachment"],
  ): Promise<Letter> {
    const letter = {
      id,
      from,
      ts: stampOf(momentAt(at)),
      body,
      ...(attachment && { attachment }),
      ...(inReplyTo !== undefined && { in_reply_to: inReplyTo }),
    };
    const path = await this.options.home.resolve(threadPath(username));
    await appendLines(path, ((await isTorn(path)) ? "\n" : "") + lineOf(letter), FILE_MODE);
    return letter;
  }

  async #freeId(username: string, side: Side, at: Date): Promise<string> {
    const day = dayOf(momentAt(at));
    const { numbers } = await this.options.threads.index(username);
    for (let number = numbers.of(day, side) + 1; ; number++) {
      const id = letterId(day, side, number);
      if (await this.#isFree(username, id)) return id;
    }
  }

  async #isFree(username: string, id: string): Promise<boolean> {
    if (this.#given.get(username)?.has(id) || this.options.promises.has(username, id)) return false;
    return !(await this.options.threads.index(username)).isTaken(id);
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
