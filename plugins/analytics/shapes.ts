import { z } from "zod";

const count = z.int().nonnegative();
/** `YYYY-MM-DD` */
const day = z.string();

/** What `GET /analytics` answers. */
export const Analytics = z.object({
  total_thoughts: count,
  total_dreams: count,
  total_sessions: count,
  /** Days of which there is a thought, a dream or a session. */
  days_active: count,
  avg_duration_ms: z.number(),
  avg_turns: z.number(),
  /** US dollars. */
  avg_cost_usd: z.number(),
  total_cost_usd: z.number(),
  total_tokens: count,
  /** Oldest first; a day without anything is left out. */
  daily_activity: z.array(z.object({ date: day, thoughts: count, dreams: count, sessions: count })),
  /** The 30 most frequent, most frequent first. */
  mood_frequencies: z.array(z.object({ word: z.string(), count })),
  /** The 60 latest days with a mood, latest first. */
  mood_timeline: z.array(z.object({ date: day, moods: z.array(z.string()) })),
  /** Oldest first. */
  session_trends: z.array(
    z.object({
      date: day,
      avg_duration_ms: z.number(),
      avg_turns: z.number(),
      total_tokens: count,
      session_count: count,
    }),
  ),
  /** By the Monday of the week; oldest first; a week without anything is left out. */
  weekly_output: z.array(z.object({ week_start: day, thoughts: count, dreams: count })),
  /** Most frequent first. */
  dream_type_counts: z.array(z.object({ type: z.string(), count })),
});
export type Analytics = z.output<typeof Analytics>;
