import type { Database, Statement } from "bun:sqlite";
import type { PendingPassage } from "../index-parts";
import type { Measure } from "../reading/measure";

interface Row {
  readonly no: number;
  readonly heading: string;
  readonly text: string;
}

/** Passages without a vector, in the order in which they get one: newest files first. Kept in memory, so that asking again costs nothing. */
export class Pending {
  readonly #nos: Set<number>;
  /** The next one is the last; with some that have a vector meanwhile. */
  readonly #order: number[];
  readonly #row: Statement<Row, [number]>;

  constructor(
    database: Database,
    readonly measure: Measure,
  ) {
    this.#order = database
      .query<{ no: number }, []>(
        `select passage.no from passage join file on file.no = passage.file
         where passage.no in (select no from passage except select passage from vector indexed by vector_passage)
         order by abs(mtime), passage.file, passage.no desc`,
      )
      .all()
      .map(({ no }) => no);
    this.#nos = new Set(this.#order);
    this.#row = database.prepare("select no, heading, text from passage where no = ?");
  }

  get size(): number {
    return this.#nos.size;
  }

  has(no: number): boolean {
    return this.#nos.has(no);
  }

  /** @param nos of passages in their order */
  add(nos: readonly number[]): void {
    for (const no of nos.toReversed()) {
      if (this.#nos.has(no)) continue;
      this.#nos.add(no);
      this.#order.push(no);
    }
  }

  remove(no: number): void {
    this.#nos.delete(no);
  }

  first(most: number): readonly PendingPassage[] {
    this.#tidy();
    const found = new Set<number>();
    for (let at = this.#order.length - 1; at >= 0 && found.size < most; at--)
      if (this.#nos.has(this.#order[at]!)) found.add(this.#order[at]!);
    return [...found].map(no => this.#passageOf(this.#row.get(no)!));
  }

  #tidy(): void {
    while (this.#order.length > 0 && !this.#nos.has(this.#order.at(-1)!)) this.#order.pop();
  }

  #passageOf({ no, heading, text }: Row): PendingPassage {
    const whole = heading ? `${heading}\n\n${text}` : text;
    return { no, text: whole, tokens: this.measure.tokens(whole) };
  }
}
