import { z } from "zod";
import { urgencies } from "./contract";

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  perDay: z
    .int()
    .positive()
    .max(48)
    .default(3)
    .describe("Appointments a day, counted when their sessions have succeeded"),
  horizon: z.number().positive().max(366).default(7).describe("Days ahead that an appointment may lie at the most"),
  distance: z.number().min(0).max(360).default(30).describe("Minutes that an appointment keeps from the fixed slots"),
  lateness: z
    .number()
    .positive()
    .default(180)
    .describe("Minutes after which what came due while Hearth was off is not made up for"),
  attempts: z.int().positive().max(20).default(3).describe("Sessions that may fail before an appointment is given up"),
  impulses: z
    .strictObject({
      wake: z.array(z.enum(urgencies)).default(["high"]).describe("Which urgencies lead to a session of their own"),
      after: z
        .number()
        .min(0)
        .default(60)
        .describe("Minutes that such an impulse waits for another session to see to it"),
      perDay: z.int().min(0).max(48).default(2).describe("Sessions a day that impulses lead to, counted on success"),
      most: z.int().positive().max(1000).default(50).describe("Impulses that may wait"),
      days: z
        .number()
        .positive()
        .max(366)
        .default(14)
        .describe("Days after which one is over that says nothing itself"),
    })
    .prefault({})
    .describe("What becomes of impulses"),
});
export type Settings = z.output<typeof Settings>;
