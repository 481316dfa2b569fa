import { badRequest } from "hearth";
import type { Account } from "./contract";
import type { Cursors } from "./cursors";
import type { Page, Status } from "./shapes";
import type { Shown } from "./shown-letters";
import type { ThreadIndex } from "./thread-index";
import type { Threads } from "./threads";

export interface PageOrder {
  readonly limit: number;
  readonly before?: string | undefined;
}

/** What somebody sees of their thread. */
export class Desk {
  constructor(
    readonly threads: Threads,
    readonly cursors: Cursors,
  ) {}

  async status({ username, displayName }: Account): Promise<Status> {
    const index = await this.threads.index(username);
    return {
      username,
      unread: index.unread(this.cursors.of(username)),
      total: index.letters.length,
      display_name: displayName,
      last_message: index.letters.at(-1)?.ts ?? null,
    };
  }

  /** A page, the oldest letter first. The newest page is read when it has been seen: with `seen`, the cursor moves to its end. */
  async page({ username }: Account, { limit, before }: PageOrder, seen: boolean): Promise<Page> {
    const { index, shown, more } = await this.#shown(username, limit, before);
    const cursor = this.cursors.of(username);
    const messages = shown.map(({ entry, letter }) => ({
      ...letter,
      status: entry.own || (cursor && entry.moment <= cursor.moment) ? ("read" as const) : ("unread" as const),
    }));
    const last = shown.at(-1)?.entry;
    if (seen && before === undefined && last && index.find(last.id)) this.cursors.advance(username, last);
    return { messages, has_more: more };
  }

  /** Moves the cursor on to a letter. Answers the id at which it stands then. @throws HttpError 400 for a letter that is not there */
  async markRead({ username }: Account, id: string): Promise<string> {
    const letter = (await this.threads.index(username)).find(id);
    if (!letter) throw badRequest("Invalid message ID");
    return this.cursors.advance(username, letter).id;
  }

  /** A thread that was rewritten between the look and the reading is looked at again, once. */
  async #shown(
    username: string,
    limit: number,
    before: string | undefined,
    again = true,
  ): Promise<{ index: ThreadIndex; shown: Shown[]; more: boolean }> {
    const index = await this.threads.index(username);
    const { entries, more } = index.page(limit, before);
    const shown = await this.threads.read(username, entries);
    if (shown.length === entries.length || !again) return { index, shown, more };
    this.threads.forget(username);
    return this.#shown(username, limit, before, false);
  }
}
