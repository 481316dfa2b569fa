import type { Done, Order } from "./embedding-thread";

/** The thread ended, or took too long, on what it was given. */
class WorkerDied extends Error {}

interface Waiting {
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
}

/** What a worker needs to know of an embedder. */
export interface EmbedderAddress {
  readonly module: string;
  readonly options?: unknown;
}

/** A thread with an embedder of its own. It takes one order at a time. */
export class EmbeddingWorker {
  readonly #thread: Worker;
  #waiting: Waiting | undefined;
  #late: Timer | undefined;
  #dead: Error | undefined;

  /** @param patience seconds for one order, and for opening the embedder */
  constructor(
    { module, options }: EmbedderAddress,
    readonly patience: number,
  ) {
    this.#thread = new Worker(new URL("./embedding-thread.ts", import.meta.url), { name: "embedding", smol: true });
    this.#thread.onmessage = ({ data }: MessageEvent<Done>) => this.#settle(waiting => waiting.resolve(data));
    this.#thread.onerror = ({ message }) => this.#die(message);
    this.#thread.addEventListener("close", () => this.#die("it ended"));
    this.ready = this.#order({ open: { module, options } }).then(({ error }) => error);
    this.ready.catch(() => {}); // told to whoever asks for it
  }

  /** Resolves when the embedder is open; with what is wrong when it cannot be. @throws WorkerDied */
  readonly ready: Promise<string | undefined>;

  get dead(): boolean {
    return this.#dead !== undefined;
  }

  /** Vectors of texts, or what the embedder says is wrong with them. @throws WorkerDied */
  async embed(texts: readonly string[]): Promise<readonly Float32Array[] | string> {
    const { vectors, error } = await this.#order({ texts });
    if (error !== undefined) return error;
    return vectors?.length === texts.length ? vectors : `it made ${vectors?.length} vectors of ${texts.length} texts`;
  }

  /** Ends the thread at once, whatever it does. */
  end(): void {
    this.#die("it was ended");
  }

  async #order(order: Order): Promise<{ vectors?: readonly Float32Array[]; error?: string }> {
    if (this.#dead) throw this.#dead;
    const done = new Promise<Done>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#late = setTimeout(() => this.#die(`it took more than ${this.patience} s`), this.patience * 1000);
    this.#thread.postMessage(order);
    return done;
  }

  #die(why: string): void {
    this.#dead ??= new WorkerDied(`a thread that embeds: ${why}`);
    const dead = this.#dead;
    this.#thread.terminate();
    this.#settle(waiting => waiting.reject(dead));
  }

  #settle(how: (waiting: Waiting) => void): void {
    clearTimeout(this.#late);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) how(waiting);
  }
}
