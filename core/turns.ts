/** Does some work at a time; more of it waits, first come, first served, and what comes when all seats are taken is refused. */
export class Turns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param seats for what waits @param refusal what is thrown when all of them are taken: `new HttpError(503, …)` */
  constructor(
    readonly concurrent: number,
    readonly seats: number,
    readonly refusal: () => Error,
  ) {}

  /** Does a piece of work when it is its turn. @throws the refusal, before it has begun */
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
    if (this.#waiting.length >= this.seats) throw this.refusal();
    await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  /** Whoever waits longest takes the place that is free, so that nobody comes in between. */
  #over(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
