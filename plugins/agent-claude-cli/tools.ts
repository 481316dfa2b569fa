import type { ToolServer } from "hearth-plugins/sessions";
import type { ShellSafety } from "./shell";

/** What "*" stands for: the CLI's tools that make sense when nobody watches. */
const everything = [
  "Bash",
  "Edit",
  "Glob",
  "Grep",
  "NotebookEdit",
  "Read",
  "Task",
  "WebFetch",
  "WebSearch",
  "Write",
] as const;

/** What a run may use, as the CLI's flags want it. */
export interface Tools {
  /** The built-in tools that exist for the agent at all. */
  readonly builtin: readonly string[];
  /** The rules of what it may do without being asked, as in "Bash(git log *)". */
  readonly rules: readonly string[];
  /** Why something that was asked for is left out. */
  readonly notice?: string;
}

/** Works out the tools from a request's names. A name may be a rule, and MCP tools are only ruled, not made. */
export function toolsFor(names: readonly string[], shell: ShellSafety): Tools {
  const wanted = names.includes("*") ? [...everything, ...names.filter(name => name !== "*")] : [...names];
  const rules = shell.allowed ? wanted : wanted.filter(rule => nameOf(rule) !== "Bash");
  const builtin = [...new Set(rules.map(nameOf).filter(name => !name.startsWith("mcp__")))];
  return { builtin, rules, ...(rules.length < wanted.length && shell.reason && { notice: shell.reason }) };
}

/** The rules that allow the tools of servers, as the CLI names them. */
export const served = (servers: readonly ToolServer[] = []): string[] =>
  servers.flatMap(({ name, tools }) => tools.map(tool => `mcp__${name}__${tool}`));

const nameOf = (rule: string): string => rule.split("(", 1)[0]!.trim();
