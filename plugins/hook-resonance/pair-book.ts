import type { Database } from "hearth";

/** A pair as it is known: the ids of its passages, the smaller first, and where they stood. */
export interface KnownPair {
  readonly a: string;
  readonly b: string;
  readonly aPath: string;
  readonly bPath: string;
  readonly similarity: number;
}

/** A pair that was told. */
export interface ToldPair extends KnownPair {
  readonly told: string;
}

const columns = "a, b, a_path as aPath, b_path as bPath, similarity";

/** All pairs that were ever found, and which of them were told when. */
export class PairBook {
  constructor(readonly db: Database) {}

  /** Notes pairs; of those that are known only where they stand now. Answers how many are new. */
  note(pairs: readonly KnownPair[], day: string): number {
    const insert = this.db.prepare<unknown, [string, string, string, string, number, string]>(
      "insert or ignore into pair (a, b, a_path, b_path, similarity, found) values (?, ?, ?, ?, ?, ?)",
    );
    const move = this.db.prepare<unknown, [string, string, string, string]>(
      "update pair set a_path = ?, b_path = ? where a = ? and b = ?",
    );
    let fresh = 0;
    this.db.transaction(() => {
      for (const { a, b, aPath, bPath, similarity } of pairs) {
        const { changes } = insert.run(a, b, aPath, bPath, similarity, day);
        fresh += changes;
        if (changes === 0) move.run(aPath, bPath, a, b);
      }
    })();
    insert.finalize();
    move.finalize();
    return fresh;
  }

  /** Pairs that were not told yet, nearest first. @param paths only those with an end in one of these files */
  untold(most: number, paths?: readonly string[]): KnownPair[] {
    const order = "order by similarity desc, a, b limit ?";
    if (!paths)
      return this.db.query<KnownPair, [number]>(`select ${columns} from pair where told is null ${order}`).all(most);
    const inPaths = "(select value from json_each(?1))";
    return this.db
      .query<KnownPair, [string, number]>(
        `select ${columns} from pair where told is null and (a_path in ${inPaths} or b_path in ${inPaths}) order by similarity desc, a, b limit ?2`,
      )
      .all(JSON.stringify(paths), most);
  }

  countUntold(): number {
    return this.db.query<{ count: number }, []>("select count(*) as count from pair where told is null").get()!.count;
  }

  tell(pairs: readonly KnownPair[], day: string): void {
    const tell = this.db.prepare<unknown, [string, string, string]>("update pair set told = ? where a = ? and b = ?");
    this.db.transaction(() => {
      for (const { a, b } of pairs) tell.run(day, a, b);
    })();
    tell.finalize();
  }

  /** Drops pairs that were not told: they may be found again. */
  drop(pairs: readonly KnownPair[]): void {
    const drop = this.db.prepare<unknown, [string, string]>("delete from pair where a = ? and b = ? and told is null");
    this.db.transaction(() => {
      for (const { a, b } of pairs) drop.run(a, b);
    })();
    drop.finalize();
  }

  /** Of the pairs that were not told, keeps the nearest, and all with an end in one of these files. */
  keepNearest(most: number, paths: readonly string[]): void {
    const fresh = "(select value from json_each(?1))";
    this.db.run(
      `delete from pair where told is null and a_path not in ${fresh} and b_path not in ${fresh}
       and rowid not in (select rowid from pair where told is null order by similarity desc, a, b limit ?2)`,
      [JSON.stringify(paths), most],
    );
  }

  /** Pairs that were told from one day to another, both included: newest day first, nearest first. */
  told(from: string, to: string): ToldPair[] {
    return this.db
      .query<ToldPair, [string, string]>(
        `select ${columns}, told from pair where told between ? and ? order by told desc, similarity desc, a, b`,
      )
      .all(from, to);
  }
}
