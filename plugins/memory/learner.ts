import type { Logger } from "hearth";
import type { Learned } from "./contract";
import type { Origin } from "./index-parts";
import type { Ledger } from "./ledger";
import type { HomeFiles } from "./reading/home-files";
import { ownerOf } from "./reading/label";
import type { MemorySource } from "./source";
import type { IndexClient } from "./threads/index-client";
import type { MemoryWitness } from "./witness";

/** Files whose writers are looked up at once. */
const LOOKED_UP = 64;
/** Files that are read at once: a question waits for no more of them. */
const READ = 16;

/** A file that is to be read, and who wrote it. */
type Learning = { readonly path: string; readonly origin: Origin };

export interface HowToLearn {
  /** The session that wrote the files. */
  readonly session?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many files are done. */
  readonly told?: (done: number) => void;
  /** Files that are read at once. */
  readonly atOnce?: number;
}

export interface LearnerOptions {
  readonly client: IndexClient;
  readonly files: HomeFiles;
  readonly ledger: Ledger;
  readonly witnesses: () => readonly MemoryWitness[];
  readonly log: Logger;
}

/** Has an index read files, few at a time, and tells it who wrote them. */
export class Learner {
  readonly #options: LearnerOptions;

  constructor(options: LearnerOptions) {
    this.#options = options;
  }

  /** @throws when the signal is aborted, and what SQLite says */
  async learn(paths: readonly string[], { session, signal, told, atOnce = READ }: HowToLearn): Promise<Learned> {
    let sum: Learned = { files: 0, added: 0, kept: 0, removed: 0, recalled: 0 };
    let done = 0;
    for (const many of batches(paths, LOOKED_UP)) {
      for (const some of batches(await this.#withOrigins(many, session), atOnce)) {
        signal?.throwIfAborted();
        sum = plus(sum, await this.#read(some));
        done += some.length;
        told?.(done);
      }
      await this.#part(many);
    }
    return sum;
  }

  /** Files of any sessions: what may have been written down again comes last and one by one, because what it was written from has to be known by then. */
  async learnAll(paths: readonly string[], { signal, told }: Pick<HowToLearn, "signal" | "told">): Promise<void> {
    const after = this.#options.ledger.afterReminders(paths);
    const last = new Set(after);
    const first = paths.filter(path => !last.has(path));
    await this.learn(first, { signal, ...(told && { told }) });
    await this.learn(after, { signal, told: done => told?.(first.length + done), atOnce: 1 });
  }

  async forget(paths: readonly string[]): Promise<void> {
    for (const some of batches(paths, READ)) await this.#options.client.ask("forget", some);
    await this.#part(paths);
  }

  /** Of those whose own files have gone, the conversations are nobody's any more. */
  async #part(paths: readonly string[]): Promise<void> {
    const { files, ledger } = this.#options;
    for (const path of paths) {
      const source = files.sourceOf(path);
      const person = source && ownerOf(source, path);
      if (person === undefined) continue;
      const found = files.look(path, source!);
      if (!("gone" in found && found.gone)) continue;
      await this.learn(
        ledger.left(person).map(session => `conversations/${session}.md`),
        {},
      );
    }
  }

  async #withOrigins(paths: readonly string[], session: string | undefined): Promise<Learning[]> {
    const { client, ledger, files } = this.#options;
    const versions = (await client.ask("versions", paths)).flatMap(version => {
      const source = files.sourceOf(version.path);
      return source ? { version, source } : [];
    });
    const origins = ledger.originsOf(versions, session);
    const known = new Map(
      versions.map(({ version, source }, index) => [
        version.path,
        this.#vouched(origins[index]!, source, version.path),
      ]),
    );
    return paths.map(path => ({ path, origin: known.get(path) ?? ledger.unseen() }));
  }

  /** With what a witness of the source says of the file. */
  #vouched(origin: Origin, source: MemorySource, path: string): Origin {
    const vouched = this.#options
      .witnesses()
      .find(({ id }) => id === source.id)
      ?.records(path);
    return vouched ? { ...origin, vouched: vouched.join("\n") } : origin;
  }

  async #read(files: readonly Learning[]): Promise<Learned> {
    const learned = await this.#options.client.ask("learn", files);
    for (const { path, note } of learned.notes)
      this.#options.log.warn("not all of a file is remembered", { path, note });
    return learned;
  }
}

const plus = (a: Learned, b: Learned): Learned => ({
  files: a.files + b.files,
  added: a.added + b.added,
  kept: a.kept + b.kept,
  removed: a.removed + b.removed,
  recalled: a.recalled + b.recalled,
});

function* batches<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}
