import { IndexLost } from "./index-lost";
import type { Ask, Told } from "./index-thread";
import type { IndexWork } from "./index-work";

type Answer<K extends Name> = ReturnType<IndexWork[K]>;
type Name = "kinds" | "known" | "versions" | "put" | "remove" | "forget" | "find" | "findNear" | "suggest" | "close";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The index in a thread of its own, so that neither searching nor indexing keeps anybody waiting who asks for something else.
 * The thread starts with the first question; one that dies is replaced at the next.
 */
export class IndexClient {
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #count = 0;
  #closed = false;

  constructor(
    readonly file: string,
    /** Told when the index was damaged and is empty now. */
    readonly lost: (why: string) => void,
  ) {}

  /** Asks the thread; answers come in the order of the questions. @throws IndexLost, and what SQLite says, with its code */
  ask<K extends Name>(name: K, ...values: Parameters<IndexWork[K]>): Promise<Answer<K>> {
    if (this.#closed) return Promise.reject(new Error("the index is closed"));
    this.#thread ??= this.#begin();
    return this.#send(this.#thread, name, values);
  }

  /** Ends the thread, after it has answered what it was asked. */
  async close(): Promise<void> {
    const thread = this.#thread;
    const closing = thread && this.ask("close").catch(() => {}); // one that could not be opened is closed
    this.#closed = true;
    await closing;
    thread?.terminate();
  }

  #begin(): Worker {
    const thread = new Worker(new URL("./index-thread.ts", import.meta.url), { name: "search index", smol: true });
    thread.onmessage = ({ data }: MessageEvent<Told>) => this.#told(data);
    thread.onerror = ({ message }) => this.#died(thread, new Error(message));
    thread.addEventListener("close", () => this.#died(thread, new Error("it ended")));
    this.#send(thread, "open", [this.file]).catch(error => this.#died(thread, error));
    return thread;
  }

  #send<T>(thread: Worker, name: string, values: readonly unknown[]): Promise<T> {
    const id = ++this.#count;
    thread.postMessage({ id, name, with: values } satisfies Ask);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #told({ id, value, error, code, lost }: Told): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (lost) this.lost(error!);
    if (error === undefined) waiting?.resolve(value as never);
    else waiting?.reject(lost ? new IndexLost(error) : withCode(new Error(error), code));
  }

  #died(thread: Worker, { message, code }: Error & { code?: string }): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    thread.terminate();
    for (const { reject } of this.#waiting.values())
      reject(withCode(new Error(`the thread of the index: ${message}`), code));
    this.#waiting.clear();
  }
}

const withCode = (error: Error, code: string | undefined): Error => (code ? Object.assign(error, { code }) : error);
