import { z } from "zod";
import type { PageType } from "./contract";

const text = z.string();
const dated = { date: text.describe("As it is written, `YYYY-MM-DD` as a rule"), title: text };

/** What is said of a page of each type beside its slug, in the order in which it is sent. */
const metaShapes = {
  thoughts: z.object({ ...dated, mood: text.nullable() }),
  dreams: z.object({ ...dated, type: z.enum(["poetry", "ascii", "prose", "mixed"]), immersive: z.boolean() }),
  scores: z.object(dated),
  letters: z.object(dated),
  essays: z.object({ ...dated, topic: text.nullable() }),
  bookshelf: z.object({ ...dated, purpose: text.nullable() }),
};

/** The answer of a list: its pages, newest first. */
export const listShape = (type: PageType): z.ZodType =>
  z.array(z.object({ slug: text, ...metaShapes[type].shape } as z.ZodRawShape));

/** The answer of a page alone. */
export const pageShape = (type: PageType): z.ZodType =>
  z.object({ slug: text, meta: metaShapes[type], content: text.describe("Markdown") });
