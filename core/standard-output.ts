import { messageOf } from "./errors";

/** What a shell sees of a program that wrote to a pipe whose reader had gone: 128 and the number of SIGPIPE. */
export const NOBODY_READS = 141;

const gone = new AbortController();
/** Aborted when what is printed goes to nobody any more, as in `hearth list | head -3`. */
export const unread: AbortSignal = gone.signal;
let unwritten = false;

/** From now on a reader who goes away is noticed (`unread`), and what cannot be written is told in one line; neither ends the program with a trace. */
export function heedReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", heed);
}

function heed(error: Error & { code?: string }): void {
  if (error.code === "EPIPE") gone.abort(new Error("nobody reads what is printed"));
  else if (!unwritten) {
    unwritten = true;
    complain(`what was printed could not be written: ${messageOf(error)}`, 1);
  }
}

/** Prints a line; answers the exit code of success. */
export function print(line: string): number {
  process.stdout.write(`${line}\n`);
  return 0;
}

/** Tells what went wrong; answers that exit code. */
export function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}

/** Ends the program when all that was said has been read: what a pipe had no room for yet would be lost otherwise. */
export async function exit(code: number): Promise<never> {
  await flushed(process.stdout);
  await flushed(process.stderr);
  process.exit(unread.aborted ? NOBODY_READS : code || Number(unwritten));
}

/** Bun counts nothing as unwritten (`writableLength`), and answers a write of nothing at once: only of the stream's end it tells in time. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed) return;
  await new Promise<void>(resolve => {
    stream.once("error", () => resolve());
    stream.end(() => setImmediate(resolve)); // an error of the last write comes after it
  });
}
