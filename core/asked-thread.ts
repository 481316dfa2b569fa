import { settledWithin } from "./activity";
import type { Asked, Told } from "./answering-thread";
import { errorOfFault, type ThreadFault, threadFault } from "./thread-fault";

type Act = (...values: never[]) => unknown;
/** What can be asked of work in a thread: its methods, by name. */
export type Question<Work> = Exclude<{ [K in keyof Work]: Work[K] extends Act ? K : never }[keyof Work], never>;
/** What a question is asked with. */
export type Values<Work, Q extends Question<Work>> = Parameters<Extract<Work[Q], Act>>;
/** What it is answered. */
export type Answer<Work, Q extends Question<Work>> = Awaited<ReturnType<Extract<Work[Q], Act>>>;

/** What lies in a thread of its own. */
export interface AskedThreadOptions {
  /** The file of the work. Its `open` is called in the thread, and answers the work; what that is asked and answers must be cloneable. */
  readonly module: URL;
  /** What `open` is called with. */
  readonly values: readonly unknown[];
  /** The thread's name, for whoever looks at the process. */
  readonly name: string;
  /** How errors call it: "index" makes "the thread of the index: it ended". */
  readonly whose: string;
  /** Says that it is closed: "the index is closed". */
  readonly closed: string;
  /** Errors of the work that are of the same class outside the thread; all others are an `Error`. Codes stay. */
  readonly faults?: readonly (new (
    message: string,
  ) => Error)[];
  /** Told of each answer that is an error, before whoever asked is. */
  readonly failed?: (error: Error) => void;
  /** Milliseconds that the thread has at its end for what it was asked before; 15,000 when left out. */
  readonly patience?: number;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Work in a thread of its own, so that it keeps nobody waiting who asks for something else. It is asked by the names of its methods, and
 * takes the questions in their order. The thread starts with the first question; one that dies is replaced at the next, and what it was
 * asked is refused. Whoever makes one closes it.
 */
export class AskedThread<Work extends { close(): unknown }> {
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #count = 0;
  #closing: Promise<void> | undefined;

  readonly #asked: Required<AskedThreadOptions>;

  constructor(options: AskedThreadOptions) {
    this.#asked = { faults: [], failed: () => {}, patience: 15_000, ...options };
  }

  /** Asks the thread. @throws what the work throws, with its code; Error when the thread ended meanwhile, or is closed */
  ask<Q extends Question<Work>>(name: Q, ...values: Values<Work, Q>): Promise<Answer<Work, Q>> {
    if (this.#closing) return Promise.reject(new Error(this.#asked.closed));
    this.#thread ??= this.#begin();
    return this.#send(this.#thread, String(name), values);
  }

  /**
   * Has the thread close its work, in its turn after what it was asked, and ends it; one that does not answer any more is ended all the
   * same. What it was still at is refused.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    await settledWithin(this.#send(thread, "close", []), this.#asked.patience);
    thread.terminate();
    this.#refuse(new Error(this.#asked.closed));
  }

  #begin(): Worker {
    const { module, name, values } = this.#asked;
    const thread = new Worker(new URL("./answering-thread.ts", import.meta.url), { name, smol: true });
    thread.onmessage = ({ data }: MessageEvent<Told>) => this.#told(data);
    thread.onerror = ({ message }) => this.#died(thread, new Error(message));
    thread.addEventListener("close", () => this.#died(thread, new Error("it ended")));
    this.#send(thread, "open", [module.href, ...values]).catch(error => this.#died(thread, error));
    return thread;
  }

  #send<T>(thread: Worker, name: string, values: readonly unknown[]): Promise<T> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      thread.postMessage({ id, name, values } satisfies Asked);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #told({ id, value, fault }: Told): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (fault) waiting?.reject(this.#failure(fault));
    else waiting?.resolve(value as never);
  }

  #failure(fault: ThreadFault): Error {
    const error = errorOfFault(fault, this.#asked.faults);
    this.#asked.failed(error);
    return error;
  }

  #died(thread: Worker, error: Error): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    thread.terminate();
    const message = `the thread of ${this.#asked.whose}: ${error.message}`;
    this.#refuse(errorOfFault({ ...threadFault(error), message }, this.#asked.faults));
  }

  #refuse(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
