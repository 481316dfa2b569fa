import { z } from "zod";

const seconds = (standard: number, what: string) => z.number().positive().default(standard).describe(what);

const FolderInHome = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*$/)
  .refine(path => !path.split("/").some(part => part === "." || part === ".."), {
    error: "a folder inside the home, relative to it",
  });

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
  jail: z
    .enum(["auto", "always", "never"])
    .default("auto")
    .describe(
      "Whether bubblewrap hides the machine from the whole CLI: where that works, always (else it does not run), or never",
    ),
  writable: z
    .array(z.union([z.literal("*"), FolderInHome]))
    .default(["*"])
    .describe('Folders of the home that can be written in the jail; "*" for all of it'),
  readable: z
    .array(z.string().startsWith("/", { error: "an absolute path" }))
    .default([])
    .describe("Files and folders of the machine that can be read in the jail, beside the system's own"),
  runAs: z
    .string()
    .min(1)
    .optional()
    .describe("The user of this machine as whom the agent runs, where Hearth is root; its own user when left out"),
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
