import type { Clock, Database } from "hearth";
import type { Lesson } from "./contract";
import type { FileVersion } from "./file-versions";
import type { Origin } from "./index-parts";
import type { MemorySource } from "./source";

/** File systems keep times coarser than the clock: ms by which a file may seem older than it is. */
const COARSE = 20;

interface VersionRow {
  readonly path: string;
  readonly hash: string;
  readonly who: Origin["who"] | null;
  readonly session: string | null;
  readonly at: string;
  readonly seen: number;
}
interface SessionRow {
  readonly persons: string | null;
  readonly began: number;
}

/** A version of a file, and the source that knows the file. */
export interface SourcedVersion {
  readonly version: FileVersion;
  readonly source: MemorySource;
}

/**
 * Who wrote which version of which file, as Hearth saw it. It cannot be derived from the home, and nothing in the home changes it:
 * what a file says of its author is not asked.
 */
export class Ledger {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {}

  /** A session is on its way: what changes from now on is its work, until it has ended. */
  began(session: string, type: string): void {
    this.db
      .query("insert into session (id, type, began) values (?, ?, ?) on conflict do update set ended = null")
      .run(session, type, Date.now());
  }

  ended(session: string): void {
    this.db.query("update session set ended = ? where id = ? and ended is null").run(Date.now(), session);
  }

  /** Sessions whose end has not been heard of. */
  open(): string[] {
    return this.db
      .query<{ id: string }, []>("select id from session where ended is null order by began")
      .all()
      .map(({ id }) => id);
  }

  /** Notes what is known of a session when it is over. */
  facts({ session, type, persons }: Lesson): void {
    if (session === undefined) return;
    const known = persons?.map(person => this.#since(person, session));
    this.db
      .query(
        `insert into session (id, type, persons, began, ended) values (?1, ?2, ?3, ?4, ?4)
         on conflict do update set type = coalesce(?2, type), persons = coalesce(?3, persons)`,
      )
      .run(session, type ?? null, known ? JSON.stringify(known) : null, Date.now());
  }

  /**
   * A person has gone: who comes by this key again is another, and hears nothing of what this one confided.
   * Answers the sessions that the person wrote to.
   */
  left(person: string): string[] {
    const gone = goneFrom(person);
    const rows = this.db
      .query<{ id: string; persons: string }, [string, string]>(
        "select id, persons from session where exists (select 1 from json_each(persons) where value in (?, ?)) order by id",
      )
      .all(person, gone);
    const update = this.db.query("update session set persons = ? where id = ?");
    this.db.transaction(() => {
      this.note(leftAt(person), String(Date.now()));
      for (const { id, persons } of rows) {
        const now = (JSON.parse(persons) as string[]).map(one => (one === person ? gone : one));
        update.run(JSON.stringify(now), id);
      }
    })();
    return rows.map(({ id }) => id);
  }

  remind(session: string, ids: readonly string[]): void {
    const insert = this.db.query("insert or ignore into reminded (session, passage) values (?, ?)");
    this.db.transaction(() => {
      for (const id of ids) insert.run(session, id);
    })();
  }

  /** A fact of the house: "answering", "known". */
  fact(name: string): string | undefined {
    return this.db.query<{ value: string }, [string]>("select value from fact where name = ?").get(name)?.value;
  }
  note(name: string, value: string): void {
    this.db.query("insert or replace into fact (name, value) values (?, ?)").run(name, value);
  }

  /**
   * What is known of who wrote these versions of files; one that is seen for the first time is put down.
   * Then it is the session's that is named or on its way; else its keeper's, when the home was known before; else its source's.
   * @param session that is known to have written them
   */
  originsOf(versions: readonly SourcedVersion[], session?: string): Origin[] {
    return this.db.transaction(() => versions.map(version => this.#originOf(version, session)))();
  }

  /** A person as the session knew them: another one than who has the key now, if they left after it began. */
  #since(person: string, session: string): string {
    const left = Number(this.fact(leftAt(person)) ?? 0);
    return left > (this.#session(session)?.began ?? Infinity) ? goneFrom(person) : person;
  }

  /** Of a file that cannot be read. */
  unseen(): Origin {
    return { at: this.clock.now().toISOString() };
  }

  /** Those of these files that a session wrote which was reminded of something, oldest first. */
  afterReminders(paths: readonly string[]): string[] {
    const rows = this.db
      .query<{ path: string }, []>(
        `select path, max(seen) as seen from version
         where session in (select session from reminded) group by path order by seen`,
      )
      .all();
    const wanted = new Set(paths);
    return rows.map(({ path }) => path).filter(path => wanted.has(path));
  }

  #originOf({ version, source }: SourcedVersion, session: string | undefined): Origin {
    const row = this.#known(version, source) ?? this.#put(version, source, session);
    const told = session !== undefined && this.#isOf(row, session) ? this.#put(version, source, session) : row;
    return this.#origin(told, source);
  }

  /** Whether a version was seen for the first time while a session was on its way, and nobody knew whose it was. */
  #isOf(row: VersionRow, session: string): boolean {
    if (row.session !== null) return false;
    const began = this.#session(session)?.began;
    return began !== undefined && row.seen >= began;
  }

  /** The same bytes under another path are the same work, moved: but records and pages do not become each other. */
  #known({ path, hash }: FileVersion, { format }: MemorySource): VersionRow | undefined {
    const here = this.db
      .query<VersionRow, [string, string]>("select * from version where path = ? and hash = ?")
      .get(path, hash);
    if (here) return here;
    const moved = this.db
      .query<VersionRow, [string, boolean]>(
        "select * from version where hash = ? and (who is not null) = ? order by seen limit 1",
      )
      .get(hash, format === "prose");
    return moved ? this.#write({ ...moved, path }) : undefined;
  }

  #put(version: FileVersion, { format, who = "agent" }: MemorySource, named: string | undefined): VersionRow {
    const session = named ?? this.#onItsWay(version);
    const writer = session === undefined ? (this.fact("known") ? "owner" : who) : "agent";
    return this.#write({
      path: version.path,
      hash: version.hash,
      who: format === "prose" ? writer : null, // records and conversations say themselves who speaks
      session: session ?? null,
      at: this.clock.now().toISOString(),
      seen: Date.now(),
    });
  }

  #write(row: VersionRow): VersionRow {
    this.db
      .query("insert or replace into version (path, hash, who, session, at, seen) values (?, ?, ?, ?, ?, ?)")
      .run(row.path, row.hash, row.who ?? null, row.session, row.at, row.seen);
    return row;
  }

  /** The session on its way that may have written something at that time. */
  #onItsWay({ changed }: FileVersion): string | undefined {
    return this.db
      .query<{ id: string }, [number]>(
        "select id from session where ended is null and began <= ? order by began desc limit 1",
      )
      .get(changed + COARSE)?.id;
  }

  #session(id: string): SessionRow | undefined {
    return this.db.query<SessionRow, [string]>("select persons, began from session where id = ?").get(id) ?? undefined;
  }

  #origin({ path, who, session: wroteIt, at }: VersionRow, { format }: MemorySource): Origin {
    const own = format === "conversation" ? sessionOf(path) : undefined;
    const session = wroteIt ?? own;
    const isChanged = own !== undefined && session !== own; // by a later session: then nobody else said what is new in it
    const persons = own !== undefined && !isChanged ? this.#session(own)?.persons : null;
    const reminded = session === undefined ? [] : this.#reminded(session);
    return {
      at,
      ...(isChanged ? { who: "agent" } : who && { who }),
      ...(session !== undefined && { session }),
      ...(persons && { persons: JSON.parse(persons) as string[] }),
      ...(reminded.length > 0 && { reminded }),
    };
  }

  #reminded(session: string): string[] {
    return this.db
      .query<{ passage: string }, [string]>("select passage from reminded where session = ?")
      .all(session)
      .map(({ passage }) => passage);
  }
}

/** The key of somebody who has gone, which nobody can get; and the fact that says when. */
const goneFrom = (person: string): string => `${person} (gone)`;
const leftAt = (person: string): string => `left ${person}`;

/** The session of a conversation, by the name of its file. */
const sessionOf = (path: string): string | undefined => /([^/]+)\.md$/.exec(path)?.[1];
