import type { Outfitting } from "hearth-plugins/sessions";
import { Place } from "./place";

/** A session's place at the gateway, from the moment its agent begins until it has ended. */
export class Seat extends Place {
  readonly id: string;
  readonly type: string;
  #closed: string | undefined;

  constructor(
    readonly session: Pick<Outfitting, "id" | "type" | "stop">,
    readonly account: string,
    /** Takes note of why its budget ended it. */
    readonly stopped: (why: string) => void,
  ) {
    super();
    this.id = session.id;
    this.type = session.type;
  }

  get closed(): string | undefined {
    return this.#closed;
  }

  get goesOn(): string {
    return `, and lets the session go on with \`hearth session ${this.id} resume\``;
  }

  /** Ends the session because of its budget: no further call. @param now its calls on their way end as well */
  stop(why: string, now = false): void {
    if (this.#closed === undefined) {
      this.#closed = why;
      this.stopped(why);
      this.session.stop(why);
    }
    if (now) this.abort();
  }

  /** The session is over: its token is good for nothing any more. */
  close(): void {
    this.#closed ??= "this session is over";
    this.abort();
  }
}
