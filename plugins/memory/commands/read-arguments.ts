import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "hearth";

/** Reads the arguments of a command; what does not fit is the caller's mistake. @throws UsageError */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
