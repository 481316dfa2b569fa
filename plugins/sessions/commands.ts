import { type Command, type CommandIo, didYouMean, HearthError, type House, readArguments, UsageError } from "hearth";
import type { LogLine, Ticket } from "./contract";
import type { Desk } from "./desk";
import { toolSummary } from "./summary";
import type { Worker } from "./worker";

/** What the commands work with. */
interface Tools {
  readonly desk: Desk;
  readonly worker: Worker;
  readonly types: readonly string[];
  readonly home: string;
  readonly mode: House["mode"];
}

/** `hearth wake`, `sessions` and `session`. */
export const sessionCommands = (tools: Tools): Command[] => [
  {
    id: "wake",
    usage: "<type> [message] [--dry-run] [--max-turns N]",
    summary: "wake the agent and watch; --dry-run prints both prompts and changes nothing",
    alone: true,
    run: (args, io) => wake(tools, args, io),
  },
  {
    id: "sessions",
    usage: "[--limit N]",
    summary: "the latest sessions",
    run: (args, io) => list(tools.desk, args, io),
  },
  {
    id: "session",
    usage: "<id> [rerun <hook> | cancel | resume]",
    summary:
      "a session's report: every hook, its time, its note; rerun runs one hook again, cancel ends it, resume lets one go on that its budget stopped",
    alone: true,
    run: (args, io) => show(tools, args, io),
  },
];

function readNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${name} takes a whole number from 1 on, not "${text}"`);
  return value;
}

async function wake(
  { desk, worker, types, home, mode }: Tools,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const options = { "dry-run": { type: "boolean" }, "max-turns": { type: "string" } } as const;
  const { values, positionals } = readArguments({ args: [...args], options, allowPositionals: true });
  const [type, message, ...rest] = positionals;
  if (type === undefined || rest.length > 0)
    throw new UsageError("wake takes a session type and at most one message; put a message of several words in quotes");
  if (!types.includes(type))
    throw new UsageError(`"${type}" is no session type.${didYouMean(type, types)} There are ${types.join(", ")}`);
  const maxTurns = readNumber(values["max-turns"], "--max-turns");
  if (values["dry-run"]) return dryRun(desk, type, message, io);
  const order = () =>
    desk.wake({
      type,
      job: "cli",
      ...(message !== undefined && { message: { text: message } }),
      ...(maxTurns !== undefined && { maxTurns }),
    });
  return follow({ desk, worker, home, mode }, order, io);
}

/** Orders a session and watches it to its end. */
async function follow(
  { desk, worker, home, mode }: Omit<Tools, "types">,
  order: () => Ticket,
  io: CommandIo,
): Promise<number> {
  worker.start();
  const ticket = order();
  io.print(`session ${ticket.id}: ${ticket.ahead === 0 ? "it begins" : `queued, ${ticket.ahead} before it`}`);
  if (mode === "command") worker.closeAfter(ticket.id); // who waits behind it would be cut off with this process
  const record = await desk.follow(ticket.id, line => say(io, line, home), io.signal);
  const failed = desk.report(ticket.id).filter(({ state }) => state === "failed");
  io.print(`session ${record.id}: ${record.state}${record.error ? ` (${record.error})` : ""}`);
  for (const { id, note } of failed) io.print(`  hook ${id} failed: ${note}`);
  return record.state === "done" ? 0 : 1;
}

async function dryRun(desk: Desk, type: string, message: string | undefined, io: CommandIo): Promise<number> {
  const { system, user } = await desk.preview(type, message);
  io.print(`=== SYSTEM PROMPT ===\n${system}\n=== USER PROMPT ===\n${user}`);
  return 0;
}

function say(io: CommandIo, line: LogLine, home: string): void {
  if (line.type === "text") io.print(line.text);
  if (line.type === "tool") io.print(`  · ${toolSummary(line.name, line.input, home)}`);
  if (line.type === "notice") io.print(`  ! ${line.text}`);
}

function list(desk: Desk, args: readonly string[], io: CommandIo): void {
  const { values } = readArguments({ args: [...args], options: { limit: { type: "string" } } });
  const records = desk.list(readNumber(values.limit, "--limit") ?? 20);
  if (records.length === 0) io.print("no session yet; `hearth wake morning` makes one");
  for (const { id, type, state, agent, turns, costUsd, error } of records)
    io.print(
      [
        id,
        type.padEnd(14),
        state.padEnd(14),
        (agent ?? "").padEnd(10),
        `${turns ?? 0} turns`,
        `$${(costUsd ?? 0).toFixed(4)}`,
        error ?? "",
      ]
        .join("  ")
        .trimEnd(),
    );
}

async function show({ desk, worker, mode, home }: Tools, args: readonly string[], io: CommandIo): Promise<number> {
  const [id, verb, hook, ...rest] = args;
  const alone = verb === undefined || verb === "cancel" || verb === "resume";
  const fits = alone ? hook === undefined : verb === "rerun" && hook !== undefined;
  if (id === undefined || rest.length > 0 || !fits)
    throw new UsageError("session takes an id, and after it nothing, `rerun <hook>`, `cancel` or `resume`");
  if (!desk.find(id)) throw new HearthError("MISSING", `there is no session "${id}"; \`hearth sessions\` lists them`);
  if (verb === "resume") return follow({ desk, worker, mode, home }, () => desk.resume(id), io);
  if (verb === "cancel") desk.cancel(id);
  if (hook !== undefined) await desk.rerun(id, hook);
  return report(desk, id, io);
}

function report(desk: Desk, id: string, io: CommandIo): number {
  const record = desk.find(id)!;
  io.print(`session ${record.id}  ${record.type}  ${record.state}${record.error ? `  ${record.error}` : ""}`);
  if (record.stderr) io.print(`  stderr of the agent:\n    ${record.stderr.trimEnd().replaceAll("\n", "\n    ")}`);
  const outcomes = desk.report(id);
  for (const { id: name, state, ms, attempts, note } of outcomes)
    io.print(
      `  ${name.padEnd(20)} ${state.padEnd(8)} ${`${ms} ms`.padStart(12)}${attempts > 1 ? `  ${attempts} attempts` : ""}${note ? `  ${note}` : ""}`,
    );
  return outcomes.some(({ state }) => state === "failed") ? 1 : 0;
}
