import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";

/** How the index makes words of a text: no accents, no capitals, English endings off. */
export const TOKENIZER = "porter unicode61 remove_diacritics 2";
/** Raised whenever an index of before cannot be used any more: other tables, another tokenizer, another way to make plain text. */
const SCHEMA = 1;

/** The ids of a kind's documents begin at its number times 2³², so that one kind is one range. */
const tables = `
  create table kind (no integer primary key, id text not null unique);
  create table document (
    id integer primary key,
    kind integer not null,
    slug text not null,
    version text not null,
    date text not null,
    more text not null, -- JSON
    unique (kind, slug)
  );
  create virtual table text using fts5 (title, body, tokenize = '${TOKENIZER}', prefix = '1 2 3');
  insert into text (text, rank) values ('rank', 'bm25(10.0, 1.0)');

  -- In how many documents of a kind a word is. Folded: without accents and capitals.
  create table word (
    folded text not null,
    kind integer not null,
    shown text not null,
    documents integer not null,
    primary key (folded, kind)
  ) without rowid;

  -- The beginnings of a word whose stem is not the beginning of the word's stem: "runnin" of "running", whose stem is "run".
  create table beyond (
    beginning text not null,
    word text not null,
    stem text not null,
    primary key (beginning, word)
  ) without rowid;
  create index beyond_word on beyond (word);
  pragma user_version = ${SCHEMA};
`;

/** Opens the index; one of another schema is thrown away and begun anew. Throws what SQLite says when it is damaged or cannot be written. */
export function openIndex(file: string): Database {
  const db = new Database(file, { create: true, strict: true });
  try {
    db.run("pragma busy_timeout = 5000");
    const found = versionOf(db);
    if (found === SCHEMA) return prepared(db);
    if (found === 0 && isEmpty(db)) return begun(db);
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  dropIndex(file);
  return openIndex(file);
}

/** Deletes the index. Nobody may have it open. */
export function dropIndex(file: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
}

/** Whether an error of SQLite says that the file is damaged. */
export const isDamage = (error: unknown): boolean =>
  /^SQLITE_(CORRUPT|NOTADB)/.test((error as { code?: string } | undefined)?.code ?? "");

const versionOf = (db: Database): number =>
  db.query<{ user_version: number }, []>("pragma user_version").get()!.user_version;

const isEmpty = (db: Database): boolean => db.query("select 1 from sqlite_schema").get() === null;

function begun(db: Database): Database {
  prepared(db);
  db.transaction(() => db.run(tables))();
  return db;
}

/** What is derived may lose its last moment when the power goes: it is made up for at the next start. */
function prepared(db: Database): Database {
  db.run("pragma journal_mode = wal");
  db.run("pragma synchronous = normal");
  db.run("pragma temp_store = memory");
  db.run("pragma journal_size_limit = 8388608");
  return db;
}
