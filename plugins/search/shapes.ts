import { z } from "zod";

/** One hit of a search. */
export const SearchResult = z
  .object({
    slug: z.string(),
    title: z.string().describe("HTML: hits in <mark>, everything else escaped; shortened with ..."),
    result_type: z.string().describe("The searchable it comes from: thought, dream, …"),
    date: z.string(),
    snippet: z.string().describe("HTML: an excerpt with hits in <mark>, everything else escaped"),
    score: z.number().describe("Lower is better"),
    mood: z.string().nullable(),
    dream_type: z.string().nullable(),
  })
  .loose();
export type SearchResult = z.output<typeof SearchResult>;

/** The answer of `GET /search`. */
export const SearchAnswer = z.object({
  query: z.string(),
  results: z.array(SearchResult),
  total: z.int().describe("All hits, before paging"),
  limit: z.int(),
  offset: z.int(),
  mode: z
    .enum(["text", "semantic", "hybrid"])
    .optional()
    .describe(
      "How it was searched, when another mode than text was asked for: text where nothing can be found by meaning",
    ),
  note: z.string().optional().describe("What the answer lacks, for people"),
});
export type SearchAnswer = z.output<typeof SearchAnswer>;

/** A word or a title that may be meant. */
export const Suggestion = z.object({
  text: z.string().describe("Plain text. Of a term: the query with its last word completed. Of a title: the title"),
  kind: z.enum(["term", "title"]),
  type: z.string().optional().describe("Of a title: as result_type"),
  slug: z.string().optional().describe("Of a title"),
});
export type Suggestion = z.output<typeof Suggestion>;

/** The answer of `GET /search/suggest`. */
export const SuggestAnswer = z.object({ query: z.string(), suggestions: z.array(Suggestion) });
export type SuggestAnswer = z.output<typeof SuggestAnswer>;
