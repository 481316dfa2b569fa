import { slot } from "hearth";
import type { Audience } from "hearth-plugins/memory";
import type { SessionType, WakeMessage } from "hearth-plugins/sessions";
import type { z } from "zod";

/** Who calls a tool: a session's agent, or a person with a client of their own and the service key. */
export interface ToolCaller {
  /** Absent for a person. */
  readonly session?: {
    readonly id: string;
    readonly type: string;
    readonly settings: SessionType;
    readonly messages: readonly WakeMessage[];
  };
  /** What memory may answer this caller. */
  readonly audience: Audience;
  /** Calls of this tool that this caller has made before this one. */
  readonly calls: number;
  /** Aborted when the caller has gone, the session ends, or the tool's time is up. */
  readonly signal: AbortSignal;
}

/** Something that the agent can do beyond its files. What it throws as `ToolRefusal` the agent reads; anything else it is told as a fault of the house. */
export interface AgentTool<S extends z.ZodType = z.ZodType> {
  /** Snake case: "memory_search". */
  readonly name: string;
  /** For the agent: what it does, when to use it, what it answers. */
  readonly description: string;
  /** An object; every field described. */
  readonly input: S;
  /**
   * "read": answers only. "self": changes what is the agent's own (its thread, its appointments). "out": reaches people or the network.
   * Which of them a type of session may use, its settings say (`agentTools`).
   */
  readonly effect: "read" | "self" | "out";
  /** Calls in one session; no limit when left out. */
  readonly perSession?: number;
  /** Seconds; 30 when left out. */
  readonly limit?: number;
  /** Whether what goes in and out may be shown in the live stream, which everyone reads; false when left out: only its name is. */
  readonly shown?: boolean;
  /** What the agent reads as the answer. */
  run(input: z.output<S>, caller: ToolCaller): Promise<string> | string;
}

/** A tool says no, in words for the agent: what is wrong, and what it can do instead. */
export class ToolRefusal extends Error {}

/** Keeps the types of a tool's input together. */
export const agentTool = <S extends z.ZodType>(tool: AgentTool<S>): AgentTool => tool as never;

/** What the agent can do, told to it over MCP. Names are unique. */
export const AgentTools = slot<AgentTool>("tools.agent-tools", held => {
  const last = held.at(-1)!;
  const other = held.slice(0, -1).find(({ item }) => item.name === last.item.name);
  if (other) throw new Error(`the tool "${last.item.name}" is there already, from ${other.by}`);
});
