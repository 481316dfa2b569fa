import type { Database } from "hearth";

/** Ids that people were told for letters that are held. Nobody else gets them, in a later life neither. */
export class Promises {
  constructor(readonly db: Database) {}

  add(username: string, id: string): void {
    this.db.query("insert or ignore into promise (username, id) values (?, ?)").run(username, id);
  }

  has(username: string, id: string): boolean {
    return this.db.query("select 1 from promise where username = ? and id = ?").get(username, id) !== null;
  }

  /** The letter has come to its place. */
  keep(username: string, id: string): void {
    if (this.has(username, id)) this.db.query("delete from promise where username = ? and id = ?").run(username, id);
  }
}
