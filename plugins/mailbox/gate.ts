import { HttpError } from "hearth";
import type { Senders } from "hearth-plugins/letterbox";
import type { AccountRow, Accounts } from "./accounts";
import type { Login, Logins } from "./logins";

/** Who asks, and by which login. */
export interface Caller {
  readonly account: AccountRow;
  readonly login: Login;
}

/** Knows people by their sessions. */
export class Gate {
  constructor(
    readonly accounts: Accounts,
    readonly logins: Logins,
    readonly senders: Senders,
  ) {}

  /** Who sent this `Authorization` header: `Bearer ses_…`, or the token alone. @throws HttpError 401 */
  callerOf(authorization: string): Caller {
    const token = bareToken(authorization);
    if (!token.startsWith("ses_")) throw new HttpError(401, "Invalid session token");
    const login = this.logins.find(token);
    const account = login && this.accounts.find(login.username);
    if (!login || !account || !this.mayWrite(account)) throw new HttpError(401, "Invalid or expired session");
    return { account, login };
  }

  /** Whether the owner trusts the key of an account still. An account that the owner made has none. */
  mayWrite({ fingerprint }: AccountRow): boolean {
    return fingerprint === null || this.senders.trusts(fingerprint);
  }
}

/** A header's value without its first word, which may be left out. */
const bareToken = (authorization: string): string => authorization.replace(/^Bearer /, "").trim();
