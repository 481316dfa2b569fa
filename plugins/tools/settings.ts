import { z } from "zod";

export const settings = z.strictObject({
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe("Port on 127.0.0.1, and on no other address; 0 takes a free one"),
  person: z
    .array(z.string().regex(/^[a-z][a-z0-9_]*$/))
    .default(["read"])
    .describe('Tools for a person with the service key, by name or by effect: "read", "self", "out"'),
  calls: z.int().positive().default(500).describe("Calls of one session at the most, all tools together"),
  atOnce: z.int().positive().max(100).default(8).describe("Calls of one session that run at the same time at the most"),
  answer: z
    .int()
    .min(1000)
    .max(1_000_000)
    .default(40_000)
    .describe("Characters of an answer at the most; the rest is cut off"),
});
export type Settings = z.output<typeof settings>;
