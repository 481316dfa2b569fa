import { jsonObject } from "hearth";
import { z } from "zod";
import type { Mood } from "./affect";

/** The mood as it was found on disk. The agent can write there, so nothing but time and place is sure to be usable. */
export interface State {
  readonly session: string;
  readonly sessionId?: string;
  readonly type: string;
  /** ISO; can be parsed. */
  readonly timestamp: string;
  readonly words: readonly string[];
  readonly blended: Mood;
  readonly journalLength?: number;
}

/** A state, if there is one, and what was passed over, for people. */
export interface ReadState {
  readonly state?: State;
  readonly skipped: readonly string[];
}

/** A place in the plane of moods. */
export const Point = z.object({ valence: z.number().min(-1).max(1), arousal: z.number().min(-1).max(1) });
/** A time that can be parsed. */
export const Timestamp = z.string().refine(text => !Number.isNaN(Date.parse(text)));
/** A name on one line. */
export const Label = z.string().regex(/^[\w .:-]{1,80}$/);
/** Mood words. */
export const Words = z
  .array(
    z
      .string()
      .max(60)
      .regex(/^[^\p{Cc}]*$/u),
  )
  .max(24);

/** Reads `data/mood-state.json`, or a line of the history. Never throws; what has the wrong shape is left out and named. */
export function readState(text: string): ReadState {
  const raw = jsonObject(text);
  if (!raw) return { skipped: ["it is not a JSON object"] };
  const skipped: string[] = [];
  const field = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    const read = schema.safeParse(raw[name]);
    if (!read.success && raw[name] !== undefined) skipped.push(`${name} has the wrong shape`);
    return read.data;
  };
  const timestamp = field("timestamp", Timestamp);
  const blended = field("blended", Point) ?? field("self_report", Point);
  if (!timestamp || !blended) return { skipped: [...skipped, `it has no usable ${timestamp ? "mood" : "timestamp"}`] };
  const sessionId = field("session_id", Label);
  const journalLength = field("journal_length", z.int().nonnegative());
  const state: State = {
    session: field("session", Label) ?? "unknown",
    type: field("session_type", Label) ?? "unknown",
    words: field("mood_words", Words) ?? [],
    timestamp,
    blended,
    ...(sessionId && { sessionId }),
    ...(journalLength !== undefined && { journalLength }),
  };
  return { state, skipped };
}
