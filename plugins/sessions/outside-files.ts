import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { LogLine } from "./contract";

/** What tools outside Hearth read: whether a session runs, and the running session in the shape of the Claude CLI's lines. */
export class OutsideFiles {
  readonly #status: string;
  readonly #stream: string;

  /** @param status, stream paths, relative to the home */
  constructor(home: string, status: string, stream: string) {
    this.#status = resolve(home, status);
    this.#stream = resolve(home, stream);
    for (const file of [this.#status, this.#stream]) mkdirSync(dirname(file), { recursive: true });
    this.end(); // a crash may have left it saying that a session runs
  }

  begin(session: string, type: string, startedAt: string): void {
    writeFileSync(this.#stream, "", { mode: 0o644 });
    this.#write({ active: true, type, session_id: session, started_at: startedAt });
  }

  say(line: LogLine): void {
    const shape = cliShape(line);
    if (shape) appendFileSync(this.#stream, `${JSON.stringify(shape)}\n`);
  }

  /** The stream file keeps the last session, so that nobody who polls misses its end. */
  end(): void {
    this.#write({ active: false });
  }

  #write(status: object): void {
    writeFileSync(this.#status, `${JSON.stringify(status)}\n`, { mode: 0o644 });
  }
}

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
