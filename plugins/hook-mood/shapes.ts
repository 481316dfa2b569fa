import { z } from "zod";

/** -1 to 1. */
const part = z.number().min(-1).max(1);
const count = z.int().nonnegative();
/** `YYYY-MM-DD`, in the house's time zone. */
const day = z.string();

/** The mood of one session. */
export const SessionMood = z.object({
  /** `<day>-<type>` */
  session: z.string(),
  session_type: z.string(),
  /** End of the session, ISO, UTC. */
  timestamp: z.string(),
  mood_words: z.array(z.string()),
  /** Bad to good, and calm to stirred, blended with what was left of the mood before. */
  valence: part,
  arousal: part,
  /** How much the session weighed against what was left; null when that was not written down. */
  weight: z.number().min(0).max(1).nullable(),
  /** Words; null when that was not written down. */
  journal_length: count.nullable(),
});
export type SessionMood = z.output<typeof SessionMood>;

/** What `GET /analytics/mood` answers. */
export const MoodTimeline = z.object({
  /** First and last day that were asked for. */
  from: day,
  to: day,
  /** Oldest first. */
  sessions: z.array(SessionMood),
  /** The means of each day that has any, to two decimals; oldest first. */
  days: z.array(z.object({ date: day, valence: part, arousal: part, sessions: count })),
  /** Lines of the history that could not be read, whatever day they are of. */
  skipped_lines: count,
  /** The history is so long that its beginning was not read. */
  truncated: z.boolean(),
});
export type MoodTimeline = z.output<typeof MoodTimeline>;
