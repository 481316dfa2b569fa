import type { Database } from "hearth";
import type { Impulse } from "./contract";
import type { Errand, ErrandState } from "./errand";

type Kind = Errand["kind"];
type New = Pick<Errand, "kind" | "text"> &
  Partial<Pick<Errand, "urgency" | "created_at" | "made_by" | "at" | "due_at" | "expires_at" | "mark">>;

/** An impulse of data/impulses.json, and when a session is due for it. */
export interface Written {
  readonly impulse: Impulse;
  readonly mark: string;
  readonly due: string | null;
}

/** The errands on disk. */
export class ErrandTable {
  /** Grows with every change. */
  version = 0;

  constructor(readonly db: Database) {}

  /** Does several things whole or not at all. */
  whole<T>(work: () => T): T {
    return this.db.transaction(work).immediate();
  }

  add(given: New): Errand {
    this.version++;
    return this.db
      .query<Errand, (string | null)[]>(
        `insert into errand (kind, text, urgency, created_at, made_by, at, due_at, expires_at, mark)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning *`,
      )
      .get(
        given.kind,
        given.text,
        given.urgency ?? null,
        given.created_at ?? null,
        given.made_by ?? null,
        given.at ?? null,
        given.due_at ?? null,
        given.expires_at ?? null,
        given.mark ?? null,
      )!;
  }

  find(id: number, kind: Kind): Errand | undefined {
    return (
      this.db.query<Errand, [number, string]>("select * from errand where id = ? and kind = ?").get(id, kind) ??
      undefined
    );
  }

  /** Those of a kind in a state, the oldest first. */
  inState(state: ErrandState, kind: Kind): Errand[] {
    return this.db
      .query<Errand, [string, string]>("select * from errand where state = ? and kind = ? order by id")
      .all(state, kind);
  }

  /** Newest first. */
  list(kind: Kind, most: number): Errand[] {
    return this.db
      .query<Errand, [string, number]>("select * from errand where kind = ? order by id desc limit ?")
      .all(kind, most);
  }

  /** Those that wait and whose time has come, the first first. Impulses that are over are none. */
  due(now: string, kind: Kind): Errand[] {
    return this.db
      .query<Errand, [string, string, string]>(
        `select * from errand where state = 'waiting' and kind = ? and due_at <= ? and (expires_at is null or expires_at > ?) order by due_at, id`,
      )
      .all(kind, now, now);
  }

  /** When the next comes due that is not over by then, nor now. */
  nextDue(now: string): Date | undefined {
    const row = this.db
      .query<{ at: string | null }, [string]>(
        "select min(due_at) as at from errand where state = 'waiting' and (expires_at is null or expires_at > max(due_at, ?))",
      )
      .get(now);
    return row?.at ? new Date(row.at) : undefined;
  }

  /** Those that were claimed, by what they were claimed for. */
  claims(): { readonly batch: string; readonly session: string | null; readonly errands: readonly Errand[] }[] {
    const rows = this.db.query<Errand, []>("select * from errand where state = 'claimed' order by id").all();
    return [...Map.groupBy(rows, ({ batch }) => batch!)].map(([batch, errands]) => ({
      batch,
      errands,
      session: errands[0]!.session,
    }));
  }

  claim(ids: readonly number[], batch: string): void {
    this.version++;
    this.db
      .query(
        "update errand set state = 'claimed', batch = ?, session = null where id in (select value from json_each(?))",
      )
      .run(batch, JSON.stringify(ids));
  }

  /** The session that a batch became. */
  ordered(batch: string, session: string): void {
    this.version++;
    this.db.query("update errand set session = ? where batch = ?").run(session, batch);
  }

  /** It waits again: for a time, or for none. @param failures to count */
  giveBack(id: number, due: string | null, failures: number): void {
    this.version++;
    this.db
      .query("update errand set state = 'waiting', batch = null, due_at = ?, attempts = attempts + ? where id = ?")
      .run(due, failures, id);
  }

  end(id: number, state: ErrandState, at: string, failures = 0): void {
    this.version++;
    this.db
      .query("update errand set state = ?, ended_at = ?, attempts = attempts + ? where id = ?")
      .run(state, at, failures, id);
  }

  /** Whether there was ever an impulse that did not come from the file. */
  hasHadImpulses(): boolean {
    return this.db.query("select 1 from errand where kind = 'impulse' and mark is null limit 1").get() !== null;
  }

  /** The marks of the file's impulses that do not wait any more. */
  marksOver(): Set<string> {
    const rows = this.db
      .query<{ mark: string }, []>("select mark from errand where mark is not null and state <> 'waiting'")
      .all();
    return new Set(rows.map(({ mark }) => mark));
  }

  /** Takes over what stands in the file: what is new is added, and what waits and is not there any more goes. What has ended stays ended. */
  follow(written: readonly Written[]): void {
    this.whole(() => {
      const known = new Set(
        this.db
          .query<{ mark: string }, []>("select mark from errand where mark is not null")
          .all()
          .map(({ mark }) => mark),
      );
      for (const one of written) {
        if (!known.has(one.mark)) this.#takeOver(one);
        known.add(one.mark);
      }
      const there = JSON.stringify(written.map(({ mark }) => mark));
      const gone = this.db
        .query(
          "delete from errand where mark is not null and state = 'waiting' and mark not in (select value from json_each(?))",
        )
        .run(there);
      if (gone.changes > 0) this.version++;
    });
  }

  #takeOver({ impulse, mark, due }: Written): void {
    const { body, urgency, createdAt, expiresAt } = impulse;
    this.add({
      kind: "impulse",
      text: body,
      urgency,
      created_at: createdAt === undefined ? null : new Date(createdAt).toISOString(),
      expires_at: new Date(expiresAt).toISOString(),
      due_at: due,
      mark,
    });
  }
}
