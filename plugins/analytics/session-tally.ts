import type { PastSession } from "./session-logs";

/** Sessions added up. */
export interface Sum {
  readonly sessions: number;
  readonly durationMs: number;
  readonly turns: number;
  readonly costUsd: number;
  readonly tokens: number;
}

/** Sessions added up, in all and by day. A session without a day is in the total alone. */
export interface SessionTally {
  readonly total: Sum;
  readonly byDay: ReadonlyMap<string, Sum>;
}

const nothing: Sum = { sessions: 0, durationMs: 0, turns: 0, costUsd: 0, tokens: 0 };

/** Adds sessions up. */
export function tallySessions(sessions: readonly PastSession[]): SessionTally {
  const byDay = new Map<string, Sum>();
  for (const session of sessions)
    if (session.day !== undefined) byDay.set(session.day, plus(byDay.get(session.day) ?? nothing, session));
  return { total: sessions.reduce(plus, nothing), byDay };
}

const plus = (sum: Sum, { durationMs, turns, costUsd, tokens }: PastSession): Sum => ({
  sessions: sum.sessions + 1,
  durationMs: sum.durationMs + durationMs,
  turns: sum.turns + turns,
  costUsd: sum.costUsd + costUsd,
  tokens: sum.tokens + tokens,
});
