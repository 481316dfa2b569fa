import { type Logger, messageOf } from "hearth";
import type { Searchable } from "./contract";
import type { VersionedDocument } from "./documents";
import type { IndexClient } from "./index-client";
import { pause, unlessStopped } from "./stopping";

/** Documents that are read at the same time: few enough that others come between. */
const READ = 16;
/** Documents that are written at once: a search waits for no more of them. */
const WRITE = 128;
/** How often in a row a round may fail before it waits for the next occasion. */
const TRIES = 3;

/** A document in its version, or why there is none: of one that cannot be read the index keeps what it has. */
type Reading = VersionedDocument | "gone" | "unread";

export interface FollowerOptions {
  readonly index: IndexClient;
  readonly searchable: Searchable;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told after each change of the index. */
  readonly changed: () => void;
}

/** Keeps the index in step with one searchable: at first by what differs, then by what is told. */
export class Follower {
  readonly searchable: Searchable;
  /** Resolves when everything was compared for the first time, or could not be. */
  readonly first: Promise<void>;
  readonly #options: FollowerOptions;
  readonly #told = new Set<string>();
  #all = false;
  #running: Promise<void> | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.searchable = options.searchable;
    this.first = this.compareAll();
  }

  /** Takes note that a document changed. Resolves when the index has it; never rejects. */
  note(slug: string): Promise<void> {
    this.#told.add(slug);
    return this.#run();
  }

  /** Compares every document with the index. Resolves when that is done; never rejects. */
  compareAll(): Promise<void> {
    this.#all = true;
    return this.#run();
  }

  #run(): Promise<void> {
    this.#running ??= this.#rounds();
    return this.#running;
  }

  async #rounds(): Promise<void> {
    let tries = TRIES;
    await pause(); // what is told in one breath is one round
    while ((this.#all || this.#told.size > 0) && tries > 0 && !this.#options.signal.aborted)
      tries = (await this.#round()) ? TRIES : tries - 1;
    this.#running = undefined;
  }

  /** Answers whether it went well; what did not is compared again at the next occasion. */
  async #round(): Promise<boolean> {
    const told = this.#all ? undefined : [...this.#told];
    this.#all = false;
    this.#told.clear();
    try {
      const versions = await this.#unlessStopped(this.searchable.versions());
      await (told ? this.#compare(told, versions) : this.#compareAll(versions));
      return true;
    } catch (error) {
      this.#all = true;
      const { log, signal } = this.#options;
      if (!signal.aborted)
        log.warn("the index is not in step", { searchable: this.searchable.id, error: messageOf(error) });
      return false;
    }
  }

  async #compareAll(versions: ReadonlyMap<string, string>): Promise<void> {
    const gone: string[] = [];
    const fresh = new Set(versions.keys());
    for await (const [slug, version] of this.#known()) {
      if (!versions.has(slug)) gone.push(slug);
      else if (versions.get(slug) === version) fresh.delete(slug);
    }
    await this.#remove(gone);
    await this.#read([...fresh], versions);
  }

  async *#known(): AsyncGenerator<readonly [slug: string, version: string]> {
    const { index } = this.#options;
    let page = await index.ask("known", this.searchable.id);
    while (page.length > 0) {
      yield* page;
      page = await index.ask("known", this.searchable.id, page.at(-1)![0]);
    }
  }

  async #compare(slugs: readonly string[], versions: ReadonlyMap<string, string>): Promise<void> {
    const known = await this.#options.index.ask("versions", this.searchable.id, slugs);
    await this.#remove(slugs.filter(slug => known.has(slug) && !versions.has(slug)));
    const differs = (slug: string) => versions.has(slug) && versions.get(slug) !== known.get(slug);
    await this.#read(slugs.filter(differs), versions);
  }

  async #remove(slugs: readonly string[]): Promise<void> {
    for (const some of batches(slugs, WRITE)) {
      this.#options.signal.throwIfAborted();
      await this.#options.index.ask("remove", this.searchable.id, some);
      this.#options.changed();
    }
  }

  /** Reads documents and puts them into the index; those that have gone meanwhile go from there too. */
  async #read(slugs: readonly string[], versions: ReadonlyMap<string, string>): Promise<void> {
    for (const some of batches(slugs, WRITE)) {
      const read = new Map<string, Reading>();
      for (const few of batches(some, READ))
        await Promise.all(few.map(async slug => read.set(slug, await this.#one(slug, versions.get(slug)!))));
      this.#options.signal.throwIfAborted();
      const found = [...read.values()].filter(document => typeof document === "object");
      if (found.length > 0) await this.#options.index.ask("put", this.searchable.id, found);
      await this.#remove(some.filter(slug => read.get(slug) === "gone"));
      this.#options.changed();
    }
  }

  async #one(slug: string, version: string): Promise<Reading> {
    try {
      const document = await this.#unlessStopped(this.searchable.read(slug));
      return document ? plain(document, slug, version) : "gone";
    } catch (error) {
      this.#options.signal.throwIfAborted();
      this.#options.log.warn("a document cannot be read", {
        searchable: this.searchable.id,
        slug,
        error: messageOf(error),
      });
      return "unread";
    }
  }

  #unlessStopped<T>(work: Promise<T>): Promise<T> {
    return unlessStopped(this.#options.signal, work);
  }
}

/** A document of whatever class as the plain values that a thread can be sent. */
const plain = (
  { title, body, date, more }: Omit<VersionedDocument, "slug" | "version">,
  slug: string,
  version: string,
) => ({
  slug,
  version,
  title,
  body,
  date,
  ...(more && { more: { ...more } }),
});

function* batches<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}
