import type { Database } from "hearth";
import type { Extract } from "./extract";

/** A work as it was read last. */
export interface WorkRow {
  readonly no: number;
  readonly path: string;
  readonly print: string;
  readonly size: number;
  readonly mtime: number;
}

/** A work as it is now. */
export interface WorkFacts {
  readonly path: string;
  readonly type: string;
  readonly title: string;
  readonly day: string | null;
  readonly print: string;
  readonly size: number;
  readonly mtime: number;
}

/** What is written down of works and what they name. */
export class Tables {
  constructor(readonly db: Database) {
    db.run("pragma synchronous = normal"); // all of it can be made again
  }

  works(): WorkRow[] {
    return this.db.query<WorkRow, []>("select no, path, print, size, mtime from work").all();
  }

  /** A work has other words than before, or is new. */
  write(work: WorkFacts, { named, links }: Extract): void {
    const write = this.db.transaction(() => {
      const no = this.#workNo(work);
      this.#clear(no);
      for (const { key, name, times, person, place, named: capitals } of named) {
        const entity = this.#entityNo(key, name);
        this.db.query("insert into mention values (?, ?, ?, ?, ?, ?)").run(no, entity, times, person, place, capitals);
      }
      for (const target of links) this.db.query("insert or ignore into link values (?, ?)").run(no, target);
    });
    write();
  }

  /** A file was written again with the same words. */
  seen({ size, mtime, path }: Pick<WorkFacts, "size" | "mtime" | "path">): void {
    this.db.query("update work set size = ?, mtime = ? where path = ?").run(size, mtime, path);
  }

  remove(path: string): void {
    const remove = this.db.transaction(() => {
      const row = this.db.query<{ no: number }, [string]>("select no from work where path = ?").get(path);
      if (!row) return;
      this.#clear(row.no);
      this.db.query("delete from work where no = ?").run(row.no);
    });
    remove();
  }

  /** Has everything made again when it was made in another way. @param reading and `weighing`: how it is made now */
  keepUpWith(reading: string, weighing: string): void {
    const keep = this.db.transaction(() => {
      if (this.#remember("reading", reading)) this.db.run("update work set print = '', mtime = -1");
      if (this.#remember("weighing", weighing)) this.db.run("update entity set dirty = 1");
    });
    keep.immediate();
  }

  /** Answers whether it was something else before. */
  #remember(name: string, value: string): boolean {
    const held = this.db.query<{ value: string }, [string]>("select value from fact where name = ?").get(name);
    if (held?.value === value) return false;
    this.db.query("insert or replace into fact values (?, ?)").run(name, value);
    return true;
  }

  #entityNo(key: string, name: string): number {
    const known = this.db
      .query<{ no: number }, [string, string]>("update entity set name = ?, dirty = 1 where key = ? returning no")
      .get(name, key);
    if (known) return known.no;
    const { no } = this.db
      .query<{ no: number }, [string, string]>("insert into entity (key, name) values (?, ?) returning no")
      .get(key, name)!;
    for (const word of key.split(" ")) this.db.query("insert or ignore into entity_word values (?, ?)").run(word, no);
    return no;
  }

  #workNo({ path, type, title, day, print, size, mtime }: WorkFacts): number {
    return this.db
      .query<{ no: number }, [string, string, string, string | null, string, number, number]>(
        `insert into work (path, type, title, day, print, size, mtime) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (path) do update set type = excluded.type, title = excluded.title, day = excluded.day,
           print = excluded.print, size = excluded.size, mtime = excluded.mtime returning no`,
      )
      .get(path, type, title, day, print, size, mtime)!.no;
  }

  #clear(work: number): void {
    this.db.query("update entity set dirty = 1 where no in (select entity from mention where work = ?)").run(work);
    this.db.query("delete from mention where work = ?").run(work);
    this.db.query("delete from link where work = ?").run(work);
  }
}
