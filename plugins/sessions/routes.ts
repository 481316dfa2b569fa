import { Elysia } from "elysia";
import { about } from "hearth";
import { z } from "zod";
import type { SessionState, Ticket } from "./contract";

/** What the routes need of the plugin. */
export interface SessionRoutes {
  readonly types: readonly string[];
  status(): SessionStatus;
  stream(lastEventId: string | undefined): Response;
  wake(type: string, prompt: string | undefined): Ticket;
  logFile(id: string): string;
}

/** Whether a session runs, as everyone may know it: a private one shows only that Hearth is busy. */
export interface SessionStatus {
  readonly active: boolean;
  readonly state: SessionState | "idle" | "busy";
  readonly type?: string;
  readonly session_id?: string;
  /** ISO. */
  readonly started_at?: string;
  readonly duration_seconds?: number;
}

/** Characters of a prompt at the most. */
const LONGEST_PROMPT = 20_000;

export function sessionRoutes({ types, status, stream, wake, logFile }: SessionRoutes) {
  const Wake = z.object({
    session_type: z.enum(types as [string, ...string[]]).default("custom"),
    prompt: z.string().max(LONGEST_PROMPT).nullish(),
  });
  return new Elysia({ name: "sessions" })
    .get("/session/status", status, about("Whether a session runs, and which", { access: "public" }))
    .get(
      "/session/stream",
      ({ request }) => stream(request.headers.get("last-event-id") ?? undefined),
      about("The running session as server-sent events; resumes by Last-Event-ID", { access: "public" }),
    )
    .post(
      "/admin/wake",
      ({ body, set }) => {
        const { id, state, ahead } = wake(body.session_type, body.prompt ?? undefined);
        set.status = 202;
        const status = ahead === 0 ? "started" : "queued";
        return { success: true, session_id: id, log_file: logFile(id), status, state, ahead };
      },
      { body: Wake, ...about("Wake the agent; a busy Hearth queues it and says how many go before") },
    );
}
