import { ApiAddress, ApiKey } from "hearth-plugins/gateway";
import { z } from "zod";

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  apiKey: ApiKey.optional().describe("The key of Anthropic's API, where no gateway has one"),
  baseUrl: ApiAddress.default("https://api.anthropic.com").describe("Where the API is, where no gateway leads there"),
  model: z.string().min(1).default("claude-haiku-4-5").describe("Who judges"),
  timeout: z.number().positive().max(60).default(6).describe("Seconds that one judgement may take"),
  content: z.boolean().default(true).describe("Whether messages are screened for what nobody should have to read"),
  injection: z.boolean().default(true).describe("Whether they are screened for attempts to take over the agent"),
});
export type Settings = z.output<typeof Settings>;
