import { z } from "zod";

/** What a kind of session is. */
export const SessionType = z.strictObject({
  template: z.string().default("wake-scheduled").describe("The template of the user prompt, under prompts/"),
  agent: z.string().optional().describe("The agent that runs it; the plugin's own setting when left out"),
  model: z.string().optional().describe("The model; the agent's own default when left out"),
  maxTurns: z.int().positive().default(50).describe("How many turns the agent may take"),
  wallClock: z.number().positive().default(3600).describe("Seconds until it is ended, whatever it does"),
  idle: z.number().positive().default(600).describe("Seconds without a sign of life until it is ended"),
  tools: z
    .array(z.string())
    .default(["Read", "Write", "Edit", "Glob", "Grep", "Bash"])
    .describe('The agent\'s tools; ["*"] for all'),
  live: z.boolean().default(true).describe("Streamed to everyone while it runs; false keeps it private"),
  conversation: z.boolean().default(false).describe("Message and answer are kept in conversations/"),
  style: z.enum(["scheduled", "unscheduled", "self"]).default("unscheduled").describe("How the system prompt opens"),
  keepsPrompt: z.boolean().default(false).describe("It may leave a new prompt.md for the next session"),
  urgent: z.boolean().default(false).describe("A person waits for it: it goes before those that are not urgent"),
});
export type SessionType = z.output<typeof SessionType>;
