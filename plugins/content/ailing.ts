import type { Ailment, AilmentSource, Clock, Logger } from "hearth";

/** The files that cannot be shown as they are, and why. Each problem is told in the log once, as long as it stays the same. */
export class Ailing implements AilmentSource {
  readonly id = "content";
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

  /** Takes note of how a file was found. @param problem nothing when it is well, or gone */
  report(path: string, problem: string | undefined): void {
    const known = this.#known.get(path);
    if (problem === known?.problem) return;
    if (problem === undefined) return void this.#known.delete(path);
    this.#known.set(path, { path, problem, since: this.clock.now().toISOString() });
    this.log.warn("a file cannot be shown as it is", { path, problem });
  }
}
