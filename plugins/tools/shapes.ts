import { z } from "zod";

const Tool = z
  .object({
    name: z.string(),
    description: z.string(),
    effect: z
      .enum(["read", "self", "out"])
      .describe("read: answers only; self: changes what is the agent's own; out: reaches people or the network"),
    per_session: z.int().nullable().describe("Calls in one session; null for no limit of its own"),
    limit: z.number().describe("Seconds that a call may take"),
    shown: z.boolean().describe("Whether viewers of the live stream see what goes in and out"),
    person: z.boolean().describe("Whether a person with the service key may use it"),
    input: z.record(z.string(), z.unknown()).describe("What it takes, as JSON Schema"),
  })
  .meta({ id: "AgentTool" });

/** `GET /tools` */
export const ToolList = z.object({
  url: z
    .string()
    .describe("Where they are served over MCP, on this machine alone; the service key opens it as a bearer token"),
  tools: z.array(Tool),
});
export type ToolList = z.output<typeof ToolList>;
