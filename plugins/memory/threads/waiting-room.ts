import { HttpError } from "hearth";

/** Where questions wait for the thread of the index; only so many at a time. */
export class WaitingRoom {
  #inside = 0;

  constructor(readonly seats: number) {}

  /** Waits for some work. @throws HttpError 503 with Retry-After when no seat is free, before the work has begun */
  async waitFor<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.seats)
      throw new HttpError(503, "Too many questions to memory are waiting; try again in a moment", {
        "retry-after": "1",
      });
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
    }
  }
}
