import type { PendingPassage } from "../index-parts";

/** Passages that are asked for at once. */
const AHEAD = 128;
/** Of one batch: passages, and tokens unless a single passage has more. */
const PASSAGES = 16;
const TOKENS = 1000;

/**
 * The passages that wait for a vector, in batches. What the index says is pending may be on its way already, or cannot be embedded at all:
 * of a batch that failed each passage is tried once more alone, and then no more in this life.
 */
export class PendingQueue {
  #ready: PendingPassage[] = [];
  #alone: PendingPassage[] = [];
  readonly #busy = new Set<number>();
  readonly #suspects = new Set<number>();
  readonly #skipped = new Set<number>();
  #fetching: Promise<void> | undefined;

  /** @param share the workers among whom a little is divided */
  constructor(
    readonly fetch: (most: number) => Promise<readonly PendingPassage[]>,
    readonly share: number,
  ) {}

  /** Passages that nobody can embed. */
  get skipped(): ReadonlySet<number> {
    return this.#skipped;
  }

  /** Whether all that was handed out is done with. */
  get resting(): boolean {
    return this.#busy.size === 0;
  }

  /** The next passages to embed; none when nothing waits. */
  async next(): Promise<readonly PendingPassage[]> {
    if (this.#alone.length === 0 && this.#ready.length === 0) {
      this.#fetching ??= this.#fetch();
      await this.#fetching;
    }
    const batch = this.#alone.length > 0 ? [this.#alone.shift()!] : this.#cut();
    for (const { no } of batch) this.#busy.add(no);
    return batch;
  }

  /** The index has their vectors, or has nothing to do with them any more. */
  done(batch: readonly PendingPassage[]): void {
    for (const { no } of batch) this.#busy.delete(no);
  }

  /** They could not be embedded. Answers those that are given up now. */
  failed(batch: readonly PendingPassage[]): readonly PendingPassage[] {
    this.done(batch);
    const lost = batch.filter(({ no }) => batch.length === 1 && this.#suspects.has(no));
    for (const { no } of lost) this.#skipped.add(no);
    const again = batch.filter(({ no }) => !this.#skipped.has(no));
    for (const { no } of again) this.#suspects.add(no);
    this.#alone.push(...again);
    return lost;
  }

  /** Forgets what it asked for ahead, so that what is newest now comes first. */
  refresh(): void {
    this.#ready = [];
  }

  async #fetch(): Promise<void> {
    const known = this.#busy.size + this.#skipped.size + this.#alone.length;
    try {
      const pending = await this.fetch(known + AHEAD);
      const alone = new Set(this.#alone.map(({ no }) => no));
      this.#ready = pending.filter(({ no }) => !this.#busy.has(no) && !this.#skipped.has(no) && !alone.has(no));
    } finally {
      this.#fetching = undefined;
    }
  }

  #cut(): PendingPassage[] {
    const most = Math.min(PASSAGES, Math.ceil(this.#ready.length / this.share));
    let tokens = 0;
    let count = 0;
    while (count < most && (count === 0 || tokens + this.#ready[count]!.tokens <= TOKENS))
      tokens += this.#ready[count++]!.tokens;
    return this.#ready.splice(0, count);
  }
}
