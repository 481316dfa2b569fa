import { wholeNumber } from "hearth";
import { z } from "zod";

/** What `GET /analytics/resonance` takes. */
export const ResonanceRequest = z.object({
  days: wholeNumber(z.int().min(1).max(365)).default(30).describe("Days back from today, today included"),
});

const End = z.object({
  /** As memory names it: "thought". */
  type: z.string(),
  /** Relative to the home. */
  path: z.string(),
  title: z.string(),
  date: z.iso.date().nullable(),
  /** At most 300 characters. */
  quote: z.string(),
});

/** What `GET /analytics/resonance` answers. */
export const ResonanceReport = z.object({
  /** Newest first; a day without any is left out. */
  days: z.array(
    z.object({
      date: z.iso.date(),
      /** All pairs of that day, those too that are not shown. */
      count: z.int(),
      /** Those of which both ends are public, nearest first. */
      pairs: z.array(z.object({ similarity: z.number(), a: End, b: End })),
    }),
  ),
});
export type ResonanceReport = z.output<typeof ResonanceReport>;
