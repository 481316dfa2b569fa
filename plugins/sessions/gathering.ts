import { type Hook, pipeline } from "hearth";
import type { WakeMessage } from "./contract";
import type { SessionType } from "./types";

/** A part of the prompt that a source has read. */
export interface Section {
  readonly id: string;
  readonly text: string;
  /** Something for people: what was cut or skipped, and why. */
  readonly note?: string;
}

/** A wake that is being prepared: what the sources may ask, and where they put what they read. */
export interface Gathering {
  readonly session: string;
  readonly type: string;
  readonly settings: SessionType;
  readonly messages: readonly WakeMessage[];
  /** Those of the sessions that this one goes on with: the agent still has them before it. */
  readonly earlier?: readonly WakeMessage[];
  readonly now: Date;
  readonly timeZone: string;
  /** True when nothing may be changed, not even a note for next time. */
  readonly dryRun: boolean;
  readonly sections: Map<string, Section>;
}

/** Reads what a session should know before it starts. Sources run side by side; one that breaks costs its own section only. */
export const WakeContext = pipeline<Gathering>("wake-context");

/** A source of context. */
export interface Source {
  /** The section's name; templates reach it as `{{sections.<id>}}`. */
  readonly id: string;
  /** Characters at the most; what is longer is cut at a line's end and says so. */
  readonly budget: number;
  /** Seconds; 5 when left out. */
  readonly limit?: number;
  /** Stands in the prompt when the source has nothing, fails or is late. */
  readonly fallback?: string;
  readonly after?: readonly string[];
  /** The text; nothing when there is none. `note` tells people what was skipped. */
  read(
    wake: Gathering,
    signal: AbortSignal,
    note: (text: string) => void,
  ): Promise<string | undefined> | string | undefined;
}

/** Makes a hook of the wake-context pipeline out of a source: its budget, its fallback, its place. */
export const source = ({ id, budget, limit = 5, fallback, after, read }: Source): Hook<Gathering> => ({
  id,
  limit,
  ...(after && { after }),
  async run(wake, signal) {
    const notes: string[] = [];
    const put = (text: string | undefined) => {
      const cut = text && text.length > budget;
      if (cut) notes.push(`cut from ${text.length} to ${budget} characters`);
      const kept = cut ? cutAtLine(text, budget) : (text ?? fallback);
      if (kept) wake.sections.set(id, { id, text: kept, ...(notes.length > 0 && { note: notes.join("; ") }) });
    };
    put(undefined);
    put(await read(wake, signal, text => notes.push(text)));
    return notes.join("; ") || undefined;
  },
});

/** The first lines that fit, and a mark that there was more. */
function cutAtLine(text: string, budget: number): string {
  const mark = "\n[… cut here: it was longer than its place]";
  const room = Math.max(0, budget - mark.length);
  const end = text.lastIndexOf("\n", room);
  return text.slice(0, end > room / 2 ? end : room) + mark;
}
