import type { Tools } from "./tools";

export interface ArgumentOptions {
  readonly tools: Tools;
  readonly maxTurns: number;
  readonly permissionMode: string | undefined;
  readonly model: string | undefined;
  /** A file with the system prompt: the flag that takes text does not expand "@file". */
  readonly systemPromptFile: string;
  /** The CLI's id of the session. */
  readonly agentSession: string;
  /** Go on with this session instead of beginning it. */
  readonly resume: boolean;
}

/** What the CLI is called with; the user's prompt goes to its stdin. */
export function argumentsOf(options: ArgumentOptions): string[] {
  const { tools, permissionMode, model, agentSession } = options;
  return [
    "--print",
    ...["--output-format", "stream-json", "--verbose"],
    // Confines the file tools to the working folder, symlinks followed, and takes no settings, hooks or memory from the home.
    ...["--restricted", "--setting-sources", "", "--strict-mcp-config", "--disable-slash-commands"],
    ...["--settings", JSON.stringify({ attribution: { commit: "", pr: "" } })],
    ...["--system-prompt-file", options.systemPromptFile],
    // Else a resumed session would be given the system prompt it began with.
    ...["--system-prompt-snapshot", "off"],
    ...["--max-turns", String(options.maxTurns)],
    ...(permissionMode ? ["--permission-mode", permissionMode] : []),
    ...(model ? ["--model", model] : []),
    ...[options.resume ? "--resume" : "--session-id", agentSession],
    ...["--tools", tools.builtin.join(",")],
    ...(tools.rules.length > 0 ? ["--allowedTools", ...tools.rules] : []),
  ];
}

/** The user's prompt as the CLI takes it as plain words: one that begins with "/" would be a command of the CLI. */
export const asPlainPrompt = (prompt: string): string => (prompt.startsWith("/") ? `\n${prompt}` : prompt);
