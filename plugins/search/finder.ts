import type { Followers } from "./followers";
import type { IndexClient } from "./index-client";
import { IndexLost } from "./index-lost";
import { RecentAnswers } from "./recent-answers";
import type { SearchAnswer, SuggestAnswer } from "./shapes";
import { WaitingRoom } from "./waiting-room";

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
    readonly waiting: WaitingRoom,
  ) {}

  /** @throws HttpError 503 when too many others wait, and what SQLite says */
  search({ type, ...wanted }: Wanted): Promise<SearchAnswer> {
    return this.#asked(() => {
      const question = { ...wanted, shown: this.followers.shown(), ...(type !== "all" && { type }) };
      const find = () => this.waiting.waitFor(() => this.index.ask("find", question));
      return this.#answers.get(JSON.stringify(question), find);
    });
  }

  /** As search. */
  suggest(wanted: WantedSuggestions): Promise<SuggestAnswer> {
    return this.#asked(() => {
      const typed = { ...wanted, shown: this.followers.shown() };
      const suggest = () => this.waiting.waitFor(() => this.index.ask("suggest", typed));
      return this.#suggestions.get(JSON.stringify(typed), suggest);
    });
  }

  /** Forgets its answers: the index has changed. */
  forget(): void {
    this.#answers.clear();
    this.#suggestions.clear();
  }

  /**
   * Asks when everything has been read; and once more when the index turned out to be damaged and was read anew.
   * What is known, or asked by somebody else at this moment, needs no seat.
   */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    const ready = this.followers.ready();
    if (ready) await this.waiting.waitFor(() => ready);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof IndexLost)) throw error;
      await this.followers.compareAll();
      return ask();
    }
  }
}
