import { type Logger, messageOf } from "hearth";
import type { Embedder, Learned } from "../contract";
import type { IndexOptions } from "../index-parts";
import { Learner } from "../learner";
import type { Ledger } from "../ledger";
import type { Progress } from "../progress";
import type { HomeFiles } from "../reading/home-files";
import type { MemoryWitness } from "../witness";
import { EmbeddingPool } from "./embedding-pool";
import { IndexClient } from "./index-client";
import type { FileNote } from "./index-work";

export interface LiveOptions {
  readonly key: string;
  readonly index: IndexOptions;
  /** Whose vectors it holds, if they can be made. */
  readonly embedder?: Embedder;
  readonly files: HomeFiles;
  readonly ledger: Ledger;
  readonly witnesses: () => readonly MemoryWitness[];
  readonly progress: Progress;
  readonly log: Logger;
  readonly workers: number;
  readonly idle: number;
  readonly patience: number;
  /** Whether vectors are made as soon as passages lack one; else only while somebody waits for them (`drained`). */
  readonly embeds: boolean;
  /** Told when all its text is there, and all vectors that can be made. */
  readonly ready: () => void;
  /** Told when the embedder turned out not to work. */
  readonly broken: (why: string) => void;
  /** Told when it has to be brought in step again: it was lost, or could not be written. */
  readonly behind: (why: "lost" | "failed") => void;
}

/** An index that is kept in step: its thread, and the threads that make its vectors. */
export class LiveIndex {
  readonly client: IndexClient;
  readonly pool: EmbeddingPool | undefined;
  readonly #learner: Learner;
  /** Being compared with the home, as a whole. */
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Whether all of the home's text is in it, as far as is known. */
  inStep = false;
  /** Files of which not all is remembered, and why. */
  notes: readonly FileNote[] = [];
  #embedded = 0;
  #since = 0;
  readonly #closing = new AbortController();

  constructor(readonly options: LiveOptions) {
    this.client = new IndexClient(options.index, why => {
      options.log.warn("the index of memory is made anew", { why });
      this.inStep = false;
      options.behind("lost");
    });
    this.#learner = new Learner({ ...options, client: this.client });
    this.pool = options.embedder && this.#poolOf(options.embedder);
  }

  get key(): string {
    return this.options.key;
  }
  get reading(): boolean {
    return this.#reading !== undefined;
  }

  /**
   * Brings the text in step with the home as it is now, then has vectors made of it. Resolves when the text is there.
   * @throws what SQLite says
   */
  bring(): Promise<void> {
    if (this.#reading) {
      this.#next ??= this.#reading
        .catch(() => {})
        .then(() => {
          this.#next = undefined;
          return this.bring();
        });
      return this.#next;
    }
    this.#reading = this.#bring().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Reads files anew, those that have gone too. @param session that wrote them */
  async learn(paths: readonly string[], session?: string, signal?: AbortSignal): Promise<Learned> {
    const sum = await this.#learner.learn(paths, { session, signal });
    this.notes = await this.client.ask("notes");
    if (this.options.embeds) this.#wake();
    return sum;
  }

  /** Waits for the vectors of these files: until they are there, can no more be made, or the signal is aborted. Answers how many are missing. */
  async vectorsOf(paths: readonly string[], signal?: AbortSignal): Promise<number> {
    for (;;) {
      const step = this.pool?.step();
      const lacking = await this.client.ask("lacking", paths);
      const left = lacking.filter(no => !this.pool?.skipped.has(no)).length;
      if (left === 0 || !this.options.embeds || !this.pool || this.pool.over || signal?.aborted) return left;
      await orAborted(step!, signal);
    }
  }

  /** Resolves when all vectors are made that can be. */
  async drained(signal?: AbortSignal): Promise<void> {
    this.#wake();
    while (this.pool && !this.pool.over && !signal?.aborted && (await this.left()) > 0)
      await orAborted(this.pool.step(), signal);
  }

  /** Passages that wait for a vector and can be given one. */
  async left(): Promise<number> {
    const { pending } = await this.client.ask("counts");
    return this.pool ? Math.max(0, pending - this.pool.skipped.size) : 0;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the index is closed"));
    await this.pool?.stop();
    await this.client.close();
  }

  async #bring(): Promise<void> {
    const from = performance.now();
    const { changed, gone, files } = await this.client.ask("compare");
    const told = (done: number) =>
      this.options.progress.tell({ phase: "text", done, total: changed.length, secondsLeft: null });
    await this.#learner.learnAll(changed, { signal: this.#closing.signal, told });
    await this.#learner.forget(gone); // after: what was renamed keeps its vectors
    this.notes = await this.client.ask("notes");
    this.inStep = true;
    this.options.ledger.note("known", "yes");
    if (changed.length + gone.length > 0) this.#tellRead(changed.length, gone.length, files, from);
    if (!this.pool) await this.#ready();
    else if (this.options.embeds) this.#wake();
  }

  #wake(): void {
    if (this.#embedded === 0) this.#since = performance.now();
    this.pool?.wake();
  }

  #tellRead(read: number, gone: number, files: number, from: number): void {
    const ms = Math.round(performance.now() - from);
    this.options.log.info("memory has read the home", { index: this.key, read, gone, files, ms });
  }

  #poolOf({ module, options, dims, id }: Embedder): EmbeddingPool {
    const { workers, idle, patience, log, broken, behind } = this.options;
    return new EmbeddingPool({
      embedder: { module, options, dims },
      workers,
      idle,
      patience,
      pending: most => this.client.ask("pending", most),
      put: vectors => this.client.ask("put", vectors),
      embedded: passages => void this.#told(passages).catch(() => {}),
      drained: () => void this.#drained().catch(() => {}),
      skipped: why => log.warn("a passage gets no vector", { embedder: id, why }),
      broken,
      failed: error => {
        if (this.#closing.signal.aborted) return;
        log.warn("vectors cannot be kept", { error: messageOf(error) });
        behind("failed");
      },
    });
  }

  async #told(passages: number): Promise<void> {
    this.#embedded += passages;
    const { progress } = this.options;
    if (!progress.due) return;
    const left = await this.left();
    const rate = this.pool!.rate.at(performance.now());
    const secondsLeft = rate ? Math.ceil(left / rate.passages) : null;
    const total = this.#embedded + left;
    progress.tell({ phase: "vectors", done: this.#embedded, total, secondsLeft }, rate && Math.round(rate.tokens));
  }

  async #drained(): Promise<void> {
    if (this.#closing.signal.aborted || !this.inStep || this.#reading || (await this.left()) > 0) return;
    const passages = this.#embedded;
    this.#embedded = 0;
    if (passages > 0) {
      const seconds = Math.round((performance.now() - this.#since) / 100) / 10;
      const tokens = this.pool?.rate.at(performance.now())?.tokens;
      const fields = { index: this.key, passages, seconds, tokensPerSecond: Math.round(tokens ?? 0) };
      this.options.log.info("memory has made its vectors", fields);
    }
    await this.#ready();
  }

  async #ready(): Promise<void> {
    const { passages, pending } = await this.client.ask("counts");
    if (this.#closing.signal.aborted) return;
    this.options.progress.done(passages - pending);
    this.options.ready();
  }
}

/** Waits for something, and no longer than until the signal is aborted. */
async function orAborted(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  if (!signal) return work;
  const stopped = Promise.withResolvers<void>();
  const stop = () => stopped.resolve();
  signal.addEventListener("abort", stop);
  await Promise.race([work, stopped.promise]).finally(() => signal.removeEventListener("abort", stop));
}
