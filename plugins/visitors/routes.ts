import { Elysia } from "elysia";
import { about, type Callers, householdOf, jsonBodyUpTo } from "hearth";
import type { Limit, Limits } from "hearth-plugins/letterbox";
import type { GuestBook } from "./guest-book";
import { MOST_BYTES, Visit } from "./requests";
import { Left } from "./shapes";

/** How often one household may leave something. */
export const visitorLimit = (perHour: number): Limit => ({
  id: "visitors.address",
  most: perHour,
  seconds: 3600,
  detail: "Too many messages. Please try again later.",
});

/** The door for visitors. */
export const visitorRoutes = (book: GuestBook, limits: Limits, callers: Callers, limit: Limit) =>
  new Elysia({ name: "visitors" }).post(
    "/visitors",
    ({ body, request }) => {
      limits.count(limit, householdOf(callers.addressOf(request)));
      return book.take(body);
    },
    {
      parse: jsonBodyUpTo(MOST_BYTES),
      body: Visit,
      ...about("Leave a message for the agent", {
        answers: Left,
        errors: {
          400: "The body is no text, or: Message could not be accepted.",
          408: "The body did not end in time",
          413: "The body is longer than 32 KiB",
          429: "Too many messages; Retry-After says when",
          500: "Failed to save message",
          503: "Too many messages wait to be looked at",
        },
      }),
    },
  );
