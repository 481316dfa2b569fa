import { Elysia } from "elysia";
import { about } from "hearth";
import { z } from "zod";
import type { Broadcast } from "./broadcast";
import { topics } from "./topics";

const Query = z.object({ topic: z.enum(topics).default("*") });

/** The stream of what happens in the home. */
export const eventRoutes = (broadcast: Broadcast) =>
  new Elysia({ name: "events" }).get(
    "/events/stream",
    ({ query, request }) => broadcast.open(query.topic, request.headers.get("last-event-id") || undefined),
    {
      query: Query,
      ...about("What happens in the home, as server-sent events; resumes by Last-Event-ID", {
        answers: "text/event-stream",
        errors: { 503: "Too many clients listen; Retry-After says when to come back" },
      }),
    },
  );
