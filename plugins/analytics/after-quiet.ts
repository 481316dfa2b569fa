/** Runs something once nobody has asked for it for a while. */
export class AfterQuiet {
  #timer: Timer | undefined;

  /** @param ms of quiet */
  constructor(
    readonly ms: number,
    readonly run: () => unknown,
  ) {}

  ask(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.run, this.ms);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
