import type { Ailment, Clock, Logger } from "hearth";

/** The pages that cannot be shown, and why. Each problem is told in the log once. */
export class Ailing {
  readonly #known = new Map<string, Ailment>();

  constructor(
    readonly clock: Clock,
    readonly log: Logger,
  ) {}

  list(): readonly Ailment[] {
    return [...this.#known.values()];
  }

  /** Since when a file has its problem, ISO; nothing when it has none. */
  since(path: string): string | undefined {
    return this.#known.get(path)?.since;
  }

  /** Takes over what an earlier life has told. */
  restore(ailment: Ailment): void {
    this.#known.set(ailment.path, ailment);
  }

  /** @param problem nothing when the file is well, or gone */
  report(path: string, problem: string | undefined): void {
    const known = this.#known.get(path);
    if (problem === known?.problem) return;
    if (problem === undefined) return void this.#known.delete(path);
    this.#known.set(path, { path, problem, since: this.clock.now().toISOString() });
    this.log.warn("a page cannot be shown", { path, problem });
  }
}
