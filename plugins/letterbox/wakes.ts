import { type Clock, type Database, type Logger, localDay, messageOf, nextMidnight } from "hearth";
import {
  isOver,
  type Messenger,
  type SessionChange,
  type SessionState,
  type Sessions,
  type WakeMessage,
} from "hearth-plugins/sessions";
import { Pile, type WaitingMail } from "./pile";
import { type MailType, mailTypes, type WakeSettings } from "./wake-settings";

/** What the wakes by mail work with. */
export interface WakesOptions {
  readonly db: Database;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly settings: WakeSettings;
  readonly log: Logger;
}

/** Mail of one type that gathers for one session. */
interface Batch {
  /** The session that waits for it. */
  readonly session: string;
  /** ms since 1970 */
  readonly since: number;
  /** ms since 1970, of the last order. */
  readonly ordered: number;
}

/** ms between two orders for the same session, however fast mail comes in. */
const LEAST_PAUSE = 1000;
/** ms until something is tried again that failed. */
const PAUSE = 60_000;
/** Where letters lay of which the place is not known any more: no other letter lies there. */
const NOWHERE = "";
/** Seconds that mail waits after its first failure, doubled with each further one. */
const FIRST_BACKOFF = 300;
const LONGEST_BACKOFF = 6 * 3600;

/** Leads mail to sessions: orders the wake after a quiet time, hands over what waits, and takes it back when the session fails. */
export class Wakes {
  readonly #house: WakesOptions;
  readonly #pile: Pile;
  readonly #batches = new Map<MailType, Batch>();
  /** What is done later, by name: how to call it off. */
  readonly #later = new Map<string, () => void>();
  #closed = false;

  constructor(options: WakesOptions) {
    this.#house = options;
    this.#pile = new Pile(options.db);
  }

  /** Mail of a type waits. The first of a batch has its order on disk when this returns; those after it put the session off. Never throws. */
  arrived(type: MailType): void {
    this.#attempt(type, () => {
      const batch = this.#gathering(type);
      const next = (batch?.ordered ?? 0) + LEAST_PAUSE;
      if (this.#now() < next) this.#at(type, next, () => this.arrived(type));
      else this.#orderQuiet(type);
    });
  }

  /** Bring what waits to the sessions of their types. */
  messengers(): Messenger[] {
    return mailTypes.map(type => ({
      id: `letterbox.${type}`,
      type,
      take: (session, earlier) => this.#take(session, type, earlier),
    }));
  }

  /** Hears what became of sessions: their mail was shown, or waits again. Never throws. */
  sessionChanged({ state }: SessionChange): void {
    if (isOver(state)) this.#attempt("settle", () => this.#settle());
  }

  /** After a start, and whenever plugins changed: puts right what was not heard of, and orders a wake for what waits without one. Never throws. */
  begin(): void {
    this.#attempt("settle", () => this.#settle());
    for (const type of mailTypes)
      this.#attempt(type, () => {
        if (!this.#gathering(type)) this.#orderWaiting(type);
      });
  }

  /** Orders nothing any more. What waits is found by the next `begin`. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#later.values()) stop();
    this.#later.clear();
  }

  #take(session: string, type: MailType, earlier: readonly WakeMessage[] = []): WakeMessage[] {
    const { settings } = this.#house;
    const today = this.#today();
    this.#pile.forgetBefore(today);
    const known = earlier.map(({ file }) => file ?? NOWHERE);
    return this.#pile
      .take(session, type, settings, today, known)
      .map(mail => wakeMessage(mail, settings.mostCharacters));
  }

  /** Decides on the mail of every session that is over. One that nobody knows any more was cut off. */
  #settle(): void {
    for (const { session, type } of this.#pile.carriers()) {
      const state = this.#house.sessions.find(session)?.state ?? "interrupted";
      if (isOver(state)) this.#over(session, type, state);
    }
  }

  #over(session: string, type: MailType, state: SessionState): void {
    const others = this.#pile.leastAttempts(type) !== undefined;
    if (state === "done") this.#pile.shown(session, type);
    else this.#pile.giveBack(session, state === "cancelled" ? 0 : 1);
    if (others || state !== "cancelled")
      this.#attempt(type, () => this.#orderWaiting(type, this.#pauseAfter(type, state)));
  }

  /** Seconds until mail begins that waited while a session was on its way: letters of others have had their quiet time. */
  #pauseAfter(type: MailType, state: SessionState): number {
    const isTheirTurn = type === "correspondence" && state === "done" && !this.#gathering(type);
    return isTheirTurn ? 0 : this.#house.settings[type].quiet;
  }

  /** Orders a wake for what waits, if anything does: after a quiet time, or after a longer one when all of it failed before. */
  #orderWaiting(type: MailType, quiet = this.#house.settings[type].quiet): void {
    const attempts = this.#pile.leastAttempts(type);
    if (attempts === undefined) return;
    if (attempts === 0) this.#orderQuiet(type, quiet);
    else this.#orderAgain(type, attempts);
  }

  #orderAgain(type: MailType, attempts: number): void {
    const begin = this.#soonest(type, Math.min(FIRST_BACKOFF * 2 ** (attempts - 1), LONGEST_BACKOFF));
    this.#order(type, begin, begin, this.#now());
  }

  #orderQuiet(type: MailType, quiet = this.#house.settings[type].quiet): void {
    const { atMost } = this.#house.settings[type];
    const since = this.#gathering(type)?.since ?? this.#now();
    const begin = this.#soonest(type, quiet);
    this.#order(type, begin, Math.max(begin, since + atMost * 1000), since);
  }

  #order(type: MailType, notBefore: number, latest: number, since: number): void {
    const order = { type, job: "letterbox", notBefore: new Date(notBefore), latest: new Date(latest) };
    const { id } = this.#house.sessions.wake(order);
    this.#batches.set(type, { session: id, since, ordered: this.#now() });
    this.#callOff(type);
  }

  /**
   * When a session may begin at the soonest, ms since 1970: after a delay in seconds, and not today when the day has had its sessions.
   * Who writes often cannot use them up for the others: a letter of somebody whom no session of the day has heard does not wait.
   */
  #soonest(type: MailType, delay: number): number {
    const { clock, timeZone, settings } = this.#house;
    const { perDay, quiet } = settings[type];
    const soon = this.#now() + delay * 1000;
    const today = this.#today();
    if (this.#pile.carriedOn(today, type) < perDay) return soon;
    if (type === "correspondence" && this.#pile.hasUnheard(today)) return soon;
    return Math.max(soon, nextMidnight(clock.now(), timeZone).getTime() + quiet * 1000);
  }

  /** The batch whose session has not begun. */
  #gathering(type: MailType): Batch | undefined {
    const batch = this.#batches.get(type);
    return batch && this.#house.sessions.find(batch.session)?.state === "queued" ? batch : undefined;
  }

  /** Does something, and when that fails, as with a full disk, tells it and does it again after a pause. */
  #attempt(name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const fields = { what: name, error: messageOf(error) };
      this.#house.log.error("mail that waits could not be seen to; it is tried again", fields);
      this.#at(name, this.#now() + PAUSE, () => this.#attempt(name, work));
    }
  }

  /** Does something at a time, unless something of this name is to be done already. */
  #at(name: string, when: number, work: () => void): void {
    if (this.#closed || this.#later.has(name)) return;
    const ring = () => {
      this.#later.delete(name);
      work();
    };
    this.#later.set(name, this.#house.clock.at(new Date(when), ring));
  }

  #callOff(name: string): void {
    this.#later.get(name)?.();
    this.#later.delete(name);
  }

  #now(): number {
    return this.#house.clock.now().getTime();
  }

  #today(): string {
    return localDay(this.#house.clock.now(), this.#house.timeZone);
  }
}

function wakeMessage(mail: WaitingMail, longest: number): WakeMessage {
  const { sender, file, ref, image, warning } = mail;
  return {
    text: cut(mail.text, longest, file),
    from: sender,
    at: mail.received_at,
    ...(image !== null && { image }),
    ...(file !== null && { file }),
    ...(ref !== null && { id: ref }),
    ...(warning !== null && { warning }),
  };
}

/** The beginning of a text that is too long, and where the whole is. Never cuts a character in two. */
function cut(text: string, longest: number, file: string | null): string {
  if (text.length <= longest) return text;
  const end = /[\uD800-\uDBFF]/.test(text[longest - 1]!) ? longest - 1 : longest;
  const rest = `[… cut here by Hearth: ${text.length - end} more characters`;
  return `${text.slice(0, end)}\n\n${rest}${file === null ? "" : `; the whole is in ${file}`}]`;
}
