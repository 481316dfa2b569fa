import { boundedText, wholeNumber } from "hearth";
import { z } from "zod";

/** Characters of a query at the most, counted as Unicode code points: an emoji is one. */
const LONGEST = 200;

const Query = boundedText(1, LONGEST);

/** "all", or the id of something that can be searched at the moment of the request. */
const typeAmong = (types: () => readonly string[]) =>
  z
    .string()
    .default("all")
    .check(({ value, issues }) => {
      const known = ["all", ...types()];
      if (known.includes(value)) return;
      const pattern = `^(${known.map(escaped).join("|")})$`;
      issues.push({ code: "invalid_format", format: "regex", pattern, input: value, message: `one of ${known}` });
    });

/** What `GET /search` takes. @param types the ids of what can be searched now */
export const searchRequest = (types: () => readonly string[]) =>
  z.object({
    q: Query.describe("What is looked for; the last word may be its beginning only"),
    type: typeAmong(types).describe("all, or one of what can be searched: thought, dream, …"),
    mode: z
      .enum(["text", "semantic", "hybrid"])
      .default("text")
      .describe("text: by words. semantic: by meaning. hybrid: by both"),
    limit: wholeNumber(z.int().min(1).max(50)).default(20),
    offset: wholeNumber(z.int().min(0)).default(0),
  });

/** What `GET /search/suggest` takes. */
export const SuggestRequest = z.object({
  q: Query.describe("What was typed so far"),
  limit: wholeNumber(z.int().min(1).max(20)).default(8),
});

/**
 * The parameters of a request as they are written; of a name that is there twice, the last. Elysia makes a list of a text
 * with a comma, and whatever JSON says of one in brackets.
 */
export const writtenQuery = (request: Request): Record<string, string> =>
  Object.fromEntries(new URL(request.url).searchParams);

const escaped = (id: string): string => id.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
