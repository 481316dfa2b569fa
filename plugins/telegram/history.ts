import { open } from "node:fs/promises";
import { type Database, type Home, type Logger, messageOf, readPart } from "hearth";
import { folderOf, type People, type Person } from "./people";

/** The file of a chat in the home: one line of JSON for each message that came in or was taken by Telegram. */
export const historyFile = (person: Person): string => `${folderOf(person)}/chat.jsonl`;

interface Line {
  /** Of one message: the same line has the same. */
  readonly id: string;
  readonly timestamp: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly image?: string;
}

interface Note {
  readonly table: "message" | "outgoing";
  readonly key: number;
  readonly chat: number;
  readonly at: string;
  readonly text: string;
  readonly image: string | null;
}

/** What the agent is called in the files. */
const AGENT = "agent";
/** Bytes at a file's end that are looked through for lines that a crash left unmarked. */
const TAIL = 256 * 1024;
/** Lines that are written at a time. */
const MANY = 500;

const unnoted = `
  select 'message' as "table", seq as key, chat, at, text, image from message where noted = 0
  union all
  select 'outgoing', id, chat, ended, text, null from outgoing where state = 'sent' and noted = 0
  order by at limit ${MANY}`;

/** Writes down what was said in each chat, in a file of its own: what came in, and of what went out that which has really gone. */
export class History {
  #writing: Promise<void> | undefined;
  #again = false;
  /** Lines that stood in a file before this life began; by file. */
  readonly #before = new Map<string, Set<string>>();

  constructor(
    readonly db: Database,
    readonly home: Home,
    readonly people: People,
    readonly log: Logger,
  ) {}

  /** There may be something to write down. Resolves when it is. Never throws: what could not be written is tried again the next time. */
  note(): Promise<void> {
    if (this.#writing) this.#again = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    do {
      this.#again = false;
      try {
        while (await this.#some()) this.#again = false;
      } catch (error) {
        return this.log.error("the history of a chat could not be written; it is tried again", {
          error: messageOf(error),
        });
      }
    } while (this.#again);
  }

  /** Writes some lines; answers whether there are more. */
  async #some(): Promise<boolean> {
    const notes = this.db.query<Note, []>(unnoted).all();
    for (const [chat, own] of Map.groupBy(notes, ({ chat }) => chat)) {
      const person = this.people.find(chat);
      if (person)
        await this.#append(
          person,
          own.map(note => lineOf(note, person)),
        );
      this.#mark(own);
    }
    return notes.length === MANY;
  }

  async #append(person: Person, lines: readonly Line[]): Promise<void> {
    const file = historyFile(person);
    const before = this.#before.get(file) ?? (await this.#tail(file));
    this.#before.set(file, before);
    const fresh = lines.filter(({ id }) => !before.delete(id));
    if (fresh.length > 0) await this.home.append(file, fresh.map(line => `${JSON.stringify(line)}\n`).join(""));
  }

  #mark(notes: readonly Note[]): void {
    const message = this.db.query("update message set noted = 1 where seq = ?");
    const outgoing = this.db.query("update outgoing set noted = 1 where id = ?");
    this.db
      .transaction(() => {
        for (const { table, key } of notes) (table === "message" ? message : outgoing).run(key);
      })
      .immediate();
  }

  async #tail(file: string): Promise<Set<string>> {
    const handle = await open(await this.home.resolve(file)).catch(() => undefined);
    if (!handle) return new Set();
    try {
      const { size } = await handle.stat();
      const bytes = await readPart(handle, Math.max(0, size - TAIL), size);
      return new Set([...bytes.toString().matchAll(/^\{"id":"(\w+)"/gm)].map(([, id]) => id!));
    } finally {
      await handle.close();
    }
  }
}

function lineOf({ table, key, at, text, image }: Note, { name }: Person): Line {
  const incoming = table === "message";
  return {
    id: `${incoming ? "m" : "o"}${key}`,
    timestamp: at,
    from: incoming ? name : AGENT,
    to: incoming ? AGENT : name,
    text,
    ...(image !== null && { image }),
  };
}
