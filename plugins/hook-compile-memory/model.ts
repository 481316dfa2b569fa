import type { Asker } from "hearth-plugins/gateway";
import { type Answer, readAnswer } from "./answer";
import type { Question } from "./question";

/** Tokens that an answer may have; one that needs more is cut off, and not used. */
const MOST_TOKENS = 8_000;

/** A model that condenses. */
export class Model {
  constructor(readonly asker: Asker) {}

  get name(): string {
    return this.asker.terms.model;
  }

  /** @throws Unusable for an answer that is none, Error for people when there is no answer in time */
  async condense({ rules, matter }: Question, signal: AbortSignal): Promise<Answer> {
    const messages = [{ role: "user" as const, content: matter }];
    return readAnswer(await this.asker.ask({ max_tokens: MOST_TOKENS, system: rules, messages }, signal));
  }
}
