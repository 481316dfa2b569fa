/** Milliseconds that it looks back. */
const WINDOW = 30_000;

interface Sample {
  readonly at: number;
  readonly passages: number;
  readonly tokens: number;
}

/** How fast something goes at the moment. */
export class MovingRate {
  #samples: Sample[] = [];
  #from = 0;

  /** Work begins, after a rest of any length. @param now ms of a clock that only goes on */
  begin(now: number): void {
    this.#from = now;
    this.#samples = [];
  }

  add(now: number, passages: number, tokens: number): void {
    this.#samples.push({ at: now, passages, tokens });
    while (this.#samples[0]!.at < now - WINDOW) this.#from = this.#samples.shift()!.at;
  }

  /** Per second; nothing before the first sample. */
  at(now: number): { readonly passages: number; readonly tokens: number } | undefined {
    const seconds = (now - this.#from) / 1000;
    if (this.#samples.length === 0 || seconds <= 0) return undefined;
    const sum = (of: "passages" | "tokens") => this.#samples.reduce((total, sample) => total + sample[of], 0) / seconds;
    return { passages: sum("passages"), tokens: sum("tokens") };
  }
}
