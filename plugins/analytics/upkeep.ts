/**
 * Keeps something up to date on behalf of all who ask, one renewal at a time.
 * Who asks while one runs waits for it, and begins another when that is not enough.
 */
export class Upkeep {
  #running: Promise<void> | undefined;

  constructor(
    readonly isStale: () => boolean,
    readonly renew: () => Promise<void>,
  ) {}

  /** Resolves when all that was known to be stale at the call has been renewed. @throws what renewing throws; it is tried again by who asks next */
  async done(): Promise<void> {
    await this.#running;
    if (!this.isStale()) return;
    this.#running ??= this.renew().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }
}
