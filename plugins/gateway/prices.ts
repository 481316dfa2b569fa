import { CODE, CONTEXT, type Price, priceTable, RESIDENCY, SEARCH, type Tariff } from "./price-table";

/** Thousand millionths of a US dollar: whole numbers, so that sums are exact. */
export const NANO = 1_000_000_000;

/** Tokens of one model in one call, or in a part of it. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/** How a call was served, beside its model. */
export interface Terms {
  readonly fast: boolean;
  /** Bound to run in the United States. */
  readonly resident: boolean;
}

/** What a call can come to at the most. */
export interface Most {
  /** The models that may answer. */
  readonly models: readonly string[];
  /** Tokens of the longest prompt among its rounds, and of all rounds together. */
  readonly prompt: number;
  readonly input: number;
  readonly output: number;
  readonly fast: boolean;
  /** What its prompt may be written to: the cache of five minutes, of an hour, or none. */
  readonly cache: "none" | "5m" | "1h";
  readonly searches: number;
  readonly code: boolean;
}

/** Knows what tokens cost on a day. */
export class Prices {
  readonly #table: readonly Price[];

  /** @param own prices of the house, which win over the table's of the same day */
  constructor(own: readonly Price[] = []) {
    this.#table = [...priceTable, ...own];
  }

  /** Nano-dollars of some tokens. A model that nobody knows costs what the dearest does. */
  cost(model: string, day: string, tokens: Tokens, { fast, resident }: Terms): number {
    const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
    const each = this.#tariff(model, day, fast, prompt);
    const sum =
      tokens.input * each.input +
      tokens.output * each.output +
      tokens.cacheRead * each.cacheRead +
      tokens.cacheWrite5m * each.cacheWrite5m +
      tokens.cacheWrite1h * each.cacheWrite1h;
    return nano((sum * (resident ? RESIDENCY : 1)) / 1_000_000);
  }

  /** Nano-dollars that a call comes to at the most, wherever it is served. */
  most(most: Most, day: string): number {
    const each = most.models.map(model => {
      const tariff = this.#tariff(model, day, most.fast, Math.min(most.prompt, CONTEXT));
      const written = { none: 0, "5m": tariff.cacheWrite5m, "1h": tariff.cacheWrite1h }[most.cache];
      return most.input * Math.max(tariff.input, tariff.cacheRead, written) + most.output * tariff.output;
    });
    return nano((Math.max(...each) * RESIDENCY) / 1_000_000) + this.extras(most.searches, most.code);
  }

  /** Nano-dollars of what is not counted in tokens. */
  extras(searches: number, code: boolean): number {
    return nano(searches * SEARCH + (code ? CODE : 0));
  }

  #tariff(model: string, day: string, fast: boolean, prompt: number): Tariff {
    const price = this.#find(model, day);
    if (!price) return this.#dearest(fast);
    if (fast) return price.fast ?? this.#dearest(true);
    return price.long && prompt > price.long.above ? price.long : price;
  }

  /** The latest price of a model that holds on a day; before its first day, the first. */
  #find(model: string, day: string): Price | undefined {
    const id = plainId(model);
    const known = this.#table.filter(({ models }) => models.includes(id));
    const holding = known.filter(({ since }) => since <= day);
    const latest = (a: Price, b: Price) => (b.since >= a.since ? b : a);
    return holding.length > 0 ? holding.reduce(latest) : known[0];
  }

  /** Of each kind the dearest that there is, whatever the day. */
  #dearest(fast: boolean): Tariff {
    const all = this.#table.flatMap(price => [price, price.long ?? price, (fast ? price.fast : undefined) ?? price]);
    const top = (kind: keyof Tariff) => Math.max(...all.map(tariff => tariff[kind]));
    return {
      input: top("input"),
      output: top("output"),
      cacheRead: top("cacheRead"),
      cacheWrite5m: top("cacheWrite5m"),
      cacheWrite1h: top("cacheWrite1h"),
    };
  }
}

/** A model's id without what clouds put before it and what versions put behind: "claude-opus-4-1" of "us.anthropic.claude-opus-4-1-20250805-v1:0". */
export const plainId = (model: string): string =>
  model
    .toLowerCase()
    .replace(/^.*?(?=claude-)/, "")
    .replace(/\[.*\]$/, "")
    .replace(/-v\d+(:\d+)?$/, "")
    .replace(/(@|-)(20\d{6}|latest|default)$/, "");

/** Rounded up; what is less than a thousandth of it comes from counting in binary. */
const nano = (usd: number): number => Math.ceil(usd * NANO - 0.001);
