import type { Database } from "bun:sqlite";
import type { Documents } from "./documents";
import { excerptOf } from "./excerpt";
import { MARK, markedHtml, UNMARK } from "./marks";
import { matchOf, termsOf } from "./match";
import { conditionOf, type Scope } from "./scope";
import type { SearchAnswer, SearchResult } from "./shapes";
import type { Vocabulary } from "./vocabulary";
import { folded } from "./words";

/** What is looked for, and which part of it is wanted. */
export interface Question extends Scope {
  readonly q: string;
  readonly limit: number;
  readonly offset: number;
}

interface Ranked {
  readonly id: number;
  readonly score: number;
  readonly total: number;
}

/** A document as it is shown, its hits marked. */
export interface Row {
  readonly id: number;
  readonly slug: string;
  readonly kind: string;
  readonly title: string;
  /** All of a long text, with its hits marked. */
  readonly snippet: string;
  readonly long: number;
  readonly date: string;
  readonly more: string;
}

/** Words of a title and of an excerpt at the most. */
const TITLE = 16;
const SNIPPET = 32;
/** Characters from which on a text's excerpt is not made by SQLite. */
const LONG = 8000;
const MOST_OFFSET = 2 ** 31 - 1;

/** Finds documents by their words, the best first. */
export class Search {
  constructor(
    readonly db: Database,
    readonly documents: Documents,
    readonly vocabulary: Vocabulary,
  ) {}

  /** Never refuses a query: one that holds no word finds nothing. */
  find({ q, limit, offset, ...scope }: Question): SearchAnswer {
    const terms = termsOf(q);
    const found = terms.length === 0 ? [] : this.#ranked(this.matchOf(terms), scope, limit, offset);
    const total = found[0]?.total ?? (terms.length > 0 && offset > 0 ? this.#count(this.matchOf(terms), scope) : 0);
    const results = found.length === 0 ? [] : this.#results(this.matchOf(terms), found);
    return { query: q, results, total, limit, offset };
  }

  /** The ids of all that `find` finds, best first. */
  matching(q: string, scope: Scope): number[] {
    const terms = termsOf(q);
    if (terms.length === 0) return [];
    return this.#ranked(this.matchOf(terms), scope, MOST_OFFSET, 0).map(({ id }) => id);
  }

  /** What is said of such hits, in their order, with their words marked. */
  marked(q: string, hits: readonly { readonly id: number; readonly score: number }[]): SearchResult[] {
    return hits.length === 0 ? [] : this.#results(this.matchOf(termsOf(q)), hits);
  }

  /** Terms in the language of FTS5; the last also stands for the words that it begins, whatever their stems. */
  matchOf(terms: readonly string[]): string {
    return matchOf(terms, this.vocabulary.beyond(folded(terms.at(-1)!)));
  }

  /** The best hits, and how many there are in all: ranked once, without reading any text. */
  #ranked(match: string, scope: Scope, limit: number, offset: number): Ranked[] {
    const { sql, values } = conditionOf(scope, this.documents.kinds());
    return this.db
      .query<Ranked, (string | number)[]>(
        `select text.rowid as id, rank as score, count(*) over () as total from text
         where text match ? ${sql} order by score, id limit ? offset ?`,
      )
      .all(match, ...values, limit, Math.min(offset, MOST_OFFSET));
  }

  #count(match: string, scope: Scope): number {
    const { sql, values } = conditionOf(scope, this.documents.kinds());
    return this.db
      .query<{ total: number }, (string | number)[]>(`select count(*) as total from text where text match ? ${sql}`)
      .get(match, ...values)!.total;
  }

  /** The hits with their texts. The "+" keeps SQLite from running the whole match once for each of them. */
  #results(match: string, ranked: readonly Pick<Ranked, "id" | "score">[]): SearchResult[] {
    const rows = this.db
      .query<Row, (string | number)[]>(
        `select text.rowid as id, document.slug, kind.id as kind, document.date, document.more,
           snippet(text, 0, '${MARK}', '${UNMARK}', '...', ${TITLE}) as title,
           length(text.body) > ${LONG} as long,
           iif(length(text.body) > ${LONG}, highlight(text, 1, '${MARK}', '${UNMARK}'),
             snippet(text, 1, '${MARK}', '${UNMARK}', '...', ${SNIPPET})) as snippet
         from text cross join document on document.id = text.rowid cross join kind on kind.no = document.kind
         where text match ? and +text.rowid in (select value from json_each(?))`,
      )
      .all(match, JSON.stringify(ranked.map(({ id }) => id)));
    const byId = new Map(rows.map(row => [row.id, row]));
    return ranked.map(({ id, score }) => resultOf(byId.get(id)!, score));
  }
}

/** A result of a row. @param score the lower, the better */
export function resultOf({ slug, kind, title, snippet, long, date, more }: Row, score: number): SearchResult {
  const extra = JSON.parse(more) as Record<string, string | null>;
  const usual = {
    slug,
    title: markedHtml(title || slug),
    result_type: kind,
    date,
    snippet: markedHtml(long ? excerptOf(snippet, SNIPPET) : snippet),
    score: Math.round(score * 10_000) / 10_000,
    mood: extra["mood"] ?? null,
    dream_type: extra["dream_type"] ?? null,
  };
  return { ...usual, ...extra, ...usual };
}
