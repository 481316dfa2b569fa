import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { jsonObject, readPart } from "hearth";

/** What a session cost, in all ways. */
export interface LogResult {
  readonly durationMs: number;
  readonly turns: number;
  /** US dollars. */
  readonly costUsd: number;
  /** Of all four kinds. */
  readonly tokens: number;
}

/** Bytes at the end of a log that are read at first, and at the most. Between them each try reads eight times as many. */
const FIRST = 64 * 1024;
const MOST = 32 * 1024 * 1024;

/** What the last result line of a log says; nothing when it has none. Throws what the file system says. */
export async function readResult(path: string): Promise<LogResult | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // nobody waits for the writer of a pipe
  try {
    const info = await file.stat();
    return info.isFile() ? await searchBackwards(file, info.size) : undefined;
  } finally {
    await file.close();
  }
}

async function searchBackwards(file: FileHandle, size: number): Promise<LogResult | undefined> {
  for (let length = FIRST; ; length *= 8) {
    const from = Math.max(0, size - Math.min(length, MOST));
    const result = lastResult((await readPart(file, from, size)).toString());
    if (result || from === 0 || length >= MOST) return result;
  }
}

const MARK = '"type":"result"';

/** The last line of a text that is a result. A line that is cut off at the text's beginning is none. */
function lastResult(text: string): LogResult | undefined {
  for (let at = text.lastIndexOf(MARK); at >= 0; ) {
    const start = text.lastIndexOf("\n", at) + 1;
    const end = text.indexOf("\n", at);
    const result = resultIn(text.slice(start, end < 0 ? undefined : end));
    if (result || start === 0) return result;
    at = text.lastIndexOf(MARK, start - 1);
  }
  return undefined;
}

function resultIn(line: string): LogResult | undefined {
  const { type, duration_ms, num_turns, total_cost_usd, usage } = jsonObject(line) ?? {};
  if (type !== "result") return undefined;
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = asRecord(usage);
  const kinds = [input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens];
  return {
    durationMs: amount(duration_ms),
    turns: amount(num_turns),
    costUsd: amount(total_cost_usd),
    tokens: kinds.reduce<number>((sum, kind) => sum + Math.trunc(amount(kind)), 0),
  };
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** What is no amount counts as none, so that one wrong line never spoils a sum. */
const amount = (value: unknown): number => (typeof value === "number" && value >= 0 && value < 1e15 ? value : 0);
