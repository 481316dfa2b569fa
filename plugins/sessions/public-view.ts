import type { Frame } from "hearth";
import type { LogLine } from "./contract";
import { visibilityOf } from "./privacy";
import { toolSummary } from "./summary";

/** Characters that an event of the live stream has at the most. */
const MOST = { input: 500, content: 2000, result: 500 };
const NOT_SHOWN = "[not shown]";

export interface ViewOptions {
  readonly session: string;
  readonly home: string;
  readonly privateFolders: readonly string[];
  readonly redact: (text: string) => string;
  /** Whether the words of a server's tool may be seen; none of them when left out. */
  readonly shows?: (tool: string) => boolean;
}

/** How runtimes name the tools that a server gives. */
const SERVED = "mcp__";

type Line<T extends LogLine["type"]> = Extract<LogLine, { type: T }>;

/** What everyone may see of one session: its log lines in order, each as it may be seen or as nothing. */
export class PublicView {
  readonly #names = new Map<string, string>();
  readonly #hidden = new Set<string>();
  readonly #callOnly = new Set<string>();

  constructor(readonly options: ViewOptions) {}

  /** The next line as everyone may see it: secrets taken out, and answers that are nobody's business. Nothing for what is hidden. */
  seen(line: LogLine): LogLine | undefined {
    const { redact } = this.options;
    switch (line.type) {
      case "start":
        return line;
      case "text":
        return { ...line, text: redact(line.text) };
      case "tool":
        return this.#tool(line);
      case "tool_result":
        return this.#toolResult(line);
      case "end":
        return { ...line, text: redact(line.text) };
      default:
        return undefined;
    }
  }

  /** The event of a line that `seen` has passed; its id is `<session>.<n>`. */
  eventOf(line: LogLine): Frame | undefined {
    const shown = this.#shown(line);
    return shown && { id: `${this.options.session}.${line.n}`, ...shown };
  }

  /** The event of the next line. */
  show(line: LogLine): Frame | undefined {
    const seen = this.seen(line);
    return seen && this.eventOf(seen);
  }

  #shown(line: LogLine): Frame | undefined {
    const { session, home } = this.options;
    switch (line.type) {
      case "start":
        return { event: "session.start", data: { session_id: session, model: line.model, turn: 0 } };
      case "text":
        return { event: "session.text", data: { text: line.text } };
      case "tool": {
        const input = (JSON.stringify(line.input) ?? "").slice(0, MOST.input);
        const summary = toolSummary(line.name, line.input, home);
        return { event: "session.tool", data: { tool_name: line.name, summary, input } };
      }
      case "tool_result": {
        const content = line.content.slice(0, MOST.content);
        const name = this.#names.get(line.id)!;
        return { event: "session.tool_result", data: { tool_name: name, content, is_error: line.isError } };
      }
      case "end": {
        const { durationMs: duration_ms, turns: num_turns, costUsd: cost_usd } = line;
        const result = line.text.slice(0, MOST.result);
        return { event: "session.end", data: { duration_ms, num_turns, cost_usd, result } };
      }
      default:
        return undefined;
    }
  }

  #tool(line: Line<"tool">): LogLine | undefined {
    const { redact, privateFolders, home } = this.options;
    const { id, name, input } = line;
    const shown = { ...line, name: redact(name), input: withoutSecrets(input, redact) };
    this.#names.set(id, shown.name);
    if (name.startsWith(SERVED)) return this.options.shows?.(name) ? shown : this.#withoutWords(shown);
    const visibility = visibilityOf(name, input, home, privateFolders);
    if (visibility === "hidden") return void this.#hidden.add(id);
    if (visibility === "call-only") this.#callOnly.add(id);
    return shown;
  }

  /** A tool of a server of which nobody knows that everyone may see what goes in and out. */
  #withoutWords(line: Line<"tool">): LogLine {
    this.#callOnly.add(line.id);
    return { ...line, input: {} };
  }

  #toolResult(line: Line<"tool_result">): LogLine | undefined {
    const { id, content } = line;
    if (this.#hidden.has(id) || !this.#names.has(id)) return undefined;
    return { ...line, content: this.#callOnly.has(id) ? NOT_SHOWN : this.options.redact(content) };
  }
}

/** A value of JSON with each of its texts redacted. */
function withoutSecrets(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(item => withoutSecrets(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), withoutSecrets(item, redact)]));
}
