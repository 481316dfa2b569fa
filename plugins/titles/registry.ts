import type { Clock, Database } from "hearth";
import type { NewTitle, Title } from "./shapes";

/** What became of a title: it is new, another was there first, or there is no room for it. */
export type Given = { readonly kind: "new" | "known"; readonly title: Title } | { readonly kind: "full" };

const columns = "hash, title, model, created, original_path";

/** The titles. Who names a text first names it for ever: nothing is changed, nothing is taken away. */
export class Registry {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
    /** Titles at the most. */
    readonly room: number,
  ) {}

  find(hash: string): Title | undefined {
    return this.db.query<Title, [string]>(`select ${columns} from title where hash = ?`).get(hash) ?? undefined;
  }

  /** Gives a text its title, unless it has one. */
  give(title: NewTitle): Given {
    const give = this.db.transaction((): Given => {
      const known = this.find(title.hash);
      if (known) return { kind: "known", title: known };
      if (this.count() >= this.room) return { kind: "full" };
      this.#insert({ ...title, created: this.clock.now().toISOString() });
      return { kind: "new", title: this.find(title.hash)! };
    });
    return give.immediate();
  }

  count(): number {
    return this.db.query<{ n: number }, []>("select count(*) as n from title").get()!.n;
  }

  /** Whether a registry of another system was taken over as it is now. */
  hasTaken(path: string, hash: string): boolean {
    return this.db.query("select 1 from taken_over where path = ? and hash = ?").get(path, hash) !== null;
  }

  /** Takes over all titles of another system's registry, or none; those that are known stay as they are. Answers how many were new. */
  take(path: string, hash: string, titles: readonly Title[]): number {
    const take = this.db.transaction(() => {
      const before = this.count();
      for (const title of titles) this.#insert(title);
      this.db.query("insert or replace into taken_over (path, hash) values (?, ?)").run(path, hash);
      return this.count() - before;
    });
    return take.immediate();
  }

  #insert({ hash, title, model, created, original_path }: Title): void {
    this.db
      .query(`insert or ignore into title (${columns}) values (?, ?, ?, ?, ?)`)
      .run(hash, title, model, created, original_path);
  }
}
