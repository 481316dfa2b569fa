import type { Clock, Database } from "hearth";
import type { Errands } from "./errands";
import type { Messages } from "./messages";
import type { Outbox } from "./outbox";
import type { Talk, Talks } from "./talks";
import { words } from "./words";

export interface TalkWatchOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly talks: Talks;
  readonly errands: Errands;
  readonly messages: Messages;
  readonly outbox: Outbox;
  /** Seconds of quiet after which a talk is closed. */
  readonly idle: number;
  readonly said: (chat: number) => void;
}

/** Closes talks that have gone quiet, whether anybody writes or not. */
export class TalkWatch {
  readonly #alarms = new Map<number, () => void>();

  constructor(readonly options: TalkWatchOptions) {}

  /** After a start: watches every open talk; one that went quiet meanwhile is closed at once. */
  begin(): void {
    for (const { chat } of this.options.talks.allOpen()) this.watch(chat);
  }

  /** Something was said in a chat, or its talk was opened or closed. */
  watch(chat: number): void {
    this.#alarms.get(chat)?.();
    this.#alarms.delete(chat);
    const talk = this.options.talks.open(chat);
    if (talk)
      this.#alarms.set(
        chat,
        this.options.clock.at(new Date(this.#endOf(talk)), () => this.#ring(chat)),
      );
  }

  close(): void {
    for (const stop of this.#alarms.values()) stop();
    this.#alarms.clear();
  }

  #ring(chat: number): void {
    const { clock, talks, errands, messages } = this.options;
    const talk = talks.open(chat);
    if (!talk || errands.of(chat) || messages.waiting(chat)) return; // it is watched again when the answer is there
    if (this.#endOf(talk) > clock.now().getTime()) this.watch(chat);
    else this.#close(talk);
  }

  #close({ id, chat }: Talk): void {
    const { db, clock, talks, outbox, idle, said } = this.options;
    db.transaction(() => {
      talks.close(id, clock.now().getTime());
      outbox.put(chat, `talk-idle:${id}`, words.talkIdle(Math.round(idle / 60)));
    }).immediate();
    said(chat);
  }

  #endOf({ touched }: Talk): number {
    return touched + this.options.idle * 1000;
  }
}
