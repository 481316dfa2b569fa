import type { Clock } from "./clock";

/** A clock that stands still until it is told to go on. */
export class HeldClock implements Clock {
  #now: Date;
  readonly #alarms = new Set<{ readonly when: Date; readonly ring: () => void }>();

  /** @param start ISO time */
  constructor(start: string) {
    this.#now = new Date(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  at(when: Date, ring: () => void): () => void {
    const alarm = { when, ring };
    this.#alarms.add(alarm);
    if (when <= this.#now) queueMicrotask(() => this.#ring(alarm));
    return () => this.#alarms.delete(alarm);
  }

  /** Goes on by so many milliseconds, ringing what comes due on the way, each at its own time. */
  advance(ms: number): void {
    const end = this.#now.getTime() + ms;
    for (;;) {
      const next = [...this.#alarms].sort((a, b) => a.when.getTime() - b.when.getTime())[0];
      if (!next || next.when.getTime() > end) break;
      this.#now = new Date(Math.max(this.#now.getTime(), next.when.getTime()));
      this.#ring(next);
    }
    this.#now = new Date(end);
  }

  /** Is set to another time at once, as by a person or a time server; what has come due by then rings late. */
  set(time: string): void {
    this.#now = new Date(time);
    for (const alarm of [...this.#alarms]) if (alarm.when <= this.#now) this.#ring(alarm);
  }

  #ring(alarm: { readonly ring: () => void }): void {
    if (this.#alarms.delete(alarm as never)) alarm.ring();
  }
}
