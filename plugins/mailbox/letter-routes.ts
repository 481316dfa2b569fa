import { Elysia } from "elysia";
import { about, type Callers, jsonBodyUpTo, kept, keptAnswer } from "hearth";
import type { Account } from "./contract";
import type { Desk } from "./desk";
import type { Gate } from "./gate";
import { Authorized, LastRead, NewLetter, PageQuery } from "./requests";
import { sendBody } from "./send-body";
import type { Sending } from "./sending";
import { Page, ReadUpTo, Sent, Status } from "./shapes";

const bySession = { access: "public", bearer: "session" } as const;

export interface LetterRoutesOptions {
  readonly gate: Gate;
  readonly desk: Desk;
  readonly sending: Sending;
  readonly callers: Callers;
  readonly attachment: (
    account: Account,
    wanted: { username: string; filename: string },
    known: string | null,
  ) => Promise<Response>;
}

/** The letters between somebody and the agent. */
export const letterRoutes = ({ gate, desk, sending, callers, attachment }: LetterRoutesOptions) =>
  new Elysia({ name: "mailbox" })
    .get(
      "/mailbox/status",
      async ({ headers, request }) => {
        const { account } = gate.callerOf(headers.authorization);
        return keptAnswer(request, kept(await desk.status(account)));
      },
      {
        headers: Authorized,
        ...about("How many letters there are, and how many of them are new", { ...bySession, answers: Status }),
      },
    )
    .get(
      "/mailbox/thread",
      async ({ headers, query, request }) => {
        const { account } = gate.callerOf(headers.authorization);
        const seen = callers.methodOf(request) !== "HEAD";
        return keptAnswer(request, kept(await desk.page(account, query, seen)));
      },
      {
        headers: Authorized,
        query: PageQuery,
        ...about("A page of letters; the newest page counts as read", { ...bySession, answers: Page }),
      },
    )
    .patch(
      "/mailbox/read",
      async ({ headers, body }) => {
        const { account } = gate.callerOf(headers.authorization);
        return { last_read_id: await desk.markRead(account, body.last_read_id) };
      },
      {
        parse: jsonBodyUpTo(64 * 1024),
        headers: Authorized,
        body: LastRead,
        ...about("Move the read cursor on; it never goes back", {
          ...bySession,
          answers: ReadUpTo,
          errors: { 400: "Invalid message ID", 408: "The body does not end in time" },
        }),
      },
    )
    .post("/mailbox/send", ({ headers, body }) => sending.send(headers.authorization, body), {
      parse: sendBody(gate),
      headers: Authorized,
      body: NewLetter,
      ...about("Send a letter to the agent, with a picture if there is one; as JSON or as a form", {
        ...bySession,
        answers: Sent,
        errors: {
          400: "Neither words nor a picture, too many words, a picture that is none, or words that are not accepted",
          408: "The body does not end in time",
          413: "The body is too long",
          429: "Too soon after the last letter, or too many today",
          503: "Too many pictures wait to be cleaned, or letters to be looked at",
        },
      }),
    })
    .get(
      "/mailbox/attachments/:username/:filename",
      ({ headers, params, request }) => {
        const { account } = gate.callerOf(headers.authorization);
        return attachment(account, params, request.headers.get("if-none-match"));
      },
      {
        headers: Authorized,
        ...about("A picture of the caller's thread", {
          ...bySession,
          answers: "image/*",
          errors: { 403: "Access denied", 404: "Attachment not found" },
        }),
      },
    );
