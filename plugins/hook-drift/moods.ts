import { type Home, jsonValue, localDay } from "hearth";
import { z } from "zod";
import { dataFile } from "./data-file";
import type { Breath } from "./turns-of-work";

const HISTORY = "data/mood-history.jsonl";
/** Bytes of the history that are read at the most: some 20 years of it. */
const LARGEST = 32 * 2 ** 20;

/** A mood that a session had by itself, before it was blended with the one before. */
export interface NotedMood {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** In the house's zone. */
  readonly day: string;
  /** Bad to good, and calm to stirred; each from -1 to 1. */
  readonly valence: number;
  readonly arousal: number;
}

const Point = z.object({ valence: z.number().min(-1).max(1), arousal: z.number().min(-1).max(1) });
const Line = z.object({
  timestamp: z.string(),
  self_report: Point.nullish().catch(null),
  derived: Point.nullish().catch(null),
  blended: Point.nullish().catch(null),
  weight: z.number().nullish().catch(null),
});

/** The moods from one day to another, in the order of time, and how many lines were passed over because they cannot be used. */
export async function notedMoods(
  home: Home,
  { from, to }: { readonly from: string; readonly to: string },
  timeZone: string,
  rest: Breath,
): Promise<{ readonly moods: readonly NotedMood[]; readonly skipped: number }> {
  const text = (await dataFile(home, HISTORY, LARGEST)) ?? "";
  const moods: NotedMood[] = [];
  let skipped = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const mood = moodIn(line, { from, to }, timeZone);
    if (mood === "unusable") skipped++;
    else if (mood) moods.push(mood);
    await rest();
  }
  return { moods: moods.sort((a, b) => a.at - b.at), skipped };
}

function moodIn(line: string, { from, to }: { from: string; to: string }, timeZone: string) {
  const entry = entryIn(line);
  const at = entry ? Date.parse(entry.timestamp) : Number.NaN;
  if (!entry || Number.isNaN(at)) return "unusable";
  if (at < Date.parse(from) - 86_400_000 || at > Date.parse(to) + 2 * 86_400_000) return undefined;
  const day = localDay(new Date(at), timeZone);
  if (day < from || day > to) return undefined;
  const mood = entry.self_report ?? (entry.weight === 0 ? undefined : (entry.derived ?? entry.blended));
  return mood && { at, day, ...mood };
}

const entryIn = (line: string): z.output<typeof Line> | undefined => Line.safeParse(jsonValue(line)).data;
