import { chmodSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CallerBook, Callers } from "./callers";
import { Clock, wallClock } from "./clock";
import { type Config, type Env, readConfig } from "./config";
import { OwnDatabase, openDatabase } from "./database";
import { messageOf } from "./errors";
import { Home, HomeFolder } from "./home";
import { House } from "./house";
import { Inspector, inspect } from "./inspector";
import { DiskJournal } from "./journal";
import { type Builtin, builtin, Kernel } from "./kernel";
import { loadPlugins } from "./loader";
import { asJson, asPretty, atLeast } from "./log";
import { ConfigError } from "./problems";
import { SecretKeeper, Secrets, secretsOf } from "./secrets";
import { makeHome } from "./starter";
import { storageFault } from "./storage-fault";
import { TemplateFolders, Templates } from "./templates";
import type { Entry } from "./unit";

/** Hearth's own folder. */
export const root = resolve(import.meta.dir, "..");

/** A house that was opened: its kernel has no plugins yet. */
export interface OpenHouse {
  readonly config: Config;
  readonly house: House;
  readonly kernel: Kernel;
  readonly clock: Clock;
  readonly secrets: SecretKeeper;
  readonly callers: CallerBook;
  /** Whether log lines are for a person's eyes. */
  readonly pretty: boolean;
  /** The kernel's own database. */
  readonly db: ReturnType<typeof openDatabase>;
  /** Stops the plugins and closes what the kernel has open. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly env: Env;
  readonly mode: House["mode"];
  /** Where log lines go, formatted and with secrets taken out. */
  readonly out: (line: string) => void;
  /** Whether a person reads `out` on a terminal. */
  readonly terminal: boolean;
  /** Only look: a folder that stands in for the state folder, and for a home that is not there yet. */
  readonly look?: string;
}

/** The config file that an environment names. */
export const configFile = (env: Env): string => resolve(env["HEARTH_CONFIG"] || join(root, "config", "home.toml"));

/**
 * Reads the configuration, makes the folders that are missing, and builds a kernel for them.
 * @throws ConfigError with all that is wrong
 */
export async function openHouse({ env, mode, out, terminal, look }: OpenOptions): Promise<OpenHouse> {
  const read = readConfig(configFile(env), env);
  const config = { ...read, ...(look && lookAround(read, look)) };
  const fresh = await makeHome(config.home, root);
  const db = openState(config);
  const secrets = new SecretKeeper();
  for (const value of secretsOf(env)) secrets.add(value);

  const callers = new CallerBook(config.settings.http.trustedProxies);
  const clock = clockOf(env);
  const { timeZone, http } = config.settings;
  const house: House = { state: config.state, root, config: config.file, mode, fresh, timeZone, http, env };
  const { level, format } = config.settings.log;
  const pretty = format === "pretty" || (format === "auto" && terminal);
  const kernel: Kernel = new Kernel({
    write: atLeast(level, line => out(secrets.redact(pretty ? asPretty(line) : asJson(line)))),
    limits: config.settings.limits,
    journal: new DiskJournal(db),
    builtins: builtinsOf(config, house, { clock, secrets, callers }, () => kernel),
  });
  const close = async () => {
    await kernel.stop();
    db.close();
  };
  return { config, house, kernel, clock, secrets, callers, pretty, db, close };
}

/** Makes the state folder when it is missing, and opens the kernel's database in it. @throws ConfigError when its disk takes nothing */
function openState({ state, file }: Config): OpenHouse["db"] {
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    chmodSync(state, 0o700);
    return openDatabase(join(state, "kernel.db"), join(import.meta.dir, "migrations"));
  } catch (error) {
    const why = storageFault(error);
    if (why === undefined) throw error;
    const text = `nothing can be written in the state folder ${state}: ${why}; mend that, or name another folder with HEARTH_STATE`;
    throw new ConfigError([{ file, text }]);
  }
}

const lookAround = ({ home }: Config, folder: string) => ({
  state: folder,
  home: existsSync(home) ? home : join(folder, "home"),
});

/** Loads the plugins of a configuration and checks that they fit together. @throws ConfigError with all that is wrong */
export async function entriesOf(config: Config, kernel: Kernel, env: Env): Promise<readonly Entry[]> {
  const { entries, problems } = await loadPlugins(config, root, env);
  const faults = problems.length > 0 ? [] : kernel.faults(entries);
  const all = [...problems, ...faults.map(fault => ({ file: config.file, text: messageOf(fault) }))];
  if (all.length > 0) throw new ConfigError(all);
  return entries;
}

/** The machine's clock; `HEARTH_CLOCK`, an ISO time, sets it to that time at the start: for rehearsing a night, and for tests. */
function clockOf(env: Env): Clock {
  const start = env["HEARTH_CLOCK"] ? Date.parse(env["HEARTH_CLOCK"]) : Number.NaN;
  return wallClock(Number.isNaN(start) ? 0 : start - Date.now());
}

function builtinsOf(
  config: Config,
  house: House,
  { clock, secrets, callers }: Pick<OpenHouse, "clock" | "secrets" | "callers">,
  kernel: () => Kernel,
): Builtin[] {
  const home = new HomeFolder(realpathSync(config.home));
  const templates = (folder: string | undefined) =>
    new TemplateFolders(
      [join(dirname(config.file), "templates"), folder && join(folder, "templates"), join(root, "templates")].filter(
        (place): place is string => place !== undefined && existsSync(place),
      ),
    );
  return [
    builtin(Home, () => home),
    builtin(House, () => house),
    builtin(Clock, () => clock),
    builtin(Secrets, () => secrets),
    builtin(Callers, () => callers),
    builtin(Inspector, () => inspect(kernel())),
    builtin(Templates, ({ folder }) => templates(folder)),
    builtin(OwnDatabase, ({ id, folder, own }) => {
      const db = openDatabase(join(house.state, `${id}.db`), folder && join(folder, "migrations"));
      own(() => db.close());
      return db;
    }),
  ];
}
