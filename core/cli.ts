import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Command, Commands, UsageError } from "./commands";
import { readConfig } from "./config";
import { type DaemonFile, findDaemon } from "./daemon-file";
import { messageOf } from "./errors";
import { takeHouse } from "./lock";
import { serve } from "./main";
import { configFile, entriesOf, type OpenHouse, openHouse } from "./open";
import { type Paper, paperOf } from "./out-file";
import { BASE_PATH } from "./routes";
import { configSchema } from "./schema";
import { serviceKey } from "./service-key";
import { complain, exit, heedReaders, NOBODY_READS, print, unread } from "./standard-output";

/** Where summaries begin in the help, in characters. */
const COLUMN = 22;
const usage = `hearth <command>

  start                  run the daemon
  check                  read the config file and tell all that is wrong with it
  schema                 print the JSON Schema of the config file, for editors
  help                   this text, with the commands of the plugins

Of the plugins; with --out FILE, what one prints goes to a file:
`;

/** Runs `hearth` with these arguments; answers the exit code. 2 means that the arguments do not fit. */
export async function hearth(argv: readonly string[]): Promise<number | undefined> {
  const [name = "help", ...args] = argv;
  if (name === "start") return void (await serve());
  if (name === "check") return check();
  if (name === "schema") return print(JSON.stringify(await configSchema(process.env), null, 2));
  if (name === "help" || name === "--help" || name === "-h") return help();
  const paper = paperOf(args, print);
  if (typeof paper === "string") return complain(paper, 2);
  const daemon = findDaemon(readConfig(configFile(process.env), process.env).state);
  const answer = daemon && (await askDaemon(daemon, name, paper));
  return paper.done(answer ?? (await runHere(name, paper)));
}

/** Reads the file, loads the plugins and sets them up in a house that is thrown away: what two of them both claim shows only then. */
async function check(): Promise<number> {
  return withHouse({ copy: true }, async ({ config, kernel }) => {
    const entries = await entriesOf(config, kernel, process.env);
    await kernel.apply(entries);
    const wrong = kernel.units().filter(({ state }) => state === "failed" || state === "waiting");
    for (const { id } of wrong) complain(`${config.file}  [plugins.${id}] ${kernel.why(id)}`, 1);
    const on = entries.filter(({ enabled }) => enabled ?? true).length;
    return wrong.length > 0 ? 1 : print(`${config.file}: all is well; ${on} plugins on, ${entries.length - on} off`);
  });
}

async function help(): Promise<number> {
  print(usage);
  return withHouse({ copy: true }, async ({ kernel, config }) => {
    await kernel.apply(await entriesOf(config, kernel, process.env));
    for (const { item } of kernel.slots.held(Commands)) for (const line of helpOn(item)) print(line);
    return 0;
  });
}

/** A command and what it is for: in one line, or in two when its usage is long. */
function helpOn({ id, usage, summary }: Command): string[] {
  const start = `  ${`${id} ${usage}`.padEnd(COLUMN)} `;
  return start.length === COLUMN + 3 ? [start + summary] : [start.trimEnd(), " ".repeat(COLUMN + 3) + summary];
}

/** Has the daemon run a command, and prints what it says. Nothing when the command wants to run in this process, or nobody listens there any more. */
async function askDaemon({ url }: DaemonFile, name: string, { args, print }: Paper): Promise<number | undefined> {
  const { state } = readConfig(configFile(process.env), process.env);
  const response = await fetch(`${url}${BASE_PATH}/system/commands/${encodeURIComponent(name)}`, {
    method: "POST",
    headers: { "x-api-key": serviceKey(state, process.env).value, "content-type": "application/json" },
    body: JSON.stringify({ args }),
    signal: unread,
  }).catch(() => undefined); // killed, and its file stayed behind
  if (!response || response.status === 409) return undefined;
  if (!response.ok || !response.body) return complain(await refusalOf(response), 2);
  let code: number | undefined;
  for await (const line of linesOf(response.body)) {
    const said = JSON.parse(line) as { line?: string; error?: string; exit?: number };
    if (said.line !== undefined) print(said.line);
    if (said.error !== undefined) complain(said.error, 1);
    if (said.exit !== undefined) code = said.exit;
  }
  return code ?? complain(`the daemon at ${url} ended before "${name}" was over`, 1);
}

/** What an answer that is no success says to people. */
async function refusalOf(response: Response): Promise<string> {
  const { detail, error } = (await response.json().catch(() => ({}))) as { detail?: unknown; error?: unknown };
  const said = detail ?? error ?? response.statusText;
  const text = typeof said === "string" ? said : JSON.stringify(said);
  return response.status === 401 ? `${text}: the daemon was started with another API_KEY` : text;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter(Boolean);
  }
}

/** Runs a command in a kernel made for it. One that only looks gets a copy of the state, so that it changes nothing. */
async function runHere(name: string, { args, print }: Paper): Promise<number> {
  let release = () => {};
  const run = (copy: boolean): Promise<number | "again"> =>
    withHouse({ copy }, async house => {
      await house.kernel.apply(await entriesOf(house.config, house.kernel, process.env));
      const command = house.kernel.slots.held(Commands).find(({ item }) => item.id === name)?.item;
      if (!command) return complain(`there is no command "${name}"; \`hearth help\` lists them`, 2);
      const real = command.here || (command.alone && !args.includes("--dry-run"));
      if (copy && real) return "again";
      if (command.alone && !copy) release = takeHouse(house.house.state, house.config.home);
      return runCommand(command, args, print);
    });
  try {
    const code = await run(true);
    return code === "again" ? ((await run(false)) as number) : code;
  } finally {
    release(); // not before the house is closed: till then something may still run in it
  }
}

async function runCommand(command: Command, args: readonly string[], print: Paper["print"]): Promise<number> {
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort(new Error("interrupted")));
  try {
    return (await command.run(args, { print, signal: AbortSignal.any([abort.signal, unread]) })) ?? 0;
  } catch (error) {
    if (error instanceof UsageError)
      return complain(`${messageOf(error)}\nusage: hearth ${command.id} ${command.usage}`, 2);
    return failure(error);
  }
}

/** Opens the house for as long as the work takes; with `copy` its state folder is a copy that is thrown away. */
async function withHouse<T>({ copy }: { copy: boolean }, work: (house: OpenHouse) => Promise<T>): Promise<T | number> {
  const state = copy ? copyOfState() : undefined;
  try {
    const house = await openHouse({
      env: process.env,
      mode: "command",
      out: line => process.stderr.write(`${line}\n`),
      terminal: true,
      ...(state && { look: state }),
    });
    try {
      return await work(house);
    } finally {
      await house.close();
    }
  } catch (error) {
    return complain(messageOf(error), 1);
  } finally {
    if (state) rmSync(state, { recursive: true, force: true });
  }
}

/** A copy of the databases, and of the secrets that their fingerprints are made with; the rest of the state folder is not needed to look at it. */
function copyOfState(): string {
  const copy = mkdtempSync(join(tmpdir(), "hearth-"));
  try {
    const { state } = readConfig(configFile(process.env), process.env);
    const wanted = (path: string) =>
      path === state || (/\.(db(-wal)?|secret)$/.test(path) && basename(path) !== "lock.db");
    cpSync(state, copy, { recursive: true, filter: wanted });
  } catch {
    // No state yet, or a config file that openHouse will complain of.
  }
  return copy;
}

/** What went wrong, unless that is only that nobody reads any more. */
const failure = (error: unknown): number => (unread.aborted ? NOBODY_READS : complain(messageOf(error), 1));

if (import.meta.main) {
  heedReaders();
  const code = await hearth(process.argv.slice(2)).catch(failure);
  if (code !== undefined) await exit(code);
}
