import { z } from "zod";

export const settings = z.strictObject({
  embedder: z
    .array(z.string().min(1))
    .default(["transformers", "use-lite"])
    .describe("Embedders by their ids: the first that can be used makes the vectors; an empty list finds words only"),
  agentNames: z
    .array(z.string().min(1))
    .default(["claudie", "agent"])
    .describe("What the agent is called where records say who wrote them"),
  workers: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe("Threads that make vectors at the most; one less than there are cores, when left out"),
  idle: z.number().positive().default(60).describe("Seconds after which threads with nothing to embed are ended"),
  patience: z
    .number()
    .positive()
    .default(60)
    .describe("Seconds that a thread may take for a few passages; for a question it is 10 at the most"),
  quiet: z.number().nonnegative().max(60).default(1).describe("Seconds without a change before changed files are read"),
  retry: z.number().positive().default(30).describe("Seconds after which what failed is tried again"),
  maxWaiting: z
    .int()
    .positive()
    .default(64)
    .describe("Questions that wait at the most; one more gets 503 with Retry-After"),
  echoes: z
    .strictObject({
      count: z.int().min(0).max(20).default(5).describe("Quotes at the most; 0 for none"),
      length: z.int().min(40).max(2000).default(200).describe("Characters of a quote at the most"),
      least: z.number().min(-1).max(1).default(0.25).describe("Likeness of a quote at the least, as a cosine"),
      budget: z.int().positive().default(2500).describe("Characters of the section at the most"),
      seconds: z.number().positive().max(30).default(2).describe("Seconds that a wake waits for it at the most"),
    })
    .prefault({})
    .describe("What the agent is reminded of when it wakes"),
});
