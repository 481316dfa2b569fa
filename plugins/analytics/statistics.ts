import { type Kept, kept } from "hearth";
import type { Content } from "hearth-plugins/content";
import { PageTally } from "./page-tally";
import { reportOn } from "./report";
import type { SessionLogs } from "./session-logs";
import { tallySessions } from "./session-tally";

/** Counts what there is, and keeps the answer as long as nothing has changed. */
export class Statistics {
  readonly #thoughts: PageTally;
  readonly #dreams: PageTally;
  #answer: { readonly version: string; readonly kept: Kept } | undefined;

  constructor(
    content: Content,
    readonly logs: SessionLogs,
    /** Whether dollars are told. */
    readonly showCost: boolean,
  ) {
    this.#thoughts = new PageTally(content, "thoughts");
    this.#dreams = new PageTally(content, "dreams");
  }

  /** The answer as things are now. */
  async current(): Promise<Kept> {
    const parts = [this.#thoughts, this.#dreams, this.logs];
    await Promise.all(parts.map(part => part.upToDate()));
    const version = parts.map(part => part.version).join();
    if (this.#answer?.version !== version) this.#answer = { version, kept: kept(this.#report()) };
    return this.#answer.kept;
  }

  #report() {
    const sessions = tallySessions(this.logs.sessions);
    return reportOn({ thoughts: this.#thoughts, dreams: this.#dreams, sessions }, this.showCost);
  }
}
