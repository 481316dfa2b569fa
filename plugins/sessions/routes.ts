import { Elysia } from "elysia";
import { about, boundedText, HttpError, jsonBody, messageOf, notFound } from "hearth";
import { z } from "zod";
import type { SessionRecord, Ticket } from "./contract";
import { SessionStatus, Woken } from "./shapes";

export type { SessionStatus } from "./shapes";

/** What the routes need of the plugin. */
export interface SessionRoutes {
  readonly types: readonly string[];
  status(): SessionStatus;
  stream(lastEventId: string | undefined): Response;
  wake(type: string, prompt: string | undefined): Ticket;
  find(id: string): SessionRecord | undefined;
  resume(id: string): Ticket;
  logFile(id: string): string;
}

/** Characters of a prompt at the most. */
const LONGEST_PROMPT = 20_000;

export function sessionRoutes({ types, status, stream, wake, find, resume, logFile }: SessionRoutes) {
  const Wake = z.object({
    session_type: z.enum(types as [string, ...string[]]).default("custom"),
    prompt: boundedText(0, LONGEST_PROMPT).nullish(),
  });
  const woken = ({ id, state, ahead }: Ticket) => {
    const status = ahead === 0 ? "started" : "queued";
    return { success: true, session_id: id, log_file: logFile(id), status, state, ahead };
  };
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
        set.status = 202;
        return woken(wake(body.session_type, body.prompt ?? undefined));
      },
      {
        parse: jsonBody,
        body: Wake,
        ...about("Wake the agent; a busy Hearth queues it and says how many go before", {
          answers: Woken,
          status: 202,
        }),
      },
    )
    .post(
      "/admin/sessions/:id/resume",
      ({ params: { id }, set }) => {
        if (!find(id)) throw notFound(`There is no session "${id}"`);
        set.status = 202;
        return woken(trying(() => resume(id)));
      },
      {
        parse: "none", // a body says nothing here
        ...about(
          "Let a session that was stopped by its budget go on, as a new session; ordered twice, it is the same one",
          {
            answers: Woken,
            status: 202,
            errors: {
              404: "There is no such session",
              409: "It was not stopped by its budget, or was resumed already",
            },
          },
        ),
      },
    );
}

/** @throws HttpError 409 with what is in the way */
function trying<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new HttpError(409, messageOf(error));
  }
}
