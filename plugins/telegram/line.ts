import type { Ailment, AilmentSource, Clock, Logger } from "hearth";
import type { Outbox } from "./outbox";

/** Knows how it stands with the line to Telegram, and since when. Tells the log when that changes, and not each time. */
export class Line implements AilmentSource {
  readonly id = "telegram";
  #fault: Ailment | undefined;

  constructor(
    readonly clock: Clock,
    readonly log: Logger,
    readonly outbox: Outbox,
  ) {}

  list(): readonly Ailment[] {
    const dead = this.outbox.deadOnes();
    const unsent = dead[0] && {
      path: "telegram",
      problem: `${dead.length} messages could not be sent: \`hearth telegram dead\` lists them, \`hearth telegram retry\` sends them again`,
      since: dead[0].at,
    };
    return [this.#fault, unsent].filter(one => one !== undefined);
  }

  well(): void {
    if (this.#fault) this.log.info("Telegram can be reached again", { since: this.#fault.since });
    this.#fault = undefined;
  }

  /** @param why Telegram's words, or those of the network */
  broken(why: string): void {
    const problem = `Telegram: ${advice(why)}`;
    if (this.#fault?.problem !== problem)
      this.log.warn("updates cannot be had; it is tried again", { error: advice(why) });
    this.#fault = { path: "telegram", problem, since: this.#fault?.since ?? this.clock.now().toISOString() };
  }
}

/** What can be done about it, where that is known. */
function advice(why: string): string {
  if (why.startsWith("401")) return `${why}: the token is not valid; @BotFather gives a new one`;
  if (why.startsWith("409")) return `${why}: another program asks for this bot's updates; end one of the two`;
  return why;
}
