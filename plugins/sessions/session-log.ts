import type { Home } from "hearth";
import type { AgentResult, Session } from "./contract";
import { localTime } from "./prompts";

/** Writes `logs/session-<id>.log`, which analytics and people read: a start line, `Type:`, the result as one JSON line, an end line with the exit code. */
export async function writeSessionLog(home: Home, session: Session, timeZone: string): Promise<void> {
  const { id, type, startedAt, endedAt, result } = session;
  const when = (time: Date) => {
    const { date, time: clock, zone } = localTime(time, timeZone);
    return `${date} ${clock} ${zone}`;
  };
  const lines = [
    `=== Session ${id} started ${when(startedAt)} ===`,
    `Type: ${type}`,
    JSON.stringify(resultLine(session, result)),
    `=== Session ${id} ended ${when(endedAt)}: ${session.state}, exit code: ${result.exitCode ?? (result.ok ? 0 : 1)} ===`,
  ];
  await home.write(`logs/session-${id}.log`, `${lines.join("\n")}\n`, 0o640);
}

/** The result in the shape of the Claude CLI's last line. */
const resultLine = ({ id }: Session, { ok, text, turns, durationMs, costUsd, usage, models }: AgentResult) => ({
  type: "result",
  subtype: ok ? "success" : "error_during_execution",
  is_error: !ok,
  result: text,
  session_id: id,
  duration_ms: durationMs,
  num_turns: turns,
  total_cost_usd: costUsd,
  usage: {
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation_input_tokens: usage.cacheWrite,
  },
  modelUsage: Object.fromEntries(Object.entries(models ?? {}).map(([model, cost]) => [model, { costUSD: cost }])),
});
