import { service } from "./tokens";

export type Fields = Readonly<Record<string, unknown>>;

/** Structured log lines under one plugin's name. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** A plugin's own log, for classes that `ctx.make` builds. */
export const Log = service<Logger>("hearth.log");
