import { boundedText, wholeNumber } from "hearth";
import { z } from "zod";
import type { MemoryQuestion } from "./contract";

/** Characters of a question, and of a filter, at the most. */
export const LONGEST = 500;
export const FILTER = 100;
const TYPES = 50;

/** A day of the calendar, `YYYY-MM-DD`. */
export const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine(isDay, { error: "no day of the calendar; written as YYYY-MM-DD" });

/** What `GET /memory/search` takes, and `hearth memory search`. */
export const SearchRequest = z.object({
  q: boundedText(1, LONGEST).describe("What is looked for, in whatever words"),
  limit: wholeNumber(z.int().min(1).max(50)).default(10),
  mode: z.enum(["hybrid", "text", "semantic"]).default("hybrid").describe("By words and meaning, or by one of them"),
  type: z
    .array(boundedText(1, FILTER))
    .max(TYPES)
    .default([])
    .describe("Only of these types: repeated, or with commas between"),
  person: boundedText(1, FILTER)
    .optional()
    .describe("Only what this person wrote or was told; a part of a name will do"),
  from: Day.optional().describe("First day, YYYY-MM-DD; what has no date is left out"),
  to: Day.optional().describe("Last day"),
  audience: z
    .enum(["public", "own", "all"])
    .default("own")
    .describe("public: what was published; own: all but what persons confided; all: that too"),
});
export type SearchRequest = z.output<typeof SearchRequest>;

/** A request as memory is asked. */
export const questionOf = ({ q, limit, mode, type, person, from, to, audience }: SearchRequest): MemoryQuestion => ({
  text: q,
  audience,
  limit,
  mode,
  ...(type.length > 0 && { types: type }),
  ...(person !== undefined && { person }),
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

/**
 * The parameters of a request as they are written; of a name that is there twice, the last, but of `type` all. Elysia makes a list of any
 * text with a comma, and whatever JSON says of one in brackets.
 */
export function writtenQuery(request: Request): Record<string, string | string[]> {
  const { searchParams } = new URL(request.url);
  const types = typesIn(searchParams.getAll("type"));
  return { ...Object.fromEntries(searchParams), ...(searchParams.has("type") && { type: types }) };
}

/** Types as people write them: one by one, or with commas between. */
export const typesIn = (written: readonly string[]): string[] =>
  written
    .flatMap(text => text.split(","))
    .map(text => text.trim())
    .filter(Boolean);

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
