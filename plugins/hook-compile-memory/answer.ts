import { codePoints } from "hearth";
import { z } from "zod";
import { BUDGET } from "./question";

/** A document that can be used, and what it took. */
export interface Answer {
  readonly text: string;
  readonly tokens: Tokens;
}

/** Tokens as the API counts them. */
export interface Tokens {
  readonly in: number;
  readonly out: number;
}

/** The model answered, and was paid for it, but with nothing that can be used. The message says why, for people; it holds nothing of the answer. */
export class Unusable extends Error {}

const Count = z.int().nonnegative().nullish().catch(0);

/** What comes from another service is not what its types say until it was looked at. */
const Message = z.object({
  stop_reason: z.string().nullable(),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  usage: z
    .object({
      input_tokens: Count,
      output_tokens: Count,
      cache_read_input_tokens: Count,
      cache_creation_input_tokens: Count,
    })
    .partial()
    .catch({}),
});

/** The document in an answer of the API. @throws Unusable when there is none, or none that is whole and of a sensible length */
export function readAnswer(given: unknown): Answer {
  const read = Message.safeParse(given);
  if (!read.success) throw new Unusable("the model's answer is no answer of the Messages API");
  const { stop_reason, content, usage } = read.data;
  const tokens = {
    in: (usage.input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    out: usage.output_tokens ?? 0,
  };
  const text = documentIn(content.map(block => (block.type === "text" ? (block.text ?? "") : "")).join(""));
  const fault = stopFault(stop_reason) ?? textFault(text);
  if (fault) throw new Unusable(`the model's answer cannot be used: ${fault} (${tokensText(tokens)})`);
  return { text, tokens };
}

/** "1,234 tokens in, 567 out" */
export const tokensText = (tokens: Tokens): string =>
  `${tokens.in.toLocaleString("en-US")} tokens in, ${tokens.out.toLocaleString("en-US")} out`;

function stopFault(reason: string | null): string | undefined {
  if (reason === "end_turn" || reason === "stop_sequence") return;
  if (reason === "max_tokens") return "it was cut off at its longest (max_tokens)";
  return reason === "refusal" ? "the model refused" : `it ended with ${JSON.stringify(reason)?.slice(0, 40)}`;
}

/** Without a fence of code around it, and without what a polite model says before its first heading. */
function documentIn(answer: string): string {
  const text = answer.replace(/\r\n?/g, "\n").trim().toWellFormed();
  const whole = text.startsWith("```") && text.endsWith("\n```") ? text.slice(text.indexOf("\n") + 1, -4) : text;
  const start = whole.search(/^## /m);
  return start < 0 ? whole : whole.slice(start).trimEnd();
}

function textFault(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (!/^## +\S/m.test(text)) return 'it has no heading that begins with "## "';
  if (!text.split("\n").some(line => /[\p{L}\p{N}]/u.test(line) && !line.startsWith("#")))
    return "it has headings and nothing under them";
  const length = codePoints(text);
  if (length > BUDGET.most)
    return `it has ${length.toLocaleString("en-US")} characters, ${BUDGET.most.toLocaleString("en-US")} are the most`;
  return;
}
