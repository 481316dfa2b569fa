import type { Database } from "hearth";

/** A session that was ordered for a chat: its answer goes there, and nowhere else. */
export interface Errand {
  readonly session: string;
  readonly chat: number;
  readonly talk: number | null;
  readonly over: number;
}

/** Which session serves which chat. */
export class Errands {
  constructor(readonly db: Database) {}

  find(session: string): Errand | undefined {
    return this.db.query<Errand, [string]>("select * from errand where session = ?").get(session) ?? undefined;
  }

  /** Those whose answer is still to come. */
  open(): Errand[] {
    return this.db.query<Errand, []>("select * from errand where over = 0 order by session").all();
  }

  /** That of a chat whose answer is still to come. */
  of(chat: number): Errand | undefined {
    return this.db.query<Errand, [number]>("select * from errand where chat = ? and over = 0").get(chat) ?? undefined;
  }

  /** Gives a session to a chat. False when it has one. */
  bind(session: string, chat: number, talk: number | null): boolean {
    const sql = "insert or ignore into errand (session, chat, talk) values (?, ?, ?)";
    return this.db.query(sql).run(session, chat, talk).changes > 0;
  }

  over(session: string): void {
    this.db.query("update errand set over = 1 where session = ?").run(session);
  }
}
