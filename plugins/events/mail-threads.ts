import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Home } from "hearth";
import type { FileChanged } from "hearth-plugins/watcher";
import type { News } from "./topics";

const FOLDER = "mailbox";
const THREAD = "thread.jsonl";

/**
 * Knows how long each thread of the mailbox is, and so tells a new message from everything else that happens there:
 * a letter that was read, an attachment, a thread that was tidied up.
 */
export class MailThreads {
  readonly #lengths = new Map<string, number>();

  constructor(readonly home: Home) {}

  /** Looks at the threads that are there now. Without it, a thread that changes for the first time seems new. */
  async learn(): Promise<void> {
    for (const user of await readdir(join(this.home.path, FOLDER)).catch(() => [])) {
      const path = `${FOLDER}/${user}/${THREAD}`;
      const length = this.#lengthOf(path);
      if (length !== undefined) this.#lengths.set(path, length);
    }
  }

  /** What a changed file means for those who wait for mail; nothing unless a thread has grown. */
  news({ path }: FileChanged): News | undefined {
    const [folder, user, name, ...deeper] = path.split("/");
    if (folder !== FOLDER || name !== THREAD || deeper.length > 0) return;
    return this.#hasGrown(path)
      ? { type: "mailbox:new_message", topic: "mailbox", path: name, slug: user! }
      : undefined;
  }

  #hasGrown(path: string): boolean {
    const before = this.#lengths.get(path) ?? 0;
    const now = this.#lengthOf(path);
    if (now === undefined) this.#lengths.delete(path);
    else this.#lengths.set(path, now);
    return now !== undefined && now > before;
  }

  #lengthOf(path: string): number | undefined {
    return statSync(join(this.home.path, path), { throwIfNoEntry: false })?.size;
  }
}
