import type { Ailment, AilmentSource, Clock, Logger } from "hearth";

/** Remembers what was wrong with files when they were last read. Each problem is told in the log once, as long as it stays the same. */
export class HomeAilments implements AilmentSource {
  readonly id = "content-files";
  readonly #known = new Map<string, Ailment>();

  constructor(
    readonly clock: Clock,
    readonly log: Logger,
  ) {}

  list(): readonly Ailment[] {
    return [...this.#known.values()];
  }

  /** Takes note of how a file was found: with a problem, or without one. */
  note(path: string, problem: string | undefined): void {
    if (problem === undefined) this.#known.delete(path);
    else if (this.#known.get(path)?.problem !== problem) {
      this.#known.set(path, { path, problem, since: this.clock.now().toISOString() });
      this.log.warn("a file cannot be shown as it is", { path, problem });
    }
  }
}
