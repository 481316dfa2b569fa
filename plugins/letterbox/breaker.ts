import type { Clock } from "hearth";

/** Failures in a row after which something is not asked for a while. */
const PATIENCE = 3;

/** Keeps a service that is down from being asked by everybody: after some failures it rests, and then one asks for all. */
export class Breaker {
  #failures = 0;
  #restsUntil = 0;
  #tried = false;

  /** @param pause seconds of rest */
  constructor(
    readonly clock: Clock,
    readonly pause: number,
  ) {}

  /** Whether it may be asked now. Who hears yes has to tell how it went. */
  mayAsk(): boolean {
    if (this.#failures < PATIENCE) return true;
    if (this.#rests() || this.#tried) return false;
    this.#tried = true;
    return true;
  }

  answered(): void {
    this.#tried = false;
    this.#failures = 0;
  }

  failed(): void {
    this.#tried = false;
    this.#failures++;
    this.#restsUntil = this.clock.now().getTime() + this.pause * 1000;
  }

  /** A clock that was set back makes no rest longer. */
  #rests(): boolean {
    const left = this.#restsUntil - this.clock.now().getTime();
    return left > 0 && left <= this.pause * 1000;
  }
}
