import { z } from "zod";

/** A key travels in a header: what cannot stand in one is refused here, without repeating it. */
const Key = z.string().regex(/^[\x21-\x7e]+$/, { error: "visible ASCII characters without blanks" });

const Address = z.url({ protocol: /^https?$/, error: "an address that begins with https:// or http://" });

/** What stands for a model when none is asked. */
export const NO_MODEL = "none";

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  apiKey: Key.optional().describe("The key of Anthropic's API; without it an extract is made without a model"),
  baseUrl: Address.default("https://api.anthropic.com").describe("Where the API is"),
  model: z
    .string()
    .min(1)
    .default("claude-haiku-4-5-20251001")
    .describe(`Who condenses; "${NO_MODEL}" makes an extract without a model`),
  timeout: z.number().positive().max(600).default(180).describe("Seconds that the model may take, all tries together"),
  retries: z.int().min(0).max(5).default(2).describe("Tries after one that failed for a reason that may pass"),
  inputCharacters: z
    .int()
    .min(4_000)
    .max(2_000_000)
    .default(160_000)
    .describe("Characters of memory/ that the model is given at the most"),
});
export type Settings = z.output<typeof Settings>;
