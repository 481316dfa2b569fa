/** How late a loop was, at its worst, since it was asked before. */
export interface Lateness {
  /** Milliseconds. */
  readonly worst: number;
  /** Milliseconds that the thread worked between two looks: a crowded machine makes it late, and not this. Waiting for a disk is not in it. */
  readonly busiest: number;
  /** How often more than 20 ms. */
  readonly stalls: number;
}

const STALL = 20;

/** Looks at the clock each millisecond, in this thread. */
export class LoopWatch {
  #worst = 0;
  #busiest = 0;
  #stalls = 0;
  #worked = worked();
  #last = performance.now();
  readonly #timer = setInterval(() => this.#look(), 1);

  /** What it saw since it was asked before. */
  take(): Lateness {
    this.#look();
    const seen = { worst: this.#worst, busiest: this.#busiest, stalls: this.#stalls };
    this.#worst = this.#busiest = this.#stalls = 0;
    return seen;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#last - 1;
    this.#last = now;
    const before = this.#worked;
    this.#worked = worked();
    this.#worst = Math.max(this.#worst, late);
    this.#busiest = Math.max(this.#busiest, this.#worked - before);
    if (late > STALL) this.#stalls++;
  }
}

/** Milliseconds that this thread has worked so far. */
function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
