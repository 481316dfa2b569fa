import type { Database } from "hearth";

/** A conversation that goes on over many sessions. */
export interface Talk {
  readonly id: number;
  readonly chat: number;
  /** ms since 1970, of the last word of either side. */
  readonly touched: number;
  readonly closed: number | null;
  /** The session that the next turn goes on with. */
  readonly last: string | null;
}

/** The talks. A chat has one open talk at the most. */
export class Talks {
  constructor(readonly db: Database) {}

  find(id: number): Talk | undefined {
    return this.db.query<Talk, [number]>("select * from talk where id = ?").get(id) ?? undefined;
  }

  open(chat: number): Talk | undefined {
    return this.db.query<Talk, [number]>("select * from talk where chat = ? and closed is null").get(chat) ?? undefined;
  }

  allOpen(): Talk[] {
    return this.db.query<Talk, []>("select * from talk where closed is null").all();
  }

  /** @param now ms since 1970 */
  begin(chat: number, now: number): Talk {
    const sql = "insert into talk (chat, begun, touched) values (?, ?, ?) returning *";
    return this.db.query<Talk, number[]>(sql).get(chat, now, now)!;
  }

  touch(id: number, now: number): void {
    this.db.query("update talk set touched = max(touched, ?) where id = ?").run(now, id);
  }

  /** A turn has succeeded: the next one goes on with its session. */
  wentOn(id: number, session: string): void {
    this.db.query("update talk set last = ? where id = ?").run(session, id);
  }

  close(id: number, now: number): void {
    this.db.query("update talk set closed = ? where id = ? and closed is null").run(now, id);
  }
}
