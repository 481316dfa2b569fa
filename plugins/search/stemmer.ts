import type { Database } from "bun:sqlite";
import { TOKENIZER } from "./index-file";

/** The stems of words, made by the very tokenizer of the index: in a table of its own that forgets. */
export class Stemmer {
  constructor(readonly db: Database) {
    db.run(`create virtual table temp.stemmer using fts5 (word, tokenize = '${TOKENIZER}')`);
    db.run("create virtual table temp.stem using fts5vocab (temp, stemmer, instance)");
  }

  /** The stem of each word that the index takes for a word. */
  stems(words: readonly string[]): Map<string, string> {
    const insert = this.db.query("insert into temp.stemmer (rowid, word) values (?, ?)");
    for (const [at, word] of words.entries()) insert.run(at, word);
    const rows = this.db.query<{ at: number; stem: string }, []>("select doc as at, term as stem from temp.stem").all();
    this.db.query("delete from temp.stemmer").run();
    return new Map(rows.map(({ at, stem }) => [words[at]!, stem]));
  }
}
