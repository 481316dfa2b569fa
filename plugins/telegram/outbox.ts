import type { Clock, Database } from "hearth";
import { split } from "./split";

/** One message on its way to a chat. */
export interface Outgoing {
  readonly id: number;
  readonly chat: number;
  readonly text: string;
  /** 1: without formatting. */
  readonly plain: number;
  readonly attempts: number;
  /** ms since 1970: not before. */
  readonly due: number;
  readonly error: string | null;
  readonly at: string;
}

const columns = "id, chat, text, plain, attempts, due, error, at";

/** Where messages lie until Telegram has taken them. What is in it is on disk. */
export class Outbox {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {}

  /** Puts a text in, in as many messages as it takes. @param origin what it comes from: the same is put in once */
  put(chat: number, origin: string, text: string): void {
    const put = this.db.query("insert or ignore into outgoing (chat, origin, part, text, at) values (?, ?, ?, ?, ?)");
    const at = this.#now();
    this.db.transaction(() => split(text).forEach((part, index) => put.run(chat, origin, index, part, at)))();
  }

  /** The message whose turn it is in a chat. */
  next(chat: number): Outgoing | undefined {
    const sql = `select ${columns} from outgoing where chat = ? and state = 'waiting' order by id limit 1`;
    return this.db.query<Outgoing, [number]>(sql).get(chat) ?? undefined;
  }

  /** Chats for which something waits. */
  chats(): number[] {
    const sql = "select distinct chat from outgoing where state = 'waiting'";
    return this.db
      .query<{ chat: number }, []>(sql)
      .all()
      .map(({ chat }) => chat);
  }

  sent(id: number): void {
    this.db.query("update outgoing set state = 'sent', error = null, ended = ? where id = ?").run(this.#now(), id);
  }

  /** It goes without formatting, at once. */
  plain(id: number): void {
    this.db.query("update outgoing set plain = 1 where id = ?").run(id);
  }

  /** It is tried again. @param due ms since 1970 @param counts whether this was one of its attempts */
  later(id: number, due: number, error: string, counts: boolean): void {
    const sql = "update outgoing set due = ?, error = ?, attempts = attempts + ? where id = ?";
    this.db.query(sql).run(due, error, counts ? 1 : 0, id);
  }

  /** It is not tried again by itself. */
  dead(id: number, error: string): void {
    const sql = "update outgoing set state = 'dead', error = ?, attempts = attempts + 1, ended = ? where id = ?";
    this.db.query(sql).run(error, this.#now(), id);
  }

  /** Those that could not be sent, oldest first. */
  deadOnes(): Outgoing[] {
    return this.db.query<Outgoing, []>(`select ${columns} from outgoing where state = 'dead' order by id`).all();
  }

  /** Has one that is dead, or all, tried again. Answers their chats. */
  revive(id: number | "all"): number[] {
    const which = id === "all" ? "" : " and id = ?";
    return this.db
      .query<{ chat: number }, number[]>(
        `update outgoing set state = 'waiting', attempts = 0, due = 0 where state = 'dead'${which} returning chat`,
      )
      .all(...(id === "all" ? [] : [id]))
      .map(({ chat }) => chat);
  }

  /** Forgets what was sent and is in the chat's file. @param before ISO */
  forget(before: string): void {
    this.db.query("delete from outgoing where state = 'sent' and noted = 1 and ended < ?").run(before);
  }

  /** What waits for a chat, in messages. */
  waiting(): number {
    return this.db.query<{ n: number }, []>("select count(*) as n from outgoing where state = 'waiting'").get()!.n;
  }

  #now(): string {
    return this.clock.now().toISOString();
  }
}
