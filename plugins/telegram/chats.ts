import { type Clock, type Logger, messageOf } from "hearth";
import type { Inbox, Incoming } from "./inbox";
import { SideBySide, type SideBySideOptions } from "./side-by-side";

/** How often an update is tried; and ms until it is tried again, doubled with each try. */
const ATTEMPTS = 5;
const PAUSE = 1000;

export interface ChatsOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Logger;
  readonly handle: (incoming: Incoming) => Promise<void>;
  readonly giveUp: (incoming: Incoming) => void;
  /** Called when an update of a chat was handled. */
  readonly handled: (chat: number) => void;
  readonly track: SideBySideOptions["track"];
}

/** A queue for each chat: its updates are handled one after the other, and none waits for another chat's. */
export class Chats {
  readonly #options: ChatsOptions;
  readonly #queues: SideBySide;
  readonly #failed = new Map<number, number>();

  constructor(options: ChatsOptions) {
    this.#options = options;
    const { clock, log, track } = options;
    const one = (chat: number) => this.#one(chat);
    this.#queues = new SideBySide({
      ...{ clock, log, track, one },
      what: "updates of a chat",
      pause: PAUSE * 2 ** ATTEMPTS,
    });
  }

  /** Takes up what a former life left. */
  begin(): void {
    for (const chat of this.#options.inbox.chats()) this.poke(chat);
  }

  /** Something may wait in a chat. Never throws. */
  poke(chat: number): void {
    this.#queues.poke(chat);
  }

  /** Begins nothing further. What waits is found by the next `begin`. */
  close(): void {
    this.#queues.close();
  }

  async #one(chat: number): Promise<"more" | "nothing" | number> {
    const next = this.#options.inbox.next(chat);
    if (!next) return "nothing";
    const pause = await this.#handle(next);
    return pause === undefined ? "more" : this.#options.clock.now().getTime() + pause;
  }

  /** Handles an update; answers ms until it is tried again, when it failed. */
  async #handle(incoming: Incoming): Promise<number | undefined> {
    const { handle, giveUp, handled, log } = this.#options;
    try {
      await handle(incoming);
    } catch (error) {
      const tries = (this.#failed.get(incoming.id) ?? 0) + 1;
      log.warn("an update could not be handled", { update: incoming.id, tries, error: messageOf(error) });
      this.#failed.set(incoming.id, tries);
      if (tries < ATTEMPTS) return PAUSE * 2 ** (tries - 1);
      giveUp(incoming);
    }
    this.#failed.delete(incoming.id);
    handled(incoming.chat);
    return undefined;
  }
}
