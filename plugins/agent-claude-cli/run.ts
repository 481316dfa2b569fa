import { messageOf, settledWithin } from "hearth";
import { marks } from "./environment";
import { JsonLines, type Line } from "./json-lines";
import { ProcessTree, send } from "./processes";
import { type RunFolder, recordLeader } from "./run-folder";
import type { Exit } from "./story";
import { jailedBy } from "./system-processes";
import { Tail } from "./tail";

const LINE_CAP = 4 * 1024 * 1024;
const STDERR_KEPT = 16 * 1024;
/** Seconds for a killed process to be gone, and for what it had said to be read. */
const LAST_WAIT = 5;

export interface RunOptions {
  readonly command: readonly [executable: string, ...args: string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** The command is bubblewrap, with the CLI inside. */
  readonly jailed: boolean;
  readonly folder: RunFolder;
  /** Seconds. */
  readonly graces: { readonly interrupt: number; readonly terminate: number; readonly exit: number };
}

/** A process of the CLI and all that it starts. */
export class Run {
  readonly #process: Bun.Subprocess<Buffer, "pipe", "pipe">;
  readonly #tree: ProcessTree;
  readonly #stderr = new Tail(STDERR_KEPT);
  readonly #options: RunOptions;
  readonly #givenUp = Promise.withResolvers<void>();
  #stopping = false;
  #reason: string | undefined;
  #exitTimer: Timer | undefined;
  /** Resolves when everything that was started is dead, or cannot be ended. */
  readonly closed: Promise<Exit>;

  /** Starts the process. @throws what the system says: no such program, no such folder… */
  constructor(options: RunOptions) {
    const { command, cwd, env, stdin, folder, jailed } = options;
    this.#options = options;
    this.#process = Bun.spawn([...command], {
      cwd,
      env: { ...env },
      detached: true, // A session and a group of its own, so that signals reach all who stay in it.
      stdin: Buffer.from(stdin), // Written, then closed: left open it costs the CLI three seconds.
      stdout: "pipe",
      stderr: "pipe",
    });
    const leader = this.#process.pid;
    this.#tree = new ProcessTree({ leader, marks: { [marks.run]: folder.id }, ...(jailed && { keeper: leader }) });
    const drained = this.#stderr.drain(this.#process.stderr);
    this.closed = this.#close(drained);
    recordLeader(folder, this.#process.pid);
  }

  /** What it writes to stdout, until that ends. To be read once. */
  async *lines(): AsyncGenerator<Line> {
    const lines = new JsonLines(LINE_CAP);
    const reader = this.#process.stdout.getReader();
    // Only who cannot be ended holds the pipe open after the end.
    void this.closed.then(({ left }) => void (left.length > 0 && reader.cancel().catch(() => {})));
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield* lines.push(next.value);
      yield* lines.end();
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  /** Ends it: interrupts the CLI, then TERM, then KILL for everyone. @param reason why, for people */
  stop(reason?: string): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#reason = reason;
    this.#tree.living(); // Who descends from whom is known only as long as the parents live.
    this.#interrupt();
    void this.#escalate();
  }

  /** It has nothing more to say: it gets some time to exit by itself. */
  expectExit(): void {
    this.#exitTimer ??= setTimeout(() => this.stop(), this.#options.graces.exit * 1000);
  }

  /** The CLI alone: an interrupt ends bubblewrap at once, and with it the CLI. */
  #interrupt(): void {
    const inside = this.#options.jailed ? jailedBy(this.#process.pid) : undefined;
    if (inside === undefined || !send(inside, "SIGINT")) this.#process.kill("SIGINT");
  }

  async #escalate(): Promise<void> {
    const { interrupt, terminate } = this.#options.graces;
    if (await settledWithin(this.#process.exited, interrupt * 1000)) return;
    await this.#tree.end({ terminate, kill: LAST_WAIT });
    if (!(await settledWithin(this.#process.exited, LAST_WAIT * 1000))) this.#givenUp.resolve();
  }

  /** When the CLI is over, ends what it has left behind. */
  async #close(drained: Promise<void>): Promise<Exit> {
    const code = await Promise.race([this.#process.exited, this.#givenUp.promise]);
    this.#stopping = true;
    clearTimeout(this.#exitTimer);
    const { terminate } = this.#options.graces;
    const left = await this.#tree.end({ terminate, kill: LAST_WAIT });
    await settledWithin(drained, LAST_WAIT * 1000);
    return {
      left,
      stderr: this.#stderr.text,
      ...(typeof code === "number" && { code }),
      ...(this.#reason !== undefined && { reason: this.#reason }),
    };
  }
}

/** The end of a run that never began. */
export const notBegun = (error: unknown): Exit => ({ stderr: "", reason: messageOf(error), left: [] });
