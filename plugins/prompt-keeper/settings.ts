import { z } from "zod";

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  keep: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .describe("Versions of prompt.md that are kept, and entries of what was undone"),
});
