import type { Frame } from "hearth";
import type { LogLine } from "./contract";
import { visibilityOf } from "./privacy";
import { toolSummary } from "./summary";

/** Characters that leave the house at the most. */
const MOST = { input: 500, content: 2000, result: 500 };
const NOT_SHOWN = "[not shown]";

export interface ViewOptions {
  readonly session: string;
  readonly home: string;
  readonly privateFolders: readonly string[];
  readonly redact: (text: string) => string;
}

/** What everyone may see of one session: its log lines in order, each as an event or as nothing. */
export class PublicView {
  readonly #names = new Map<string, string>();
  readonly #hidden = new Set<string>();
  readonly #callOnly = new Set<string>();

  constructor(readonly options: ViewOptions) {}

  /** The event of the next line; its id is `<session>.<n>`. */
  show(line: LogLine): Frame | undefined {
    const shown = this.#eventOf(line);
    return shown && { id: `${this.options.session}.${line.n}`, ...shown };
  }

  #eventOf(line: LogLine): Frame | undefined {
    const { redact, session, home } = this.options;
    switch (line.type) {
      case "start":
        return { event: "session.start", data: { session_id: session, model: line.model, turn: 0 } };
      case "text":
        return { event: "session.text", data: { text: redact(line.text) } };
      case "tool":
        return this.#tool(line.id, line.name, line.input, home);
      case "tool_result":
        return this.#toolResult(line.id, line.content, line.isError);
      case "end":
        return {
          event: "session.end",
          data: {
            duration_ms: line.durationMs,
            num_turns: line.turns,
            cost_usd: line.costUsd,
            result: redact(line.text).slice(0, MOST.result),
          },
        };
      default:
        return undefined;
    }
  }

  #tool(id: string, name: string, input: unknown, home: string): Frame | undefined {
    const { redact, privateFolders } = this.options;
    this.#names.set(id, name);
    const visibility = visibilityOf(name, input, home, privateFolders);
    if (visibility === "hidden") return void this.#hidden.add(id);
    if (visibility === "call-only") this.#callOnly.add(id);
    return {
      event: "session.tool",
      data: {
        tool_name: name,
        summary: redact(toolSummary(name, input, home)),
        input: redact(JSON.stringify(input) ?? "").slice(0, MOST.input),
      },
    };
  }

  #toolResult(id: string, content: string, isError: boolean): Frame | undefined {
    if (this.#hidden.has(id) || !this.#names.has(id)) return undefined;
    const shown = this.#callOnly.has(id) ? NOT_SHOWN : this.options.redact(content).slice(0, MOST.content);
    return {
      event: "session.tool_result",
      data: { tool_name: this.#names.get(id)!, content: shown, is_error: isError },
    };
  }
}
