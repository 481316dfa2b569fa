import { z } from "zod";

/** A key travels in a header: what cannot stand in one is refused here, without repeating it. */
const Key = z.string().regex(/^[\x21-\x7e]+$/, { error: "visible ASCII characters without blanks" });

const Address = z.url({ protocol: /^https?$/, error: "an address that begins with https:// or http://" });

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  apiKey: Key.optional().describe("The key of Anthropic's API; without it nothing can be screened"),
  baseUrl: Address.default("https://api.anthropic.com").describe("Where the API is"),
  model: z.string().min(1).default("claude-haiku-4-5").describe("Who judges"),
  timeout: z.number().positive().max(60).default(6).describe("Seconds that one judgement may take"),
  content: z.boolean().default(true).describe("Whether messages are screened for what nobody should have to read"),
  injection: z.boolean().default(true).describe("Whether they are screened for attempts to take over the agent"),
  keepDays: z.int().positive().max(36_500).default(30).describe("Days that the audit log is kept"),
});
export type Settings = z.output<typeof Settings>;
