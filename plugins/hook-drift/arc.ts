import type { NotedMood } from "./moods";
import { type Trend, trendOf } from "./trend";

/** How the moods of some days went. */
export interface Arc {
  /** In plain words; "" when there are too few moods to say anything. */
  readonly summary: string;
  /** Moods that it is made of. */
  readonly entries: number;
  /** Slopes are per day. */
  readonly valence: Trend | null;
  readonly arousal: Trend | null;
}

/** Moods that say something of a course, and days on which they were noted, at the least. */
const LEAST = { moods: 5, days: 3 };
const DAY = 86_400_000;
/** |z| from which a trend is one. */
const SURE = 1.96;

/** @param days that the moods are from, for the words */
export function arcOf(moods: readonly NotedMood[], days: number): Arc {
  if (moods.length < LEAST.moods || new Set(moods.map(({ day }) => day)).size < LEAST.days)
    return { summary: "", entries: moods.length, valence: null, arousal: null };
  const course = (part: "valence" | "arousal") =>
    trendOf(moods.map(mood => ({ at: mood.at / DAY, value: mood[part] })))!;
  const [valence, arousal] = [course("valence"), course("arousal")];
  return { summary: summaryOf(valence, arousal, moods.length, days), entries: moods.length, valence, arousal };
}

function summaryOf(valence: Trend, arousal: Trend, entries: number, days: number): string {
  const level = `${levelWord(valence.median, ["dark", "heavy", "even", "light", "bright"])} and ${levelWord(arousal.median, ["very calm", "calm", "neither calm nor stirred", "awake", "stirred"])}`;
  const courses = [
    courseWord(valence, "brightening", "darkening", "valence"),
    courseWord(arousal, "growing livelier", "growing calmer", "arousal"),
  ].filter(one => one !== undefined);
  const swings = `${swingWord(Math.max(valence.volatility, arousal.volatility))} from one session to the next`;
  const course = courses.length > 0 ? courses.join(" and ") : "with no clear direction";
  return `${level}, ${course}, ${swings} (${entries} moods in ${days} days)`;
}

/** Where a value lies between -1 and 1, as the middle of five words has it. */
export const levelWord = (value: number, words: readonly [string, string, string, string, string]): string =>
  words[value <= -0.45 ? 0 : value <= -0.15 ? 1 : value < 0.15 ? 2 : value < 0.45 ? 3 : 4];

function courseWord({ z, slope }: Trend, up: string, down: string, what: string): string | undefined {
  if (Math.abs(z) < SURE || slope === 0) return undefined;
  return `${slope > 0 ? up : down} (${what} ${slope > 0 ? "+" : "−"}${Math.abs(slope).toFixed(2)} a day)`;
}

const swingWord = (volatility: number): string =>
  volatility < 0.15 ? "with small swings" : volatility < 0.4 ? "with some swings" : "with large swings";
