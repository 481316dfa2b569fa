import { didYouMean } from "hearth";
import { z } from "zod";
import { defaultTypes, SessionTypeSettings } from "./types";

const Cron = z
  .string()
  .refine(line => parses(line, "UTC"), { error: issue => `"${issue.input}" is no cron line of five fields` });
const Zone = z.string().refine(zone => parses("0 0 * * *", zone), {
  error: issue => `"${issue.input}" is not a time zone that is known here`,
});

function parses(line: string, tz: string): boolean {
  try {
    return Bun.cron.parse(line, new Date(), { tz }) !== null;
  } catch {
    return false;
  }
}

const Slot = z.union([
  z.literal(false),
  Cron,
  z.strictObject({
    cron: Cron.describe("Minute, hour, day, month, weekday"),
    timeZone: Zone.optional().describe("The house's zone when left out"),
    catchUp: z.enum(["skip", "once"]).default("skip").describe("What becomes of a slot that was missed"),
  }),
]);

const everyThreeHours: Record<string, string> = {
  midnight: "0 0 * * *",
  late_night: "0 3 * * *",
  morning: "0 6 * * *",
  midmorning: "0 9 * * *",
  noon: "0 12 * * *",
  afternoon: "0 15 * * *",
  dusk: "0 18 * * *",
  evening: "0 21 * * *",
};

const Settings = z.strictObject({
  agent: z.string().default("auto").describe('"auto", or the id of an agent: "claude-cli", "offline", …'),
  prefer: z.array(z.string()).default(["claude-cli", "offline"]).describe('Which agents "auto" tries, the first first'),
  types: z
    .record(z.string(), SessionTypeSettings)
    .default({})
    .describe("Changes to session types, and types of your own"),
  slots: z
    .record(z.string(), Slot)
    .default({})
    .transform(changes => ({ ...everyThreeHours, ...changes }))
    .describe(
      "When a session type wakes by itself: a cron line, a table, or false; the eight of every third hour are there by default",
    ),
  catchUp: z
    .enum(["skip", "once"])
    .default("skip")
    .describe("What becomes of missed slots that say nothing themselves"),
  firstWake: z.boolean().default(true).describe("A fresh home wakes once by itself"),
  grace: z.number().positive().default(20).describe("Seconds an agent gets to end everything after it was told to"),
  private: z
    .array(z.string())
    .default([
      "memory",
      "telegram",
      "mailbox",
      "conversations",
      "transcripts",
      "visitors",
      "moderation",
      "inner-thread",
      "data",
      "logs",
    ])
    .describe("Folders of the home whose content is never streamed"),
  heartbeat: z
    .number()
    .positive()
    .default(15)
    .describe("Seconds of silence after which a live stream gives a sign of life"),
  clients: z.int().positive().default(2000).describe("Live streams at the most"),
  statusFile: z
    .string()
    .default("data/session-status.json")
    .describe("Where tools outside read whether a session runs"),
  streamFile: z.string().default("data/live-stream.jsonl").describe("Where tools outside read the running session"),
});
export type Settings = z.output<typeof Settings>;

/** A slot of a type that is not there would ring for nobody. */
export const settings = Settings.superRefine(({ slots, types }, { addIssue }) => {
  const known = [...new Set([...Object.keys(defaultTypes), ...Object.keys(types)])];
  for (const type of Object.keys(slots))
    if (!known.includes(type))
      addIssue({
        code: "custom",
        path: ["slots", type],
        message: `there is no session type "${type}".${didYouMean(type, known)}`,
      });
});
