import { HttpError, type Turns } from "hearth";
import type { Followers } from "./followers";
import type { IndexClient } from "./index-client";
import { IndexLost } from "./index-lost";
import type { Meaning } from "./meaning";
import { RecentAnswers } from "./recent-answers";
import type { Question } from "./search";
import type { SearchAnswer, SuggestAnswer } from "./shapes";

/** A question as it comes in; `type` is the id of a searchable, or "all". */
export interface Wanted {
  readonly q: string;
  readonly type: string;
  readonly mode: "text" | "semantic" | "hybrid";
  readonly limit: number;
  readonly offset: number;
}
export type WantedSuggestions = Pick<Wanted, "q" | "limit">;

/** Answers that are kept at the most; one is 50 results or less. */
const RECENT = 128;

/** Answers questions from the index, once it knows what is there. */
export class Finder {
  readonly #answers = new RecentAnswers<SearchAnswer>(RECENT);
  readonly #suggestions = new RecentAnswers<SuggestAnswer>(RECENT);

  constructor(
    readonly index: IndexClient,
    readonly followers: Followers,
    readonly waiting: Turns,
    readonly meaning: Meaning,
  ) {}

  /** @throws HttpError 503 when too many others wait, or nothing can be found by meaning, and what SQLite says */
  search(wanted: Wanted): Promise<SearchAnswer> {
    const { mode } = wanted;
    return this.#asked(() => (mode === "text" ? this.#byWords(wanted) : this.#byMeaning(wanted, mode)));
  }

  /** As search. */
  suggest(wanted: WantedSuggestions): Promise<SuggestAnswer> {
    return this.#asked(() => {
      const typed = { ...wanted, shown: this.followers.shown() };
      const suggest = () => this.waiting.take(() => this.index.ask("suggest", typed));
      return this.#suggestions.get(JSON.stringify(typed), suggest);
    });
  }

  /** Forgets its answers: the index has changed. */
  forget(): void {
    this.#answers.clear();
    this.#suggestions.clear();
  }

  #byWords(wanted: Wanted): Promise<SearchAnswer> {
    const question = this.#questionOf(wanted);
    const find = () => this.waiting.take(() => this.index.ask("find", question));
    return this.#answers.get(JSON.stringify(question), find);
  }

  /** Not kept: what is near may change while no document does. */
  async #byMeaning(wanted: Wanted, mode: "semantic" | "hybrid"): Promise<SearchAnswer> {
    const question = this.#questionOf(wanted);
    const types = question.type === undefined ? question.shown : [question.type];
    return this.waiting.take(async () => {
      const found = await this.meaning.find({ q: wanted.q, types });
      if (!found) return this.#withoutMeaning(wanted, mode);
      const asked = { ...question, near: found.hits, words: mode === "hybrid" };
      const answer = await this.index.ask("findNear", asked);
      return { ...answer, mode, ...(found.note !== undefined && { note: found.note }) };
    });
  }

  async #withoutMeaning(wanted: Wanted, mode: "semantic" | "hybrid"): Promise<SearchAnswer> {
    if (mode === "semantic")
      throw new HttpError(503, "Nothing can be found by meaning at the moment; mode=text finds words");
    const answer = await this.index.ask("find", this.#questionOf(wanted));
    return { ...answer, mode: "text", note: "found by words alone: nothing can be found by meaning at the moment" };
  }

  #questionOf({ q, limit, offset, type }: Wanted): Question {
    return { q, limit, offset, shown: this.followers.shown(), ...(type !== "all" && { type }) };
  }

  /**
   * Asks when everything has been read; and once more when the index turned out to be damaged and was read anew.
   * What is known, or asked by somebody else at this moment, needs no seat.
   */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    const ready = this.followers.ready();
    if (ready) await this.waiting.take(() => ready);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof IndexLost)) throw error;
      await this.followers.compareAll();
      return ask();
    }
  }
}
