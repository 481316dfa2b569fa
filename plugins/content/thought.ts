import { z } from "zod";

/** What people write without quotes, as the text they mean: numbers, truth values, dates. Everything else stays what it is. */
const asText = (value: unknown): unknown => {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return ["number", "bigint", "boolean"].includes(typeof value) ? String(value) : value;
};

/** A list as "a, b"; an empty one, like nothing, is null. */
const asLine = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value === undefined ? null : asText(value);
  const texts = value.map(asText);
  if (!texts.every(text => typeof text === "string")) return value;
  return texts.join(", ") || null;
};

const error = ({ input }: { readonly input?: unknown }) => (input === undefined ? "is missing" : "is not text");
const text = z.preprocess(asText, z.string({ error }));
const line = z.preprocess(asLine, z.string({ error }).nullable());

/** What the front matter of a thought says. Unquoted dates and numbers are read as text, a list of moods as one line. */
export const ThoughtMeta = z.object({
  /** As it is written; `YYYY-MM-DD` when it is a YAML date. */
  date: text,
  title: text.pipe(z.string().min(1, "is empty")),
  mood: line,
});
export type ThoughtMeta = z.output<typeof ThoughtMeta>;
