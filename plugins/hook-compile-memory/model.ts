import type Anthropic from "@anthropic-ai/sdk";
import { messageOf } from "hearth";
import { type Answer, readAnswer } from "./answer";
import type { Question } from "./question";

/** How the model is reached. */
export interface ModelTerms {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  /** Seconds that all tries together may take. */
  readonly timeout: number;
  /** Tries after one that failed for a reason that may pass. */
  readonly retries: number;
}

/** Tokens that an answer may have; one that needs more is cut off, and not used. */
const MOST_TOKENS = 8_000;

/** A model that condenses. */
export class Model {
  #client: Promise<Anthropic> | undefined;

  constructor(readonly terms: ModelTerms) {}

  /** @throws Unusable for an answer that is none, Error for people when there is no answer in time */
  async condense({ rules, matter }: Question, signal: AbortSignal): Promise<Answer> {
    const { model, timeout } = this.terms;
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]);
    const body = {
      model,
      max_tokens: MOST_TOKENS,
      system: rules,
      messages: [{ role: "user" as const, content: matter }],
    };
    return readAnswer(await this.#send(body, late));
  }

  async #send(body: Anthropic.MessageCreateParamsNonStreaming, late: AbortSignal): Promise<unknown> {
    try {
      const client = await this.#connect();
      return await client.messages.create(body, { signal: late });
    } catch (error) {
      throw new Error(whyNoAnswer(error, late, this.terms), { cause: error });
    }
  }

  /** The library is loaded with the first question: a start need not wait for it. */
  #connect(): Promise<Anthropic> {
    const { apiKey, baseUrl, timeout, retries } = this.terms;
    this.#client ??= import("@anthropic-ai/sdk").then(
      ({ default: Client }) =>
        new Client({ apiKey, baseURL: baseUrl, maxRetries: retries, timeout: timeout * 1000, logLevel: "off" }),
    );
    return this.#client;
  }
}

/** For people; nothing of what the API says in its own words, which may repeat what it was sent. */
function whyNoAnswer(error: unknown, late: AbortSignal, { model, timeout }: ModelTerms): string {
  if (late.aborted) return `no answer within ${timeout} s`;
  const { status } = error as { status?: unknown };
  if (status === 401 || status === 403) return `the API refuses the key (${status})`;
  if (status === 404) return `the API does not know the model ${model} (404)`;
  if (status === 400 || status === 413)
    return `the API does not take the question (${status}); is inputCharacters too large for ${model}?`;
  if (typeof status === "number") return `the API answered ${status}`;
  return `the API cannot be reached: ${messageOf(error).split("\n")[0]}`;
}
