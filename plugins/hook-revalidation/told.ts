import type { Database } from "hearth";

/** Remembers what folders looked like when a frontend was last told of them. */
export class Told {
  readonly #db: Database;
  /** The address that is called: another frontend has not been told anything. */
  readonly #frontend: string;

  constructor(db: Database, frontend: string) {
    this.#db = db;
    this.#frontend = frontend;
  }

  /** "" for a folder that was never told. */
  print(folder: string): string {
    const row = this.#db
      .query<{ print: string }, [string, string]>("select print from told where frontend = ? and folder = ?")
      .get(this.#frontend, folder);
    return row?.print ?? "";
  }

  keep(prints: ReadonlyMap<string, string>): void {
    const write = this.#db.query("insert or replace into told (frontend, folder, print) values (?, ?, ?)");
    this.#db.transaction(() => {
      for (const [folder, print] of prints) write.run(this.#frontend, folder, print);
    })();
  }
}
