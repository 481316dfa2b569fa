/** What a request's body holds, wherever it lies in it. */
export interface Survey {
  /** Members of all objects. */
  readonly members: number;
  /** What may be written to the cache. */
  readonly cache: "none" | "5m" | "1h";
  /** Pictures and documents that are elsewhere, so that the body's length says nothing of them. */
  readonly pictures: number;
  readonly documents: number;
  /** Tools that run at the API or beyond it. */
  readonly serverTools: readonly ServerTool[];
}

/** A tool that the API itself runs. */
export interface ServerTool {
  /** Without the date: "web_search". */
  readonly name: string;
  /** How often it may be used in one call. */
  readonly uses: number;
  /** Of an adviser: its model, and tokens of each answer at the most. */
  readonly model?: string;
  readonly maxTokens?: number;
}

/** Of tools whose types carry a date, those that run where the agent is, or that only find other tools. */
const ownTools =
  /^(bash|text_editor|computer|computer_toolset|browser_toolset|memory|tool_search_tool_\w+|compact|clear_\w+)$/;
const dated = /^(.+)_20\d{6}$/;
/** Uses of a server tool in one call when it names no limit. */
const USES = 10;
/** Stands for any number of uses beyond it: what that may come to, no budget has. */
const MOST_USES = 1000;

/** Looks through a body once. */
export function survey(body: unknown): Survey {
  const found: Found = { members: 0, cache: "none", pictures: 0, documents: 0, serverTools: [] };
  const left: unknown[] = [body];
  for (let value = left.pop(); value !== undefined; value = left.pop()) look(value, found, left);
  return found;
}

type Found = { -readonly [K in keyof Survey]: Survey[K] };

function look(value: unknown, found: Found, left: unknown[]): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) if (isNested(item)) left.push(item);
    return;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) {
    found.members++;
    if (isNested(record[key])) left.push(record[key]);
    if (key === "cache_control" || key === "caching") found.cache = longer(found.cache, record[key]);
  }
  if (typeof record["type"] === "string") lookAtTyped(record["type"], record, found);
}

const isNested = (value: unknown): boolean => typeof value === "object" && value !== null;

function longer(known: Survey["cache"], control: unknown): Survey["cache"] {
  if (!isNested(control)) return known;
  const { ttl = "5m" } = control as { ttl?: unknown };
  return known === "1h" || (ttl !== "5m" && ttl !== null) ? "1h" : "5m";
}

function lookAtTyped(type: string, record: Readonly<Record<string, unknown>>, found: Found): void {
  const { type: source } = Object(record["source"]) as { type?: unknown };
  if (source === "url" || source === "file") found[type === "image" ? "pictures" : "documents"]++;
  const name = type === "mcp_toolset" ? type : dated.exec(type)?.[1];
  if (name === undefined || ownTools.test(name)) return;
  const { max_uses: uses, max_tokens: tokens, model } = record;
  found.serverTools = [
    ...found.serverTools,
    {
      name,
      uses: typeof uses === "number" && uses >= 0 ? Math.min(Math.ceil(uses), MOST_USES) : USES,
      ...(typeof model === "string" && { model }),
      ...(typeof tokens === "number" && { maxTokens: tokens }),
    },
  ];
}
