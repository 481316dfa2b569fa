import { type Logger, settledWithin } from "hearth";
import type { DocumentChanged, Searchable } from "./contract";
import { Follower } from "./follower";
import type { IndexClient } from "./index-client";

/** Documents that are taken out of the index at once. */
const SOME = 100;

export interface FollowersOptions {
  readonly index: IndexClient;
  /** What can be searched now. */
  readonly searchables: () => readonly Searchable[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Seconds that a searchable which has just come is waited for. */
  readonly wait: number;
  /** Told after each change of the index. */
  readonly changed: () => void;
}

interface Followed {
  readonly follower: Follower;
  readonly leaving: AbortController;
  /** Settles when the first comparison is over or has taken too long; nothing afterwards. */
  ready: Promise<unknown> | undefined;
}

/** One follower for each searchable that is there. Searchables come and go without a word: this looks whenever somebody asks. */
export class Followers {
  readonly #options: FollowersOptions;
  readonly #followed = new Map<string, Followed>();
  #forgetting: Promise<void> | undefined;

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /** The ids of what can be searched now. */
  shown(): string[] {
    return this.#options.searchables().map(({ id }) => id);
  }

  /** Follows what is there now. Nothing when all of it was compared once, else resolves when it was, or has been waited for long enough. */
  ready(): Promise<unknown> | undefined {
    this.look();
    const awaited = [...this.#followed.values()].flatMap(({ ready }) => ready ?? []);
    return awaited.length > 0 ? Promise.all(awaited) : undefined;
  }

  /** Follows what has come, and leaves what has gone. */
  look(): void {
    const now = new Map(this.#options.searchables().map(searchable => [searchable.id, searchable]));
    for (const [id, { follower, leaving }] of this.#followed) {
      if (now.get(id) === follower.searchable) continue;
      leaving.abort(new Error("it has gone"));
      this.#followed.delete(id);
    }
    for (const searchable of now.values()) if (!this.#followed.has(searchable.id)) this.#follow(searchable);
  }

  /** A document changed. Resolves when the index has it. */
  async note({ searchable, slug }: DocumentChanged): Promise<void> {
    this.look();
    await this.#followed.get(searchable)?.follower.note(slug);
  }

  /** Compares everything once more, `wait` seconds at the most. */
  async compareAll(): Promise<void> {
    const all = [...this.#followed.values()].map(({ follower }) => follower.compareAll());
    await settledWithin(Promise.all(all), this.#options.wait * 1000);
  }

  /** Takes out of the index what belongs to no searchable any more. For a moment of rest: one that is restarted comes back. */
  forgetGone(): Promise<void> {
    this.#forgetting ??= this.#forget().finally(() => {
      this.#forgetting = undefined;
    });
    return this.#forgetting;
  }

  async #forget(): Promise<void> {
    const { index, signal, changed } = this.#options;
    for (const kind of await index.ask("kinds"))
      while (!signal.aborted && !this.shown().includes(kind)) {
        const gone = await index.ask("forget", kind, SOME);
        changed();
        if (gone) break;
      }
  }

  #follow(searchable: Searchable): void {
    const { index, log, signal, wait, changed } = this.#options;
    const leaving = new AbortController();
    const both = AbortSignal.any([signal, leaving.signal]);
    const follower = new Follower({ index, searchable, log, signal: both, changed });
    const ready = settledWithin(follower.first, wait * 1000);
    const followed: Followed = { follower, leaving, ready };
    this.#followed.set(searchable.id, followed);
    void ready.then(() => {
      followed.ready = undefined;
    });
  }
}
