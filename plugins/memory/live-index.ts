import { type Logger, messageOf } from "hearth";
import type { Embedder, Learned } from "./contract";
import { EmbeddingPool } from "./embedding-pool";
import type { HomeFiles } from "./home-files";
import { IndexClient } from "./index-client";
import type { IndexOptions, Origin } from "./index-parts";
import type { Ledger } from "./ledger";
import type { Progress } from "./progress";

/** Files whose writers are looked up at once. */
const LOOKED_UP = 128;
/** Files that are read at once: a question waits for no more of them. */
const READ = 16;
/** A file that is to be read, and who wrote it. */
type Learning = { readonly path: string; readonly origin: Origin };
interface Learn {
  readonly session?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly told?: (done: number) => void;
  /** Files that are read at once. */
  readonly atOnce?: number;
}
const nothing: Learned = { files: 0, added: 0, kept: 0, removed: 0, recalled: 0 };

export interface LiveOptions {
  readonly key: string;
  readonly index: IndexOptions;
  /** Whose vectors it holds, if they can be made. */
  readonly embedder?: Embedder;
  readonly files: HomeFiles;
  readonly ledger: Ledger;
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
  /** Being compared with the home, as a whole. */
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Whether all of the home's text is in it, as far as is known. */
  inStep = false;
  #embedded = 0;
  #since = 0;
  readonly #closing = new AbortController();

  constructor(readonly options: LiveOptions) {
    this.client = new IndexClient(options.index, why => {
      options.log.warn("the index of memory is made anew", { why });
      this.inStep = false;
      options.behind("lost");
    });
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
    const sum = await this.#learn(paths, { session, signal });
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
    await this.#learnAll(changed);
    for (const some of batches(gone, READ)) await this.client.ask("forget", some); // after: what was renamed keeps its vectors
    this.inStep = true;
    this.options.ledger.note("known", "yes");
    if (changed.length + gone.length > 0) this.#tellRead(changed.length, gone.length, files, from);
    if (!this.pool) await this.#ready();
    else if (this.options.embeds) this.#wake();
  }

  /** What may have been written down again comes last and one by one: what it was written from has to be known by then. */
  async #learnAll(paths: readonly string[]): Promise<void> {
    const after = this.options.ledger.afterReminders(paths);
    const last = new Set(after);
    const first = paths.filter(path => !last.has(path));
    const { signal } = this.#closing;
    const told = (done: number) =>
      this.options.progress.tell({ phase: "text", done, total: paths.length, secondsLeft: null });
    await this.#learn(first, { signal, told });
    await this.#learn(after, { signal, told: done => told(first.length + done), atOnce: 1 });
  }

  #wake(): void {
    if (this.#embedded === 0) this.#since = performance.now();
    this.pool?.wake();
  }

  #tellRead(read: number, gone: number, files: number, from: number): void {
    const ms = Math.round(performance.now() - from);
    this.options.log.info("memory has read the home", { index: this.key, read, gone, files, ms });
  }

  async #learn(paths: readonly string[], { session, signal, told, atOnce = READ }: Learn): Promise<Learned> {
    let sum = nothing;
    let done = 0;
    for (const many of batches(paths, LOOKED_UP))
      for (const some of batches(await this.#withOrigins(many, session), atOnce)) {
        signal?.throwIfAborted();
        sum = plus(sum, await this.#read(some));
        done += some.length;
        told?.(done);
      }
    return sum;
  }

  async #withOrigins(paths: readonly string[], session: string | undefined): Promise<Learning[]> {
    const { ledger, files } = this.options;
    const versions = (await this.client.ask("versions", paths)).flatMap(version => {
      const source = files.sourceOf(version.path);
      return source ? { version, source } : [];
    });
    const origins = ledger.originsOf(versions, session);
    const known = new Map(versions.map(({ version }, index) => [version.path, origins[index]!]));
    return paths.map(path => ({ path, origin: known.get(path) ?? ledger.unseen() }));
  }

  async #read(files: readonly Learning[]): Promise<Learned> {
    const learned = await this.client.ask("learn", files);
    for (const { path, note } of learned.notes)
      this.options.log.warn("not all of a file is remembered", { path, note });
    return learned;
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

/** Waits for something, and no longer than until the signal is aborted. */
async function orAborted(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  if (!signal) return work;
  const stopped = Promise.withResolvers<void>();
  const stop = () => stopped.resolve();
  signal.addEventListener("abort", stop);
  await Promise.race([work, stopped.promise]).finally(() => signal.removeEventListener("abort", stop));
}
