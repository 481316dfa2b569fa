import type Anthropic from "@anthropic-ai/sdk";
import { messageOf } from "hearth";
import { z } from "zod";
import type { HouseModel } from "./house-model";

/** A key travels in a header: what cannot stand in one is refused here, without repeating it. */
export const ApiKey = z.string().regex(/^[\x21-\x7e]+$/, { error: "visible ASCII characters without blanks" });
/** Where the API is, when no gateway says it. */
export const ApiAddress = z.url({ protocol: /^https?$/, error: "an address that begins with https:// or http://" });

/** How a part of the house asks a model. */
export interface AskerTerms {
  /** Under which its questions are counted: "moderation". */
  readonly part: string;
  /** The ways of the moment that count: the items of `HouseModels`. */
  readonly houses: () => readonly HouseModel[];
  /** For a house in which nobody counts. */
  readonly apiKey: string | undefined;
  readonly baseUrl: string;
  readonly model: string;
  /** Seconds that an answer may take, all tries together. */
  readonly timeout: number;
  /** Tries after one that failed for a reason that may pass. */
  readonly retries: number;
}

/** What is asked, as the Messages API takes it, without the model. */
export type Body = Omit<Anthropic.MessageCreateParamsNonStreaming, "model">;

/** There is no answer. The message says why, for people; it holds nothing of what was asked, nor of what the API says in its own words. */
export class Unanswered extends Error {}

/** Asks a model for a part of the house: through the gateway, where all that is counted, else with a key of its own. */
export class Asker {
  #made: { readonly house: HouseModel | undefined; readonly client: Promise<Anthropic> } | undefined;

  constructor(readonly terms: AskerTerms) {}

  /** Why no model can be asked now, for people; nothing when one can. */
  lacks(): string | undefined {
    if (this.isCounted || this.terms.apiKey !== undefined) return;
    return this.terms.houses()[0]?.lacks() ?? "there is no ANTHROPIC_API_KEY";
  }

  /** Whether what it asks counts in the budgets of the house. */
  get isCounted(): boolean {
    return this.#house() !== undefined;
  }

  /** The answer as it came: what it is has to be looked at. @throws Unanswered */
  async ask(body: Body, signal: AbortSignal): Promise<unknown> {
    const { model, timeout } = this.terms;
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]);
    try {
      const client = await this.#connect();
      return await client.messages.create({ ...body, model }, { signal: late });
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      throw new Unanswered(whyNoAnswer(error, late, this.terms), { cause: error });
    }
  }

  #house(): HouseModel | undefined {
    return this.terms.houses().find(house => house.lacks() === undefined);
  }

  /** The library is loaded with the first question: a start need not wait for it. */
  #connect(): Promise<Anthropic> {
    const lacking = this.lacks();
    if (lacking !== undefined) throw new Unanswered(lacking);
    const house = this.#house();
    if (!this.#made || this.#made.house !== house) this.#made = { house, client: clientFor(this.terms, house) };
    return this.#made.client;
  }
}

async function clientFor(terms: AskerTerms, house: HouseModel | undefined): Promise<Anthropic> {
  const { part, apiKey, baseUrl, timeout, retries } = terms;
  const way = house ? { apiKey: "put in by the gateway", fetch: house.fetch(part) } : { apiKey: apiKey! };
  const { default: Client } = await import("@anthropic-ai/sdk");
  return new Client({
    ...{ ...way, authToken: null, baseURL: baseUrl },
    ...{ maxRetries: retries, timeout: timeout * 1000, logLevel: "off" },
  });
}

function whyNoAnswer(error: unknown, late: AbortSignal, { model, timeout }: AskerTerms): string {
  if (late.aborted) return `no answer within ${timeout} s`;
  const { status } = error as { status?: unknown };
  const own = ownWords(error);
  if (own !== undefined) return own;
  if (status === 401 || status === 403) return `the API refuses the key (${status})`;
  if (status === 404) return `the API does not know the model ${model} (404)`;
  if (status === 400 || status === 413)
    return `the API does not take the question (${status}); is it too long for ${model}?`;
  if (typeof status === "number") return `the API answered ${status}`;
  return `the API cannot be reached: ${messageOf(error).split("\n")[0]}`;
}

/** What the gateway itself says. */
function ownWords(error: unknown): string | undefined {
  const { error: body } = error as { error?: { error?: { message?: unknown } } };
  const message = body?.error?.message;
  return typeof message === "string" ? /^Hearth: (.+)/s.exec(message)?.[1] : undefined;
}
