import type { Database } from "hearth";

/** Ids that people were told for letters that are held. Nobody else gets them, in a later life neither. */
export class Promises {
  constructor(readonly db: Database) {}

  /** Nothing when the account has gone meanwhile: then nobody gets ids there. */
  add(username: string, id: string): void {
    this.db
      .query("insert or ignore into promise (username, id) select username, ?2 from account where username = ?1")
      .run(username, id);
  }

  has(username: string, id: string): boolean {
    return this.db.query("select 1 from promise where username = ? and id = ?").get(username, id) !== null;
  }

  /** The letter has come to its place. */
  keep(username: string, id: string): void {
    if (this.has(username, id)) this.db.query("delete from promise where username = ? and id = ?").run(username, id);
  }
}
