import { z } from "zod";

const count = z.int().nonnegative();
const Trend = z.object({ median: z.number(), slope: z.number(), z: z.number(), volatility: z.number() });

/** What some days look like. */
const Look = z.object({
  from: z.string(),
  to: z.string(),
  language: z.object({ words: count, richness: z.number().nullable(), sentence: z.number().nullable() }),
  mood: z.object({ summary: z.string(), entries: count, valence: Trend.nullable(), arousal: Trend.nullable() }),
  rhythm: z.object({
    sessions: count.nullable(),
    parts: z.object({ night: count, morning: count, afternoon: count, evening: count }).nullable(),
    daysOfWriting: count,
    works: count,
    wordsPerDay: count,
    kinds: z.record(z.string(), count),
  }),
});
export type Look = z.output<typeof Look>;

const Change = z.object({
  /** Themes that are written more than then, and less. */
  more: z.array(z.string()),
  less: z.array(z.string()),
  /** Favourite words since then, and of then. */
  gained: z.array(z.string()),
  lost: z.array(z.string()),
});
export type Change = z.output<typeof Change>;

/** `data/mirror-snapshot.json` */
export const Snapshot = z.object({
  status: z.enum(["ok", "insufficient_data"]),
  /** Of the agent's life: the first day is 1. */
  day: z.int(),
  /** ISO, UTC. */
  computed_at: z.string(),
  favourites: z.array(z.string()),
  now: Look,
  before: Look.optional(),
  first: Look.optional(),
  since_before: Change.optional(),
  since_first: Change.optional(),
});
export type Snapshot = z.output<typeof Snapshot>;
