import { service } from "./tokens";

/** What a log line says beside its message, by name. */
export type Fields = Readonly<Record<string, unknown>>;
/** From the least to the gravest. */
export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** Structured log lines under one plugin's name. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** A plugin's own log, for classes that `ctx.make` builds. */
export const Log = service<Logger>("hearth.log");

/** One line of the log. */
export interface LogLine extends Fields {
  /** ISO, UTC. */
  readonly time: string;
  readonly level: Level;
  /** The plugin that speaks; "kernel" for the kernel. */
  readonly plugin: string;
  readonly message: string;
}

/** Where log lines go. */
export type Write = (line: LogLine) => void;

/** A logger that speaks under one name. */
export const logger = (plugin: string, write: Write): Logger => {
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}) => {
      const head = { time: new Date().toISOString(), level, plugin, message };
      write({ ...head, ...fields, ...head });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
};

/** Passes on lines of a level and above. */
export const atLeast = (least: Level, write: Write): Write => {
  const bar = levels.indexOf(least);
  return line => {
    if (levels.indexOf(line.level) >= bar) write(line);
  };
};

/** JSON lines: for machines, and for whatever collects the output of a service. */
export function asJson(line: LogLine): string {
  const { time, level, plugin, message } = line;
  return jsonOf(line) ?? JSON.stringify({ time, level, plugin, message, fields: HIDDEN });
}

/** Stands for what JSON cannot hold. */
const HIDDEN = "(cannot be shown)";

/** A value as JSON; nothing when it goes round in a circle. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, one) =>
      one instanceof Error ? one.message : typeof one === "bigint" ? String(one) : one,
    );
  } catch {
    return undefined;
  }
}

const colours: Record<Level, string> = { debug: "\x1b[90m", info: "\x1b[36m", warn: "\x1b[33m", error: "\x1b[31m" };

/** One readable line: for a person at a terminal. */
export const asPretty = ({ time, level, plugin, message, ...fields }: LogLine): string => {
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${asField(value)}`);
  const clock = time.slice(11, 19);
  return `\x1b[90m${clock}\x1b[0m ${colours[level]}${plugin.padEnd(18)}\x1b[0m ${[message, ...rest].join("  ")}`;
};

const asField = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : (jsonOf(value) ?? HIDDEN);
