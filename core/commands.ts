import { type ParseArgsConfig, parseArgs } from "node:util";
import { HearthError } from "./errors";
import { uniqueIds } from "./slots";
import { slot } from "./tokens";

/** What a command gets beside its arguments. */
export interface CommandIo {
  /** Writes a line to whoever called. */
  print(line: string): void;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A command of the `hearth` program. It runs in the daemon when there is one, else in a kernel made for it. */
export interface Command {
  /** Its name: `hearth <id>`. */
  readonly id: string;
  /** What follows the name: "<type> [message] [--dry-run]". */
  readonly usage: string;
  readonly summary: string;
  /** It talks with the terminal itself, so it always runs in the caller's process. */
  readonly here?: boolean;
  /** It works on the state folder, so outside the daemon it needs the folder for itself. */
  readonly alone?: boolean;
  /** Answers the exit code; 0 when it answers nothing. @throws UsageError for arguments that do not fit */
  run(args: readonly string[], io: CommandIo): Promise<number | void> | number | void;
}

/** The commands beside the program's own (start, check, schema, help). */
export const Commands = slot<Command>("kernel.commands", uniqueIds("command"));

/** The arguments do not fit; the caller is shown how the command is used. Exit code 2. */
export class UsageError extends HearthError {
  constructor(detail: string) {
    super("CONFIG", detail);
    this.message = detail; // it is not the configuration that does not fit
  }
}

/** Reads the options of a command's arguments, as `parseArgs` of node:util does. @throws UsageError for what does not fit */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
