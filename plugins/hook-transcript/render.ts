import { frontMatter } from "hearth-plugins/content";
import type { LogLine, Session } from "hearth-plugins/sessions";
import { cutText, fenced } from "./fence";

/** How a transcript is written. */
export interface Style {
  /** ISO time of the session's start. */
  readonly date: string;
  /** Characters of a tool's result that are kept. */
  readonly resultLength: number;
}

/** The session as the transcript needs it. */
export type Told = Pick<Session, "type" | "state" | "result">;

/** A session as a page of markdown: front matter, then text, tool calls and their results in order, then the last words. Fields of a log line that are missing or of another kind are read as empty. */
export function renderTranscript(session: Told, lines: readonly LogLine[], style: Style): string {
  const last = lastWords(session, lines);
  const told = lines.filter(line => line !== last.line);
  const parts = told.flatMap(line => renderLine(line, style.resultLength) ?? []);
  return [header(session, lines, style.date), "# Session", ...parts, "## Final Response", `${last.text}\n`].join(
    "\n\n",
  );
}

function header({ type, state, result }: Told, lines: readonly LogLine[], date: string): string {
  const start = lines.find(line => line.type === "start");
  return frontMatter({
    date,
    session_id: start?.agentSession ?? null,
    num_turns: result.turns,
    type,
    status: state,
    exit_code: result.exitCode,
    error: result.error,
  }).trimEnd();
}

/** The final response, and the line of the log that says the same and so need not be shown twice. */
function lastWords({ result }: Told, lines: readonly LogLine[]): { text: string; line?: LogLine } {
  const text = result.text.trim();
  if (!text) return { text: `*None${result.error ? `: ${result.error}` : "."}*` };
  const line = lines.findLast(({ type }) => type === "text" || type === "tool");
  return line?.type === "text" && asText(line.text).trim() === text ? { text, line } : { text };
}

function renderLine(line: LogLine, resultLength: number): string | undefined {
  switch (line.type) {
    case "text":
      return asText(line.text).trim() || undefined;
    case "tool":
      return `### Tool: ${oneLine(line.name)}\n\n${fenced(JSON.stringify(line.input, null, 2) ?? "null", "json")}`;
    case "tool_result":
      return `**${line.isError ? "Error" : "Result"}**\n\n${fenced(cutText(asText(line.content), resultLength))}`;
    case "notice":
      return `> ${oneLine(line.text)}`;
  }
}

const asText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
const oneLine = (value: unknown): string => asText(value).replace(/\s+/g, " ").trim();
