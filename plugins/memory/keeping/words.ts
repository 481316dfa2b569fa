import type { Database, Statement } from "bun:sqlite";

/** The words of passages, for finding them by words. */
export class Words {
  readonly #add: Statement<unknown, [number, string, string]>;
  readonly #remove: Statement<unknown, [number]>;

  constructor(database: Database) {
    this.#add = database.prepare("insert into words (rowid, title, text) values (?, ?, ?)");
    this.#remove = database.prepare("delete from words where rowid = ?");
  }

  /** A title that is in the heading is not counted twice. */
  add(no: number, { title, heading }: { readonly title: string; readonly heading: string }, text: string): void {
    this.#add.run(no, heading.startsWith(title) ? heading : `${title} ${heading}`.trim(), text);
  }

  remove(no: number): void {
    this.#remove.run(no);
  }
}
