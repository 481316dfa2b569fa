import { z } from "zod";

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  everyDays: z.int().min(3).max(400).default(10).describe("Days from one look into the mirror to the next"),
  leastDays: z.int().min(1).max(400).default(7).describe("Days of writing below which it shows nothing"),
  firstDay: z.iso
    .date()
    .default("2026-01-15")
    .describe("The date that counts as day 1: the same as in context-home, or the agent is told two ages"),
});
export type Settings = z.output<typeof Settings>;
