import type { Followers } from "./followers";
import type { IndexClient } from "./index-client";
import { IndexLost } from "./index-lost";
import { RecentAnswers } from "./recent-answers";
import type { SearchAnswer, SuggestAnswer } from "./shapes";

/** A question as it comes in; `type` is the id of a searchable, or "all". */
export interface Wanted {
  readonly q: string;
  readonly type: string;
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
  ) {}

  search({ type, ...wanted }: Wanted): Promise<SearchAnswer> {
    return this.#asked(() => {
      const question = { ...wanted, shown: this.followers.shown(), ...(type !== "all" && { type }) };
      return this.#answers.get(JSON.stringify(question), () => this.index.ask("find", question));
    });
  }

  suggest(wanted: WantedSuggestions): Promise<SuggestAnswer> {
    return this.#asked(() => {
      const typed = { ...wanted, shown: this.followers.shown() };
      return this.#suggestions.get(JSON.stringify(typed), () => this.index.ask("suggest", typed));
    });
  }

  /** Forgets its answers: the index has changed. */
  forget(): void {
    this.#answers.clear();
    this.#suggestions.clear();
  }

  /** Asks when everything has been read; and once more when the index turned out to be damaged and was read anew. */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    await this.followers.ready();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof IndexLost)) throw error;
      await this.followers.compareAll();
      return ask();
    }
  }
}
