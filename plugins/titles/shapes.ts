import { boundedText } from "hearth";
import { z } from "zod";

/** A title that a model gave to a text, known by the hash of the text. Lengths in characters. */
export const NewTitle = z.object({
  hash: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[\w.:=+/~-]+$/),
  title: boundedText(0, 500),
  model: boundedText(0, 200),
  original_path: boundedText(0, 1024),
});
export type NewTitle = z.output<typeof NewTitle>;

/** A title as it is answered. */
export const Title = z.object({
  hash: z.string(),
  title: z.string(),
  model: z.string(),
  /** ISO, UTC, with "Z". */
  created: z.string(),
  original_path: z.string(),
});
export type Title = z.output<typeof Title>;
