import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentEvent, AgentResult, Session, SessionType } from "hearth-plugins/sessions";

/** How a run ended well. */
export const wellEnded: AgentResult = {
  ok: true,
  text: "I am done.",
  turns: 3,
  durationMs: 1000,
  costUsd: 0.01,
  usage: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 },
};

export const settings: SessionType = {
  template: "wake-custom",
  maxTurns: 50,
  wallClock: 3600,
  idle: 600,
  tools: [],
  agentTools: [],
  closed: [],
  readonly: [],
  live: true,
  conversation: false,
  style: "scheduled",
  keepsPrompt: true,
  approvePrompt: false,
  urgent: false,
  coalesce: true,
};

/** A finished morning session; `over` changes it. */
export const ended = (over: Partial<Session> = {}): Session => ({
  id: "20260115-140000-000",
  type: "morning",
  settings,
  state: "done",
  messages: [],
  startedAt: new Date("2026-01-15T14:00:00Z"),
  endedAt: new Date("2026-01-15T14:20:00Z"),
  result: wellEnded,
  log: "/nowhere/session.jsonl",
  changed: [],
  ...over,
});

/** Numbered lines of a log. */
export const logLines = (...events: AgentEvent[]): string[] =>
  events.map((event, index) => JSON.stringify({ n: index + 1, at: "2026-01-15T14:00:01.000Z", ...event }));

/** A log on disk until it is disposed of. */
export async function logFile(lines: readonly string[]): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "hook-log-")));
  const path = join(folder, "log.jsonl");
  await writeFile(path, lines.map(line => `${line}\n`).join(""));
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
