import { jsonValue } from "hearth";
import { z } from "zod";
import type { SessionMood } from "./shapes";
import { Label, Point, Timestamp, Words } from "./state";

/** A line of the history, as far as it can be used: a mood and a time it must have. */
const Line = z.object({
  session: Label.catch("unknown"),
  session_type: Label.catch("unknown"),
  timestamp: Timestamp,
  mood_words: Words.catch([]),
  blended: Point.optional().catch(undefined),
  self_report: Point.optional().catch(undefined),
  weight: z.number().min(0).max(1).nullable().catch(null),
  journal_length: z.int().nonnegative().nullable().catch(null),
});

/** The mood that a line holds; nothing when it holds none. */
export function moodOfLine(line: string): SessionMood | undefined {
  const read = Line.safeParse(jsonValue(line)).data;
  const mood = read?.blended ?? read?.self_report;
  if (!read || !mood) return;
  const { session, session_type, mood_words, weight, journal_length } = read;
  const timestamp = new Date(read.timestamp).toISOString();
  return { session, session_type, timestamp, mood_words, ...mood, weight, journal_length };
}
