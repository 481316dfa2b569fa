import type { Clock, Database } from "hearth";

/** That everything is stopped: since when, and why. */
export interface Stopped {
  readonly at: string;
  readonly why: string;
}

/** The one switch for all spending. It stays as it is across restarts. */
export class MainSwitch {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {}

  /** Nothing while calls may go. */
  stopped(): Stopped | undefined {
    return this.db.query<Stopped, []>("select at, why from stopped").get() ?? undefined;
  }

  stop(why: string): void {
    this.db
      .query("insert into stopped (one, at, why) values (1, ?, ?) on conflict (one) do update set why = excluded.why")
      .run(this.clock.now().toISOString(), why);
  }

  go(): void {
    this.db.run("delete from stopped");
  }
}
