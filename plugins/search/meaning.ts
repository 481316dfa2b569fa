import { HttpError, type Logger, messageOf, settledWithin } from "hearth";
import type { MeaningAnswer, MeaningQuestion, MeaningSearch } from "./contract";

/** Documents that are asked for: more than anybody pages through. */
const MOST_NEAR = 100;
const PATIENCE = 10;
const NOBODY = "no plugin is there that finds documents by their meaning, such as memory";

/** Asks whoever finds documents by their meaning. Why nobody can is told in the log, once: it may name what is nobody else's business. */
export class Meaning {
  #told: string | undefined;

  constructor(
    readonly searches: () => readonly MeaningSearch[],
    readonly log: Logger,
    /** Seconds that are waited for an answer. */
    readonly patience = PATIENCE,
  ) {}

  /** Nothing when it cannot be answered at the moment. @throws HttpError when too many others ask */
  async find(question: Omit<MeaningQuestion, "limit">): Promise<Extract<MeaningAnswer, { hits: unknown }> | undefined> {
    const answer = await this.#ask(question);
    if ("hits" in answer) {
      this.#told = undefined;
      return answer;
    }
    if (answer.unavailable !== this.#told) this.log.info("nothing is found by meaning", { why: answer.unavailable });
    this.#told = answer.unavailable;
    return undefined;
  }

  async #ask(question: Omit<MeaningQuestion, "limit">): Promise<MeaningAnswer> {
    const [first] = this.searches();
    if (!first) return { unavailable: NOBODY };
    try {
      const answer = first.find({ ...question, limit: MOST_NEAR });
      const isThere = await settledWithin(answer, this.patience * 1000);
      return isThere ? await answer : { unavailable: `${first.id} did not answer within ${this.patience} s` };
    } catch (error) {
      if (error instanceof HttpError) throw error;
      return { unavailable: `${first.id}: ${messageOf(error)}` };
    }
  }
}
