import type { Logger } from "hearth";
import type { Inbox } from "./inbox";
import type { People } from "./people";
import { type Message, readUpdate } from "./update";

/** Strangers whose knocking is told in the log, at the most. */
const MOST = 1000;

/** Where updates come in, from whichever way: keeps out whom nobody let in, and stores the others. */
export class Door {
  readonly #told = new Set<number>();

  constructor(
    readonly people: People,
    readonly inbox: Inbox,
    readonly log: Logger,
    readonly stored: (chat: number) => void,
  ) {}

  /** What it took is on disk when it returns. @throws what the disk says */
  take(updates: readonly unknown[]): void {
    for (const chat of this.inbox.put(updates.filter(raw => this.#isLetIn(raw)))) this.stored(chat);
  }

  /** A person who is let in, alone with the bot: what is said in a group is said by everybody in it. */
  #isLetIn(raw: unknown): boolean {
    const update = readUpdate(raw);
    const message = update?.message ?? update?.edited_message;
    if (!message) return false;
    const { chat, from } = message;
    if (from && chat.type === "private" && chat.id === from.id && this.people.find(from.id)) return true;
    this.#tell(message);
    return false;
  }

  #tell({ chat, from }: Message): void {
    if (this.#told.has(chat.id) || this.#told.size >= MOST) return;
    this.#told.add(chat.id);
    const why = chat.type === "private" ? "this user is not in `people`" : "groups and channels are not let in";
    this.log.warn("somebody wrote who is not let in", { user: from?.id, chat: chat.id, type: chat.type, why });
  }
}
