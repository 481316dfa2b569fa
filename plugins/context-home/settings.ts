import { z } from "zod";
import { defaultFolders, Folder } from "./folder";

const budget = (characters: number) => z.int().positive().default(characters).describe("Characters at the most");

/** How long each source's text may be, by the source's id. */
const Budgets = z.strictObject({
  time: budget(500),
  day: budget(200),
  thought: budget(12_000),
  identity: budget(8_000),
  voice: budget(8_000),
  memory: budget(16_000),
  compiled: budget(32_000),
  prompt: budget(16_000),
  folders: budget(4_000),
  files: budget(4_000),
  visitors: budget(300),
  news: budget(1_000),
  gifts: budget(1_000),
});

const Slot = z.strictObject({
  hour: z.int().min(0).max(23).describe("Hour of the day at which the session comes"),
  type: z.string().min(1).describe("The session type's name"),
});

/** The eight daily slots, as `sessions` has them when nobody changed them. */
const dailySlots: readonly z.output<typeof Slot>[] = [
  { hour: 0, type: "midnight" },
  { hour: 3, type: "late_night" },
  { hour: 6, type: "morning" },
  { hour: 9, type: "midmorning" },
  { hour: 12, type: "noon" },
  { hour: 15, type: "afternoon" },
  { hour: 18, type: "dusk" },
  { hour: 21, type: "evening" },
];

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  firstDay: z.iso.date().default("2026-01-15").describe("The date that counts as day 1"),
  freshHours: z.number().positive().default(12).describe("A visitor's message younger than this counts as new"),
  names: z.int().positive().default(5).describe("How many file names of a folder are shown"),
  limit: z.number().positive().default(5).describe("Seconds that one source may take"),
  slots: z
    .array(Slot)
    .default([...dailySlots])
    .describe("The day's scheduled sessions; change it together with those of sessions"),
  folders: z
    .array(Folder)
    .default([...defaultFolders])
    .describe("The folders that the agent is told about, in this order"),
  budgets: Budgets.prefault({}).describe("Characters at the most, by source"),
});
export type Settings = z.output<typeof Settings>;
