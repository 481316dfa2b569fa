import { Elysia } from "elysia";
import { about, type Callers, jsonBodyUpTo, notFound } from "hearth";
import type { AccountRow } from "./accounts";
import type { Gate } from "./gate";
import type { Login, Logins } from "./logins";
import type { Reception } from "./reception";
import { Authorized, NewAccount, Password } from "./requests";
import { Done, LoggedIn, type LoginList, LoginList as LoginListShape, NewPassword, Registered } from "./shapes";

/** Bytes of a body: far more than a name or a password has. */
const parse = jsonBodyUpTo(64 * 1024);

const byKey = { access: "public", bearer: "sender" } as const;
const bySession = { access: "public", bearer: "session" } as const;
const tooMany = { 429: "Too many attempts. Try again later.", 503: "Too many are at the door" };
const tooManyLogins = {
  ...tooMany,
  408: "The body does not end in time",
  429: "Too many failed login attempts. Try again later.",
};

export interface AccountRoutesOptions {
  readonly reception: Reception;
  readonly gate: Gate;
  readonly logins: Logins;
  readonly callers: Callers;
  readonly remove: (account: AccountRow) => Promise<unknown>;
}

/** Accounts, and who is logged in. */
export const accountRoutes = ({ reception, gate, logins, callers, remove }: AccountRoutesOptions) =>
  new Elysia({ name: "mailbox-accounts" })
    .post(
      "/mailbox/register",
      async ({ body, headers, request }) => {
        const name = { username: body.username, displayName: body.display_name };
        const { account, password } = await reception.register(headers.authorization, callers.addressOf(request), name);
        return { username: account.username, display_name: account.displayName, web_password: password };
      },
      {
        parse,
        headers: Authorized,
        body: NewAccount,
        ...about("Make a mailbox for the caller's key", {
          ...byKey,
          answers: Registered,
          errors: {
            ...tooMany,
            408: "The body does not end in time",
            409: "The key has an account, or the username is taken",
          },
        }),
      },
    )
    .post(
      "/mailbox/reset-password",
      async ({ headers, request }) => {
        const { username, password } = await reception.resetOf(headers.authorization, callers.addressOf(request));
        return { username, web_password: password };
      },
      {
        parse: "none",
        headers: Authorized,
        ...about("A new password for the caller's mailbox; all of its sessions end", {
          ...byKey,
          answers: NewPassword,
          errors: { ...tooMany, 404: "Not registered for mailbox" },
        }),
      },
    )
    .post(
      "/mailbox/login",
      async ({ body, request }) => {
        const { account, token } = await reception.logIn(body.password, callers.addressOf(request));
        return {
          session_token: token,
          expires_in: logins.limits.seconds,
          username: account.username,
          display_name: account.displayName,
        };
      },
      {
        parse,
        body: Password,
        ...about("Log in: the password names its mailbox", {
          access: "public",
          answers: LoggedIn,
          errors: { ...tooManyLogins, 401: "Invalid password" },
        }),
      },
    )
    .post(
      "/mailbox/logout",
      ({ headers }) => {
        const { login } = gate.callerOf(headers.authorization);
        logins.end(login.username, login.id);
        return { success: true as const };
      },
      { parse: "none", headers: Authorized, ...about("End this session", { ...bySession, answers: Done }) },
    )
    .get(
      "/mailbox/sessions",
      ({ headers }) => {
        const { login } = gate.callerOf(headers.authorization);
        return loginList(logins.list(login.username), login);
      },
      {
        headers: Authorized,
        ...about("Where the caller's mailbox is logged in", { ...bySession, answers: LoginListShape }),
      },
    )
    .delete(
      "/mailbox/sessions/:id",
      ({ headers, params }) => {
        const { login } = gate.callerOf(headers.authorization);
        if (!logins.end(login.username, params.id)) throw notFound("Session not found");
        return { success: true as const };
      },
      {
        parse: "none",
        headers: Authorized,
        ...about("End one session", { ...bySession, answers: Done, errors: { 404: "Session not found" } }),
      },
    )
    .delete(
      "/mailbox/account",
      async ({ headers, body, request }) => {
        const caller = gate.callerOf(headers.authorization);
        await reception.confirm(caller, body.password, callers.addressOf(request));
        await remove(caller.account);
        return { success: true as const };
      },
      {
        parse,
        headers: Authorized,
        body: Password,
        ...about("Remove the caller's mailbox; the agent keeps the letters", {
          ...bySession,
          answers: Done,
          errors: tooManyLogins,
        }),
      },
    );

const loginList = (logins: readonly Login[], current: Login): LoginList => ({
  sessions: logins.map(({ id, createdAt, expiresAt, lastUsedAt }) => ({
    id,
    created_at: createdAt,
    expires_at: expiresAt,
    last_used_at: lastUsedAt,
    current: id === current.id,
  })),
});
