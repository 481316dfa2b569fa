import type { Database, Statement } from "bun:sqlite";
import { insertVector } from "./vector-rows";

interface Whole {
  readonly whole: Uint8Array;
}

/** The vectors of passages, as rows. */
export class Vectors {
  readonly #of: Statement<Whole, [number]>;
  readonly #equal: Statement<Whole, [string, string, number]>;
  readonly #remove: readonly Statement<unknown, [number]>[];

  constructor(readonly database: Database) {
    this.#of = database.prepare("select whole from vector where passage = ?");
    this.#equal = database.prepare(
      "select whole from passage join vector on passage = no where id = ? and heading = ? and no <> ? limit 1",
    );
    this.#remove = ["vector", "coarse"].map(table => database.prepare(`delete from ${table} where passage = ?`));
  }

  of(no: number): Float32Array | undefined {
    return vectorOf(this.#of.get(no));
  }

  put(no: number, vector: Float32Array): void {
    insertVector(this.database, no, vector);
  }

  /** Gives a passage the vector of another one that is embedded alike, if there is one. */
  copy(no: number, { id, heading }: { readonly id: string; readonly heading: string }): Float32Array | undefined {
    const vector = vectorOf(this.#equal.get(id, heading, no));
    if (vector) this.put(no, vector);
    return vector;
  }

  remove(no: number): void {
    for (const statement of this.#remove) statement.run(no);
  }
}

/** Copied, because a blob need not begin where a float may. */
const vectorOf = (row: Whole | null): Float32Array | undefined =>
  row ? new Float32Array(row.whole.slice().buffer) : undefined;
