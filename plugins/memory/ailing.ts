import type { Ailment, AilmentSource, Clock } from "hearth";
import type { FileNote } from "./threads/index-work";

/** Files of which not all is remembered, for `GET /system/problems`. */
export class Ailing implements AilmentSource {
  readonly id = "memory";
  readonly #since = new Map<string, string>();

  /** @param notes those that there are now */
  constructor(
    readonly notes: () => readonly FileNote[],
    readonly clock: Clock,
  ) {}

  list(): readonly Ailment[] {
    const notes = this.notes();
    const now = new Set(notes.map(({ path }) => path));
    for (const path of this.#since.keys()) if (!now.has(path)) this.#since.delete(path);
    return notes.map(({ path, note }) => ({
      path,
      problem: `not all of it is remembered: ${note}`,
      since: this.#seen(path),
    }));
  }

  #seen(path: string): string {
    const since = this.#since.get(path) ?? this.clock.now().toISOString();
    this.#since.set(path, since);
    return since;
  }
}
