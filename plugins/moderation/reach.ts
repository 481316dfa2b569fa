import type { Ailment, AilmentSource, Clock, Logger } from "hearth";

/** Knows whether the judge can be reached, and since when it cannot. Tells the log when that changes. */
export class Reach implements AilmentSource {
  readonly id = "moderation";
  #fault: Ailment | undefined;
  #lacked = false;

  constructor(
    readonly clock: Clock,
    readonly log: Logger,
  ) {}

  list(): readonly Ailment[] {
    return this.#fault ? [this.#fault] : [];
  }

  /** Takes note of why there was no answer; of nothing when there was one. */
  note(fault: string | undefined): void {
    if (fault === undefined) this.#back();
    else this.#gone(fault);
  }

  /** Takes note of what keeps the judge from being asked at all; of nothing when it can be. */
  look(lacking: string | undefined): void {
    if (lacking !== undefined || this.#lacked) this.note(lacking);
    this.#lacked = lacking !== undefined;
  }

  #gone(fault: string): void {
    const since = this.#fault?.since;
    if (since === undefined) this.log.warn("messages cannot be screened", { reason: fault });
    this.#fault = {
      path: "moderation",
      problem: `messages cannot be screened: ${fault}`,
      since: since ?? this.clock.now().toISOString(),
    };
  }

  #back(): void {
    if (this.#fault) this.log.info("messages can be screened again", { since: this.#fault.since });
    this.#fault = undefined;
  }
}
