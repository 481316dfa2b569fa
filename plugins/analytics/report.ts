import { mondayOf, weekOf } from "./day";
import { latestDays, mostFrequent } from "./moods";
import type { PageTally } from "./page-tally";
import type { SessionTally, Sum } from "./session-tally";
import type { Analytics } from "./shapes";

/** What is told of the pages of one type. */
export type Pages = Pick<PageTally, "pages" | "byDay" | "words">;

/** All that is counted. */
export interface Tallies {
  readonly thoughts: Pages;
  readonly dreams: Pages;
  readonly sessions: SessionTally;
}

const MOODS = 30;
const MOOD_DAYS = 60;

/** @param showCost whether dollars are told; they are 0 otherwise */
export function reportOn({ thoughts, dreams, sessions }: Tallies, showCost: boolean): Analytics {
  const days = daysOf(thoughts.byDay, dreams.byDay, sessions.byDay);
  const { total } = sessions;
  const cost = showCost ? total.costUsd : 0;
  return {
    total_thoughts: thoughts.pages.length,
    total_dreams: dreams.pages.length,
    total_sessions: total.sessions,
    days_active: days.length,
    avg_duration_ms: share(total.durationMs, total.sessions),
    avg_turns: share(total.turns, total.sessions),
    avg_cost_usd: share(cost, total.sessions),
    total_cost_usd: cost,
    total_tokens: total.tokens,
    daily_activity: days.map(date => ({
      date,
      thoughts: thoughts.byDay.get(date) ?? 0,
      dreams: dreams.byDay.get(date) ?? 0,
      sessions: sessions.byDay.get(date)?.sessions ?? 0,
    })),
    mood_frequencies: mostFrequent(thoughts, MOODS).map(([word, count]) => ({ word, count })),
    mood_timeline: latestDays(thoughts, MOOD_DAYS).map(([date, moods]) => ({ date, moods })),
    session_trends: trendsOf(days, sessions),
    weekly_output: weeksOf(days, thoughts, dreams),
    dream_type_counts: mostFrequent(dreams, dreams.words.size).map(([type, count]) => ({ type, count })),
  };
}

/** The days of all of them, each once, oldest first. */
const daysOf = (...counts: readonly ReadonlyMap<string, unknown>[]): string[] =>
  [...new Set(counts.flatMap(byDay => [...byDay.keys()]))].sort();

const share = (sum: number, of: number): number => (of === 0 ? 0 : sum / of);

/** @param days among which those of the sessions are, in order */
const trendsOf = (days: readonly string[], { byDay }: SessionTally): Analytics["session_trends"] =>
  days.flatMap(date => {
    const sum = byDay.get(date);
    return sum ? [trendOf(date, sum)] : [];
  });

const trendOf = (date: string, { sessions, durationMs, turns, tokens }: Sum): Analytics["session_trends"][number] => ({
  date,
  avg_duration_ms: share(durationMs, sessions),
  avg_turns: share(turns, sessions),
  total_tokens: tokens,
  session_count: sessions,
});

/** @param days among which those of the pages are, in order */
function weeksOf(days: readonly string[], thoughts: Pages, dreams: Pages): Analytics["weekly_output"] {
  const weeks = new Map<number, Analytics["weekly_output"][number]>();
  for (const day of days) {
    const come = { thoughts: thoughts.byDay.get(day) ?? 0, dreams: dreams.byDay.get(day) ?? 0 };
    if (come.thoughts + come.dreams === 0) continue;
    const week = weekOf(day);
    const sum = weeks.get(week) ?? { week_start: mondayOf(week), thoughts: 0, dreams: 0 };
    weeks.set(week, { ...sum, thoughts: sum.thoughts + come.thoughts, dreams: sum.dreams + come.dreams });
  }
  return [...weeks.values()];
}
