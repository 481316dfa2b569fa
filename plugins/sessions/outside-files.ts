import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { messageOf } from "hearth";
import type { LogLine } from "./contract";

const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * What tools outside Hearth read: whether a session runs, and what everyone may see of the running one, in the shape of the
 * Claude CLI's lines. Never throws: the files lie where the agent works, and what it makes of them must not end its session.
 */
export class OutsideFiles {
  readonly #status: string;
  readonly #stream: string;
  #open: { readonly session: string; fd: number | undefined } | undefined;

  /**
   * @param status, stream paths, relative to the home
   * @param failed told what could not be written, and why
   */
  constructor(
    readonly home: string,
    status: string,
    stream: string,
    readonly failed: (file: string, error: string) => void,
  ) {
    this.#status = resolve(home, status);
    this.#stream = resolve(home, stream);
    this.#tell({ active: false }); // a crash may have left it saying that a session runs
  }

  begin(session: string, type: string, startedAt: string): void {
    this.close();
    const fd = this.#trying(this.#stream, () => this.#openEmpty(this.#stream));
    this.#open = { session, fd };
    this.#tell({ active: true, type, session_id: session, started_at: startedAt });
  }

  /** @param line as everyone may see it */
  say(session: string, line: LogLine): void {
    const open = this.#open;
    const shape = open?.session === session && open.fd !== undefined ? cliShape(line) : undefined;
    if (!shape) return;
    this.#trying(this.#stream, () => writeSync(open!.fd!, `${JSON.stringify(shape)}\n`));
  }

  /** The stream file keeps the last session, so that nobody who polls misses its end. Nothing when another session runs. */
  end(session: string): void {
    if (this.#open?.session !== session) return;
    this.close();
    this.#tell({ active: false });
  }

  close(): void {
    if (this.#open?.fd !== undefined) closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #tell(status: object): void {
    this.#trying(this.#status, () => {
      const fd = this.#openEmpty(this.#status);
      try {
        writeFileSync(fd, `${JSON.stringify(status)}\n`);
      } finally {
        closeSync(fd);
      }
    });
  }

  /** Opens a file, emptied. In the home it is that file and nothing else: a link is replaced and never followed, and nobody waits for the reader of a pipe. */
  #openEmpty(path: string): number {
    mkdirSync(dirname(path), { recursive: true });
    const flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NONBLOCK;
    if (!isIn(this.home, path)) return openSync(path, flags, 0o644);
    if (!isIn(this.home, realpathSync(dirname(path)))) throw new Error("its folder leads out of the home");
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(path);
    return openSync(path, flags | O_NOFOLLOW, 0o644);
  }

  #trying<T>(file: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.failed(file, messageOf(error));
      return undefined;
    }
  }
}

const isIn = (root: string, path: string): boolean => path === root || path.startsWith(root + sep);

function cliShape(line: LogLine): object | undefined {
  switch (line.type) {
    case "start":
      return { type: "system", subtype: "init", session_id: line.agentSession, model: line.model };
    case "text":
      return { type: "assistant", message: { content: [{ type: "text", text: line.text }] } };
    case "tool":
      return {
        type: "assistant",
        message: { content: [{ type: "tool_use", id: line.id, name: line.name, input: line.input }] },
      };
    case "tool_result":
      return {
        type: "user",
        message: {
          content: [{ type: "tool_result", tool_use_id: line.id, content: line.content, is_error: line.isError }],
        },
      };
    case "end":
      return {
        type: "result",
        subtype: line.ok ? "success" : "error_during_execution",
        is_error: !line.ok,
        result: line.text,
        duration_ms: line.durationMs,
        num_turns: line.turns,
        total_cost_usd: line.costUsd,
      };
    default:
      return undefined;
  }
}
