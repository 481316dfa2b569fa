import { type Clock, type Database, HttpError, localDay, nextMidnight } from "hearth";
import type { Place, Sender } from "./contract";

/** What a sender may send. */
export interface Allowed {
  /** Seconds between two messages. */
  readonly cooldown: number;
  /** Messages a day of the house's zone. */
  readonly perDay: number;
}

const HOUR = 3_600_000;
/** No day is longer, and nothing older counts. */
const LONGEST_DAY = 26 * HOUR;

/**
 * How much each sender has sent lately: what is on disk, and the places that are held for messages on their way. Both count alike, so
 * that messages that come at once cannot pass together.
 */
export class Allowance {
  readonly #held = new Map<string, Set<Place>>();

  constructor(
    readonly db: Database,
    readonly clock: Clock,
    readonly timeZone: string,
    readonly allowed: Allowed,
  ) {}

  /** Holds a place for a message. @throws HttpError 429 with `Retry-After` */
  reserve(sender: Sender): Place {
    const now = this.clock.now();
    const held = this.#held.get(sender.fingerprint) ?? new Set();
    const sent = [...this.#lately(sender.fingerprint, now), ...[...held].map(() => now)];
    this.#refuseHaste(sent.at(-1), now);
    this.#refuseTooMany(sent, now);
    const place: Place = { sender, [Symbol.dispose]: () => this.#giveBack(place) };
    this.#held.set(sender.fingerprint, held.add(place));
    return place;
  }

  /** Writes down that a sender has sent something; forgets what is too old to count. For a transaction of the caller's. */
  note({ fingerprint }: Sender): void {
    const now = this.clock.now();
    const old = new Date(now.getTime() - Math.max(LONGEST_DAY, this.allowed.cooldown * 1000));
    this.db.query("delete from allowance where at < ?").run(old.toISOString());
    this.db.query("insert into allowance (fingerprint, at) values (?, ?)").run(fingerprint, now.toISOString());
  }

  #giveBack(place: Place): void {
    const held = this.#held.get(place.sender.fingerprint);
    held?.delete(place);
    if (held?.size === 0) this.#held.delete(place.sender.fingerprint);
  }

  /** When the sender sent something, oldest first. What lies in the future was written before the clock was set back, and counts no more. */
  #lately(fingerprint: string, now: Date): Date[] {
    return this.db
      .query<{ at: string }, [string, string]>("select at from allowance where fingerprint = ? and at <= ? order by at")
      .all(fingerprint, now.toISOString())
      .map(({ at }) => new Date(at));
  }

  #refuseHaste(last: Date | undefined, now: Date): void {
    const left = last ? last.getTime() + this.allowed.cooldown * 1000 - now.getTime() : 0;
    if (left <= 0) return;
    const seconds = Math.max(1, Math.floor(left / 1000));
    const detail = `Cooldown active. Try again in ${Math.floor(seconds / 60)}m ${seconds % 60}s`;
    throw tooMany(detail, left);
  }

  #refuseTooMany(sent: readonly Date[], now: Date): void {
    const { perDay } = this.allowed;
    const today = localDay(now, this.timeZone);
    if (sent.filter(at => localDay(at, this.timeZone) === today).length < perDay) return;
    const detail = `Daily limit of ${perDay} messages reached. Resets at midnight.`;
    throw tooMany(detail, nextMidnight(now, this.timeZone).getTime() - now.getTime());
  }
}

/** 429, and when to try again. @param ms until then */
export const tooMany = (detail: string, ms: number): HttpError =>
  new HttpError(429, detail, { "retry-after": String(Math.max(1, Math.ceil(ms / 1000))) });
