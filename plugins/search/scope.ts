import { RANGE } from "./documents";

/** Where a search looks. */
export interface Scope {
  /** The kinds that may be shown. */
  readonly shown: readonly string[];
  /** One of them; all of them when left out. */
  readonly type?: string;
}

/** A further condition of a query on `text`, and its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (number | string)[];
}

/** The numbers of the kinds that a scope holds. @param kinds that the index knows: id → number */
export function numbersIn({ shown, type }: Scope, kinds: ReadonlyMap<string, number>): number[] {
  const wanted = type === undefined ? shown : [type];
  return wanted.flatMap(id => kinds.get(id) ?? []);
}

/** Keeps a query to a scope: one kind is a range of ids, and all that the index knows are no condition at all. */
export function conditionOf(scope: Scope, kinds: ReadonlyMap<string, number>): Condition {
  const numbers = numbersIn(scope, kinds);
  if (numbers.length === kinds.size) return { sql: "", values: [] };
  const [one, ...others] = numbers;
  if (one !== undefined && others.length === 0)
    return { sql: "and text.rowid between ? and ?", values: [one * RANGE, (one + 1) * RANGE - 1] };
  return { sql: "and (text.rowid >> 32) in (select value from json_each(?))", values: [JSON.stringify(numbers)] };
}
