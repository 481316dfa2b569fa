import type { Clock } from "hearth";
import { Alarms } from "./alarms";
import type { Bot } from "./bot";

/** Shows in chats that the agent is writing, again and again until it is told to stop. What fails is let go. */
export class Typing {
  readonly #next: Alarms;

  /** @param every seconds */
  constructor(
    readonly bot: Pick<Bot, "typing">,
    readonly clock: Clock,
    readonly every: number,
  ) {
    this.#next = new Alarms(clock);
  }

  /** Shows it at once, and goes on. */
  start(chat: number): void {
    if (!this.#next.has(chat)) this.#beat(chat);
  }

  stop(chat: number): void {
    this.#next.clear(chat);
  }

  close(): void {
    this.#next.close();
  }

  #beat(chat: number): void {
    this.#next.set(chat, this.clock.now().getTime() + this.every * 1000, () => this.#beat(chat));
    void this.bot.typing(chat).catch(() => {});
  }
}
