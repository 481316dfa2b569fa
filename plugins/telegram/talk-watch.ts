import type { Clock, Database } from "hearth";
import { Alarms } from "./alarms";
import type { Tables } from "./tables";
import type { Talk } from "./talks";
import { words } from "./words";

export interface TalkWatchOptions extends Tables {
  readonly db: Database;
  readonly clock: Clock;
  /** Seconds of quiet after which a talk is closed. */
  readonly idle: number;
  readonly said: (chat: number) => void;
}

/** Closes talks that have gone quiet, whether anybody writes or not. */
export class TalkWatch {
  readonly #alarms: Alarms;

  constructor(readonly options: TalkWatchOptions) {
    this.#alarms = new Alarms(options.clock);
  }

  /** After a start: watches every open talk; one that went quiet meanwhile is closed at once. */
  begin(): void {
    for (const { chat } of this.options.talks.allOpen()) this.watch(chat);
  }

  /** Something was said in a chat, or its talk was opened or closed. */
  watch(chat: number): void {
    this.#alarms.clear(chat);
    const talk = this.options.talks.open(chat);
    if (talk) this.#alarms.set(chat, this.#endOf(talk), () => this.#ring(chat));
  }

  close(): void {
    this.#alarms.close();
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
