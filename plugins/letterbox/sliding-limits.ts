import type { Clock } from "hearth";
import { tooMany } from "./allowance";
import type { Limit, Limits } from "./contract";

/** Keys that are remembered at the most; beyond that, those that tried nothing for the longest time are forgotten. */
const ROOM = 10_000;

/** Tries within a sliding time, in memory. */
export class SlidingLimits implements Limits {
  /** Times in ms, oldest first, never more than a limit's `most`; the key that tried last is the last. */
  readonly #tries = new Map<string, number[]>();

  constructor(readonly clock: Clock) {}

  count(limit: Limit, key: string): void {
    const tries = this.#within(limit, key);
    const now = this.clock.now().getTime();
    refuse(limit, tries, now);
    this.#remember(`${limit.id} ${key}`, [...tries, now]);
  }

  check(limit: Limit, key: string): void {
    refuse(limit, this.#within(limit, key), this.clock.now().getTime());
  }

  #within({ id, seconds }: Limit, key: string): number[] {
    const now = this.clock.now().getTime();
    const tries = this.#tries.get(`${id} ${key}`) ?? [];
    return tries.filter(at => at <= now && at > now - seconds * 1000); // what lies in the future is of before the clock was set back
  }

  #remember(name: string, tries: number[]): void {
    this.#tries.delete(name);
    this.#tries.set(name, tries);
    if (this.#tries.size > ROOM) this.#tries.delete(this.#tries.keys().next().value!);
  }
}

function refuse({ most, seconds, detail }: Limit, tries: readonly number[], now: number): void {
  if (tries.length < most) return;
  throw tooMany(detail, tries.at(-most)! + seconds * 1000 - now);
}
