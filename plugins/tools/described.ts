import { z } from "zod";
import type { AgentTool } from "./contract";

/** What a tool takes: the schema that its calls are checked by, and the same as JSON Schema. */
export interface Taken {
  readonly schema: z.ZodType;
  readonly json: Readonly<Record<string, unknown>> & { readonly type: "object" };
}

const known = new WeakMap<AgentTool, Taken>();

/** What a tool takes. Fields that it does not know are refused, whatever its schema says of them. */
export function takenBy(tool: AgentTool): Taken {
  const before = known.get(tool);
  if (before) return before;
  const schema = tool.input instanceof z.ZodObject ? tool.input.strict() : tool.input;
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const taken: Taken = { schema, json: { ...json, type: "object" } };
  known.set(tool, taken);
  return taken;
}

/** A tool as MCP lists it. */
export const described = (tool: AgentTool) => ({
  name: tool.name,
  description: tool.description,
  inputSchema: takenBy(tool).json,
  annotations: { readOnlyHint: tool.effect === "read", openWorldHint: tool.effect === "out" },
});

/** Complaints that are told, and characters of each. */
const MOST = 8;
const LONGEST = 200;

/** What does not fit, in words for who called. */
export function misfit({ issues }: z.ZodError): string {
  const told = issues.slice(0, MOST).map(({ path, message }) => {
    const where = path.map(String).join(".");
    return `- ${where ? `${where}: ` : ""}${message}`.slice(0, LONGEST).toWellFormed();
  });
  if (issues.length > MOST) told.push(`- and ${issues.length - MOST} more`);
  return told.join("\n");
}
