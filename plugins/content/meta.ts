import { z } from "zod";
import type { PageMeta, PageType } from "./contract";

const dreamTypes = ["poetry", "ascii", "prose", "mixed"] as const;

/** What people and models write for yes and no. */
const answers: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["true", "yes", "on", "1", "y", "t"].map(word => [word, true])),
  ...Object.fromEntries(["false", "no", "off", "0", "n", "f"].map(word => [word, false])),
};

const lower = (value: unknown): unknown => (typeof value === "string" ? value.trim().toLowerCase() : value);

/** A list as "a, b"; an empty one, like nothing, is null. */
const asLine = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value ?? null;
  return value.every(one => typeof one === "string") ? value.join(", ") || null : value;
};

/** A word as the truth value it means; one that is not said is no. */
const asAnswer = (value: unknown): unknown => {
  const word = lower(value ?? "no");
  return typeof word === "string" && Object.hasOwn(answers, word) ? answers[word] : value;
};

const isMissing = (value: unknown) => value === undefined || value === null;
const error = ({ input }: { readonly input?: unknown }) => (isMissing(input) ? "is missing" : "is not text");
const typeError = ({ input }: { readonly input?: unknown }) =>
  isMissing(input) ? "is missing" : `is none of ${dreamTypes.join(", ")}`;

const line = z.preprocess(asLine, z.string({ error }).nullable());
const dated = { date: z.string({ error }), title: z.string({ error }).min(1, "is empty") };

/**
 * What the front matter of each type must say, read from YAML whose scalars are taken as they are written.
 * Fields come out in the order in which lists and details show them.
 */
export const metas: Readonly<Record<PageType, z.ZodType<PageMeta>>> = {
  thoughts: z.object({ ...dated, mood: line }),
  dreams: z.object({
    ...dated,
    type: z.preprocess(lower, z.enum(dreamTypes, { error: typeError })),
    immersive: z.preprocess(asAnswer, z.boolean({ error: "is neither yes nor no" })),
  }),
  scores: z.object(dated),
  letters: z.object(dated),
  essays: z.object({ ...dated, topic: line }),
  bookshelf: z.object({ ...dated, purpose: line }),
};
