import { type Clock, type Logger, messageOf } from "hearth";
import { Alarms } from "./alarms";

export interface SideBySideOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly track: <T>(what: string, work: Promise<T>) => Promise<T>;
  /** What is done, for people. */
  readonly what: string;
  /** Works on one thing that waits in a chat; answers "more", "nothing", or when something will be due, in ms since 1970. */
  readonly one: (chat: number) => Promise<"more" | "nothing" | number>;
  /** ms until a chat is looked at again after `one` has thrown, as with a full disk. */
  readonly pause: number;
}

/** Works on what waits for chats: one thing after the other in each chat, and none waits for another chat's. */
export class SideBySide {
  readonly #options: SideBySideOptions;
  readonly #busy = new Set<number>();
  readonly #alarms: Alarms;
  #closed = false;

  constructor(options: SideBySideOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.clock);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Something may wait in a chat. Never throws. */
  poke(chat: number): void {
    if (this.#closed || this.#busy.has(chat)) return;
    this.#alarms.clear(chat);
    this.#busy.add(chat);
    void this.#options.track(this.#options.what, this.#drain(chat));
  }

  /** Begins nothing further. */
  close(): void {
    this.#closed = true;
    this.#alarms.close();
  }

  async #drain(chat: number): Promise<void> {
    const due = await this.#work(chat);
    this.#busy.delete(chat);
    if (due !== undefined && !this.#closed) this.#alarms.set(chat, due, () => this.poke(chat));
  }

  /** Works until nothing is due; answers when something will be. */
  async #work(chat: number): Promise<number | undefined> {
    const { one, clock, log, what, pause } = this.#options;
    try {
      while (!this.#closed) {
        const next = await one(chat);
        if (next === "nothing") return;
        if (next !== "more") return next;
      }
    } catch (error) {
      log.error(`${what}: this failed, and is tried again`, { error: messageOf(error) });
      return clock.now().getTime() + pause;
    }
    return undefined;
  }
}
