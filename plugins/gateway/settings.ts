import { didYouMean } from "hearth";
import { z } from "zod";
import { priceTable } from "./price-table";

const whole = z.union([z.literal(false), z.int().min(0)]).optional();
const figures = {
  calls: whole.describe("Calls of a model"),
  tokens: whole.describe("Tokens of all kinds together"),
  input: whole.describe("Tokens read that come from no cache"),
  output: whole.describe("Tokens written"),
  cacheRead: whole.describe("Tokens read from the cache"),
  cacheWrite: whole.describe("Tokens written to the cache"),
};
const dollars = z.union([z.literal(false), z.number().min(0).max(1_000_000)]);
const minutes = z
  .union([z.literal(false), z.number().positive()])
  .optional()
  .describe("Minutes from its beginning");

/** Limits that may be left out. */
const Limits = z.strictObject({ usd: dollars.optional().describe("US dollars"), ...figures });
const SessionLimits = Limits.extend({ minutes });

/** Limits of which the money is limited by itself. */
const withMoney = (usd: number) => Limits.extend({ usd: dollars.default(usd).describe("US dollars") });

const Models = z.array(z.string().min(1)).describe('Models that may be used; "claude-haiku-*" for some, "*" for all');

const TypeSettings = z.strictObject({
  session: SessionLimits.optional().describe("Of each session of this type; what is left out is as for all"),
  day: Limits.optional().describe("Of all sessions of this type in a day"),
  month: Limits.optional().describe("Of all sessions of this type in a month"),
  models: Models.optional(),
});

/** What strangers set going has a limit of its own below that of all: they cannot take the day from everyone else. */
const VisitSettings = TypeSettings.extend({
  day: withMoney(10).prefault({}).describe("Of all visits in a day"),
});

const PartSettings = z.strictObject({
  day: withMoney(4).prefault({}).describe("Of all that it asks in a day"),
  month: Limits.optional().describe("Of all that it asks in a month"),
});
/** Of a part of the house that the settings do not name. */
export const anyPart = PartSettings.parse({});

const each = z.number().min(0).max(100_000);
const tariff = {
  input: each.describe("US dollars for a million tokens"),
  output: each,
  cacheRead: each,
  cacheWrite5m: each,
  cacheWrite1h: each,
};
const Price = z.strictObject({
  models: z.array(z.string().min(1)).min(1).describe("Ids without the date at their end"),
  since: z.iso.date().describe("The day from which it holds"),
  ...tariff,
  fast: z.strictObject(tariff).optional().describe('With `speed: "fast"`'),
  long: z
    .strictObject({ above: z.int().positive().describe("Tokens of a whole prompt"), ...tariff })
    .optional()
    .describe("Of longer prompts"),
});

/** Paths of the API that reach the account itself, or begin work whose cost nobody can tell before it is done. */
const closed =
  `complete messages/batches organizations oauth agents sessions environments deployments deployment_runs dreams
  memory_stores tunnels vaults webhooks user_profiles`
    .split(/\s+/)
    .map(path => `/v1/${path}`);

const Settings = z.strictObject({
  apiKey: z.string().min(1).optional().describe("The key of the API"),
  authToken: z.string().min(1).optional().describe("A bearer token for the API, or for what stands before it"),
  oauthToken: z.string().min(1).optional().describe("The token of a subscription"),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default("https://api.anthropic.com")
    .describe("Where the API is"),
  session: SessionLimits.extend({ usd: dollars.default(10).describe("US dollars") })
    .prefault({})
    .describe("Of each session"),
  day: withMoney(40).prefault({}).describe("Of all sessions and parts in a day of the house"),
  month: withMoney(400).prefault({}).describe("Of all sessions and parts in a month"),
  types: z
    .object({ visit: VisitSettings.prefault({}) })
    .catchall(TypeSettings)
    .prefault({})
    .describe("By session type"),
  house: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/), PartSettings)
    .default({})
    .describe('What parts of the house ask by themselves, by plugin: "moderation", "hook-compile-memory"'),
  models: Models.default(["*"]),
  serverTools: z
    .array(z.string())
    .default([])
    .describe(
      'Tools of the API itself that may be used: "web_search", "web_fetch", "code_execution", "advisor", "mcp_toolset"',
    ),
  closed: z
    .array(z.string().startsWith("/v1/"))
    .default(closed)
    .describe("Paths that nobody reaches, with all below them"),
  prices: z.array(Price).default([]).describe("Prices beside those that come with the house, which win over them"),
  record: z
    .string()
    .min(1)
    .optional()
    .describe("A folder in which all traffic is kept, session by session; relative to the state"),
});
export type Settings = z.output<typeof Settings>;
export type GivenLimits = z.output<typeof SessionLimits>;

/** A model that no price and no pattern knows is most likely misspelt. */
export const settings = Settings.superRefine(({ models, types, prices }, { addIssue }) => {
  const known = [...priceTable, ...prices].flatMap(price => price.models);
  const lists = [
    { list: models, path: ["models"] },
    ...Object.entries(types).map(([name, type]) => ({ list: type.models ?? [], path: ["types", name, "models"] })),
  ];
  for (const { list, path } of lists)
    for (const model of list)
      if (!/[*\d]/.test(model))
        addIssue({ code: "custom", path, message: `"${model}" is no model's id.${didYouMean(model, known)}` });
});
