import type { Database } from "hearth";

interface Row {
  readonly path: string;
  readonly print: string;
  readonly waiting: number;
}

/** Which files were compared with all others, and which wait for it. */
export class FileBook {
  constructor(readonly db: Database) {}

  get basis(): string | undefined {
    return this.db.query<{ embedder: string }, []>("select embedder from basis").get()?.embedder;
  }

  /** Begins anew with the vectors of an embedder: what was told stays known, all else is found again. */
  begin(embedder: string): void {
    this.db.transaction(() => {
      this.db.run("delete from file");
      this.db.run("delete from pair where told is null");
      this.db.run("insert or replace into basis (no, embedder) values (1, ?)", [embedder]);
    })();
  }

  /** Whether nothing was ever compared. */
  get isEmpty(): boolean {
    return this.db.query("select 1 from file limit 1").get() === null;
  }

  /** Brings the book in step: files that are new or whose print is another wait, those that are gone are forgotten. Answers the former. */
  follow(prints: ReadonlyMap<string, string>): string[] {
    const known = new Map(this.#rows().map(({ path, print }) => [path, print]));
    const changed = [...prints].filter(([path, print]) => known.get(path) !== print);
    const gone = [...known.keys()].filter(path => !prints.has(path));
    const put = this.db.prepare<unknown, [string, string]>(
      "insert or replace into file (path, print, waiting) values (?, ?, 1)",
    );
    const remove = this.db.prepare<unknown, [string]>("delete from file where path = ?");
    this.db.transaction(() => {
      for (const [path, print] of changed) put.run(path, print);
      for (const path of gone) remove.run(path);
    })();
    put.finalize();
    remove.finalize();
    return changed.map(([path]) => path);
  }

  waiting(): string[] {
    return this.#rows().flatMap(({ path, waiting }) => (waiting === 1 ? [path] : []));
  }

  done(paths: readonly string[]): void {
    const done = this.db.prepare<unknown, [string]>("update file set waiting = 0 where path = ?");
    this.db.transaction(() => {
      for (const path of paths) done.run(path);
    })();
    done.finalize();
  }

  #rows(): Row[] {
    return this.db.query<Row, []>("select path, print, waiting from file order by path desc").all();
  }
}
