import type { Clock } from "hearth";

/** One alarm for each chat at the most: a new one takes the place of the one before. */
export class Alarms {
  readonly #stops = new Map<number, () => void>();

  constructor(readonly clock: Clock) {}

  /** @param when ms since 1970 */
  set(chat: number, when: number, ring: () => void): void {
    this.clear(chat);
    this.#stops.set(chat, this.clock.at(new Date(when), ring));
  }

  has(chat: number): boolean {
    return this.#stops.has(chat);
  }

  clear(chat: number): void {
    this.#stops.get(chat)?.();
    this.#stops.delete(chat);
  }

  close(): void {
    for (const chat of [...this.#stops.keys()]) this.clear(chat);
  }
}
