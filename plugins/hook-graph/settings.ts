import { z } from "zod";

const days = (usual: number) => z.int().min(1).max(4000).default(usual);

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  halfLifeDays: days(21).describe("Days in which a mention loses half of its weight"),
  aliveDays: days(14).describe("A thread that was mentioned within so many days is alive"),
  silentDays: days(30).describe("One that was not for so many days may be forgotten"),
  leastWorks: z.int().min(2).default(3).describe("Works that make a thread"),
  leastDays: z.int().min(1).default(3).describe("Days that make a thread"),
  least: z.number().min(0).max(1).default(0.55).describe("Cosine from which two things count as alike in meaning"),
});
export type Settings = z.output<typeof Settings>;
