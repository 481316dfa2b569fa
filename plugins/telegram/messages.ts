import type { Database } from "hearth";

/** Something that a person said to the agent. */
export interface Said {
  readonly seq: number;
  /** That of its update. */
  readonly id: number;
  readonly chat: number;
  /** Its number in the chat. */
  readonly number: number;
  readonly talk: number | null;
  readonly text: string;
  readonly image: string | null;
  readonly warning: string | null;
  /** ISO */
  readonly at: string;
  /** ms since 1970: not before. */
  readonly due: number;
  readonly session: string | null;
}
export type NewMessage = Omit<Said, "seq" | "session"> & { readonly album: string | null };

/** What people said: waiting for a session, or carried by one. */
export class Messages {
  constructor(readonly db: Database) {}

  /** A further picture of an album has the whole album wait. */
  add(message: NewMessage): void {
    const { id, chat, number, talk, text, image, warning, at, due, album } = message;
    this.db
      .query(`insert or ignore into message (id, chat, number, talk, text, image, warning, at, due, album)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(id, chat, number, talk, text, image, warning, at, due, album);
    if (album !== null) this.putOff(chat, album, due);
  }

  /** Has what is there of an album wait until a time. @param due ms since 1970 */
  putOff(chat: number, album: string, due: number): void {
    this.db.query("update message set due = ? where chat = ? and album = ? and session is null").run(due, chat, album);
  }

  /** The oldest message of a chat that no session carries. */
  waiting(chat: number): Said | undefined {
    const sql = "select * from message where chat = ? and session is null order by seq limit 1";
    return this.db.query<Said, [number]>(sql).get(chat) ?? undefined;
  }

  /** Chats in which a message waits. */
  chats(): number[] {
    const sql = "select distinct chat from message where session is null";
    return this.db
      .query<{ chat: number }, []>(sql)
      .all()
      .map(({ chat }) => chat);
  }

  /** Gives a session what waits for it at a time, and answers all that it carries, oldest first. */
  carry(session: string, chat: number, talk: number | null, now: number): Said[] {
    this.db
      .query("update message set session = ? where session is null and chat = ? and talk is ? and due <= ?")
      .run(session, chat, talk, now);
    return this.db.query<Said, [string]>("select * from message where session = ? order by seq").all(session);
  }

  /** How many messages a session carries. */
  carried(session: string): number {
    const sql = "select count(*) as n from message where session = ?";
    return this.db.query<{ n: number }, [string]>(sql).get(session)!.n;
  }

  /** What waits is over, with a session that was ended before it could take it. */
  drop(session: string, chat: number, talk: number | null): void {
    const sql = "update message set session = ? where session is null and chat = ? and talk is ?";
    this.db.query(sql).run(session, chat, talk);
  }

  /** What waits in a talk that could not be opened is said to nobody in particular. */
  leaveTalk(talk: number): void {
    this.db.query("update message set talk = null where talk = ? and session is null").run(talk);
  }

  /** Another text takes the place of a message's, while it waits. False when it does not wait any more. */
  edit(chat: number, number: number, text: string): boolean {
    const sql = "update message set text = ? where chat = ? and number = ? and session is null";
    return this.db.query(sql).run(text, chat, number).changes > 0;
  }

  /** Forgets what was answered and is in the chat's file. @param before ISO */
  forget(before: string): void {
    const answered = "select session from errand where over = 1";
    this.db.query(`delete from message where noted = 1 and at < ? and session in (${answered})`).run(before);
  }

  /** Whether a message of this number was said to the agent, and is not forgotten. */
  knows(chat: number, number: number): boolean {
    return this.db.query("select 1 from message where chat = ? and number = ?").get(chat, number) !== null;
  }
}
