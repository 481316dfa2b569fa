import type { Database } from "bun:sqlite";
import type { Facts, Permitted } from "./facts";
import { Frequencies } from "./frequencies";
import { type Term, telling } from "./terms";
import type { Slot } from "./vector-index";

/** A passage that was found by its words. */
export interface Worded {
  readonly slot: Slot;
  /** How much of what the question says it says: 1 when it holds each of its terms once, and is of usual length; it may be more. */
  readonly share: number;
}

interface Row {
  readonly no: number;
  readonly rank: number;
}

/** Rows that one question ranks, about: what bounds its time. */
const BUDGET = 15_000;
/** Passages that are few enough to be looked up one by one. */
const FEW = 2000;
/** How much more a word in the title counts. */
const TITLE = 3;

const RANK = `bm25(words, ${TITLE}.0, 1.0)`;

/** Finds passages by their words. */
export class TextIndex {
  readonly #frequencies: Frequencies;

  constructor(
    readonly database: Database,
    readonly facts: Facts,
  ) {
    this.#frequencies = new Frequencies(database, BUDGET);
  }

  /**
   * The best of the passages that are permitted, best first. Words that are in very many passages are left out when rarer ones are
   * there; when there are no others, the newest passages that hold them are found.
   */
  search(terms: readonly Term[], most: number, permitted: Permitted): Worded[] {
    const wanted = telling(terms).map(term => ({ term, count: this.#frequencies.of(term) }));
    const found = wanted.filter(({ count }) => count > 0).sort((a, b) => a.count - b.count);
    if (found.length === 0 || permitted.count === 0) return [];
    const few = permitted.count <= FEW;
    const chosen = few ? found : affordable(found);
    if (chosen.length === 0) return this.#newest(found[0]!.term, most, permitted);
    const whole = sum(
      [...chosen, ...wanted.filter(({ count }) => count === 0)].map(({ count }) => this.#rarity(count)),
    );
    const match = chosen.map(({ term }) => term.match).join(" OR ");
    const rows = few ? this.#rankedAmong(match, permitted) : this.#ranked(match);
    return this.#taken(rows, most, permitted).map(({ slot, rank }) => ({ slot, share: -rank / whole }));
  }

  /** Notes that passages came or went. */
  changed(by: number): void {
    this.#frequencies.changed(by, this.facts.count);
  }

  /** What holding a term once is worth to `bm25`. */
  #rarity(count: number): number {
    return Math.max(1e-6, Math.log((this.facts.count - count + 0.5) / (count + 0.5)));
  }

  #ranked(match: string): Iterable<Row> {
    return this.database
      .query<Row, [string]>(`select rowid as no, ${RANK} as rank from words where words match ? order by rank`)
      .iterate(match);
  }

  /** The "+" keeps SQLite from running the whole match once for each of them. */
  #rankedAmong(match: string, { allowed }: Permitted): Iterable<Row> {
    const numbers: number[] = [];
    for (let slot = 0; slot < allowed.length; slot++) if (allowed[slot] === 1) numbers.push(this.facts.noOf(slot));
    return this.database
      .query<Row, [string, string]>(
        `select rowid as no, ${RANK} as rank from words
         where words match ? and +rowid in (select value from json_each(?)) order by rank`,
      )
      .iterate(match, JSON.stringify(numbers));
  }

  /** A term that is in very many passages says little of any of them. */
  #newest({ match }: Term, most: number, permitted: Permitted): Worded[] {
    const rows = this.database.query<Row, [string]>(
      "select rowid as no, 0 as rank from words where words match ? order by rowid desc",
    );
    return this.#taken(rows.iterate(match), most, permitted).map(({ slot }) => ({ slot, share: 0 }));
  }

  #taken(rows: Iterable<Row>, most: number, { allowed }: Permitted): { slot: Slot; rank: number }[] {
    const taken: { slot: Slot; rank: number }[] = [];
    for (const { no, rank } of rows) {
      const slot = this.facts.slotOf(no);
      if (slot === undefined || allowed[slot] !== 1) continue;
      taken.push({ slot, rank });
      if (taken.length === most) break;
    }
    return taken;
  }
}

/** The rarest terms that together are in no more passages than can be ranked in time. */
function affordable<T extends { readonly count: number }>(rarestFirst: readonly T[]): T[] {
  const chosen: T[] = [];
  let rows = 0;
  for (const term of rarestFirst) {
    rows += term.count;
    if (rows > BUDGET) break;
    chosen.push(term);
  }
  return chosen;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);
