import { zonedIso } from "hearth-plugins/content";
import type { Breath, OwnPassage } from "hearth-plugins/hook-drift";
import type { Sessions } from "hearth-plugins/sessions";
import type { Period } from "./periods";

/** The parts of a day: the hour that each one ends before. */
export const partsOfDay = { night: 6, morning: 12, afternoon: 18, evening: 24 } as const;
export type PartOfDay = keyof typeof partsOfDay;

/** When, and how much. */
export interface Rhythm {
  /** Sessions that ended well; null for days of which none are known. */
  readonly sessions: number | null;
  /** Of these by the part of the day in which they began. */
  readonly parts: Readonly<Record<PartOfDay, number>> | null;
  readonly daysOfWriting: number;
  readonly works: number;
  /** Of a day with writing. */
  readonly wordsPerDay: number;
  /** Works by their kind. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** Sessions that are looked at: the latest. */
const MOST_SESSIONS = 2000;
const DAY = 86_400_000;

/** @param words of the passages, all together */
export function rhythmOf(passages: readonly OwnPassage[], words: number, hours: readonly number[] | null): Rhythm {
  const days = new Set(passages.map(({ date }) => date)).size;
  const works = new Map(passages.map(({ path, type }) => [path, type]));
  return {
    sessions: hours?.length ?? null,
    parts: hours && partsIn(hours),
    daysOfWriting: days,
    works: works.size,
    wordsPerDay: days > 0 ? Math.round(words / days) : 0,
    kinds: counted([...works.values()].sort()),
  };
}

/** The hours at which the sessions of some days began; null when the list of sessions does not reach back so far. */
export async function hoursOf(
  sessions: Sessions,
  { from, to }: Period,
  timeZone: string,
  rest: Breath,
): Promise<number[] | null> {
  const starts = sessions
    .list(MOST_SESSIONS)
    .flatMap(({ state, startedAt }) => (state === "done" && startedAt !== null ? [Date.parse(startedAt)] : []));
  if (!starts.some(at => at < Date.parse(to) + DAY)) return null;
  const hours: number[] = [];
  for (const at of starts) {
    if (at < Date.parse(from) - DAY || at > Date.parse(to) + 2 * DAY) continue;
    const local = zonedIso(new Date(at), timeZone);
    const day = local.slice(0, 10);
    if (day >= from && day <= to) hours.push(Number(local.slice(11, 13)));
    await rest();
  }
  return hours;
}

function partsIn(hours: readonly number[]): Record<PartOfDay, number> {
  const parts = { night: 0, morning: 0, afternoon: 0, evening: 0 };
  for (const hour of hours) {
    const [part] = Object.entries(partsOfDay).find(([, end]) => hour < end) as [PartOfDay, number];
    parts[part]++;
  }
  return parts;
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
