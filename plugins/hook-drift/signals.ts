import { z } from "zod";

/** A number as it is kept: four decimals are enough for everyone. */
const number = z.number();
const count = z.int().nonnegative();
const Day = z.string();

const Trend = z.object({ median: number, slope: number, z: number, volatility: number });

/** One term of a topic, with its numbers. */
const TermShift = z.object({
  term: z.string(),
  z: number,
  score: number,
  p: number,
  recent: count,
  before: count,
  recent_days: count,
  before_days: count,
});
const Topic = z.object({ label: z.string(), terms: z.array(TermShift) });
const NewWord = z.object({ word: z.string(), recent: count, before: count, recent_days: count, p: number });

/** Where the agent's writing goes: `data/drift-signals.json`, and what `GET /analytics/drift` answers. */
export const Signals = z.object({
  /** "insufficient_data" until there is writing of seven days to compare. */
  status: z.enum(["ok", "insufficient_data"]),
  /** ISO, UTC; null when it was never computed. */
  computed_at: z.string().nullable(),
  /** `<day in the house's time zone>-<type>` of the session after which it was. */
  session: z.string().nullable(),
  topics: z.object({ gravitating: z.array(z.string()), receding: z.array(z.string()) }),
  vocabulary: z.object({ emerging: z.array(z.string()) }),
  emotional_arc: z.object({
    summary: z.string(),
    entries: count.optional(),
    /** Slopes are per day. */
    valence: Trend.nullish(),
    arousal: Trend.nullish(),
  }),
  /** First and last days, each included. */
  window: z
    .object({
      from: Day,
      to: Day,
      before_from: Day,
      before_to: Day,
      vocabulary_from: Day,
      days_of_writing: count,
      days_before: count,
    })
    .optional(),
  counts: z
    .object({
      works: count,
      works_before: count,
      passages: count,
      passages_before: count,
      words: count,
      words_before: count,
    })
    .optional(),
  statistics: z
    .object({ gravitating: z.array(Topic), receding: z.array(Topic), emerging: z.array(NewWord) })
    .optional(),
});
export type Signals = z.output<typeof Signals>;

/** What is told before anything was computed. */
export const noSignals: Signals = {
  status: "insufficient_data",
  computed_at: null,
  session: null,
  topics: { gravitating: [], receding: [] },
  vocabulary: { emerging: [] },
  emotional_arc: { summary: "" },
};

const texts = z
  .array(z.unknown())
  .catch([])
  .transform(list => list.filter(one => typeof one === "string"));

/** Reads what lies in the file with what can be used of it: the agent may have changed it, another system may have written it. */
export function signalsIn(raw: Readonly<Record<string, unknown>>): Signals {
  const whole = Signals.safeParse(raw);
  if (whole.success) return whole.data;
  return {
    status: raw["status"] === "insufficient_data" ? "insufficient_data" : "ok",
    computed_at: z.string().nullable().catch(null).parse(raw["computed_at"]),
    session: z.string().nullable().catch(null).parse(raw["session"]),
    topics: z.object({ gravitating: texts, receding: texts }).catch(noSignals.topics).parse(raw["topics"]),
    vocabulary: z.object({ emerging: texts }).catch(noSignals.vocabulary).parse(raw["vocabulary"]),
    emotional_arc: z.object({ summary: z.string() }).catch(noSignals.emotional_arc).parse(raw["emotional_arc"]),
  };
}
