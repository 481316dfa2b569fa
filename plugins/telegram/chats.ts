import { type Clock, type Logger, messageOf } from "hearth";
import type { Inbox, Incoming } from "./inbox";

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
  readonly track: <T>(what: string, work: Promise<T>) => Promise<T>;
}

/** A queue for each chat: its updates are handled one after the other, and none waits for another chat's. */
export class Chats {
  readonly #o: ChatsOptions;
  readonly #busy = new Set<number>();
  readonly #alarms = new Map<number, () => void>();
  readonly #failed = new Map<number, number>();
  #closed = false;

  constructor(options: ChatsOptions) {
    this.#o = options;
  }

  /** Takes up what a former life left. */
  begin(): void {
    for (const chat of this.#o.inbox.chats()) this.poke(chat);
  }

  /** Something may wait in a chat. Never throws. */
  poke(chat: number): void {
    if (this.#closed || this.#busy.has(chat)) return;
    this.#alarms.get(chat)?.();
    this.#alarms.delete(chat);
    this.#busy.add(chat);
    void this.#o.track("updates of a chat", this.#drain(chat));
  }

  /** Begins nothing further. What waits is found by the next `begin`. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#alarms.values()) stop();
    this.#alarms.clear();
  }

  async #drain(chat: number): Promise<void> {
    let pause: number | undefined;
    try {
      while (pause === undefined && !this.#closed) {
        const next = this.#o.inbox.next(chat);
        if (!next) break;
        pause = await this.#one(next);
      }
    } catch (error) {
      this.#o.log.error("an update could not be put aside; it is tried again", { error: messageOf(error) });
      pause = PAUSE * 2 ** ATTEMPTS;
    }
    this.#busy.delete(chat);
    if (pause !== undefined && !this.#closed) this.#later(chat, pause);
  }

  /** Handles an update; answers ms until it is tried again, when it failed. */
  async #one(incoming: Incoming): Promise<number | undefined> {
    const { handle, giveUp, handled, log } = this.#o;
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

  #later(chat: number, pause: number): void {
    const when = new Date(this.#o.clock.now().getTime() + pause);
    this.#alarms.set(
      chat,
      this.#o.clock.at(when, () => this.poke(chat)),
    );
  }
}
