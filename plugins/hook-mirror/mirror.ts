import { type Clock, messageOf } from "hearth";
import { isDue, keep, lastSnapshot } from "./keep";
import { type MirrorSources, reflect } from "./reflect";
import type { Snapshot } from "./snapshot";

/** Looks, and keeps what it saw. */
export class Mirror {
  constructor(
    readonly sources: MirrorSources,
    readonly clock: Clock,
  ) {}

  /** Looks when it is time to. @returns a note for people */
  async whenDue(signal: AbortSignal): Promise<string> {
    const { last, problem } = await this.#last();
    if (last && !isDue(last, this.sources.settings.everyDays)) return `the last look is ${last.age} days old`;
    const { snapshot } = await this.look(signal);
    const why = problem ? `; the one before could not be used: ${problem}` : "";
    return snapshot.status === "ok" ? `day ${snapshot.day}${why}` : `not enough writing yet${why}`;
  }

  /** Looks now. */
  async look(signal?: AbortSignal): Promise<{ readonly snapshot: Snapshot; readonly summary: string }> {
    const { last } = await this.#last();
    const lastDay = last && last.status === "ok" && last.age >= 0 ? last.madeOn : undefined;
    const snapshot = await reflect(this.sources, lastDay, this.clock.now(), signal);
    return { snapshot, summary: await keep(this.sources.home, snapshot, this.sources.timeZone) };
  }

  /** A snapshot that cannot be used counts as none. */
  async #last() {
    const { home, timeZone } = this.sources;
    try {
      return { last: await lastSnapshot(home, this.clock.now(), timeZone) };
    } catch (error) {
      return { problem: messageOf(error) };
    }
  }
}
