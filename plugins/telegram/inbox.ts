import type { Clock, Database } from "hearth";
import { numberOf, readUpdate, type Update } from "./update";

/** An update that waits to be handled. */
export interface Incoming {
  readonly id: number;
  readonly chat: number;
  readonly update: Update;
}

/** Updates are asked for anew for a day at the most; their numbers are known for so many days. */
const KEPT_DAYS = 3;

/** Where updates lie from the moment they are taken from Telegram until they are handled. What is in it is on disk. */
export class Inbox {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {}

  /** Takes updates, each once however often it comes. Answers the chats that have new ones. */
  put(updates: readonly unknown[]): number[] {
    const at = this.clock.now().toISOString();
    const chats = new Set<number>();
    const put = this.db.query("insert or ignore into incoming (id, chat, body, at) values (?, ?, ?, ?)");
    this.db
      .transaction(() => {
        for (const raw of updates) {
          const update = readUpdate(raw);
          const message = update?.message ?? update?.edited_message;
          if (update && message && put.run(update.update_id, message.chat.id, JSON.stringify(update), at).changes > 0)
            chats.add(message.chat.id);
        }
      })
      .immediate();
    return [...chats];
  }

  /** The oldest update of a chat that waits. */
  next(chat: number): Incoming | undefined {
    const row = this.db
      .query<{ id: number; body: string }, [number]>(
        "select id, body from incoming where chat = ? and state = 'waiting' order by seq limit 1",
      )
      .get(chat);
    return row ? { id: row.id, chat, update: JSON.parse(row.body) as Update } : undefined;
  }

  /** Chats in which something waits. */
  chats(): number[] {
    return this.db
      .query<{ chat: number }, []>("select distinct chat from incoming where state = 'waiting'")
      .all()
      .map(({ chat }) => chat);
  }

  /** An update is over: its words are forgotten here, its number is not. */
  over(id: number, state: "done" | "failed"): void {
    this.db.query("update incoming set state = ?, body = '' where id = ?").run(state, id);
  }

  /** Forgets the numbers of updates that cannot come again. */
  sweep(): void {
    const before = new Date(this.clock.now().getTime() - KEPT_DAYS * 86_400_000).toISOString();
    this.db.query("delete from incoming where state <> 'waiting' and at < ?").run(before);
  }
}

/** What to ask Telegram for after a batch, so that it forgets that batch; nothing after an empty one, since it may count from anywhere then. */
export function offsetAfter(batch: readonly unknown[]): number | undefined {
  const numbers = batch.map(numberOf).filter(number => number !== undefined);
  return numbers.length === 0 ? undefined : Math.max(...numbers) + 1;
}
