import type { Tools } from "./tools";

/** What is kept from a sandboxed shell: folders, and variables of the environment by name. */
export interface Sealed {
  readonly folders: readonly string[];
  readonly variables: readonly string[];
  /** Files and folders that it sees and cannot change. */
  readonly unwritable: readonly string[];
  /** The CLI is in a jail in which nobody may make a /proc anew: the shell sees that of the jail. */
  readonly nested: boolean;
}

export interface ArgumentOptions {
  readonly tools: Tools;
  readonly maxTurns: number;
  /** US dollars. */
  readonly maxUsd: number | undefined;
  readonly permissionMode: string | undefined;
  readonly model: string | undefined;
  /** A file with the system prompt: the flag that takes text does not expand "@file". */
  readonly systemPromptFile: string;
  /** A file that names the tool servers: on the command line everyone on the machine could read their tokens. */
  readonly mcpConfigFile: string | undefined;
  /** The CLI's id of the session. */
  readonly agentSession: string;
  /** Folders of the home that no tool opens. */
  readonly closed: readonly string[];
  /** Files of the home, and folders of it as "memory/**", that no tool changes. */
  readonly readonly: readonly string[];
  /** What a sandboxed shell does not get to see or to change; nothing when the shell is not sandboxed. */
  readonly sealed: Sealed | undefined;
  /** Go on with this session instead of beginning it. */
  readonly resume: boolean;
}

/** What the CLI is called with; the user's prompt goes to its stdin. */
export function argumentsOf(options: ArgumentOptions): string[] {
  const { tools, permissionMode, model, agentSession, maxUsd, mcpConfigFile } = options;
  return [
    "--print",
    ...["--output-format", "stream-json", "--verbose"],
    // Confines the file tools to the working folder, symlinks followed, and takes no settings, hooks or memory from the home.
    ...["--restricted", "--setting-sources", "", "--strict-mcp-config", "--disable-slash-commands"],
    ...["--settings", JSON.stringify(settingsFor(options))],
    ...["--system-prompt-file", options.systemPromptFile],
    // Else a resumed session would be given the system prompt it began with.
    ...["--system-prompt-snapshot", "off"],
    ...["--max-turns", String(options.maxTurns)],
    ...(maxUsd === undefined ? [] : ["--max-budget-usd", String(maxUsd)]),
    ...(mcpConfigFile ? ["--mcp-config", mcpConfigFile] : []),
    ...(permissionMode ? ["--permission-mode", permissionMode] : []),
    ...(model ? ["--model", model] : []),
    ...[options.resume ? "--resume" : "--session-id", agentSession],
    ...["--tools", tools.builtin.join(",")],
    ...(tools.rules.length > 0 ? ["--allowedTools", ...tools.rules] : []),
  ];
}

/** The CLI's settings. A sandboxed shell writes in the home only, reaches no network, and cannot read what is sealed. */
const settingsFor = ({ sealed, closed, readonly }: ArgumentOptions) => ({
  attribution: { commit: "", pr: "" },
  ...(closed.length + readonly.length > 0 && {
    permissions: { deny: [...closed.flatMap(rulesAgainst), ...readonly.map(ruleAgainstChange)] },
  }),
  ...(sealed && {
    sandbox: {
      enabled: true,
      autoAllowBashIfSandboxed: true,
      allowUnsandboxedCommands: false,
      ...(sealed.nested && { enableWeakerNestedSandbox: true }),
      filesystem: { denyRead: [...sealed.folders], denyWrite: [...sealed.unwritable] },
      credentials: { envVars: sealed.variables.map(name => ({ name, mode: "deny" })) },
    },
  }),
});

/** What keeps the file tools out of a folder of the home; searches leave out what may not be read. */
const rulesAgainst = (folder: string): string[] => [`Read(./${folder}/**)`, `Edit(./${folder}/**)`];

/** What keeps the file tools from changing a path; the CLI applies it to all that write. */
const ruleAgainstChange = (path: string): string => `Edit(./${path})`;

/** The user's prompt as the CLI takes it as plain words: one that begins with "/" would be a command of the CLI. */
export const asPlainPrompt = (prompt: string): string => (prompt.startsWith("/") ? `\n${prompt}` : prompt);
