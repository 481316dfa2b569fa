import { z } from "zod";
import type { Prices, Terms, Tokens } from "./prices";

const count = z.number().int().min(0).nullish().catch(undefined);

/** Tokens as the API tells them. */
const Counts = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z
    .looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
    .nullish()
    .catch(undefined),
});
type Counts = z.output<typeof Counts>;

/** A sampling beside or within the answer's own: of a summary, of an adviser, of a model that stood in. */
const Iteration = Counts.extend({ type: z.string().catch("message"), model: z.string().nullish().catch(undefined) });

/** `usage` of an answer, and of the first and last events of a stream. */
export const ApiUsage = Counts.extend({
  iterations: z.array(Iteration).nullish().catch(undefined),
  server_tool_use: z.looseObject({ web_search_requests: count }).nullish().catch(undefined),
  inference_geo: z.string().nullish().catch(undefined),
  speed: z.string().nullish().catch(undefined),
});
export type ApiUsage = z.output<typeof ApiUsage>;

/** What a call has used, as far as its answer told. */
export interface Told {
  /** The model that answered. */
  readonly model?: string;
  readonly usage: ApiUsage;
  /** False when the answer was cut off before its last figures. */
  readonly whole: boolean;
}

/** What a call has come to. */
export interface Spent extends Tokens {
  readonly searches: number;
  /** Nano-dollars. */
  readonly usd: number;
}

/** What the request says about the reckoning. */
export interface Asked {
  readonly model: string;
  readonly day: string;
  readonly fast: boolean;
  readonly cache: "none" | "5m" | "1h";
  readonly code: boolean;
}

/** Later figures of a stream take the place of earlier ones; none is ever made smaller. */
export function later(before: ApiUsage, after: ApiUsage): ApiUsage {
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(after))
    if (typeof value === "number") merged[key] = Math.max(value, Number(before[key] ?? 0));
    else if (value !== null && value !== undefined) merged[key] = value;
  return merged as ApiUsage;
}

/** What an answer comes to, by its own figures. @param output tokens of output at the least, where its own are not the last */
export function spentOf({ model = "", usage }: Told, asked: Asked, prices: Prices, output = 0): Spent {
  const terms = { fast: asked.fast || usage.speed === "fast", resident: usage.inference_geo === "us" };
  const main = { ...tokensOf(usage, asked.cache), output: Math.max(usage.output_tokens ?? 0, output) };
  const price = (by: string, tokens: Tokens, on: Terms = terms) => prices.cost(by, asked.day, tokens, on);
  const parts = (usage.iterations ?? []).map(part => ({ ...part, tokens: tokensOf(part, asked.cache) }));
  const beside = parts.filter(({ type }) => isBeside(type));
  const within = parts.filter(({ type }) => !isBeside(type));
  const answered = model === "" ? asked.model : model;
  const cost = (list: typeof parts) => list.reduce((sum, part) => sum + price(part.model ?? answered, part.tokens), 0);
  const searches = usage.server_tool_use?.web_search_requests ?? 0;
  return {
    ...beside.reduce<Tokens>((sum, { tokens }) => plus(sum, tokens), main),
    searches,
    usd: Math.max(price(answered, main), cost(within)) + cost(beside) + prices.extras(searches, asked.code),
  };
}

/** Whether the figures at the top leave a sampling out. */
const isBeside = (type: string): boolean => type === "compaction" || type === "advisor_message";

const plus = (a: Tokens, b: Tokens): Tokens => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
  cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
});

/** What was written to the cache without saying for how long counts as the dearest that the request asked for. */
function tokensOf(counts: Counts, cache: Asked["cache"]): Tokens {
  const short = counts.cache_creation?.ephemeral_5m_input_tokens ?? 0;
  const long = counts.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const unsaid = Math.max(0, (counts.cache_creation_input_tokens ?? 0) - short - long);
  return {
    input: counts.input_tokens ?? 0,
    output: counts.output_tokens ?? 0,
    cacheRead: counts.cache_read_input_tokens ?? 0,
    cacheWrite5m: short + (cache === "1h" ? 0 : unsaid),
    cacheWrite1h: long + (cache === "1h" ? unsaid : 0),
  };
}
