import type { Database } from "hearth";
import { type Amounts, type Kind, kinds } from "./limits";

/** The column of each kind in a tally. */
export const columns: Readonly<Record<Kind, string>> = {
  calls: "calls",
  tokens: "tokens",
  input: "input",
  output: "output",
  cacheRead: "cache_read",
  cacheWrite: "cache_write",
  usd: "usd",
};

/** A row of the table `tally`: what is spent and held of each kind. */
export type TallyRow = Readonly<Record<string, number>>;

const upsertFor = (prefix: string): string => {
  const names = kinds.map(kind => prefix + columns[kind]);
  return `insert into tally (scope, ${names.join(", ")}) values ($scope, ${kinds.map(kind => `$${kind}`).join(", ")})
    on conflict (scope) do update set ${names.map(name => `${name} = ${name} + excluded.${name}`).join(", ")}`;
};
const upserts = { spent: upsertFor(""), held: upsertFor("held_") };

/** Adds amounts to what a tally has of "spent" or "held"; with a sign of -1 it takes them away. */
export function addRow(db: Database, scope: string, to: keyof typeof upserts, amounts: Amounts, sign: 1 | -1): void {
  const signed = Object.fromEntries(kinds.map(kind => [kind, sign * amounts[kind]]));
  db.query(upserts[to]).run({ scope, ...signed });
}
