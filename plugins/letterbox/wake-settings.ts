import { z } from "zod";

const rhythm = (quiet: number, atMost: number, perDay: number) =>
  z
    .strictObject({
      quiet: z.number().nonnegative().default(quiet).describe("Seconds without further mail before the session begins"),
      atMost: z
        .number()
        .nonnegative()
        .default(atMost)
        .describe("Seconds after which it begins however much still comes"),
      perDay: z
        .int()
        .positive()
        .default(perDay)
        .describe("Sessions with mail a day; what comes after them waits for the next"),
    })
    .refine(({ quiet, atMost }) => quiet <= atMost, { path: ["atMost"], error: "atMost is shorter than quiet" })
    .prefault({});

/** When mail wakes the agent, and how much of it at once. */
export const WakeSettings = z
  .strictObject({
    visit: rhythm(120, 900, 12).describe("What visitors wrote"),
    correspondence: rhythm(600, 1800, 12).describe("Letters; a session is with one person"),
    mostMessages: z.int().positive().default(40).describe("Messages that one session is shown"),
    mostCharacters: z
      .int()
      .min(1000)
      .default(60_000)
      .describe("Characters of them together; a longer one comes alone, cut"),
  })
  .prefault({});
export type WakeSettings = z.output<typeof WakeSettings>;

/** The session types that mail leads to. */
export const mailTypes = ["visit", "correspondence"] as const;
export type MailType = (typeof mailTypes)[number];
