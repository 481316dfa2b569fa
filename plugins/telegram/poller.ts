import { type Clock, type Logger, messageOf } from "hearth";
import { type Bot, BotFault } from "./bot";
import { offsetAfter } from "./inbox";
import type { Line } from "./line";

/** Seconds until Telegram is asked again after a fault, doubled with each further one. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 300;

export interface PollerOptions {
  readonly bot: Pick<Bot, "updates" | "keep">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly line: Line;
  /** Stores updates. */
  readonly take: (updates: readonly unknown[]) => void;
  readonly signal: AbortSignal;
}

/** Asks Telegram for updates, for as long as the signal lets it. Whatever goes wrong, it goes on: later each time. */
export class Poller {
  #offset: number | undefined;
  #faults = 0;
  #ready = false;

  constructor(readonly options: PollerOptions) {}

  /** Resolves when the signal is aborted. Never throws. */
  async run(): Promise<void> {
    const { signal, line } = this.options;
    while (!signal.aborted)
      try {
        await this.#once();
        this.#faults = 0;
        line.well();
      } catch (error) {
        if (signal.aborted) return;
        line.broken(messageOf(error));
        await this.#pause(pauseAfter(error, this.#faults++));
      }
  }

  async #once(): Promise<void> {
    const { bot, take, signal } = this.options;
    if (!this.#ready) await bot.keep(); // while it is brought updates, Telegram keeps none
    this.#ready = true;
    const updates = await bot.updates(this.#offset, signal);
    take(updates);
    this.#offset = offsetAfter(updates);
  }

  #pause(ms: number): Promise<void> {
    const { clock, signal } = this.options;
    return new Promise(resolve => {
      const stop = clock.at(new Date(clock.now().getTime() + ms), resolve);
      signal.addEventListener("abort", () => {
        stop();
        resolve();
      });
    });
  }
}

/** ms; as long as Telegram asks for, when it does. */
export function pauseAfter(error: unknown, faults: number): number {
  const asked = error instanceof BotFault ? (error.retryAfter ?? 0) : 0;
  return Math.max(asked, Math.min(FIRST_PAUSE * 2 ** faults, LONGEST_PAUSE)) * 1000;
}
