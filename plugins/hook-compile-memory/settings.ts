import { ApiAddress, ApiKey } from "hearth-plugins/gateway";
import { z } from "zod";

/** What stands for a model when none is asked. */
export const NO_MODEL = "none";

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  apiKey: ApiKey.optional().describe(
    "The key of Anthropic's API, where no gateway has one; without any an extract is made",
  ),
  baseUrl: ApiAddress.default("https://api.anthropic.com").describe("Where the API is, where no gateway leads there"),
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
