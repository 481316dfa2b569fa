import { z } from "zod";
import { WakeSettings } from "./wake-settings";

const policy = (what: string, usual: "open" | "quarantine") =>
  z.enum(["open", "quarantine"]).default(usual).describe(`What becomes of ${what}`);

export const settings = z.strictObject({
  keys: z.array(z.string().trim().min(1)).default([]).describe("Keys of those who may write as senders"),
  cooldown: z.number().min(0).max(86_400).default(900).describe("Seconds between two messages of a sender"),
  perDay: z.int().positive().default(10).describe("Messages of a sender a day"),
  screenSeconds: z
    .number()
    .positive()
    .max(300)
    .default(8)
    .describe("Seconds that all screens together get for a message"),
  screenPause: z
    .number()
    .positive()
    .default(30)
    .describe("Seconds that a screen which failed three times is not asked"),
  outage: z
    .strictObject({
      strangers: policy("strangers' messages that could not be screened", "quarantine"),
      senders: policy("messages of senders that could not be screened", "open"),
    })
    .prefault({})
    .describe('When the screening is out of order: "open" delivers, marked; "quarantine" holds'),
  suspicious: z
    .strictObject({
      strangers: policy("strangers' messages that may try to steer the agent", "quarantine"),
      senders: policy("messages of senders that may try to steer the agent", "open"),
    })
    .prefault({})
    .describe('When a screen finds a message suspicious: "open" delivers it with a warning; "quarantine" holds it'),
  mostHeld: z
    .int()
    .positive()
    .default(10_000)
    .describe("Messages that may wait in the quarantine; one more is told to come again later"),
  keepDays: z.number().positive().default(30).describe("Days that rejected messages are kept for people to look at"),
  rescreenMinutes: z
    .number()
    .positive()
    .default(5)
    .describe("Minutes after which what was not screened is tried again"),
  wakes: WakeSettings.describe("When mail wakes the agent, and how much of it at once"),
});
export type Settings = z.output<typeof settings>;
