import type { AgentResult, Usage } from "hearth-plugins/sessions";
import { z } from "zod";

const count = z.number().nonnegative().catch(0);

const ModelUsage = z.looseObject({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  costUSD: count,
});
const ModelUsages = z.record(z.string(), ModelUsage).optional().catch(undefined);

/** The CLI's last line. Failures of the API come as `subtype: "success"` too: only `is_error` judges. */
export const ResultLine = z.looseObject({
  type: z.literal("result"),
  subtype: z.string().catch(""),
  is_error: z.boolean().catch(true),
  result: z.string().catch(""),
  errors: z.array(z.string()).catch([]),
  num_turns: count,
  total_cost_usd: count,
  usage: z
    .looseObject({
      input_tokens: count,
      output_tokens: count,
      cache_read_input_tokens: count,
      cache_creation_input_tokens: count,
    })
    .optional()
    .catch(undefined),
  /** Since the session began, over all its resumes. */
  modelUsage: ModelUsages,
  /** Of this run alone; CLIs before 2.1.3xx do not say it, and begin at 0 on a resume. */
  model_usage_since_last_result: ModelUsages,
});
export type ResultLine = z.output<typeof ResultLine>;

/** What a run has to say for itself when the CLI told nothing. */
export type Told = Pick<AgentResult, "ok" | "text" | "error" | "overBudget" | "turns" | "costUsd" | "usage" | "models">;

export const nothingTold: Told = {
  ok: false,
  text: "",
  turns: 0,
  costUsd: 0,
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
};

/** What the CLI's last line says about this run alone. */
export function toldBy(line: ResultLine): Told {
  const ok = !line.is_error && line.subtype === "success";
  const { models: perModel, costUsd, usage } = spent(line);
  const models = Object.fromEntries(Object.entries(perModel).map(([id, { costUSD }]) => [id, dollars(costUSD)]));
  return {
    ok,
    text: ok ? line.result : "",
    ...(!ok && { error: errorOf(line) }),
    ...(line.subtype === "error_max_budget_usd" && { overBudget: true }),
    turns: line.num_turns,
    costUsd: dollars(costUsd),
    usage,
    ...(Object.keys(models).length > 0 && { models }),
  };
}

/** Sums of the CLI carry the dust of floating point; a millionth is fine enough. */
const dollars = (sum: number): number => Math.round(sum * 1e6) / 1e6;

type Models = NonNullable<ResultLine["modelUsage"]>;

/** The sums since the last result are those of this run; the other ones go on over resumes, and leave out what subagents used. */
function spent(line: ResultLine): { models: Models; costUsd: number; usage: Usage } {
  const models = line.model_usage_since_last_result;
  if (!models) return { models: line.modelUsage ?? {}, costUsd: line.total_cost_usd, usage: usageOf(line.usage) };
  const all = Object.values(models);
  const sum = (key: keyof z.output<typeof ModelUsage>) => all.reduce((total, model) => total + Number(model[key]), 0);
  const usage = {
    input: sum("inputTokens"),
    output: sum("outputTokens"),
    cacheRead: sum("cacheReadInputTokens"),
    cacheWrite: sum("cacheCreationInputTokens"),
  };
  return { models, costUsd: sum("costUSD"), usage };
}

const usageOf = (usage: ResultLine["usage"]): Usage => ({
  input: usage?.input_tokens ?? 0,
  output: usage?.output_tokens ?? 0,
  cacheRead: usage?.cache_read_input_tokens ?? 0,
  cacheWrite: usage?.cache_creation_input_tokens ?? 0,
});

function errorOf({ errors, result, subtype }: ResultLine): string {
  return errors.join("; ") || result || `the Claude CLI ended with "${subtype || "an error"}"`;
}
