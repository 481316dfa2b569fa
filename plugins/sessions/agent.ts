import { slot, uniqueIds } from "hearth";
import type { ModelAccess, ToolServer } from "./outfit";

/** What an agent is asked to do. */
export interface AgentRequest {
  /** Hearth's id of the session; names the run in logs and marks its processes. */
  readonly session: string;
  readonly systemPrompt: string;
  readonly userPrompt: string;
  /** The agent's home: its working folder. */
  readonly cwd: string;
  /** A model's name, or nothing for the runtime's own default. */
  readonly model?: string;
  readonly maxTurns: number;
  /** US dollars at the most for this run, for a runtime that counts by itself; only where no `access` is given, whose giver counts. */
  readonly maxUsd?: number;
  /** Names of the tools it may use; "*" for all of them. */
  readonly tools: readonly string[];
  /** Folders of the home that it may neither read nor write. */
  readonly closed?: readonly string[];
  /**
   * Folders of the home beside which nothing may be opened: what lies there is in `closed`, and what comes to lie there while it runs,
   * as the mailbox of somebody new, is closed too where the runtime can do that.
   */
  readonly alone?: readonly string[];
  /** Files of the home, and folders of it as "memory/**", that it may read and not change. */
  readonly readonly?: readonly string[];
  /** The runtime's own id of an earlier session to go on with. */
  readonly resume?: string;
  /** The way to the model; absent: the runtime uses its own key or login, which its agent may be able to see. */
  readonly access?: ModelAccess;
  /** Servers of tools. */
  readonly servers?: readonly ToolServer[];
  /** Aborted with an `Error` that says why when the session must end (time limit, stop, cancel). The runtime ends everything it started before its stream ends. */
  readonly signal: AbortSignal;
}

/** Tokens of one run. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** How a run ended. */
export interface AgentResult {
  readonly ok: boolean;
  /** The agent's last words; "" when there are none. */
  readonly text: string;
  /** What went wrong, for people; absent when ok. */
  readonly error?: string;
  /** It was ended because `maxUsd` was reached. */
  readonly overBudget?: boolean;
  readonly turns: number;
  readonly durationMs: number;
  /** US dollars of this run alone, as far as the runtime knows. */
  readonly costUsd: number;
  readonly usage: Usage;
  /** Model id → US dollars. */
  readonly models?: Readonly<Record<string, number>>;
  /** Exit code of the runtime's process; absent when there was none. */
  readonly exitCode?: number;
  /** The last lines the runtime wrote to stderr; absent when none. */
  readonly stderr?: string;
}

/** What happens in a run, in order: `start`, then any number of the others, then one `end`. */
export type AgentEvent =
  | { readonly type: "start"; readonly agentSession: string; readonly model: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool"; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly type: "tool_result"; readonly id: string; readonly content: string; readonly isError: boolean }
  /** Something the runtime says about itself: a retry, a line that was cut, a line that could not be read. */
  | { readonly type: "notice"; readonly text: string }
  | ({ readonly type: "end" } & AgentResult);

/** A way to run an agent. `sessions` reads these from the slot. */
export interface AgentRuntime {
  /** What `HEARTH_AGENT` and a session type's `agent` name. */
  readonly id: string;
  /** One line for people: what it is and what it costs. */
  readonly summary: string;
  /** It reaches the model through `request.access` when that is given, with no key of its own. Left out: it needs no model, or cannot be led to one. */
  readonly takesAccess?: boolean;
  /** Its events tell the calls of what `request.servers` offer, each as "mcp__<server>__<tool>". Left out: the house tells them. */
  readonly tellsTools?: boolean;
  /**
   * Nothing when it can run now, else what is missing and what to do about it. Asked before every run: keep it fast.
   * @param access whether it will be given `access`: then it needs no key
   */
  unavailable(access?: boolean): Promise<string | undefined> | string | undefined;
  /** Runs once. Yields `start` first and exactly one `end` last; never throws. */
  run(request: AgentRequest): AsyncIterable<AgentEvent>;
}

export const AgentRuntimes = slot<AgentRuntime>("agent-runtimes", uniqueIds("agent"));
