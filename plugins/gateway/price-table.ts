/** US dollars for a million tokens of each kind. */
export interface Tariff {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/** What some models cost from a day on. */
export interface Price extends Tariff {
  /** Ids without the date at their end: "claude-opus-5-5". */
  readonly models: readonly string[];
  /** YYYY-MM-DD. */
  readonly since: string;
  /** With `speed: "fast"`. */
  readonly fast?: Tariff | undefined;
  /** Of a call whose whole prompt is longer than so many tokens. */
  readonly long?: (Tariff & { readonly above: number }) | undefined;
}

/** Input and output, and the usual multiples of the input for what is written to the cache and read from it. */
const tariff = (input: number, output: number, cacheRead = input / 10): Tariff => ({
  input,
  output,
  cacheRead,
  cacheWrite5m: input * 1.25,
  cacheWrite1h: input * 2,
});

/**
 * Anthropic's list prices, as read on 2026-11-21 at https://platform.claude.com/docs/en/about-claude/pricing (models, caching, fast mode,
 * long prompts, data residency, server tools) and in the table of the Claude Code CLI 2.1.329; days of changes from the release notes.
 */
export const priceTable: readonly Price[] = [
  { models: ["claude-fable-5-2"], since: "2026-10-30", ...tariff(8, 40, 0.2), fast: tariff(16, 80, 0.4) },
  { models: ["claude-fable-5-1", "claude-mythos-5-1"], since: "2026-09-01", ...tariff(10, 50, 0.25) },
  { models: ["claude-fable-5", "claude-mythos-5"], since: "2026-06-01", ...tariff(10, 50) },
  { models: ["claude-opus-5-5"], since: "2026-09-22", ...tariff(4, 20, 0.2), fast: tariff(8, 40, 0.4) },
  { models: ["claude-opus-5", "claude-opus-4-8"], since: "2026-05-01", ...tariff(5, 25), fast: tariff(10, 50) },
  { models: ["claude-opus-4-7", "claude-opus-4-6"], since: "2026-02-05", ...tariff(5, 25), fast: tariff(30, 150) },
  { models: ["claude-opus-4-5"], since: "2025-11-24", ...tariff(5, 25) },
  {
    models: ["claude-opus-4-1", "claude-opus-4", "claude-opus-4-0", "claude-3-opus"],
    since: "2024-03-04",
    ...tariff(15, 75),
  },
  { models: ["claude-sonnet-5-5"], since: "2026-09-28", ...tariff(2, 10) },
  { models: ["claude-sonnet-5-5"], since: "2026-10-07", ...tariff(2, 10, 0.1) },
  { models: ["claude-sonnet-5"], since: "2026-06-01", ...tariff(2, 10) },
  { models: ["claude-sonnet-4-6"], since: "2026-02-17", ...tariff(3, 15) },
  {
    models: ["claude-sonnet-4-5", "claude-sonnet-4", "claude-sonnet-4-0"],
    since: "2025-05-22",
    ...tariff(3, 15),
    long: { above: 200_000, ...tariff(6, 22.5) },
  },
  { models: ["claude-3-7-sonnet", "claude-3-5-sonnet"], since: "2024-06-20", ...tariff(3, 15) },
  {
    models: ["claude-haiku-5-5"],
    since: "2026-10-07",
    ...tariff(0.1, 0.5),
    long: { above: 100_000, ...tariff(0.5, 2.5) },
  },
  { models: ["claude-haiku-4-5"], since: "2025-10-15", ...tariff(1, 5) },
  { models: ["claude-3-5-haiku"], since: "2024-11-04", ...tariff(0.8, 4) },
  { models: ["claude-3-haiku"], since: "2024-03-13", ...tariff(0.25, 1.25, 0.03) },
];

/** US dollars for one search of the API's own web search. Its other tools cost what their tokens cost. */
export const SEARCH = 0.01;
/** US dollars that are charged for a call that may run code on the API's machines, whose hours its answer does not tell. */
export const CODE = 0.05;
/** By this much a call costs more that is bound to run in the United States. */
export const RESIDENCY = 1.1;
/** Tokens that no prompt is longer than. */
export const CONTEXT = 1_000_000;
