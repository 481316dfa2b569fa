/** How late a loop was, at its worst, since it was asked before. */
export interface Lateness {
  /** Milliseconds. */
  readonly worst: number;
  /** How often more than 20 ms. */
  readonly stalls: number;
}

const STALL = 20;

/** Looks at the clock each millisecond, in this thread. */
export class LoopWatch {
  #worst = 0;
  #stalls = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => this.#look(), 1);

  /** What it saw since it was asked before. */
  take(): Lateness {
    this.#look();
    const seen = { worst: this.#worst, stalls: this.#stalls };
    this.#worst = this.#stalls = 0;
    return seen;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#last - 1;
    this.#last = now;
    this.#worst = Math.max(this.#worst, late);
    if (late > STALL) this.#stalls++;
  }
}
