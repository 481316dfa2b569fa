import type { Database } from "bun:sqlite";
import type { MeaningHit } from "./contract";
import type { Documents } from "./documents";
import { excerptOf } from "./excerpt";
import { plainText } from "./plain-text";
import { numbersIn, type Scope } from "./scope";
import { type Question, type Row, resultOf, type Search } from "./search";
import type { SearchAnswer, SearchResult } from "./shapes";

/** A question, and what is near it in meaning. */
export interface NearQuestion extends Question {
  /** Each document once, nearest first. */
  readonly near: readonly MeaningHit[];
  /** Whether what has the words counts too. */
  readonly words: boolean;
}

/** A document that was found, in whatever way. */
interface Found {
  readonly id: number;
  /** The lower, the better. */
  readonly score: number;
}

/** How much the first places count more than those behind them, when two orders become one. */
const K = 10;
/** Words of an excerpt at the most. */
const SNIPPET = 32;

/** Finds documents by what they mean; what somebody else thinks near is shown when the index has it, and may be shown. */
export class NearSearch {
  constructor(
    readonly db: Database,
    readonly documents: Documents,
    readonly search: Search,
  ) {}

  /** `total` counts what is near, and what has the words. */
  find({ q, limit, offset, near, words, ...scope }: NearQuestion): SearchAnswer {
    const known = this.#known(near, scope);
    const worded = words ? this.search.matching(q, scope) : [];
    const found = words ? fused([...known.keys()], worded) : nearest(known);
    const page = found.slice(offset, offset + limit);
    const results = this.#results(q, page, known, new Set(worded));
    return { query: q, results, total: found.length, limit, offset };
  }

  /** What is near and in the index: id → hit, nearest first. */
  #known(near: readonly MeaningHit[], scope: Scope): Map<number, MeaningHit> {
    const kinds = this.documents.kinds();
    const shown = new Set(numbersIn(scope, kinds));
    const id = this.db.query<{ id: number }, [number, string]>("select id from document where kind = ? and slug = ?");
    const known = new Map<number, MeaningHit>();
    for (const hit of near) {
      const kind = kinds.get(hit.searchable);
      const row = kind !== undefined && shown.has(kind) ? id.get(kind, hit.slug) : null;
      if (row && !known.has(row.id)) known.set(row.id, hit);
    }
    return known;
  }

  #results(
    q: string,
    page: readonly Found[],
    known: ReadonlyMap<number, MeaningHit>,
    worded: ReadonlySet<number>,
  ): SearchResult[] {
    const withWords = page.filter(({ id }) => worded.has(id));
    const marked = new Map(this.search.marked(q, withWords).map((result, at) => [withWords[at]!.id, result]));
    return page.map(({ id, score }) => marked.get(id) ?? resultOf(this.#row(id, known.get(id)!.excerpt), score));
  }

  #row(id: number, excerpt: string): Row {
    const row = this.db
      .query<Omit<Row, "snippet" | "long">, [number]>(
        `select document.id, slug, kind.id as kind, text.title, document.date, more
         from document join kind on kind.no = document.kind join text on text.rowid = document.id where document.id = ?`,
      )
      .get(id)!;
    return { ...row, snippet: excerptOf(plainText(excerpt), SNIPPET), long: 0 };
  }
}

const nearest = (known: ReadonlyMap<number, MeaningHit>): Found[] =>
  [...known].map(([id, { score }]) => ({ id, score: -score }));

/** Two orders as one, by reciprocal ranks. */
function fused(...orders: readonly (readonly number[])[]): Found[] {
  const scores = new Map<number, number>();
  for (const order of orders)
    for (const [rank, id] of order.entries())
      scores.set(id, (scores.get(id) ?? 0) - (K + 1) / (K + 1 + rank) / orders.length);
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => a.score - b.score || a.id - b.id);
}
