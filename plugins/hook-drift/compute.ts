import { type Home, localDay } from "hearth";
import type { Memory } from "hearth-plugins/memory";
import { arcOf } from "./arc";
import { daysAfter } from "./days";
import { type Kindred, kindred } from "./kindred";
import { notedMoods } from "./moods";
import { newWords, usualNewWords } from "./new-words";
import type { Settings } from "./settings";
import { type Shift, shiftsIn, usualShifts } from "./shifts";
import { noSignals, type Signals } from "./signals";
import { type Tally, tally } from "./tally";
import { type Breath, breath } from "./turns-of-work";
import { type OwnPassage, ownWriting } from "./writing";

/** What the drift is computed from. */
export interface DriftSources {
  readonly memory: Memory;
  readonly home: Home;
  readonly timeZone: string;
  readonly settings: Settings;
}

/** What is compared with what: days, each included. */
export interface Window {
  readonly from: string;
  readonly to: string;
  readonly beforeFrom: string;
  readonly beforeTo: string;
  readonly vocabularyFrom: string;
}

/** The window whose last day is that of a moment: what is dated later is not in it. */
function windowAt(now: Date, timeZone: string, { days, beforeDays, vocabularyDays }: Settings): Window {
  const to = localDay(now, timeZone);
  const from = daysAfter(to, 1 - days);
  return {
    from,
    to,
    beforeFrom: daysAfter(from, -beforeDays),
    beforeTo: daysAfter(from, -1),
    vocabularyFrom: daysAfter(from, -vocabularyDays),
  };
}

/**
 * Says where the agent's writing goes. Takes its time in short pieces.
 * @param session after which it is asked
 */
export async function computeDrift(
  { memory, home, timeZone, settings }: DriftSources,
  session: string,
  now: Date,
  signal?: AbortSignal,
): Promise<Signals> {
  const rest = breath(signal);
  const window = windowAt(now, timeZone, settings);
  const earliest = window.beforeFrom < window.vocabularyFrom ? window.beforeFrom : window.vocabularyFrom;
  const { passages, vectors } = await ownWriting(memory, { from: earliest, to: window.to }, rest);
  const topical = passages.filter(({ date }) => date >= window.beforeFrom);
  const isRecent = (day: string) => day >= window.from;
  const { moods } = await notedMoods(home, window, timeZone, rest).catch(noMoods);
  const known = { ...noSignals, computed_at: now.toISOString(), session, emotional_arc: arcOf(moods, settings.days) };
  const terms = await tally(topical, true, rest);
  const facts = factsOf(window, topical, terms, isRecent);
  const { days_of_writing: recentDays, days_before: daysBefore } = facts.window;
  if (recentDays === 0 || daysBefore === 0 || recentDays + daysBefore < settings.leastDays)
    return { ...known, ...facts };
  const words = await tally(
    passages.filter(({ date }) => date >= window.vocabularyFrom),
    false,
    rest,
  );
  const found = await compared({ terms, words, vectors, isRecent }, settings, rest);
  return { ...known, ...facts, status: "ok", ...found };
}

interface Compared {
  /** Of the time that topics are compared in. */
  readonly terms: Tally;
  /** Single words, of the time that new ones are looked for in. */
  readonly words: Tally;
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly isRecent: (day: string) => boolean;
}

/** Topics and new words, with their numbers. */
async function compared(
  { terms, words, vectors, isRecent }: Compared,
  { least, shuffles, alarm, topics: most }: Settings,
  rest: Breath,
): Promise<Pick<Signals, "topics" | "vocabulary" | "statistics">> {
  const shifts = await shiftsIn(terms, isRecent, { ...usualShifts, least, shuffles, alarm }, rest);
  const gathered = async (found: readonly Shift[]) => (await kindred(found, terms, vectors, rest)).slice(0, most);
  const gravitating = await gathered(shifts.filter(({ z }) => z > 0));
  const receding = await gathered(shifts.filter(({ z }) => z < 0));
  const fresh = (await newWords(words, isRecent, { ...usualNewWords, alarm }, rest)).slice(0, most);
  const labels = (topics: readonly Kindred[]) => topics.map(({ label }) => label);
  return {
    topics: { gravitating: labels(gravitating), receding: labels(receding) },
    vocabulary: { emerging: fresh.map(({ word }) => word) },
    statistics: {
      gravitating: gravitating.map(topic => told(topic, terms)),
      receding: receding.map(topic => told(topic, terms)),
      emerging: fresh.map(({ recentDays: recent_days, p, ...word }) => ({ ...word, recent_days, p: short(p) })),
    },
  };
}

/** What cannot be read costs the arc alone. */
const noMoods = () => ({ moods: [] });

function factsOf(
  window: Window,
  passages: readonly OwnPassage[],
  { days, lengths }: Tally,
  isRecent: (day: string) => boolean,
) {
  const recent = passages.filter(({ date }) => isRecent(date));
  const before = passages.filter(({ date }) => !isRecent(date));
  const different = (list: readonly OwnPassage[], what: "date" | "path") => new Set(list.map(one => one[what])).size;
  const words = (wanted: boolean) =>
    days.reduce((sum, day, at) => (isRecent(day) === wanted ? sum + lengths[at]! : sum), 0);
  return {
    window: {
      from: window.from,
      to: window.to,
      before_from: window.beforeFrom,
      before_to: window.beforeTo,
      vocabulary_from: window.vocabularyFrom,
      days_of_writing: different(recent, "date"),
      days_before: different(before, "date"),
    },
    counts: {
      works: different(recent, "path"),
      works_before: different(before, "path"),
      passages: recent.length,
      passages_before: before.length,
      words: words(true),
      words_before: words(false),
    },
  };
}

const told = ({ label, shifts }: Kindred, terms: Tally) => ({
  label,
  terms: shifts.map(({ term, z, score, p, recent, before, recentDays, beforeDays }) => ({
    term: terms.shown(term),
    z: short(z),
    score: short(score),
    p: short(p),
    recent,
    before,
    recent_days: recentDays,
    before_days: beforeDays,
  })),
});

/** Four digits that count. */
const short = (value: number): number => Number(value.toPrecision(4));
