/** How much longer each pause is than the one before, and how many there are. */
const GROWTH = 5;
const TRIES = 4;

/** Gathers what happens within a short time into one piece of work, and tries it again, later and later, when it fails. */
export class UploadNews {
  readonly #quiet: number;
  readonly #work: () => Promise<unknown>;
  readonly #gaveUp: (error: unknown) => void;
  #timer: Timer | undefined;
  #stopped = false;

  /** @param quiet milliseconds; the first pause */
  constructor(quiet: number, work: () => Promise<unknown>, gaveUp: (error: unknown) => void) {
    this.#quiet = quiet;
    this.#work = work;
    this.#gaveUp = gaveUp;
  }

  /** Something happened. */
  note(): void {
    this.#timer ??= this.#plan(1);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #plan(attempt: number): Timer {
    return setTimeout(() => this.#try(attempt), this.#quiet * GROWTH ** (attempt - 1));
  }

  async #try(attempt: number): Promise<void> {
    this.#timer = undefined;
    try {
      await this.#work();
    } catch (error) {
      if (this.#stopped) return;
      if (attempt === TRIES) this.#gaveUp(error);
      else this.#timer ??= this.#plan(attempt + 1);
    }
  }
}
