import { messageOf } from "hearth";
import type { PendingPassage } from "../index-parts";
import { type EmbedderAddress, EmbeddingWorker } from "./embedding-worker";
import { MovingRate } from "./moving-rate";
import { PendingQueue } from "./pending-queue";

export interface PoolOptions {
  readonly embedder: EmbedderAddress & { readonly dims: number };
  /** Threads at the most. */
  readonly workers: number;
  /** Seconds after which threads with nothing to do are ended. */
  readonly idle: number;
  /** Seconds that a thread may take for a few passages. */
  readonly patience: number;
  readonly pending: (most: number) => Promise<readonly PendingPassage[]>;
  readonly put: (vectors: readonly { readonly no: number; readonly vector: Float32Array }[]) => Promise<number>;
  /** Told after each batch that the index has. */
  readonly embedded: (passages: number) => void;
  /** Told when nothing is pending any more but what cannot be embedded. */
  readonly drained: () => void;
  /** Told of a passage that is given up. */
  readonly skipped: (why: string) => void;
  /** Told once when the embedder cannot be opened. */
  readonly broken: (why: string) => void;
  /** Told when the index did not take part: it is tried again at the next `wake`. */
  readonly failed: (error: unknown) => void;
}

/** How often the embedder is opened before it is given up. */
const TRIES = 2;

/**
 * Threads that make vectors of what is pending, as long as something is. They begin when they are needed and end when they were not for a
 * while, because each holds an embedder in memory. What is pending is in the index alone, so they can be ended at any moment.
 */
export class EmbeddingPool {
  readonly rate = new MovingRate();
  readonly #queue: PendingQueue;
  readonly #feeders = new Set<Promise<void>>();
  readonly #workers = new Set<EmbeddingWorker>();
  #bell = Promise.withResolvers<void>();
  #step = Promise.withResolvers<void>();
  #over = false;

  constructor(readonly options: PoolOptions) {
    this.#queue = new PendingQueue(options.pending, options.workers);
  }

  /** Passages that nobody can embed. */
  get skipped(): ReadonlySet<number> {
    return this.#queue.skipped;
  }

  /** Threads that hold an embedder. */
  get threads(): number {
    return this.#workers.size;
  }

  /** Something may be pending. */
  wake(): void {
    if (this.#over) return;
    this.#queue.refresh();
    this.#bell.resolve();
    this.#bell = Promise.withResolvers();
    while (this.#feeders.size < this.options.workers) this.#begin();
  }

  /** Resolves at the next batch that is done or given up, and when no more are. */
  step(): Promise<void> {
    return this.#over ? Promise.resolve() : this.#step.promise;
  }

  /** Whether no more vectors are made: it was stopped, or its embedder is broken. */
  get over(): boolean {
    return this.#over;
  }

  /** Ends all threads, at once. */
  async stop(): Promise<void> {
    this.#end();
    await Promise.all(this.#feeders);
  }

  #end(): void {
    this.#over = true;
    this.#bell.resolve();
    this.#tell();
    for (const worker of this.#workers) worker.end();
  }

  #begin(): void {
    if (this.#feeders.size === 0) this.rate.begin(performance.now());
    const feeder: Promise<void> = this.#feed()
      .catch(error => {
        if (!this.#over) this.options.failed(error);
      })
      .finally(() => {
        this.#feeders.delete(feeder);
        this.#tell();
      });
    this.#feeders.add(feeder);
  }

  /** Keeps one thread busy. */
  async #feed(): Promise<void> {
    let worker: EmbeddingWorker | undefined;
    try {
      while (!this.#over) {
        const bell = this.#bell.promise;
        const batch = await this.#queue.next();
        if (batch.length === 0) {
          if (!(await this.#rest(bell))) return;
          continue;
        }
        worker ??= await this.#open();
        if (!worker) return this.#queue.done(batch);
        await this.#embed(worker, batch);
        if (worker.dead) worker = this.#forget(worker);
      }
    } finally {
      this.#forget(worker);
    }
  }

  /** Waits for more; answers whether there may be some. */
  async #rest(bell: Promise<void>): Promise<boolean> {
    if (this.#queue.resting) this.options.drained();
    let timer: Timer | undefined;
    const quiet = new Promise<boolean>(resolve => {
      timer = setTimeout(() => resolve(false), this.options.idle * 1000);
    });
    const rung = bell.then(() => true);
    return Promise.race([rung, quiet]).finally(() => clearTimeout(timer));
  }

  async #embed(worker: EmbeddingWorker, batch: readonly PendingPassage[]): Promise<void> {
    const made = await worker.embed(batch.map(({ text }) => text)).catch(messageOf);
    if (this.#over) return this.#queue.done(batch);
    const wrong = typeof made === "string" ? made : this.#wrongWith(made);
    if (wrong !== undefined) return this.#fail(batch, wrong);
    await this.#keep(batch, made as readonly Float32Array[]);
  }

  #wrongWith(made: readonly Float32Array[]): string | undefined {
    const { dims } = this.options.embedder;
    const bad = made.find(vector => vector.length !== dims || !vector.every(Number.isFinite));
    return bad && `the embedder made ${bad.length} numbers that are no vector of ${dims}`;
  }

  /** A thread with its embedder open; nothing when it cannot be opened, or is not needed any more. */
  async #open(): Promise<EmbeddingWorker | undefined> {
    for (let tries = TRIES; !this.#over; tries--) {
      const worker = new EmbeddingWorker(this.options.embedder, this.options.patience);
      this.#workers.add(worker);
      const wrong = await worker.ready.catch(messageOf);
      if (wrong === undefined) return worker;
      this.#forget(worker);
      if (tries === 1) this.#break(wrong);
    }
    return undefined;
  }

  #break(why: string): void {
    if (this.#over) return;
    this.#end();
    this.options.broken(why);
  }

  async #keep(batch: readonly PendingPassage[], made: readonly Float32Array[]): Promise<void> {
    try {
      await this.options.put(batch.map(({ no }, index) => ({ no, vector: made[index]! })));
    } finally {
      this.#queue.done(batch);
    }
    const tokens = batch.reduce((sum, passage) => sum + passage.tokens, 0);
    this.rate.add(performance.now(), batch.length, tokens);
    this.#tell();
    this.options.embedded(batch.length);
  }

  #fail(batch: readonly PendingPassage[], why: string): void {
    for (const _ of this.#queue.failed(batch)) this.options.skipped(why);
    this.#tell();
  }

  #forget(worker: EmbeddingWorker | undefined): undefined {
    worker?.end();
    if (worker) this.#workers.delete(worker);
  }

  #tell(): void {
    this.#step.resolve();
    this.#step = Promise.withResolvers();
  }
}
