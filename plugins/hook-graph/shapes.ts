import { boundedText, wholeNumber } from "hearth";
import { z } from "zod";
import { views } from "./contract";

const count = z.int().nonnegative();
const Entity = z.object({
  name: z.string(),
  kind: z.enum(["person", "place", "name", "subject"]),
  works: count,
  days: count,
  /** `YYYY-MM-DD` */
  first: z.string().nullable(),
  last: z.string().nullable(),
});

const Thread = Entity.extend({
  /** What is named in almost the same works. */
  beside: z.array(z.string()),
  weight: z.number(),
  peak: z.number(),
  peakDay: z.string().nullable(),
  latest: z.array(z.string()),
});

/** What `GET /memory/graph` answers: the lists of the view that was asked for, the others empty. */
export const GraphAnswer = z.object({
  view: z.enum(views),
  /** Of `active` and `forgotten`. */
  threads: z.array(Thread),
  /** Of `discover`. */
  discoveries: z.array(
    z.object({
      kind: z.enum(["works", "entities"]),
      a: z.string(),
      b: z.string(),
      similarity: z.number(),
      titles: z.array(z.string()),
    }),
  ),
  /** Of `cluster`. */
  works: z.array(
    z.object({
      path: z.string(),
      type: z.string(),
      title: z.string(),
      date: z.string().nullable(),
      because: z.enum(["alike", "names it", "linked"]),
    }),
  ),
  entities: z.array(Entity),
});

export const GraphRequest = z
  .object({
    view: z.enum(views).default("active").describe("What to ask"),
    q: boundedText(1, 500).optional().describe("Of `cluster`: a word, a text, or the path of a work"),
    limit: wholeNumber(z.int().min(1).max(100)).default(12).describe("Items of a list at the most"),
  })
  .refine(({ view, q }) => view !== "cluster" || q !== undefined, { path: ["q"], message: "cluster needs a q" });
export type GraphRequest = z.output<typeof GraphRequest>;
