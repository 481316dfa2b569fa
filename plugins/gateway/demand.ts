import { z } from "zod";
import { Refused } from "./api-error";
import { type Survey, survey } from "./body-survey";
import { writtenMembers } from "./json-members";
import { CONTEXT } from "./price-table";
import type { Most } from "./prices";

/** What a call of a model asks for. */
export interface Demand extends Most {
  /** The model that it names first. */
  readonly model: string;
  readonly stream: boolean;
  readonly rounds: number;
  /** Whether the API can tell exactly how long the prompt is. */
  readonly body: Readonly<Record<string, unknown>>;
}

const Positive = z.int().min(0).max(10_000_000);
const Call = z.looseObject({
  model: z.string().min(1).max(200),
  max_tokens: Positive,
  stream: z.boolean().nullish(),
  speed: z.string().nullish(),
  fallbacks: z
    .union([z.array(z.looseObject({ model: z.string(), max_tokens: Positive.nullish() })), z.string()])
    .nullish(),
  compaction: z.unknown().optional(),
  context_management: z.looseObject({ edits: z.array(z.looseObject({ type: z.string() })).nullish() }).nullish(),
});
type Call = z.output<typeof Call>;

/** The parameters by which a prompt is no longer than its body. With any other it may come from elsewhere. */
const selfContained = new Set(
  `model messages max_tokens system tools tool_choice metadata stream temperature top_p top_k stop_sequences thinking service_tier
  cache_control container context_management compaction diagnostics fallbacks inference_geo mcp_servers output_config output_format
  speed betas anthropic_beta`.split(/\s+/),
);

/** Tokens that the API adds to a prompt by itself: for tools, for each of the server's own. */
const ADDED = 2_000;
/** Tokens of a picture at the most. */
const PICTURE = 6_000;
/** Tokens that a server tool brings into the prompt in one round, at the most that is likely. */
const RESULT = 20_000;
/** Rounds that are counted one by one. */
const MOST_ROUNDS = 10_000;
/** A model that the API chooses by itself: the dearest, for all that is known here. */
const UNNAMED = "of the API's own choice";
/** Tokens of an adviser's answer when it names no limit. */
const ADVICE = 128_000;

/**
 * Reads what a call may come to at the most. No token is shorter than a byte, so the body's length bounds its own prompt.
 * @param allowed server tools that may be used, by name
 * @throws Refused for a body that cannot be read, that can be read in two ways, or that asks for a tool that is not allowed
 */
export function demandOf(bytes: Buffer, allowed: readonly string[]): Demand | undefined {
  const body = bodyOf(bytes);
  if (!body || !("model" in body)) return;
  const found = survey(body);
  if (found.members !== writtenMembers(bytes))
    throw new Refused("invalid_request_error", "a name occurs twice in the body");
  const tool = found.serverTools.find(({ name }) => !allowed.includes(name));
  if (tool)
    throw new Refused("permission_error", `the API's own tool "${tool.name}" is not allowed here (serverTools)`);
  if ("mcp_servers" in body && !allowed.includes("mcp_toolset"))
    throw new Refused(
      "permission_error",
      'servers of tools at the API are not allowed here ("mcp_toolset" of serverTools)',
    );
  const call = Call.safeParse(body);
  if (call.success) return mostOf(call.data, body, found, bytes.length);
  const { path, message } = call.error.issues[0]!;
  throw new Refused("invalid_request_error", `${path.join(".")}: ${message}`);
}

function bodyOf(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as never) : undefined;
  } catch {
    throw new Refused("invalid_request_error", "the body is not JSON");
  }
}

function mostOf(call: Call, body: Demand["body"], found: Survey, bytes: number): Demand {
  const fallbacks = Array.isArray(call.fallbacks) ? call.fallbacks : [];
  const unnamed = typeof call.fallbacks === "string" ? [UNNAMED] : [];
  const known = Object.keys(body).every(key => selfContained.has(key)) && unnamed.length === 0;
  const compacts = call.compaction != null || call.context_management?.edits?.some(({ type }) => /compact/.test(type));
  const attempts = 1 + fallbacks.length + (compacts ? 1 : 0) + (known ? 0 : 1);
  const advisers = found.serverTools.filter(({ model }) => model !== undefined);
  const rounds = Math.min(MOST_ROUNDS, attempts + found.serverTools.reduce((sum, { uses }) => sum + uses, 0));
  const bound = known && found.documents === 0 ? bytes + ADDED + found.pictures * PICTURE : CONTEXT;
  const answers = Math.max(call.max_tokens, ...fallbacks.map(({ max_tokens }) => max_tokens ?? 0)) * attempts;
  const advice = advisers.reduce((sum, { uses, maxTokens = ADVICE }) => sum + uses * maxTokens, 0);
  return {
    model: call.model,
    models: [call.model, ...fallbacks.map(({ model }) => model), ...advisers.map(({ model }) => model!), ...unnamed],
    stream: call.stream === true,
    rounds,
    ...inputOf(bound, rounds),
    output: answers + advice,
    fast: call.speed === "fast",
    cache: found.cache,
    searches: found.serverTools.filter(({ name }) => name === "web_search").reduce((sum, { uses }) => sum + uses, 0),
    code: found.serverTools.some(({ name }) => name === "code_execution"),
    body,
  };
}

/** Tokens of all prompts: each round reads what the rounds before brought. */
function inputOf(prompt: number, rounds: number): Pick<Demand, "prompt" | "input"> {
  const each = Array.from({ length: rounds }, (_, round) => Math.min(CONTEXT, prompt + round * RESULT));
  return { prompt: each.at(-1)!, input: each.reduce((sum, tokens) => sum + tokens) };
}

/** The same demand when the API has counted its prompt. Its count is an estimate of its own, so there is some room. */
export function counted(demand: Demand, tokens: number): Demand {
  const bound = inputOf(Math.ceil(tokens * 1.03) + 500, demand.rounds);
  return bound.input < demand.input ? { ...demand, ...bound } : demand;
}
