import { resolve } from "node:path";
import { messageOf } from "./errors";
import { writeAtomic } from "./files";

/** Where what a command prints goes. */
export interface Paper {
  /** The arguments without those that say so. */
  readonly args: readonly string[];
  print(line: string): void;
  /** Called when the command is over. Answers the exit code. */
  done(code: number): Promise<number>;
}

/**
 * Reads `--out FILE`: what a command prints goes to that file, whole, once it has ended well; the caller's program writes it, wherever the command runs.
 * `--svg FILE` does the same, and the command still sees `--svg`: that it is to draw.
 * Without it each line goes out at once. A text instead when it cannot be read.
 */
export function paperOf(args: readonly string[], print: (line: string) => void): Paper | string {
  const at = args.findIndex(arg => arg === "--out" || arg === "--svg");
  if (at < 0) return { args, print, done: async code => code };
  const file = args[at + 1];
  if (!file) return `${args[at]} needs the name of a file`;
  const lines: string[] = [];
  return {
    args: args[at] === "--svg" ? args.toSpliced(at + 1, 1) : args.toSpliced(at, 2),
    print: line => void lines.push(line),
    async done(code) {
      if (code !== 0) return code;
      await writeAtomic(resolve(file), `${lines.join("\n")}\n`).catch(error => {
        throw new Error(`${file} could not be written: ${messageOf(error)}`);
      });
      return 0;
    },
  };
}
