import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { SCHEMA, tables } from "./tables";

/**
 * Opens the index of an embedder. One that is damaged, or of another schema, is thrown away and begun anew; one whose writer was killed
 * is as it was before its last transaction. What belongs to nothing goes. Throws what SQLite says when it cannot be written.
 */
export function openIndex(file: string): Database {
  try {
    return opened(file) ?? anew(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return anew(file);
  }
}

/** Deletes the index. Nobody may have it open. */
export function dropIndex(file: string): void {
  for (const end of ["-wal", "-shm", ""]) rmSync(file + end, { force: true });
}

/** Whether an error of SQLite says that the file is damaged. */
export const isDamage = (error: unknown): boolean =>
  /^SQLITE_(CORRUPT|NOTADB)/.test((error as { code?: string } | undefined)?.code ?? "");

function anew(file: string): Database {
  dropIndex(file);
  return opened(file)!;
}

/** Nothing for an index of another schema. */
function opened(file: string): Database | undefined {
  const database = new Database(file, { create: true, strict: true });
  try {
    for (const pragma of pragmas) database.run(`pragma ${pragma}`);
    if (isEmpty(database)) database.transaction(() => database.run(tables))();
    if (versionOf(database) === SCHEMA) return repaired(database);
    database.close();
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is derived may lose its last moment when the power goes: it is made up for at the next start. */
const pragmas = [
  "busy_timeout = 5000",
  "page_size = 16384", // a whole vector has 2 KB, of which only one fits in the usual page of 4
  "journal_mode = wal",
  "synchronous = normal",
  "temp_store = memory",
  "journal_size_limit = 16777216",
  "wal_autocheckpoint = 256", // pages, of 16 KB
  "cache_size = -16000", // KB
  "foreign_keys = on",
];

const versionOf = (database: Database): number =>
  database.query<{ user_version: number }, []>("pragma user_version").get()!.user_version;

const isEmpty = (database: Database): boolean => database.query("select 1 from sqlite_schema").get() === null;

/** Rows that a passage should hold together and does not. A transaction never leaves any; a tool in strange hands may. */
const strays = [
  "delete from vector where passage in (select passage from vector indexed by vector_passage except select no from passage)",
  "delete from coarse where passage not in (select passage from vector indexed by vector_passage)",
  "delete from words where rowid in (select id from words_docsize except select no from passage)",
];
/** Files of which a passage has no words, or a vector only one of its two forms: they are read again. */
const halves = `
  delete from file where no in (
    select file from passage where no in (select no from passage except select id from words_docsize)
    union select file from passage where no in (select passage from vector indexed by vector_passage except select passage from coarse)
  )`;

function repaired(database: Database): Database {
  database.transaction(() => {
    database.run(halves);
    for (const stray of strays) database.run(stray);
  })();
  return database;
}
