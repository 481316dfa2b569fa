import { HttpError } from "hearth";

/** Lets some through at a time; some more may wait, and who comes then is sent away. */
export class NarrowDoor {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    readonly atOnce: number,
    readonly mayWait: number,
  ) {}

  /** @throws HttpError 503 with `Retry-After` when too many wait */
  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.atOnce) await this.#wait();
    else this.#inside++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inside--;
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.mayWait)
      throw new HttpError(503, "Too many are at the door. Try again in a moment.", { "Retry-After": "2" });
    return new Promise(resolve => this.#waiting.push(resolve));
  }
}
