import { type Command, type CommandIo, didYouMean, HttpError, readArguments, UsageError } from "hearth";
import type { Budget } from "./budget";
import type { CostReader } from "./costs";
import { daysBefore } from "./days-before";
import { type Raisable, raisable } from "./limits";
import type { Figures, LimitStanding } from "./shapes";

const views = ["day", "type", "model", "session"] as const;
type View = (typeof views)[number];

/** `hearth costs` and `hearth budget`. */
export const gatewayCommands = (costs: CostReader, budget: Budget, today: () => string): Command[] => [
  {
    id: "costs",
    usage: "[--by day|type|model|session] [--days N]",
    summary: "what calls of models came to: the agent's, and the house's own",
    run: (args, io) => showCosts(costs, today(), args, io),
  },
  {
    id: "budget",
    usage:
      "[stop [why] | go | raise <day | month | session ID | type NAME day|month | house PART day|month> <amount> [kind]]",
    summary: "the limits and where they stand; stop ends all spending at once, raise adds to a limit",
    alone: true,
    run: (args, io) => runBudget(budget, args, io),
  },
];

function showCosts(costs: CostReader, to: string, args: readonly string[], io: CommandIo): void {
  const { by, days } = readOptions(args);
  const read = costs.read({ from: daysBefore(to, days - 1), to });
  const rows: [string, Figures][] = {
    day: () => read.by_day.map((row): [string, Figures] => [row.day, row]),
    type: () => read.by_type.map((row): [string, Figures] => [row.type, row]),
    model: () => read.by_model.map((row): [string, Figures] => [row.model, row]),
    session: () => read.by_session.map((row): [string, Figures] => [`${row.session} ${row.type}`, row]),
  }[by]();
  for (const [name, figures] of rows) io.print(lineOf(name, figures));
  io.print(lineOf(`${read.from} to ${read.to}`, read.total));
  if (read.open_calls > 0)
    io.print(`${read.open_calls} calls on their way, which may come to $${read.held_usd.toFixed(2)}`);
}

function readOptions(args: readonly string[]): { by: View; days: number } {
  const options = { by: { type: "string", default: "day" }, days: { type: "string", default: "30" } } as const;
  const { values } = readArguments({ args: [...args], options });
  const by = views.find(view => view === values.by);
  const days = Number(values.days);
  if (!by)
    throw new UsageError(`--by takes ${views.join(", ")}, not "${values.by}".${didYouMean(String(values.by), views)}`);
  if (!Number.isInteger(days) || days < 1 || days > 3660)
    throw new UsageError("--days takes a whole number from 1 to 3660");
  return { by, days };
}

const lineOf = (name: string, figures: Figures): string => {
  const tokens = `${figures.input_tokens} in, ${figures.output_tokens} out, ${figures.cache_read_tokens} from the cache, ${figures.cache_write_5m_tokens + figures.cache_write_1h_tokens} to it`;
  const assumed = figures.assumed > 0 ? `; ${figures.assumed} as reserved` : "";
  return `${name.padEnd(34)} $${figures.usd.toFixed(4).padStart(9)}  ${figures.calls} calls: ${tokens}${assumed}`;
};

function runBudget(budget: Budget, [what, ...rest]: readonly string[], io: CommandIo): void {
  if (what === undefined) return void show(budget, io);
  if (what === "stop") {
    budget.stop(rest.join(" ") || "a person stopped it");
    return void io.print("everything is stopped; `hearth budget go` lets it go on");
  }
  if (what === "go" && rest.length === 0) {
    budget.go();
    return void io.print("it goes on; sessions that were stopped go on with `hearth session <id> resume`");
  }
  if (what === "raise") return void raise(budget, rest, io);
  throw new UsageError(`"${[what, ...rest].join(" ")}" is nothing that one can do with the budget`);
}

function show(budget: Budget, io: CommandIo): void {
  const { stopped, limits, running } = budget.standing();
  if (stopped) io.print(`everything is stopped since ${stopped.at}: ${stopped.why}`);
  for (const limit of limits) io.print(limitLine(limit));
  io.print(running.length > 0 ? `running: ${running.join(", ")}` : "no session runs that calls a model");
}

function raise(budget: Budget, args: readonly string[], io: CommandIo): void {
  const last = args.at(-1) ?? "";
  const kind = raisable.find(one => one === last);
  const words = kind ? args.slice(0, -1) : args;
  const amount = Number((words.at(-1) ?? "").replace(/^\$/, ""));
  if (words.length < 2 || !(amount > 0 && amount <= 1_000_000_000))
    throw new UsageError(
      `raise takes a budget, an amount above 0, and one of ${raisable.join(", ")} (usd when left out)`,
    );
  try {
    io.print(limitLine(budget.raise(words.slice(0, -1).join(" "), kind ?? "usd", amount)));
  } catch (error) {
    throw error instanceof HttpError ? new UsageError(error.detail) : error;
  }
}

const limitLine = ({ scope, kind, limit, raised, spent, held }: LimitStanding): string => {
  const words = (amount: number) => inWords(kind, amount);
  const notes = [
    raised > 0 ? `${words(raised)} of it added` : "",
    held > 0 ? `${words(held)} held by calls on their way` : "",
  ].filter(Boolean);
  return `${scope.padEnd(34)} ${words(spent)} of ${words(limit)}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
};

const inWords = (kind: Raisable, amount: number): string =>
  kind === "usd" ? `$${amount.toFixed(2)}` : `${amount} ${kind}`;
