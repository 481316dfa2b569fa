import type { Database } from "bun:sqlite";
import { TOKENIZER } from "../keeping/tables";
import type { Term } from "./terms";

/** Says which terms a text holds, as the index would find them. */
export class HeldWords {
  constructor(readonly database: Database) {
    database.run(
      `create virtual table if not exists temp.held using fts5 (text, content = '', tokenize = '${TOKENIZER}')`,
    );
  }

  /** For each text the terms that it holds, as they stand in the question. */
  in(texts: readonly string[], terms: readonly Term[]): string[][] {
    const held = texts.map((): string[] => []);
    const add = this.database.query("insert into temp.held (rowid, text) values (?, ?)");
    const find = this.database.query<{ at: number }, [string]>("select rowid as at from temp.held where held match ?");
    try {
      for (const [at, text] of texts.entries()) add.run(at + 1, text);
      for (const { match, shown } of terms) for (const { at } of find.all(match)) held[at - 1]!.push(shown);
    } finally {
      this.database.run("insert into temp.held (held) values ('delete-all')");
    }
    return held;
  }
}
