import type { Logger } from "hearth";
import type { Finding } from "./findings";

/** Writes what does not stand into the log, a line each: once, and again when it is found otherwise. */
export class Teller {
  #told = new Map<string, string>();

  constructor(readonly log: Logger) {}

  tell(findings: readonly Finding[]): void {
    const told = new Map<string, string>();
    for (const { id, state, what, todo } of findings) {
      told.set(id, what);
      if (state === "ok" || this.#told.get(id) === what) continue;
      this.log.warn(`a wall is ${state}`, { wall: id, what, ...(todo !== undefined && { todo }) });
    }
    this.#told = told;
  }
}
