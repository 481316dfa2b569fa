import { NANO } from "./prices";
import { anyPart, type GivenLimits, type Settings } from "./settings";

/** What can be limited, beside minutes. */
export const kinds = ["calls", "tokens", "input", "output", "cacheRead", "cacheWrite", "usd"] as const;
export type Kind = (typeof kinds)[number];
/** What a person can add to: minutes only of a session. */
export const raisable = [...kinds, "minutes"] as const;
export type Raisable = (typeof raisable)[number];

/** Of each kind how much; money in nano-dollars. */
export type Amounts = Readonly<Record<Kind, number>>;

/** A budget: whose, and what its limits are. */
export interface Scope {
  /** Of its tally: "day 2026-11-21". */
  readonly key: string;
  /** For people: "today's budget". */
  readonly name: string;
  /** How a person raises it: "day", "session 20261121-…". */
  readonly handle: string;
  readonly limits: Partial<Amounts>;
  /** From a session's beginning, without what was added. */
  readonly minutes?: number;
}

/** Who spends. */
export interface Spender {
  /** The session, or the first of those that share its budget. */
  readonly account: string;
  readonly type: string;
  /** The name of a part of the house that asks by itself; nothing of a session. */
  readonly part?: string;
}

/** What stands in the place of a session's type for a part of the house: "house:moderation". */
export const partType = (part: string): string => `${PART}${part}`;
/** What the types of all parts begin with. */
export const PART = "house:";

/** All budgets that a call counts in, the narrowest first. @param day YYYY-MM-DD */
export const scopesOf = (settings: Settings, spender: Spender, day: string): Scope[] => [
  ...(spender.part === undefined
    ? [sessionScope(settings, spender), ...typeScopes(settings, spender.type, day)]
    : partScopes(settings, spender.part, day)),
  ...houseScopes(settings, day),
];

/** The budget of a session, which those that go on with it share. */
export function sessionScope({ session, types }: Settings, { account, type }: Spender): Scope {
  const { minutes, ...given }: GivenLimits = { ...session, ...defined(types[type]?.session ?? {}) };
  return {
    key: `session ${account}`,
    name: "the budget of this session",
    handle: `session ${account}`,
    limits: amountsOf(given),
    ...(typeof minutes === "number" && { minutes }),
  };
}

/** The budgets of all sessions of a type: of the day and of its month. */
export const typeScopes = ({ types }: Settings, type: string, day: string): Scope[] =>
  (["day", "month"] as const).map(span => ({
    key: `type ${type} ${periodOf(span, day)}`,
    name: `the budget of all ${type} sessions of the ${span}`,
    handle: `type ${type} ${span}`,
    limits: amountsOf(types[type]?.[span] ?? {}),
  }));

/** The budgets of a part of the house: of the day and of its month. @param part one that the settings do not name has the limits of any */
export const partScopes = ({ house }: Settings, part: string, day: string): Scope[] =>
  (["day", "month"] as const).map(span => ({
    key: `house ${part} ${periodOf(span, day)}`,
    name: `the budget of ${part} for the ${span}`,
    handle: `house ${part} ${span}`,
    limits: amountsOf((house[part] ?? anyPart)[span] ?? {}),
  }));

/** The budgets of everything together: of the day and of its month. */
export const houseScopes = (settings: Settings, day: string): Scope[] =>
  (["day", "month"] as const).map(span => ({
    key: `${span} ${periodOf(span, day)}`,
    name: `the budget of the ${span}`,
    handle: span,
    limits: amountsOf(settings[span]),
  }));

const periodOf = (span: "day" | "month", day: string) => (span === "day" ? day : day.slice(0, 7));

/** The models that somebody may use. A part of the house has its own in its settings. */
export const modelsOf = ({ models, types }: Settings, { type, part }: Spender): readonly string[] =>
  part === undefined ? (types[type]?.models ?? models) : ["*"];

/** Whether a model's id fits one of some patterns, in which "*" stands for anything. */
export const isAmong = (model: string, patterns: readonly string[]): boolean =>
  patterns.some(pattern => new Bun.Glob(pattern).match(model));

function amountsOf(given: GivenLimits): Partial<Amounts> {
  const limits = kinds.flatMap(kind => {
    const value = given[kind];
    return typeof value === "number" ? [[kind, kind === "usd" ? Math.round(value * NANO) : value]] : [];
  });
  return Object.fromEntries(limits);
}

const defined = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<T>;

/** An amount for people: "$1.25", "3 calls". */
export const inWords = (kind: Kind, amount: number): string =>
  kind === "usd" ? `$${(amount / NANO).toFixed(amount < NANO / 100 ? 4 : 2)}` : `${amount} ${labels[kind]}`;

const labels: Record<Exclude<Kind, "usd">, string> = {
  calls: "calls",
  tokens: "tokens",
  input: "tokens of input",
  output: "tokens of output",
  cacheRead: "tokens from the cache",
  cacheWrite: "tokens to the cache",
};
