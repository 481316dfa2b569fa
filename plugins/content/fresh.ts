/**
 * Runs a check on behalf of all who ask, one at a time. Who asks while it runs waits for the next run:
 * everyone's answer is from a check that began after they asked.
 */
export class Fresh {
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(readonly check: () => Promise<void>) {}

  /** The check that is under way, if there is one. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Resolves after a check that begins now or later. Throws what it throws. */
  run(): Promise<void> {
    if (!this.#running) return this.#next ?? this.#begin();
    this.#next ??= this.#running.then(this.#begin, this.#begin);
    return this.#next;
  }

  readonly #begin = (): Promise<void> => {
    this.#next = undefined;
    const run = this.check().finally(() => {
      this.#running = undefined;
    });
    this.#running = run;
    return run;
  };
}
