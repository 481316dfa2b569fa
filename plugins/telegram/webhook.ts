import { type Clock, messageOf } from "hearth";
import type { Bot } from "./bot";
import type { Line } from "./line";
import { pauseAfter } from "./poller";

export interface WebhookOptions {
  readonly bot: Pick<Bot, "bringTo">;
  readonly clock: Clock;
  readonly line: Line;
  readonly url: string;
  readonly secret: string;
}

/** Has Telegram bring updates to this house, and asks it again until it does. Answers how to stop asking. */
export function askForUpdates({ bot, clock, line, url, secret }: WebhookOptions): () => void {
  let stop = () => {};
  let stopped = false;
  const ask = async (faults: number): Promise<void> => {
    try {
      await bot.bringTo(url, secret);
      line.well();
    } catch (error) {
      if (stopped) return;
      line.broken(messageOf(error));
      stop = clock.at(new Date(clock.now().getTime() + pauseAfter(error, faults)), () => void ask(faults + 1));
    }
  };
  void ask(0);
  return () => {
    stopped = true;
    stop();
  };
}
