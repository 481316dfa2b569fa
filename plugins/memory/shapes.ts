import { z } from "zod";

const Day = z.string().describe("YYYY-MM-DD");

/** A passage that was found, as the API answers it. */
export const FoundPassage = z.object({
  id: z.string().describe("16 hex digits made from the text alone"),
  path: z.string().describe("Relative to the home"),
  line: z.int().describe("Its first line in the file, from 1"),
  last_line: z.int(),
  type: z.string().describe("thought, dream, memory, conversation, mailbox, …"),
  title: z.string(),
  date: Day.nullable(),
  text: z.string().describe("Markdown, as it stands in the file"),
  privacy: z.enum(["public", "own", "private"]),
  person: z.string().nullable().describe('Who confided it, such as "mailbox/ada"'),
  recalled: z.boolean().describe("The agent was reminded of it and wrote it down again"),
  score: z.number().describe("1 for the best that can be; to compare hits of one answer with each other"),
  similarity: z
    .number()
    .nullable()
    .describe("Cosine to the question; null when found by words and without a vector yet"),
  words: z.array(z.string()).describe("Words of the question that it holds"),
  reason: z.string().describe("Why it was found, in one sentence"),
  provenance: z
    .object({
      who: z.enum(["owner", "agent", "visitor", "system"]),
      name: z.string().nullable(),
      session: z.string().nullable(),
      at: z.string().describe("ISO time at which Hearth first saw it"),
    })
    .describe("Who wrote it, as Hearth saw it"),
});
export type FoundPassage = z.output<typeof FoundPassage>;

/** What `GET /memory/search` answers. */
export const MemorySearchAnswer = z.object({
  query: z.string(),
  mode: z.enum(["hybrid", "text", "semantic"]).describe("How it was searched: text when nothing can be embedded"),
  audience: z.enum(["public", "own", "all"]),
  hits: z.array(FoundPassage),
  note: z.string().nullable().describe("What the answer lacks, for people"),
});
export type MemorySearchAnswer = z.output<typeof MemorySearchAnswer>;

/** What `GET /memory/status` answers. */
export const MemoryStatusAnswer = z.object({
  embedder: z.string().nullable(),
  problem: z.string().nullable().describe("Why nothing can be embedded"),
  files: z.int(),
  passages: z.int(),
  pending: z.int().describe("Passages without a vector"),
  seconds_left: z.number().nullable().describe("Until none is pending"),
  tokens_per_second: z.number().nullable(),
  reading: z.boolean().describe("The home is being compared with the index"),
  answering: z.string().nullable().describe("The embedder whose older index answers while the new one is made"),
});
export type MemoryStatusAnswer = z.output<typeof MemoryStatusAnswer>;
