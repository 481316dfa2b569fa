import type Anthropic from "@anthropic-ai/sdk";
import { messageOf } from "hearth";
import type { Asker } from "hearth-plugins/gateway";
import { z } from "zod";

/** There is no verdict. The message says why, for people; it holds nothing of what was judged. */
class CannotTell extends Error {}

/** What the judge is asked. */
export interface Question<S extends z.ZodType> {
  /** How to judge. */
  readonly rules: string;
  /** What is judged. */
  readonly matter: string;
  /** The shape of the verdict. */
  readonly verdict: S;
}

/** Enough for a verdict with its reason; what is cut off all the same is no verdict. */
const MOST_TOKENS = 500;
const TOOL = "verdict";

/** A model that judges texts. */
export class Judge {
  /** @param reached told after each question: why there was no answer, or nothing when there was one */
  constructor(
    readonly asker: Asker,
    readonly reached: (fault: string | undefined) => void,
  ) {}

  /** @throws CannotTell when there is no verdict of the right shape in time */
  async ask<S extends z.ZodType>({ rules, matter, verdict }: Question<S>, signal: AbortSignal): Promise<z.output<S>> {
    const body = {
      max_tokens: MOST_TOKENS,
      system: rules,
      messages: [{ role: "user" as const, content: matter }],
      tools: [{ name: TOOL, description: "Gives the verdict.", input_schema: inputSchema(verdict) }],
      tool_choice: { type: "tool" as const, name: TOOL, disable_parallel_tool_use: true },
    };
    const answer = await this.asker.ask(body, signal).catch(error => this.#cannotTell(messageOf(error)));
    this.reached(undefined);
    return verdictOf(answer, verdict);
  }

  #cannotTell(fault: string): never {
    this.reached(fault);
    throw new CannotTell(fault);
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
