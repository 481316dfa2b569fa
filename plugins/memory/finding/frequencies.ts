import type { Database } from "bun:sqlite";
import type { Term } from "./terms";

/** Terms whose numbers are kept. */
const KNOWN = 10_000;
/** Share of the passages that may have changed before they are counted anew. */
const STALE = 0.05;

/** In how many passages a term is. */
export class Frequencies {
  readonly #known = new Map<string, number>();
  #changes = 0;

  constructor(
    readonly database: Database,
    /** Passages are counted up to so many. */
    readonly most: number,
  ) {}

  /** Up to one more than `most`. */
  of({ match }: Term): number {
    const known = this.#known.get(match);
    if (known !== undefined) return known;
    const { count } = this.database
      .query<{ count: number }, [string, number]>(
        "select count(*) as count from (select 1 from words where words match ? limit ?)",
      )
      .get(match, this.most + 1)!;
    if (this.#known.size >= KNOWN) this.#known.clear();
    this.#known.set(match, count);
    return count;
  }

  /** Notes that passages came or went. @param passages that there are now */
  changed(by: number, passages: number): void {
    this.#changes += by;
    if (this.#changes <= passages * STALE && passages > this.most) return;
    this.#known.clear();
    this.#changes = 0;
  }
}
