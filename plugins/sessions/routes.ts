import { Elysia } from "elysia";
import { about, boundedText, jsonBody } from "hearth";
import { z } from "zod";
import type { Ticket } from "./contract";
import { SessionStatus, Woken } from "./shapes";

export type { SessionStatus } from "./shapes";

/** What the routes need of the plugin. */
export interface SessionRoutes {
  readonly types: readonly string[];
  status(): SessionStatus;
  stream(lastEventId: string | undefined): Response;
  wake(type: string, prompt: string | undefined): Ticket;
  logFile(id: string): string;
}

/** Characters of a prompt at the most. */
const LONGEST_PROMPT = 20_000;

export function sessionRoutes({ types, status, stream, wake, logFile }: SessionRoutes) {
  const Wake = z.object({
    session_type: z.enum(types as [string, ...string[]]).default("custom"),
    prompt: boundedText(0, LONGEST_PROMPT).nullish(),
  });
  return new Elysia({ name: "sessions" })
    .get(
      "/session/status",
      status,
      about("Whether a session runs, and which", { access: "public", answers: SessionStatus }),
    )
    .get(
      "/session/stream",
      ({ request }) => stream(request.headers.get("last-event-id") ?? undefined),
      about("The running session as server-sent events; resumes by Last-Event-ID", {
        access: "public",
        answers: "text/event-stream",
        errors: { 503: "Too many clients watch; Retry-After says when to come back" },
      }),
    )
    .post(
      "/admin/wake",
      ({ body, set }) => {
        const { id, state, ahead } = wake(body.session_type, body.prompt ?? undefined);
        set.status = 202;
        const status = ahead === 0 ? "started" : "queued";
        return { success: true, session_id: id, log_file: logFile(id), status, state, ahead };
      },
      {
        parse: jsonBody,
        body: Wake,
        ...about("Wake the agent; a busy Hearth queues it and says how many go before", {
          answers: Woken,
          status: 202,
        }),
      },
    );
}
