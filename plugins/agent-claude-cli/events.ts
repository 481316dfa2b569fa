import type { AgentEvent } from "hearth-plugins/sessions";
import { z } from "zod";
import { type Line as RawLine } from "./json-lines";
import { ResultLine, type Told, toldBy } from "./result";

const optionalText = z.string().optional().catch(undefined);
const optionalNumber = z.number().optional().catch(undefined);

const Block = z.looseObject({
  type: z.string(),
  text: optionalText,
  id: optionalText,
  name: optionalText,
  input: z.unknown().optional(),
  tool_use_id: optionalText,
  content: z.unknown().optional(),
  is_error: z.boolean().optional().catch(undefined),
});
type Block = z.output<typeof Block>;

const Message = z.looseObject({ content: z.union([z.string(), z.array(z.unknown())]), model: optionalText });

const StreamLine = z.looseObject({
  type: z.string(),
  subtype: optionalText,
  session_id: optionalText,
  model: optionalText,
  message: z.unknown().optional(),
  mcp_servers: z
    .array(z.looseObject({ name: z.string().catch("?"), status: z.string().catch("unknown") }))
    .optional()
    .catch(undefined),
  /** Set on what a subagent says and does. */
  parent_tool_use_id: z.string().nullish().catch(undefined),
});
type StreamLine = z.output<typeof StreamLine>;

const Retry = z.looseObject({
  attempt: optionalNumber,
  max_retries: optionalNumber,
  retry_delay_ms: optionalNumber,
  error_status: optionalNumber,
  error: optionalText,
});

/** What one line of the CLI means: events, and from its last line how the run went. */
export interface Meaning {
  readonly events: readonly AgentEvent[];
  readonly told?: Told;
}

const notice = (text: string): AgentEvent => ({ type: "notice", text });
const only = (...events: AgentEvent[]): Meaning => ({ events });

/** Reads a line. Never throws: what cannot be understood becomes a notice, what nobody needs becomes nothing. */
export function meaningOf(line: RawLine): Meaning {
  if (line.kind === "cut") return only(notice(`A line of ${megabytes(line.bytes)} from the Claude CLI was cut out.`));
  if (line.kind === "noise") return only(notice(`The Claude CLI wrote something that is not JSON: ${line.text}`));
  const result = ResultLine.safeParse(line.value);
  if (result.success) return { events: [], told: toldBy(result.data) };
  const read = StreamLine.safeParse(line.value);
  if (!read.success) return only(notice("The Claude CLI wrote a line of an unknown shape."));
  return only(...eventsOf(read.data));
}

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

function eventsOf(line: StreamLine): AgentEvent[] {
  if (line.type === "system") return systemEvents(line);
  if (line.type === "assistant") return blocksOf(line.message).flatMap(block => spoken(block, line));
  if (line.type === "user") return blocksOf(line.message).flatMap(toolResult);
  return [];
}

function systemEvents(line: StreamLine): AgentEvent[] {
  if (line.subtype === "init") return initEvents(line);
  if (line.subtype === "api_retry") return [notice(retryText(Retry.parse(line)))];
  if (line.subtype === "model_fallback") return [notice(`The Claude CLI took another model: ${textOf(line.content)}`)];
  if (line.subtype === "compact_boundary") return [notice("The Claude CLI summed up the conversation to make room.")];
  return [];
}

function initEvents({ session_id = "", model = "", mcp_servers = [] }: StreamLine): AgentEvent[] {
  const away = mcp_servers.filter(({ status }) => status !== "connected");
  const told = away.map(({ name, status }) =>
    notice(`The tools of "${name}" are not there: the server is "${status}".`),
  );
  return [{ type: "start", agentSession: session_id, model }, ...told];
}

function retryText({ attempt, max_retries, retry_delay_ms, error_status, error }: z.output<typeof Retry>): string {
  const what = error_status === undefined ? "The connection to the API failed" : `The API answered ${error_status}`;
  const seconds = ((retry_delay_ms ?? 0) / 1000).toFixed(1);
  return `${what} (${error ?? "no reason given"}); try ${attempt ?? "?"} of ${max_retries ?? "?"} follows in ${seconds} s.`;
}

/** A message that is only a string counts as one block of text. */
function blocksOf(message: unknown): Block[] {
  const { content = [] } = Message.safeParse(message).data ?? {};
  if (typeof content === "string") return [{ type: "text", text: content } as Block];
  return content.flatMap(block => Block.safeParse(block).data ?? []);
}

/** The model the CLI names when it speaks itself, as to say that the API failed. */
const ITSELF = "<synthetic>";

function spoken(block: Block, line: StreamLine): AgentEvent[] {
  if (block.type === "tool_use")
    return [{ type: "tool", id: block.id ?? "", name: block.name ?? "", input: block.input }];
  if (block.type !== "text" || !block.text || line.parent_tool_use_id) return [];
  const { model } = Message.safeParse(line.message).data ?? {};
  return [model === ITSELF ? notice(block.text) : { type: "text", text: block.text }];
}

function toolResult(block: Block): AgentEvent[] {
  if (block.type !== "tool_result") return [];
  const { tool_use_id: id = "", content, is_error } = block;
  return [{ type: "tool_result", id, content: textOf(content), isError: is_error === true }];
}

/** Text of a string or of blocks; what is not text is named. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map(part => Block.safeParse(part).data)
    .map(part => (part?.type === "text" ? (part.text ?? "") : `[${part?.type ?? "unknown"}]`))
    .join("\n");
}
