import type { Database } from "hearth";

/** A place in the plane, in the layout's own measure. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A layout as it is kept. */
export interface Layout {
  readonly print: string;
  readonly basis: string;
  /** ISO time. */
  readonly madeAt: string;
  /** By path. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Keeps the layout over restarts. */
export class Places {
  constructor(readonly db: Database) {}

  load(): Layout | undefined {
    const row = this.db
      .query<{ print: string; basis: string; made_at: string }, []>("select print, basis, made_at from layout")
      .get();
    if (!row) return;
    const rows = this.db.query<Place & { path: string }, []>("select path, x, y from place").all();
    const places = new Map(rows.map(({ path, x, y }) => [path, { x, y }]));
    return { print: row.print, basis: row.basis, madeAt: row.made_at, places };
  }

  /** Takes the place of the layout before, whole or not at all. */
  save({ print, basis, madeAt, places }: Layout): void {
    this.db.transaction(() => {
      this.db.run("delete from place");
      const insert = this.db.prepare("insert into place (path, x, y) values (?, ?, ?)");
      for (const [path, { x, y }] of places) insert.run(path, x, y);
      insert.finalize();
      this.db.run("insert or replace into layout (no, print, basis, made_at) values (1, ?, ?, ?)", [
        print,
        basis,
        madeAt,
      ]);
    })();
  }
}
