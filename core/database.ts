import { Database } from "bun:sqlite";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HearthError, messageOf } from "./errors";
import { service } from "./tokens";

export { Database };

/** The plugin's own database file in the state folder, brought up to date by the numbered `migrations/*.sql` beside its plugin.ts. Closed by the kernel. */
export const OwnDatabase = service<Database>("hearth.database");

/**
 * Opens a database in WAL mode and applies the migrations that it has not seen, in the order of their names, each whole or not at all.
 * @param file ":memory:" for one that forgets
 * @throws HearthError MIGRATION with the name of the one that failed
 */
export function openDatabase(file: string, migrations?: string): Database {
  const db = new Database(file, { create: true, strict: true });
  db.run("pragma busy_timeout = 5000"); // first, so that the others wait for another process too
  switchToWal(db);
  db.run("pragma synchronous = full");
  db.run("pragma foreign_keys = on");
  if (migrations && existsSync(migrations)) migrate(db, migrations);
  return db;
}

/** Switching needs the file alone for a moment, and SQLite does not wait for that by itself. */
function switchToWal(db: Database): void {
  for (let tries = 100; ; tries--)
    try {
      return void db.run("pragma journal_mode = wal");
    } catch (error) {
      if ((error as { code?: string }).code !== "SQLITE_BUSY" || tries === 0) throw error;
      Bun.sleepSync(20);
    }
}

function migrate(db: Database, folder: string): void {
  db.run("create table if not exists _migration (name text primary key, at text not null default (datetime('now')))");
  const done = new Set(
    db
      .query<{ name: string }, []>("select name from _migration")
      .all()
      .map(({ name }) => name),
  );
  const names = readdirSync(folder).filter(name => name.endsWith(".sql") && !done.has(name));
  for (const name of names.sort()) apply(db, folder, name);
}

const isDone = (db: Database, name: string) => db.query("select 1 from _migration where name = ?").get(name) !== null;

function apply(db: Database, folder: string, name: string): void {
  try {
    db.transaction(() => {
      if (isDone(db, name)) return; // by another process, since the list was read
      db.run(readFileSync(join(folder, name), "utf8"));
      db.run("insert into _migration (name) values (?)", [name]);
    }).immediate();
  } catch (error) {
    db.close();
    throw new HearthError("MIGRATION", `${join(folder, name)}: ${messageOf(error)}`, error);
  }
}
