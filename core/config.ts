import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { networkOf } from "./callers";
import { isRecord } from "./json-value";
import { levels } from "./log";
import { ConfigError, complaints, type Problem } from "./problems";
import { type Path, readToml, type Toml, TomlError } from "./toml";

/** The environment that a house is read with. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The keys of a plugin's table that belong to the kernel; the rest is the plugin's own. */
export const PluginTable = z.looseObject({
  enabled: z.boolean().default(true).describe("false turns the plugin off; it needs no secret then"),
  from: z
    .string()
    .min(1)
    .optional()
    .describe("A folder (begins with a dot or a slash; relative to this file) or an npm package"),
  critical: z.boolean().default(false).describe("true: Hearth does not start without it"),
});

const TimeZone = z
  .string()
  .refine(isTimeZone, { error: issue => `"${issue.input}" is not a time zone that is known here` });

const Network = z.string().refine(text => networkOf(text) !== undefined, {
  error: issue => `"${issue.input}" is neither an address nor a network such as "10.0.0.0/8"`,
});

/** The config file, but for the plugins' own settings. Every key has a default. */
export const Settings = z.strictObject({
  home: z.string().optional().describe("The agent's home, relative to this file; HEARTH_HOME wins"),
  state: z
    .string()
    .optional()
    .describe("Databases, keys, the queue; the home's path with .state behind it when left out"),
  timeZone: TimeZone.default("UTC").describe("IANA name of the zone in which days and slots are counted"),
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1").describe("Address to listen on"),
      port: z.int().min(0).max(65535).default(8000).describe("Port; 0 picks a free one and says which"),
      origins: z
        .array(z.string())
        .default(["http://localhost:3000"])
        .describe("Exact origins of browsers' pages that may call"),
      maxBody: z.int().positive().default(8_388_608).describe("Bytes of a request's body at the most"),
      trustedProxies: z
        .array(Network)
        .default(["127.0.0.1", "::1"])
        .describe("Addresses and networks whose X-Forwarded-For is believed"),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(levels).default("info").describe("The least that is written"),
      format: z
        .enum(["auto", "json", "pretty"])
        .default("auto")
        .describe("auto: pretty on a terminal, else JSON lines"),
    })
    .prefault({}),
  limits: z
    .strictObject({
      setup: z.number().positive().default(30).describe("Seconds a plugin may take to start"),
      stop: z
        .number()
        .positive()
        .default(30)
        .describe("Seconds that requests, the session and hooks get to end at a stop"),
      cut: z.number().positive().default(10).describe("Seconds that work which was cut off after that gets to end"),
      hook: z.number().positive().default(120).describe("Seconds a hook may take when it names no limit of its own"),
    })
    .prefault({}),
  plugins: z.record(z.string(), PluginTable).default({}),
});
export type Settings = z.output<typeof Settings>;

/** A config file that was read, whole. */
export interface Config {
  /** Absolute path of the file. */
  readonly file: string;
  /** Absolute. */
  readonly home: string;
  /** Absolute. */
  readonly state: string;
  readonly settings: Settings;
  /** A problem at the place of a key, for those who check the rest. */
  problem(path: Path, text: string): Problem;
}

/** Environment variables that win over the file: the setting's path, and how to read the text. */
const overrides: Record<string, readonly [path: readonly string[], read: (text: string) => unknown]> = {
  API_HOST: [["http", "host"], String],
  API_PORT: [["http", "port"], Number],
  API_CORS_ORIGINS_RAW: [["http", "origins"], readList],
  API_SHUTDOWN_TIMEOUT: [["limits", "stop"], Number],
  API_DEBUG: [["log", "level"], text => (readSwitch(text) ? "debug" : "info")],
};

/**
 * Reads the config file and the environment.
 * @throws ConfigError with all that is wrong, each with file, line and what to do
 */
export function readConfig(file: string, env: Env): Config {
  const path = resolve(file);
  const toml = parseFile(path);
  const problem = (at: Path, text: string): Problem => ({ file: path, place: toml.place(at), text });
  const missing: Problem[] = [];
  const raw = interpolate(toml.value, env, [], (at, name) =>
    missing.push(problem(at, `${at.join(".")}: the environment has no ${name}; set it, or turn off what needs it`)),
  );
  const read = Settings.safeParse(withOverrides(raw as Record<string, unknown>, env));
  const wrong = read.success
    ? []
    : complaints(Settings, read.error, "").map(({ path: at, text }) => problem(at, text + origin(at, env)));
  if (!read.success || missing.length > 0) throw new ConfigError([...missing, ...wrong]);
  return { file: path, settings: read.data, problem, ...folders(path, read.data, env) };
}

/** Where home and state are: the environment (from the working folder), then the file (from its own folder), then ./home. */
function folders(file: string, settings: Settings, env: Env): { home: string; state: string } {
  const beside = (path: string | undefined) => path && resolve(dirname(file), path);
  const home = (env["HEARTH_HOME"] && resolve(env["HEARTH_HOME"])) || beside(settings.home) || resolve("home");
  const state = (env["HEARTH_STATE"] && resolve(env["HEARTH_STATE"])) || beside(settings.state) || `${home}.state`;
  if (state === home || state.startsWith(`${home}/`))
    throw new ConfigError([
      { file, text: `the state folder ${state} lies in the home ${home}, where the agent works; put it outside` },
    ]);
  return { home, state };
}

function parseFile(path: string): Toml {
  if (!existsSync(path))
    throw new ConfigError([{ file: path, text: "there is no such file; HEARTH_CONFIG names the config file" }]);
  try {
    return readToml(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ConfigError([{ file: path, place: error.place, text: error.message }]);
  }
}

/** Puts the environment's value in the place of ${NAME}; what is turned off is left as it is. */
function interpolate(value: unknown, env: Env, at: Path, missing: (at: Path, name: string) => void): unknown {
  if (typeof value === "string")
    return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
      if (env[name] === undefined) missing(at, name);
      return env[name] ?? whole;
    });
  if (Array.isArray(value)) return value.map((item, index) => interpolate(item, env, [...at, index], missing));
  if (!isTable(value) || value["enabled"] === false) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolate(item, env, [...at, key], missing)]),
  );
}

/** Names the variable that a setting was read from. */
function origin(at: Path, env: Env): string {
  const name = Object.keys(overrides).find(one => env[one] && overrides[one]?.[0].join() === at.join());
  return name ? ` (that is ${name} of the environment)` : "";
}

const isTable = (value: unknown): value is Record<string, unknown> => isRecord(value) && !(value instanceof Date);

function withOverrides(raw: Record<string, unknown>, env: Env): Record<string, unknown> {
  const result: Record<string, unknown> = { ...raw };
  for (const [name, [[table, key], read]] of Object.entries(overrides)) {
    const text = env[name];
    if (text === undefined || text === "" || !table || !key) continue;
    const held = result[table];
    result[table] = { ...(isTable(held) ? held : {}), [key]: read(text) };
  }
  return result;
}

/** A path that begins with a dot or a slash is a folder; all else is the name of a package. */
export const isFolder = (from: string): boolean => from.startsWith(".") || isAbsolute(from);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Reads "a, b,,c" as ["a", "b", "c"]. */
export function readList(text: string): string[] {
  return text
    .split(",")
    .map(part => part.trim())
    .filter(Boolean);
}

/** Reads "1", "true", "yes" and "on" as true. */
export function readSwitch(text: string): boolean {
  return /^(1|true|yes|on)$/i.test(text);
}
