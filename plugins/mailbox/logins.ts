import type { Clock, Database } from "hearth";
import { newToken, sha256 } from "./passwords";

/** A login that lasts. */
export interface Login {
  /** For people; no key to anything. */
  readonly id: string;
  readonly username: string;
  /** ISO, as the others. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** To the quarter of an hour. */
  readonly lastUsedAt: string;
}

/** Milliseconds in which the time of the last use stays as it is: a read costs no write. */
const COARSE = 15 * 60_000;

const columns =
  "id, username, created_at as createdAt, expires_at as expiresAt, last_used_at as lastUsedAt, token_hash as tokenHash";
type Row = Login & { readonly tokenHash: string };

export interface LoginLimits {
  readonly seconds: number;
  /** Of one account. */
  readonly most: number;
}

/** Who is logged in, by the hashes of their tokens. */
export class Logins {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
    readonly limits: LoginLimits,
  ) {}

  /** Logs an account in and answers the token, unless its password is no longer the one that was verified. What is over is forgotten. */
  begin(username: string, passwordHash: string): string | undefined {
    const token = newToken();
    const now = this.clock.now();
    const begin = this.db.transaction((): string | undefined => {
      const same = this.db.query("select 1 from account where username = ? and password_hash = ?");
      if (!same.get(username, passwordHash)) return;
      this.#prune(username, now);
      this.insert(sha256(token), username, now, new Date(now.getTime() + this.limits.seconds * 1000));
      return token;
    });
    return begin.immediate();
  }

  insert(tokenHash: string, username: string, from: Date, to: Date): void {
    this.db
      .query(
        "insert into session (token_hash, id, username, created_at, expires_at, last_used_at) values (?, ?, ?, ?, ?, ?)",
      )
      .run(tokenHash, crypto.randomUUID(), username, from.toISOString(), to.toISOString(), from.toISOString());
  }

  /** The login of a token that is not over. */
  find(token: string): Login | undefined {
    const now = this.clock.now();
    const found = this.db
      .query<Row, [string]>(`select ${columns} from session where token_hash = ?`)
      .get(sha256(token));
    if (!found || found.expiresAt <= now.toISOString()) return;
    const { tokenHash, ...login } = found;
    if (now.getTime() - Date.parse(login.lastUsedAt) >= COARSE) this.#use(tokenHash, now);
    return login;
  }

  /** Those of an account that are not over, newest first. */
  list(username: string): Login[] {
    return this.db
      .query<Row, [string, string]>(
        `select ${columns} from session where username = ? and expires_at > ? order by created_at desc, rowid desc`,
      )
      .all(username, this.clock.now().toISOString())
      .map(({ tokenHash: _, ...login }) => login);
  }

  /** Ends one of an account's. Answers whether it was there. */
  end(username: string, id: string): boolean {
    return this.db.query("delete from session where username = ? and id = ?").run(username, id).changes > 0;
  }

  /** Those that are over, and the oldest of an account that has too many. */
  #prune(username: string, now: Date): void {
    this.db.query("delete from session where expires_at <= ?").run(now.toISOString());
    this.db
      .query(
        "delete from session where rowid in (select rowid from session where username = ? order by created_at desc, rowid desc limit -1 offset ?)",
      )
      .run(username, this.limits.most - 1);
  }

  #use(tokenHash: string, now: Date): void {
    this.db.query("update session set last_used_at = ? where token_hash = ?").run(now.toISOString(), tokenHash);
  }
}
