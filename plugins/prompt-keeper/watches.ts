import type { Database } from "hearth";
import type { Contents } from "./contents";
import type { Entries, Entry } from "./look";

/** A session whose files are guarded. */
export interface Watch {
  readonly session: string;
  readonly type: string;
  readonly paths: readonly string[];
  /** A new prompt of it waits for a person. */
  readonly approve: boolean;
  /** When its agent had ended, in ms since 1970 by the machine's clock; null as long as it may run. */
  readonly ended: number | null;
}

/** A guarded file as it was. */
export type Guarded = Entry & { readonly hash: string | null };

type WatchRow = Omit<Watch, "paths" | "approve"> & { readonly paths: string; readonly approve: number };
type GuardedRow = Omit<Guarded, "way"> & { readonly path: string; readonly way: number };

/** What the session that runs must not change, and how it was: on disk, so that it outlives a crash. */
export class Watches {
  constructor(
    readonly db: Database,
    readonly contents: Contents,
  ) {}

  /** Begins to guard a session; an earlier one, and what was kept for it, is forgotten. */
  begin(watch: Omit<Watch, "ended">, entries: Entries, bytesOf: ReadonlyMap<string, Uint8Array>): void {
    this.db.transaction(() => {
      this.#clear();
      const { session, type, paths, approve } = watch;
      this.db.run("insert into watch (session, type, paths, approve) values (?, ?, ?, ?)", [
        session,
        type,
        JSON.stringify(paths),
        approve ? 1 : 0,
      ]);
      for (const [path, entry] of entries) this.#add(session, path, entry, bytesOf.get(path));
      this.contents.sweep();
    })();
  }

  find(session: string): Watch | undefined {
    const row = this.db.query<WatchRow, [string]>("select * from watch where session = ?").get(session);
    return row ? { ...row, paths: JSON.parse(row.paths), approve: row.approve === 1 } : undefined;
  }

  guarded(session: string): Map<string, Guarded> {
    const rows = this.db
      .query<GuardedRow, [string]>("select * from guarded where session = ? order by path")
      .all(session);
    return new Map(rows.map(row => [row.path, { ...row, way: row.way === 1 }]));
  }

  /** A person has replaced a guarded file: that is now how it has to be. */
  replaced(path: string, entries: Entries, bytes: Uint8Array): void {
    for (const { session, paths } of this.db.query<{ session: string; paths: string }, []>("select * from watch").all())
      if ((JSON.parse(paths) as string[]).includes(path))
        for (const [place, entry] of entries) this.#add(session, place, entry, place === path ? bytes : undefined);
  }

  /** Its agent has ended: what changes from now on is another's. */
  agentEnded(session: string, at: number): void {
    this.db.run("update watch set ended = ? where session = ?", [at, session]);
  }

  /** The session is over. */
  end(): void {
    this.#clear();
    this.contents.sweep();
  }

  #clear(): void {
    this.db.run("delete from watch");
    this.db.run("delete from guarded");
  }

  #add(session: string, path: string, { kind, mode, size, target, way }: Entry, bytes: Uint8Array | undefined): void {
    const hash = bytes ? this.contents.put(bytes) : null;
    this.db.run(
      "insert or replace into guarded (session, path, kind, mode, size, target, hash, way) values (?, ?, ?, ?, ?, ?, ?, ?)",
      [session, path, kind, mode, bytes?.length ?? size, target, hash, way ? 1 : 0],
    );
  }
}
