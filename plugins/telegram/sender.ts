import type { Clock, Logger } from "hearth";
import { type Bot, BotFault } from "./bot";
import { toHtml } from "./markup";
import type { Outbox, Outgoing } from "./outbox";
import { SideBySide, type SideBySideOptions } from "./side-by-side";

/** Seconds until the first further try, doubled with each one. */
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 900;

export interface SenderOptions {
  readonly bot: Pick<Bot, "send">;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often a message is tried at the most. */
  readonly attempts: number;
  readonly track: SideBySideOptions["track"];
  /** Called when a message was taken. */
  readonly sent: () => void;
}

/** Brings what is in the outbox to Telegram: in each chat one after the other, the chats side by side. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #queues: SideBySide;
  /** ms since 1970: until when Telegram wants no message at all. */
  #quietUntil = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    const { clock, log, track } = options;
    const one = (chat: number) => this.#one(chat);
    this.#queues = new SideBySide({
      ...{ clock, log, track, one },
      what: "sending what is in the outbox",
      pause: FIRST_PAUSE * 1000,
    });
  }

  /** Takes up what waits for every chat. */
  begin(): void {
    for (const chat of this.#options.outbox.chats()) this.poke(chat);
  }

  /** Something may be due in a chat. Never throws. */
  poke(chat: number): void {
    this.#queues.poke(chat);
  }

  /** Begins no further message. What waits is found by the next `begin`. */
  close(): void {
    this.#queues.close();
  }

  async #one(chat: number): Promise<"more" | "nothing" | number> {
    const next = this.#options.outbox.next(chat);
    if (!next) return "nothing";
    const due = Math.max(next.due, this.#quietUntil);
    if (due > this.#now()) return due;
    await this.#send(next);
    return "more";
  }

  async #send(message: Outgoing): Promise<void> {
    const { bot, outbox } = this.#options;
    try {
      await bot.send(
        message.chat,
        message.plain ? message.text : toHtml(message.text),
        message.plain ? "plain" : "html",
      );
    } catch (error) {
      return this.#failed(message, error as BotFault);
    }
    outbox.sent(message.id);
    this.#options.sent();
  }

  /** What becomes of a message that was not taken. */
  #failed(message: Outgoing, fault: BotFault): void {
    const { outbox, attempts } = this.#options;
    if (this.#queues.isClosed) return; // it was cut off: nobody knows, so it is tried again
    if (fault.code === 429) this.#wait(message, fault);
    else if (fault.code === 400 && !message.plain) outbox.plain(message.id);
    else if (isFinal(fault) || message.attempts + 1 >= attempts) this.#bury(message, fault);
    else {
      const pause = Math.min(FIRST_PAUSE * 2 ** message.attempts, LONGEST_PAUSE);
      outbox.later(message.id, this.#now() + pause * 1000, fault.message, true);
    }
  }

  #wait(message: Outgoing, fault: BotFault): void {
    this.#quietUntil = this.#now() + (fault.retryAfter ?? FIRST_PAUSE) * 1000;
    this.#options.outbox.later(message.id, this.#quietUntil, fault.message, false);
  }

  #bury(message: Outgoing, fault: BotFault): void {
    this.#options.outbox.dead(message.id, fault.message);
    const fields = { message: message.id, error: fault.message };
    this.#options.log.error("a message could not be sent; `hearth telegram dead` lists such", fields);
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

/** No further try will change it: the request is refused as it is, or the person wants no messages. A token that is refused may be put right. */
const isFinal = ({ code }: BotFault) => code === 400 || code === 403;
