import type { Clock } from "hearth";
import type { Bot } from "./bot";

/** Shows in chats that the agent is writing, again and again until it is told to stop. What fails is let go. */
export class Typing {
  readonly #stops = new Map<number, () => void>();

  /** @param every seconds */
  constructor(
    readonly bot: Pick<Bot, "typing">,
    readonly clock: Clock,
    readonly every: number,
  ) {}

  /** Shows it at once, and goes on. */
  start(chat: number): void {
    if (!this.#stops.has(chat)) this.#beat(chat);
  }

  stop(chat: number): void {
    this.#stops.get(chat)?.();
    this.#stops.delete(chat);
  }

  close(): void {
    for (const chat of [...this.#stops.keys()]) this.stop(chat);
  }

  #beat(chat: number): void {
    const next = new Date(this.clock.now().getTime() + this.every * 1000);
    this.#stops.set(
      chat,
      this.clock.at(next, () => this.#beat(chat)),
    );
    void this.bot.typing(chat).catch(() => {});
  }
}
