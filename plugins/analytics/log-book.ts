import type { Database } from "hearth";
import type { LogResult } from "./log-result";

/** What was read in a log. */
export interface ReadLog {
  /** Differs when the file was written again. */
  readonly stamp: string;
  readonly result: LogResult | undefined;
}

interface Row {
  readonly name: string;
  readonly stamp: string;
  readonly duration_ms: number | null;
  readonly turns: number | null;
  readonly cost_usd: number | null;
  readonly tokens: number | null;
}

/** Remembers over restarts what was read in which log. */
export class LogBook {
  constructor(readonly db: Database) {}

  load(): Map<string, ReadLog> {
    return new Map(
      this.db
        .query<Row, []>("select * from log")
        .all()
        .map(row => [row.name, readLogOf(row)]),
    );
  }

  /** Writes down what was read, and forgets what has gone. */
  save(read: ReadonlyMap<string, ReadLog>, gone: readonly string[]): void {
    const insert = this.db.query("insert or replace into log values (?, ?, ?, ?, ?, ?)");
    const remove = this.db.query("delete from log where name = ?");
    const save = this.db.transaction(() => {
      for (const [name, { stamp, result: r }] of read)
        insert.run(name, stamp, r?.durationMs ?? null, r?.turns ?? null, r?.costUsd ?? null, r?.tokens ?? null);
      for (const name of gone) remove.run(name);
    });
    save.immediate();
  }
}

const readLogOf = ({ stamp, duration_ms, turns, cost_usd, tokens }: Row): ReadLog => ({
  stamp,
  result:
    duration_ms === null ? undefined : { durationMs: duration_ms, turns: turns!, costUsd: cost_usd!, tokens: tokens! },
});
