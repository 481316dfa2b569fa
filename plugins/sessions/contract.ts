import { event, pipeline, service, slot, uniqueIds } from "hearth";
import { z } from "zod";
import type { AgentEvent, AgentResult } from "./agent";
import type { SessionType } from "./types";

export {
  type AgentEvent,
  type AgentRequest,
  type AgentResult,
  type AgentRuntime,
  AgentRuntimes,
  type Usage,
} from "./agent";
export { type Gathering, type Section, type Source, source, WakeContext } from "./gathering";
export {
  type ModelAccess,
  type Outfit,
  type Outfitter,
  Outfitters,
  type Outfitting,
  type ToolServer,
} from "./outfit";
export { readonlyIn, type SessionType } from "./types";

/** Where a session stands. The first four are on the way, the others final. */
export const sessionStates = [
  "queued",
  "gathering",
  "running",
  "finishing",
  "done",
  "failed",
  "budget_stopped",
  "timed_out",
  "cancelled",
  "interrupted",
] as const;
export type SessionState = (typeof sessionStates)[number];

/** Whether a session has come to its end, its hooks included. */
export const isOver = (state: SessionState): boolean => sessionStates.indexOf(state) >= sessionStates.indexOf("done");

/** A line of a session's log: an agent's event, its number (from 1, without gaps) and when it was written. */
export type LogLine = AgentEvent & { readonly n: number; readonly at: string };

/** One message that a wake carries. */
export interface WakeMessage {
  readonly text: string;
  /** Who wrote it, as the agent should call them. */
  readonly from?: string;
  /** ISO time at which it was accepted. */
  readonly at: string;
  /** A path inside the home of a picture that came with it. */
  readonly image?: string;
  /** A path inside the home of the file that holds it. */
  readonly file?: string;
  /** Its name in that file: a letter's id. */
  readonly id?: string;
  /** What the agent should know before it reads it, in Hearth's words. */
  readonly warning?: string;
}

/** Brings messages to the sessions of one type. What became of them, it hears from `SessionChanged`. */
export interface Messenger {
  readonly id: string;
  /** A session type's name. */
  readonly type: string;
  /**
   * Asked when a session begins: the messages that it is to carry beside those it was ordered with. Asked again for the same session,
   * it answers at least the same ones; they take the place of what it answered before. One that throws costs its messages, not the session.
   * @param earlier those of the sessions that it goes on with, which its agent has in mind still
   */
  take(session: string, earlier?: readonly WakeMessage[]): readonly WakeMessage[];
}
export const Messengers = slot<Messenger>("sessions.messengers", uniqueIds("messenger"));

/** Knows of an agent's tools that a server gives it (`mcp__…`) whether everyone may see what goes in and out. Of one that nobody shows, viewers see the name alone. */
export interface ToolView {
  readonly id: string;
  /** @param name as the runtime has it: "mcp__hearth__resonance_today" */
  shows(name: string): boolean;
}
export const ToolViews = slot<ToolView>("sessions.tool-views", uniqueIds("tool view"));

/** A session as the hooks see it, after the agent has ended. */
export interface Session {
  /** Sorts by time, never collides: `YYYYMMDD-HHMMSS-mmm` in UTC. */
  readonly id: string;
  /** The type's name, as in "morning". */
  readonly type: string;
  readonly settings: SessionType;
  readonly state: SessionState;
  readonly messages: readonly WakeMessage[];
  /** The session that it went on with. */
  readonly resumes?: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly result: AgentResult;
  /** Path of the session's numbered log (JSON lines of `LogLine`). */
  readonly log: string;
  /** Paths relative to the home, with "/", of files in it that were written while the session ran; sorted. */
  readonly changed: readonly string[];
}

/** Runs after each session. Hook ids of the bundled plugins: transcript, thoughts, conversation, mood, git. */
export const PostSession = pipeline<Session>("post-session");

/** Why and how to wake. */
export interface WakeOrder {
  /** A session type's name. */
  readonly type: string;
  readonly message?: { readonly text: string; readonly from?: string; readonly image?: string };
  /** Who asks: a schedule's id, "admin", "cli", a plugin's id. With `slot` it names the wake once and for all. */
  readonly job: string;
  /** The occasion: (job, slot) is queued once only, however often it is ordered. */
  readonly slot?: string;
  /** Not before this time; waiting messages of one type gather in one session. */
  readonly notBefore?: Date;
  /** With this, a later order for the same waiting session puts it off to its own `notBefore`, but never beyond the earliest `latest`: a quiet time. */
  readonly latest?: Date;
  readonly maxTurns?: number;
  /**
   * A session of the same type whose agent has ended: it goes on where it was, with this order's message and a system prompt made anew.
   * Where it was itself to go on with one and its agent never began, that one is gone on with.
   * Refused when there is none, when no agent ever began, and when another agent would run now than did then.
   */
  readonly resumes?: string;
}

/** What became of an order, already on disk. */
export interface Ticket {
  readonly id: string;
  readonly state: SessionState;
  /** How many sessions go before this one, counting the one that runs. */
  readonly ahead: number;
  /** False when an earlier order holds this place: the same (job, slot), or a waiting session that takes the message along. */
  readonly created: boolean;
}

/** A session in lists. */
export interface SessionRecord {
  readonly id: string;
  readonly type: string;
  readonly state: SessionState;
  readonly job: string;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly agent: string | null;
  readonly turns: number | null;
  readonly costUsd: number | null;
  readonly error: string | null;
  /** The last lines that the agent's process wrote to stderr. */
  readonly stderr: string | null;
}

/** A time at which sessions of a type wake by themselves. */
export interface WakeSlot {
  readonly type: string;
  readonly at: Date;
}

export interface Sessions {
  /** Writes the order down and answers; the session runs when its turn comes. Throws for a type that is not configured, and for a session that cannot be gone on with. */
  wake(order: WakeOrder): Ticket;
  /** Resolves when the session has ended and its hooks are over; rejects when the plugin is turned off before that. */
  ended(id: string): Promise<SessionRecord>;
  /**
   * Lets the agent of a session that was stopped by its budget go on, as a new session that resumes it; one whose agent never began is
   * begun anew with what it was to carry. Ordered twice, it is the same session.
   * @throws for one that was not stopped, and for one that has been resumed to its end
   */
  resume(id: string): Ticket;
  /** Ends a session that waits or runs. Throws for one that does not. */
  cancel(id: string): void;
  find(id: string): SessionRecord | undefined;
  /** Newest first. */
  list(limit: number): SessionRecord[];
  /** The times after one and up to another at which types wake by themselves, soonest first; of each schedule a thousand at the most. */
  slots(after: Date, until: Date): readonly WakeSlot[];
}
export const Sessions = service<Sessions>("sessions");

/** Told at each step of a session. Private types are told too; what leaves the house must mask them. */
export const SessionChanged = event(
  "session.changed",
  z.object({ id: z.string(), type: z.string(), state: z.enum(sessionStates), private: z.boolean() }),
);
export type SessionChange = z.output<typeof SessionChanged.schema>;

/** Knows the sessions that are on their way now, for those who began too late to hear of them. */
export interface SessionList {
  readonly id: string;
  onTheirWay(): readonly Pick<SessionChange, "id" | "type">[];
}
export const SessionLists = slot<SessionList>("sessions.lists", uniqueIds("list of sessions"));

export { readLog } from "./log-file";
