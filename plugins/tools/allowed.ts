import type { AgentTool } from "./contract";

/** Whether a list of names and effects, as settings have it, allows a tool: "memory_search", "read". */
export const isAllowed = ({ name, effect }: Pick<AgentTool, "name" | "effect">, list: readonly string[]): boolean =>
  list.includes(name) || list.includes(effect);
