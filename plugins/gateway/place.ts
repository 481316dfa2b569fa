import type { Spender } from "./limits";

/** A place at the gateway, from which calls go. */
export abstract class Place implements Spender {
  readonly #calls = new Set<AbortController>();
  /** As its calls are written down. */
  abstract readonly id: string;
  abstract readonly account: string;
  abstract readonly type: string;
  readonly part?: string;

  /** Why it makes no further calls; nothing while it may. */
  abstract get closed(): string | undefined;
  /** How it goes on once a person has raised a budget: the end of a sentence. */
  abstract get goesOn(): string;
  /** A budget has no room for it. @param now its calls on their way end as well */
  abstract stop(why: string, now?: boolean): void;

  /** Takes a call in, so that it ends with the place. Answers how to give it back. */
  take(call: AbortController): () => void {
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }

  protected abort(): void {
    for (const call of this.#calls) call.abort();
  }
}
