import type { Database } from "hearth";
import { type Contents, hashOf } from "./contents";
import type { Undone } from "./restore";

/** How a version came to be. */
export type Origin = "found" | "session" | "rollback" | "approved" | "waiting" | "granted" | "refused";

/** A version of prompt.md. */
export interface Version {
  readonly id: number;
  /** ISO time. */
  readonly at: string;
  readonly origin: Origin;
  readonly hash: string;
  readonly session: string | null;
  readonly type: string | null;
  /** The version that was put back or approved. */
  readonly source: number | null;
}

/** What a session changed, was not allowed to, and was undone. */
export interface UndoneEntry extends Undone {
  readonly at: string;
  readonly session: string;
  readonly type: string;
}

/** One of those that were undone of a session. */
export interface UndoneOfMany extends UndoneEntry {
  /** From 1. */
  readonly place: number;
  /** How many there are. */
  readonly of: number;
}

/** Whom a version is of. */
export interface By {
  readonly session: string;
  readonly type: string;
}

/** Origins that have been prompt.md itself. */
const counted = "('found', 'session', 'rollback', 'approved')";

/** All that is known of prompt.md, newest first. */
export class Versions {
  constructor(
    readonly db: Database,
    readonly contents: Contents,
    /** Versions at the most; what waits is kept beside them. */
    readonly keep: number,
  ) {}

  /** Writes one down. */
  add(at: Date, origin: Origin, bytes: Uint8Array, by?: By, source?: number): Version {
    return this.db.transaction(() => {
      const hash = this.contents.put(bytes);
      const values = [at.toISOString(), origin, hash, by?.session ?? null, by?.type ?? null, source ?? null];
      this.db.run("insert into version (at, origin, hash, session, type, source) values (?, ?, ?, ?, ?, ?)", values);
      this.#prune();
      return this.list(1)[0]!;
    })();
  }

  /** Writes down one that a session left and that does not count, unless that is done. */
  addAside(at: Date, origin: "waiting" | "refused", bytes: Uint8Array, by: By): void {
    const hash = hashOf(bytes);
    if (!this.of(by.session).some(version => version.hash === hash)) this.add(at, origin, bytes, by);
  }

  /** Writes one down unless it is the same as the last that counted. */
  addNew(at: Date, origin: Origin, bytes: Uint8Array, by?: By): Version | undefined {
    return this.last()?.hash === hashOf(bytes) ? undefined : this.add(at, origin, bytes, by);
  }

  /** The last that was prompt.md. */
  last(): Version | undefined {
    return (
      this.db.query<Version, []>(`select * from version where origin in ${counted} order by id desc limit 1`).get() ??
      undefined
    );
  }

  find(id: number): Version | undefined {
    return this.db.query<Version, [number]>("select * from version where id = ?").get(id) ?? undefined;
  }

  /** The one that counted before another. */
  before(id: number): Version | undefined {
    const text = `select * from version where id < ? and origin in ${counted} order by id desc limit 1`;
    return this.db.query<Version, [number]>(text).get(id) ?? undefined;
  }

  /** Newest first. */
  list(limit: number): Version[] {
    return this.db.query<Version, [number]>("select * from version order by id desc limit ?").all(limit);
  }

  of(session: string): Version[] {
    return this.db.query<Version, [string]>("select * from version where session = ? order by id").all(session);
  }

  textOf({ hash }: Version): string {
    return new TextDecoder().decode(this.contents.get(hash));
  }

  /** A version that waited has been decided on; one that was granted counts as a later version. */
  decide(id: number, origin: "granted" | "refused"): void {
    this.db.run("update version set origin = ? where id = ? and origin = 'waiting'", [origin, id]);
  }

  /** Writes down that something was undone, once for each path of a session: what was changed may also be found missing, after a crash. */
  undo(at: Date, { session, type }: By, { path, what }: Undone): void {
    const isKnown = "select 1 from undone where session = ?2 and path = ?4";
    this.db.run(
      `insert into undone (at, session, type, path, what) select ?1, ?2, ?3, ?4, ?5 where not exists (${isKnown})`,
      [at.toISOString(), session, type, path, what],
    );
  }

  /** Forgets what was undone long ago. */
  pruneUndone(): void {
    this.db.run("delete from undone where id <= (select max(id) from undone) - ?", [this.keep]);
  }

  /** Newest first. @param each of one session at the most */
  undone(limit: number, each: number): UndoneOfMany[] {
    const ranked = `
      select *, row_number() over (partition by session order by id) place, count(*) over (partition by session) of from undone`;
    const text = `select * from (${ranked}) where place <= ? order by id desc limit ?`;
    return this.db.query<UndoneOfMany, [number, number]>(text).all(each, limit);
  }

  undoneIn(session: string): UndoneEntry[] {
    return this.db.query<UndoneEntry, [string]>("select * from undone where session = ? order by id").all(session);
  }

  #prune(): void {
    const newest = "select id from version where origin <> 'waiting' order by id desc limit ?";
    this.db.run(`delete from version where origin <> 'waiting' and id not in (${newest})`, [this.keep]);
    this.contents.sweep();
  }
}
