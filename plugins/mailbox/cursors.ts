import type { Database } from "hearth";

/** Up to where somebody has read their thread. */
export interface Cursor {
  readonly id: string;
  /** Moment of that letter. */
  readonly moment: string;
}

/** The places of the readers. They are kept beside the threads: a letter that is read changes no file of the home. */
export class Cursors {
  constructor(readonly db: Database) {}

  of(username: string): Cursor | undefined {
    return (
      this.db
        .query<Cursor, [string]>("select last_read_id as id, moment from cursor where username = ?")
        .get(username) ?? undefined
    );
  }

  /** Moves on to a letter; stays where it is when that one is not later, or the account has gone meanwhile. Answers the cursor now in force. */
  advance(username: string, to: Cursor): Cursor {
    const now = this.of(username);
    if (now && to.moment <= now.moment) return now;
    this.db
      .query(
        `insert into cursor (username, last_read_id, moment) select username, ?2, ?3 from account where username = ?1
         on conflict (username) do update set last_read_id = excluded.last_read_id, moment = excluded.moment
         where excluded.moment > cursor.moment`,
      )
      .run(username, to.id, to.moment);
    return to;
  }
}
