import type { Clock, Database } from "hearth";

interface SessionRow {
  readonly id: string;
  readonly account: string;
  readonly type: string;
  readonly began_at: string;
  readonly ended_at: string | null;
  readonly stopped: string | null;
}

/** Which sessions there were, and whose budget each spent. */
export class Accounts {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {}

  /** Takes note of a session that begins. One that goes on where its budget ended another shares that one's. Answers whose budget it spends. */
  begin(id: string, type: string, resumes: string | undefined): string {
    const before = resumes === undefined ? undefined : this.find(resumes);
    const account = before && before.stopped !== null ? before.account : id;
    this.db
      .query(`insert into session (id, account, type, began_at) values ($id, $account, $type, $at)
        on conflict (id) do update set ended_at = null, stopped = null`)
      .run({ id, account, type, at: this.clock.now().toISOString() });
    return account;
  }

  end(id: string): void {
    this.db.query("update session set ended_at = ? where id = ?").run(this.clock.now().toISOString(), id);
  }

  stopped(id: string, why: string): void {
    this.db.query("update session set stopped = ? where id = ?").run(why, id);
  }

  find(id: string): SessionRow | undefined {
    return this.db.query<SessionRow, [string]>("select * from session where id = ?").get(id) ?? undefined;
  }

  /** Milliseconds that sessions of an account took which are over; of one that a crash cut off, until its last call. */
  took(account: string, but = ""): number {
    const last = "(select max(at) from call where call.session = session.id)";
    return this.db
      .query<{ began: string; ended: string }, [string, string]>(
        `select began_at as began, coalesce(ended_at, ${last}, began_at) as ended from session where account = ? and id <> ?`,
      )
      .all(account, but)
      .reduce((sum, { began, ended }) => sum + Math.max(0, Date.parse(ended) - Date.parse(began)), 0);
  }

  /** Those that their budgets ended since a time (ISO), newest first. */
  stoppedSince(at: string): SessionRow[] {
    return this.db
      .query<SessionRow, [string]>(
        "select * from session where stopped is not null and began_at >= ? order by began_at desc limit 20",
      )
      .all(at);
  }
}
