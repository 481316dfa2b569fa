import type Anthropic from "@anthropic-ai/sdk";
import { z } from "zod";
import { CannotTell, whyNoAnswer } from "./cannot-tell";

/** What the judge is asked. */
export interface Question<S extends z.ZodType> {
  /** How to judge. */
  readonly rules: string;
  /** What is judged. */
  readonly matter: string;
  /** The shape of the verdict. */
  readonly verdict: S;
}

/** How the judge is reached. */
export interface JudgeTerms {
  readonly apiKey: string | undefined;
  readonly baseUrl: string;
  readonly model: string;
  /** Seconds that an answer may take. */
  readonly timeout: number;
  /** Told after each question: why there was no answer, or nothing when there was one. */
  readonly reached: (fault: string | undefined) => void;
}

/** Enough for a verdict with its reason; what is cut off all the same is no verdict. */
const MOST_TOKENS = 500;
const TOOL = "verdict";

/** A model that judges texts. */
export class Judge {
  readonly #terms: JudgeTerms;
  #client: Promise<Anthropic> | undefined;

  constructor(terms: JudgeTerms) {
    this.#terms = terms;
  }

  /** @throws CannotTell when there is no verdict of the right shape in time */
  async ask<S extends z.ZodType>({ rules, matter, verdict }: Question<S>, signal: AbortSignal): Promise<z.output<S>> {
    const { model, timeout, reached } = this.#terms;
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]);
    const answer = await this.#send(
      {
        model,
        max_tokens: MOST_TOKENS,
        system: rules,
        messages: [{ role: "user", content: matter }],
        tools: [{ name: TOOL, description: "Gives the verdict.", input_schema: inputSchema(verdict) }],
        tool_choice: { type: "tool", name: TOOL, disable_parallel_tool_use: true },
      },
      late,
    );
    reached(undefined);
    return verdictOf(answer, verdict);
  }

  async #send(body: Anthropic.MessageCreateParamsNonStreaming, late: AbortSignal): Promise<Anthropic.Message> {
    try {
      const client = await this.#connect();
      return await client.messages.create(body, { signal: late });
    } catch (error) {
      const fault = whyNoAnswer(error, late, this.#terms.timeout);
      this.#terms.reached(fault);
      throw new CannotTell(fault);
    }
  }

  /** The library is loaded with the first question: a start need not wait for it. */
  #connect(): Promise<Anthropic> {
    const { apiKey, baseUrl, timeout } = this.#terms;
    if (apiKey === undefined) throw new CannotTell("there is no ANTHROPIC_API_KEY");
    this.#client ??= import("@anthropic-ai/sdk").then(
      ({ default: Client }) =>
        new Client({ apiKey, baseURL: baseUrl, maxRetries: 0, timeout: timeout * 1000, logLevel: "off" }),
    );
    return this.#client;
  }
}

function inputSchema(verdict: z.ZodType): Anthropic.Tool.InputSchema {
  const { $schema, ...schema } = z.toJSONSchema(verdict);
  return schema as Anthropic.Tool.InputSchema;
}

/** The one call of the tool, whole and of the right shape. What comes from another service is not what its types say until it was looked at. */
const Answer = z.object({
  stop_reason: z.literal("tool_use"),
  content: z.array(
    z.object({ type: z.string(), name: z.unknown(), input: z.unknown() }).partial({ name: true, input: true }),
  ),
});

function verdictOf<S extends z.ZodType>(given: unknown, verdict: S): z.output<S> {
  const answer = Answer.safeParse(given);
  if (!answer.success) throw new CannotTell("the answer is no whole verdict");
  const calls = answer.data.content.filter(({ type, name }) => type === "tool_use" && name === TOOL);
  const read = verdict.safeParse(calls[0]?.input);
  if (calls.length !== 1 || !read.success) throw new CannotTell("the answer is no verdict of the right shape");
  return read.data;
}
