import { type Home, localDay } from "hearth";
import {
  arcOf,
  type Breath,
  breath,
  daysBetween,
  kindred,
  notedMoods,
  type OwnWriting,
  ownWriting,
  shiftsIn,
  tally,
  usualShifts,
} from "hearth-plugins/hook-drift";
import type { Memory } from "hearth-plugins/memory";
import type { Sessions } from "hearth-plugins/sessions";
import { favourites } from "./favourites";
import { languageOf } from "./language";
import { type Period, periodsAt } from "./periods";
import { hoursOf, rhythmOf } from "./rhythm";
import type { Settings } from "./settings";
import type { Change, Look, Snapshot } from "./snapshot";

/** What the mirror looks at. */
export interface MirrorSources {
  readonly home: Home;
  readonly memory: Memory;
  readonly sessions: Sessions;
  readonly timeZone: string;
  readonly settings: Settings;
}

/** Some days, and what was written in them. */
interface Time extends OwnWriting {
  readonly period: Period;
  readonly look: Look;
}

/** Themes of a time that are told at the most. */
const MOST_THEMES = 6;

/** Looks at the agent as its own papers show it. @param lastDay of the snapshot before */
export async function reflect(
  sources: MirrorSources,
  lastDay: string | undefined,
  now: Date,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const { memory, timeZone, settings } = sources;
  const rest = breath(signal);
  const today = localDay(now, timeZone);
  const periods = periodsAt(today, await oldestDay(memory, today), lastDay, settings.everyDays);
  const at = (period: Period) => timeOf(sources, period, rest);
  const current = await at(periods.now);
  const before = await at(periods.before);
  const first = periods.first && (await at(periods.first));
  const others = [before, ...(first ? [first] : [])];
  const days = [current, ...others].reduce((sum, { look }) => sum + look.rhythm.daysOfWriting, 0);
  const known = { day: daysBetween(settings.firstDay, today) + 1, computed_at: now.toISOString(), now: current.look };
  if (current.passages.length === 0 || days < settings.leastDays)
    return { status: "insufficient_data", ...known, favourites: [] };
  const sinceBefore = before.passages.length > 0 ? await changeOf(current, before, rest) : undefined;
  const sinceFirst = first && first.passages.length > 0 ? await changeOf(current, first, rest) : undefined;
  const own = await tally(current.passages, false, rest);
  return {
    status: "ok",
    ...known,
    favourites: [...favourites(own, () => true).now],
    ...(sinceBefore && { before: before.look, since_before: sinceBefore }),
    ...(sinceFirst && { first: first!.look, since_first: sinceFirst }),
  };
}

/** The day of the oldest work that is not dated later than today. */
async function oldestDay(memory: Memory, today: string): Promise<string> {
  const works = await memory.works({ audience: "own", to: today, vectors: false });
  return works.reduce((first, { date }) => (date !== null && date < first ? date : first), today);
}

async function timeOf(sources: MirrorSources, period: Period, rest: Breath): Promise<Time> {
  const { home, memory, sessions, timeZone } = sources;
  const writing = await ownWriting(memory, period, rest);
  const { moods } = await notedMoods(home, period, timeZone, rest).catch(noMoods);
  const language = await languageOf(writing.passages, rest);
  const { summary, entries, valence, arousal } = arcOf(moods, daysBetween(period.from, period.to) + 1);
  const rhythm = rhythmOf(writing.passages, language.words, await hoursOf(sessions, period, timeZone, rest));
  return { ...writing, period, look: { ...period, language, mood: { summary, entries, valence, arousal }, rhythm } };
}

/** What cannot be read costs the moods alone. */
const noMoods = () => ({ moods: [] });

/** What differs between two times, by the statistics of hook-drift. */
async function changeOf(now: Time, then: Time, rest: Breath): Promise<Change> {
  const passages = [...now.passages, ...then.passages];
  const vectors = new Map([...now.vectors, ...then.vectors]);
  const isNow = (day: string) => day >= now.period.from && day <= now.period.to;
  const terms = await tally(passages, true, rest);
  const shifts = await shiftsIn(terms, isNow, usualShifts, rest);
  const themes = async (direction: 1 | -1) => {
    const found = shifts.filter(({ z }) => Math.sign(z) === direction);
    return (await kindred(found, terms, vectors, rest)).slice(0, MOST_THEMES).map(({ label }) => label);
  };
  const { gained, lost } = favourites(await tally(passages, false, rest), isNow);
  return { more: await themes(1), less: await themes(-1), gained: [...gained], lost: [...lost] };
}
