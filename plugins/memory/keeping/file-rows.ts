import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";

/** What the index knows of a file. */
export interface FileRow {
  readonly no: number;
  readonly path: string;
  readonly source: string;
  readonly hash: string;
  readonly size: number;
  /** ms; below zero when the file may have changed since unseen. */
  readonly mtime: number;
  readonly note: string | null;
}

const columns = "path, source, hash, size, mtime, note";

/** The files of the index. */
export class FileRows {
  readonly #of: Statement<FileRow, [string]>;
  readonly #all: Statement<FileRow, []>;
  readonly #put: Statement<{ no: number }, SQLQueryBindings[]>;
  readonly #seen: Statement<unknown, [number, number]>;
  readonly #remove: Statement<unknown, [number]>;

  constructor(database: Database) {
    this.#of = database.prepare(`select no, ${columns} from file where path = ?`);
    this.#all = database.prepare(`select no, ${columns} from file order by path`);
    this.#put = database.prepare(
      `insert into file (${columns}) values (?, ?, ?, ?, ?, ?)
       on conflict (path) do update set (${columns}) = (excluded.path, excluded.source, excluded.hash, excluded.size, excluded.mtime, excluded.note)
       returning no`,
    );
    this.#seen = database.prepare("update file set mtime = ? where no = ?");
    this.#remove = database.prepare("delete from file where no = ?");
  }

  of(path: string): FileRow | undefined {
    return this.#of.get(path) ?? undefined;
  }

  all(): readonly FileRow[] {
    return this.#all.all();
  }

  /** Answers the file's number, which stays as long as the file does. */
  put({ path, source, hash, size, mtime, note }: Omit<FileRow, "no">): number {
    return this.#put.get(path, source, hash, size, mtime, note)!.no;
  }

  /** Notes that a file is as it was, at another time. */
  seen(no: number, mtime: number): void {
    this.#seen.run(mtime, no);
  }

  /** Its passages have to go before. */
  remove(no: number): void {
    this.#remove.run(no);
  }
}
