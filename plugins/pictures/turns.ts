import { tooMany } from "./refusals";

/** Does some work at a time; more of it waits, first come, first served. */
export class Turns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param seats for those who wait */
  constructor(
    readonly concurrent: number,
    readonly seats: number,
  ) {}

  /** Does a piece of work when it is its turn. @throws HttpError 503 with Retry-After when too many wait, before it has begun */
  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      this.#over();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < this.concurrent) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.seats) throw tooMany();
    await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  /** Whoever waits longest takes the place that is free, so that nobody comes in between. */
  #over(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
