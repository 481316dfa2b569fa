import type { Database } from "bun:sqlite";
import type { Documents } from "./documents";
import { termsOf } from "./match";
import { conditionOf, numbersIn, type Scope } from "./scope";
import type { Search } from "./search";
import type { SuggestAnswer, Suggestion } from "./shapes";
import type { Completion, Vocabulary } from "./vocabulary";
import { folded } from "./words";

/** What somebody has typed so far. */
export interface Typed extends Scope {
  readonly q: string;
  readonly limit: number;
}

/** Guesses what somebody who types is after: words that complete the last one, and titles that match. */
export class Suggestions {
  constructor(
    readonly db: Database,
    readonly documents: Documents,
    readonly vocabulary: Vocabulary,
    readonly search: Search,
  ) {}

  /** Words and titles, half and half as far as there are any of each. */
  suggest({ q, limit, ...scope }: Typed): SuggestAnswer {
    const terms = termsOf(q);
    if (terms.length === 0) return { query: q, suggestions: [] };
    const words = this.#terms(q, terms, scope, limit);
    const titles = this.#titles(terms, scope, limit);
    const half = Math.max(Math.ceil(limit / 2), limit - titles.length);
    const shown = words.slice(0, half);
    return { query: q, suggestions: [...shown, ...titles.slice(0, limit - shown.length)] };
  }

  /** The query with its last word completed, as long as something holds all of it. */
  #terms(q: string, terms: readonly string[], scope: Scope, limit: number): Suggestion[] {
    const last = terms.at(-1)!;
    const numbers = numbersIn(scope, this.documents.kinds());
    const before = terms.slice(0, -1);
    const completions = this.vocabulary
      .completions(folded(last), numbers, before.length === 0 ? limit : 3 * limit)
      .filter(word => before.length === 0 || this.#isThere([...before, word.folded], scope));
    const begun = q.slice(0, q.lastIndexOf(last));
    return completions.slice(0, limit).map(({ shown }: Completion) => ({ text: begun + shown, kind: "term" }));
  }

  #isThere(terms: readonly string[], scope: Scope): boolean {
    const { sql, values } = conditionOf(scope, this.documents.kinds());
    const query = `select 1 from text where text match ? ${sql} limit 1`;
    return this.db.query(query).get(this.search.matchOf(terms), ...values) !== null;
  }

  #titles(terms: readonly string[], scope: Scope, limit: number): Suggestion[] {
    const { sql, values } = conditionOf(scope, this.documents.kinds());
    return this.db
      .query<{ text: string; type: string; slug: string }, (string | number)[]>(
        `select text.title as text, kind.id as type, document.slug as slug
         from text cross join document on document.id = text.rowid cross join kind on kind.no = document.kind
         where text match ? ${sql} order by rank limit ?`,
      )
      .all(`title : (${this.search.matchOf(terms)})`, ...values, limit)
      .map(({ text, type, slug }) => ({ text, kind: "title", type, slug }));
  }
}
