import { z } from "zod";

const seconds = (standard: number, what: string) => z.number().positive().default(standard).describe(what);

export const Settings = z.strictObject({
  executable: z
    .string()
    .min(1)
    .optional()
    .describe("The Claude CLI: an absolute path, or a name on PATH; that of the npm dependency when left out"),
  model: z.string().min(1).optional().describe("The model when a session type names none; else the CLI's own default"),
  permissionMode: z
    .enum(["acceptEdits", "manual", "dontAsk", "auto", "plan"])
    .default("acceptEdits")
    .describe("The CLI's permission mode"),
  bash: z
    .enum(["sandboxed", "always", "never"])
    .default("sandboxed")
    .describe("The shell: only in the CLI's sandbox without secrets, always (it can read the API key), or never"),
  maxRetries: z
    .int()
    .min(0)
    .default(4)
    .describe("How often the CLI asks the API again after a failure; its own default of 10 takes three minutes"),
  passEnv: z.array(z.string().min(1)).default([]).describe("Further environment variables that the CLI may see"),
  interruptGrace: seconds(4, "Seconds from the interrupt until what runs is asked to terminate"),
  terminateGrace: seconds(3, "Seconds from there until what still lives is killed"),
  exitGrace: seconds(10, "Seconds that the CLI may take to exit after it told its result"),
});
export type Settings = z.output<typeof Settings>;
