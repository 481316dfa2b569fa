import { slot, uniqueIds } from "hearth";
import type { WakeMessage } from "./contract";
import type { SessionType } from "./types";

/** The way to the model that a session's agent is given, in place of any key. */
export interface ModelAccess {
  /** Where the Messages API is served: "http://127.0.0.1:40123". */
  readonly baseUrl: string;
  /** Good for this session alone, and until it has ended. */
  readonly token: string;
}

/** A server of tools (MCP, Streamable HTTP) that a session's agent may use. */
export interface ToolServer {
  /** As the agent's runtime names its tools: "hearth". */
  readonly name: string;
  readonly url: string;
  /** Bearer token, good for this session alone. */
  readonly token: string;
  /** The tools that this session may use, by name. */
  readonly tools: readonly string[];
}

/** A session whose agent is about to begin. */
export interface Outfitting {
  readonly id: string;
  readonly type: string;
  readonly settings: SessionType;
  readonly messages: readonly WakeMessage[];
  /** The session that this one goes on with. */
  readonly resumes?: string;
  /** The messages of that one, and of those before it: its agent has them in mind still. */
  readonly earlier: readonly WakeMessage[];
  /** Whether its agent reaches the model through `access`. One that does not, as the offline one, needs none. */
  readonly takesAccess: boolean;
  /** Aborted when the session has to end. */
  readonly signal: AbortSignal;
  /** Ends the session cleanly: its state is "budget_stopped", `why` its error. Its hooks run as after any other. */
  stop(why: string): void;
  /** Writes a notice into the session's log, which viewers do not see. Nothing once the outfit is closed. */
  note(text: string): void;
  /**
   * A tool of the outfit is called: tells it in the session's log and to its viewers, who see of it what `ToolViews` allows; nothing where
   * the agent's runtime tells its calls itself. Answers how to tell what the call came to.
   * @param name as runtimes have it: "mcp__hearth__graph_query"
   */
  called(name: string, input: unknown): (content: string, isError: boolean) => void;
}

/** What a session's agent is given for the time that it runs. */
export interface Outfit {
  readonly access?: ModelAccess;
  readonly tools?: ToolServer;
  /** Called once, when the agent has ended, however it ended. */
  close?(): Promise<void> | void;
}

/**
 * Equips sessions. One that throws ends the session before it has begun, with its words as the error: nothing runs half equipped.
 * One that takes longer than 30 seconds, too; what it gives after that is closed at once.
 */
export interface Outfitter {
  readonly id: string;
  /**
   * Only of one that gives access to the model: what keeps it from that now, for people ("there is no key; …"), or nothing.
   * Agents that take access are asked for no key of their own then, and what is said here is why they cannot run. Asked before every session: keep it fast.
   */
  lacks?(): Promise<string | undefined> | string | undefined;
  outfit(session: Outfitting): Promise<Outfit | undefined> | Outfit | undefined;
}
/** At most one outfitter gives access to the model. */
export const Outfitters = slot<Outfitter>("sessions.outfitters", uniqueIds("outfitter"));
