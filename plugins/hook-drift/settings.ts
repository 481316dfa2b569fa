import { z } from "zod";

const days = (usual: number) => z.int().min(1).max(400).default(usual);

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  days: days(7).describe("Days that count as now, today included"),
  beforeDays: days(28).describe("Days before them that topics are compared with"),
  vocabularyDays: days(90).describe("Days before them in which a new word was hardly used"),
  leastDays: z.int().min(2).max(400).default(7).describe("Days of writing below which nothing is said"),
  least: z.int().min(2).default(4).describe("Passages that hold a term, at the least, for it to be looked at"),
  shuffles: z.int().min(99).max(9999).default(999).describe("How often the days are shuffled to know what chance does"),
  alarm: z
    .number()
    .min(0.001)
    .max(0.5)
    .default(0.05)
    .describe("Chance that topics of a diary in which nothing changes are told all the same"),
  topics: z
    .int()
    .min(1)
    .max(50)
    .default(8)
    .describe("Topics of each direction, and new words, that are told at the most"),
});
export type Settings = z.output<typeof Settings>;
