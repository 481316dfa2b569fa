import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { type Logger, messageOf } from "hearth";
import type { PageEntry, PageMeta, PageType } from "./contract";
import type { Sight } from "./sight";

/** What is remembered of a file from one life to the next. */
export interface Remembered {
  readonly slug: string;
  readonly sight: Sight;
  /** Of a page that can be shown. */
  readonly entry?: PageEntry | undefined;
  /** Of one that cannot. */
  readonly ailment?: { readonly problem: string; readonly since: string } | undefined;
}

/** A change to remember: a file as it is now, with its page's text; or that it has gone. */
export type Note =
  | (Remembered & { readonly content?: string | undefined })
  | { readonly slug: string; readonly gone: true };

/** Raise it whenever the tables change, or what is read from a file: what was read by other rules is read again. */
const VERSION = 2;
const TABLES = `
  drop table if exists page;
  drop table if exists page_text;
  create table page (
    type text not null, slug text not null,
    ino real not null, size real not null, mtime real not null, ctime real not null,
    real text, outside integer not null, sure integer not null,
    hash text, meta text, problem text, since text,
    primary key (type, slug)
  ) without rowid;
  create table page_text (type text not null, slug text not null, hash text not null, content text not null, unique (type, slug));
  pragma user_version = ${VERSION};
`;

interface Row {
  slug: string;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
  real: string | null;
  outside: number;
  sure: number;
  hash: string | null;
  meta: string | null;
  problem: string | null;
  since: string | null;
}

/**
 * The pages as they were last read, in a file of SQLite that is opened by its first use. All of it can be read again from the home: whatever goes wrong here is told in the
 * log once, costs time and nothing else. No method throws. A file in disorder, or of another version, begins anew.
 */
export class IndexFile {
  #db: Database | undefined;
  #opened = false;
  readonly #told = new Set<string>();

  constructor(
    readonly file: string,
    readonly log: Logger,
  ) {}

  /** Afterwards nothing is found and nothing kept. */
  close(): void {
    this.#opened = true;
    this.#db?.close();
    this.#db = undefined;
  }

  /** Files of a type in the order of their slugs: the first so many behind one. */
  load(type: PageType, after: string, most: number): readonly Remembered[] {
    const rows = this.#try(db =>
      db
        .query<Row, [string, string, number]>(LOAD)
        .all(type, after, most)
        .map(row => rememberedOf(type, row)),
    );
    return rows ?? [];
  }

  /** The text of a page; nothing when it is not here as it is now. */
  text({ type, slug, hash }: PageEntry): string | undefined {
    return this.#try(db => db.query<{ content: string }, string[]>(TEXT).get(type, slug, hash))?.content;
  }

  write(type: PageType, notes: readonly Note[]): void {
    this.#try(db => db.transaction(() => notes.forEach(note => writeOne(db, type, note))).immediate());
  }

  #openFirst(): void {
    this.#opened = true;
    this.#open();
    this.#try(upToDate);
  }

  #open(): void {
    try {
      this.#db = new Database(this.file, { create: true, strict: true });
      this.#db.run("pragma busy_timeout = 5000");
    } catch (error) {
      this.#tell(error);
    }
  }

  #try<T>(work: (db: Database) => T): T | undefined {
    if (!this.#opened) this.#openFirst();
    if (!this.#db) return;
    try {
      return work(this.#db);
    } catch (error) {
      this.#tell(error);
      if (isDisorder(error)) this.#beginAnew();
      return undefined;
    }
  }

  #beginAnew(): void {
    this.close();
    try {
      for (const end of ["", "-wal", "-shm"]) rmSync(this.file + end, { force: true });
      this.#open();
      if (this.#db) upToDate(this.#db);
    } catch (error) {
      this.#tell(error);
      this.close();
    }
  }

  #tell(error: unknown): void {
    const problem = messageOf(error);
    if (this.#told.has(problem)) return;
    this.#told.add(problem);
    this.log.warn("the index of the pages cannot be used as it is; what it held is read from the home", {
      file: this.file,
      problem,
    });
  }
}

const LOAD =
  "select slug, ino, size, mtime, ctime, real, outside, sure, hash, meta, problem, since from page where type = ? and slug > ? order by slug limit ?";
const TEXT = "select content from page_text where type = ? and slug = ? and hash = ?";
const KEEP =
  "insert or replace into page (type, slug, ino, size, mtime, ctime, real, outside, sure, hash, meta, problem, since) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const KEEP_TEXT = "insert or replace into page_text (type, slug, hash, content) values (?, ?, ?, ?)";

const isDisorder = (error: unknown): boolean =>
  /^SQLITE_(CORRUPT|NOTADB|ERROR|MISMATCH)/.test((error as { code?: string }).code ?? "") ||
  error instanceof SyntaxError;

/** It is derived: a lost last second is read again, so nothing waits for the disk. */
function upToDate(db: Database): void {
  db.run("pragma journal_mode = wal");
  db.run("pragma synchronous = normal");
  const { user_version } = db.query<{ user_version: number }, []>("pragma user_version").get()!;
  if (user_version !== VERSION) db.transaction(() => db.run(TABLES)).immediate();
}

function writeOne(db: Database, type: PageType, note: Note): void {
  if ("gone" in note || note.content === undefined)
    db.query("delete from page_text where type = ? and slug = ?").run(type, note.slug);
  if ("gone" in note) return void db.query("delete from page where type = ? and slug = ?").run(type, note.slug);
  const { slug, entry, ailment, content } = note;
  const { ino, size, mtimeMs, ctimeMs, real, outside, sure } = note.sight;
  const sight = [ino, size, mtimeMs, ctimeMs, real, Number(outside), Number(sure)];
  const meta = entry ? JSON.stringify(entry.meta) : null;
  db.query(KEEP).run(type, slug, ...sight, entry?.hash ?? null, meta, ailment?.problem ?? null, ailment?.since ?? null);
  if (entry && content !== undefined) db.query(KEEP_TEXT).run(type, slug, entry.hash, content);
}

function rememberedOf(type: PageType, row: Row): Remembered {
  const { slug, ino, size, mtime, ctime, real, hash, meta, problem, since } = row;
  const sight = { ino, size, mtimeMs: mtime, ctimeMs: ctime, real, outside: row.outside === 1, sure: row.sure === 1 };
  if (hash === null || meta === null) return { slug, sight, ailment: { problem: problem ?? "", since: since ?? "" } };
  return { slug, sight, entry: { type, slug, meta: JSON.parse(meta) as PageMeta, hash } };
}
