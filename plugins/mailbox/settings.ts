import { z } from "zod";

export const settings = z.strictObject({
  agentName: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,30}$/)
    .default("claudie")
    .describe("What the agent's letters have as `from`; nobody can register it"),
  reserved: z.array(z.string()).default([]).describe("Further usernames that nobody can register"),
  sessionDays: z.number().positive().max(365).default(7).describe("Days that a login lasts"),
  sessionsPerAccount: z.int().positive().default(100).describe("Logins of one account; one more ends the oldest"),
  loginFailures: z.int().positive().default(5).describe("Failed logins of one household and account in 15 minutes"),
  agentLetters: z
    .strictObject({
      perSession: z.int().positive().max(1000).default(20).describe("Letters that the agent may send in one session"),
      perDay: z.int().positive().max(1000).default(10).describe("Letters of the agent to one person within 24 hours"),
    })
    .prefault({})
    .describe("What its tool `send_letter` lets the agent send"),
  keyTries: z.int().positive().default(10).describe("Registrations and resets an hour, by household and by key"),
});
export type Settings = z.output<typeof settings>;
