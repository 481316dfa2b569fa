import { settledWithin } from "hearth";
import type { IndexOptions } from "../index-parts";
import { EmbedderFault, IndexLost } from "./index-faults";
import type { Ask, Told } from "./index-thread";
import type { IndexWork } from "./index-work";

/** What can be asked of the thread of an index. */
export type IndexQuestion = Exclude<
  { [K in keyof IndexWork]: IndexWork[K] extends Act ? K : never }[keyof IndexWork],
  never
>;
type Act = (...values: never[]) => unknown;
type Answer<K extends IndexQuestion> = Awaited<ReturnType<Extract<IndexWork[K], Act>>>;
type Values<K extends IndexQuestion> = Parameters<Extract<IndexWork[K], Act>>;

/** Milliseconds that a thread has to end what it was asked. */
const PATIENCE = 15_000;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * An index in a thread of its own, so that neither searching nor reading keeps anybody waiting who asks for something else.
 * The thread starts with the first question; one that dies is replaced at the next.
 */
export class IndexClient {
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #count = 0;
  #closed = false;

  constructor(
    readonly options: IndexOptions,
    /** Told when the index was damaged and is empty now. */
    readonly lost: (why: string) => void,
  ) {}

  /** Asks the thread. @throws IndexLost, EmbedderFault, and what SQLite says, with its code */
  ask<K extends IndexQuestion>(name: K, ...values: Values<K>): Promise<Answer<K>> {
    if (this.#closed) return Promise.reject(new Error("the index is closed"));
    this.#thread ??= this.#begin();
    return this.#send(this.#thread, name, values);
  }

  /** Ends the thread, after it has answered what it was asked; one that does not answer any more is ended all the same. */
  async close(): Promise<void> {
    const thread = this.#thread;
    const closing = thread && this.ask("close").catch(() => {}); // one that could not be opened is closed
    this.#closed = true;
    if (closing) await settledWithin(closing, PATIENCE);
    thread?.terminate();
    this.#refuse(new Error("the index is closed"));
  }

  #begin(): Worker {
    const thread = new Worker(new URL("./index-thread.ts", import.meta.url), { name: "memory index", smol: true });
    thread.onmessage = ({ data }: MessageEvent<Told>) => this.#told(data);
    thread.onerror = ({ message }) => this.#died(thread, new Error(message));
    thread.addEventListener("close", () => this.#died(thread, new Error("it ended")));
    this.#send(thread, "open", [this.options]).catch(error => this.#died(thread, error));
    return thread;
  }

  #send<T>(thread: Worker, name: string, values: readonly unknown[]): Promise<T> {
    const id = ++this.#count;
    thread.postMessage({ id, name, with: values } satisfies Ask);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #told(told: Told): void {
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.fault === "lost") this.lost(told.error!);
    if (told.error === undefined) waiting?.resolve(told.value as never);
    else waiting?.reject(errorOf(told.error, told));
  }

  #died(thread: Worker, error: Error & { code?: string }): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    thread.terminate();
    const text = `the thread of memory's index: ${error.message}`;
    this.#refuse(errorOf(text, error instanceof EmbedderFault ? { ...error, fault: "embedder" } : error));
  }

  #refuse(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf(text: string, { fault, code }: Pick<Told, "fault" | "code">): Error {
  const error =
    fault === "lost" ? new IndexLost(text) : fault === "embedder" ? new EmbedderFault(text) : new Error(text);
  return code ? Object.assign(error, { code }) : error;
}
