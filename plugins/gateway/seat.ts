import type { Outfitting } from "hearth-plugins/sessions";
import type { Spender } from "./limits";

/** A session's place at the gateway, from the moment its agent begins until it has ended. */
export class Seat implements Spender {
  readonly id: string;
  readonly type: string;
  readonly #calls = new Set<AbortController>();
  #closed: string | undefined;

  constructor(
    readonly session: Pick<Outfitting, "id" | "type" | "stop">,
    readonly account: string,
    /** Takes note of why its budget ended it. */
    readonly stopped: (why: string) => void,
  ) {
    this.id = session.id;
    this.type = session.type;
  }

  /** Why it makes no further calls; nothing while it may. */
  get closed(): string | undefined {
    return this.#closed;
  }

  /** Takes a call in, so that it ends with the seat. Answers how to give it back. */
  take(call: AbortController): () => void {
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }

  /** Ends the session because of its budget: no further call. @param now its calls on their way end as well */
  stop(why: string, now = false): void {
    if (this.#closed === undefined) {
      this.#closed = why;
      this.stopped(why);
      this.session.stop(why);
    }
    if (now) this.#abort();
  }

  /** The session is over: its token is good for nothing any more. */
  close(): void {
    this.#closed ??= "this session is over";
    this.#abort();
  }

  #abort(): void {
    for (const call of this.#calls) call.abort();
  }
}
