import { blend, type Mood, moodOfText, moodOfWords, residual } from "./affect";
import type { Journal } from "./journal";

/** One mood as it is written down: the whole of `data/mood-state.json`, and a line of `data/mood-history.jsonl`. */
export interface Entry {
  /** `<day in the house's time zone>-<type>`. */
  readonly session: string;
  /** Hearth's id of the session. */
  readonly session_id: string;
  readonly session_type: string;
  /** End of the session, ISO, UTC. */
  readonly timestamp: string;
  readonly mood_words: readonly string[];
  /** By the words it named; null when none is known. */
  readonly self_report: Mood | null;
  /** By its text; zeros when it holds no word of feeling. */
  readonly derived: Mood;
  readonly blended: Mood;
  /** 0 when neither words nor text say a mood: what was before goes on fading. */
  readonly weight: number;
  /** Words of the journal's body. */
  readonly journal_length: number;
  readonly previous_residual: (Mood & { readonly from: string }) | null;
}

/** What is known of the mood before. */
export interface Before {
  readonly session: string;
  readonly timestamp: string;
  readonly blended: Mood;
}

/** The session whose mood is written down. */
export interface Of {
  readonly id: string;
  readonly type: string;
  /** Its day in the house's time zone, `YYYY-MM-DD`. */
  readonly day: string;
  readonly endedAt: Date;
}

const HOUR = 3_600_000;
const NEUTRAL: Mood = { valence: 0, arousal: 0 };

/** Hours from one moment to another; never below zero, whatever the clock did. */
export const hoursBetween = (from: string, to: Date): number => Math.max(0, (to.getTime() - Date.parse(from)) / HOUR);

export const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/** The mood of a session: what its journal says, blended with what is left of the mood before. */
export function makeEntry(
  of: Of,
  journal: Journal,
  before: Before | undefined,
  weigh: (words: number) => number,
  halfLife: number,
): Entry {
  const selfReport = moodOfWords(journal.moodWords);
  const derived = moodOfText(journal.body);
  const left = before && residual(before.blended, hoursBetween(before.timestamp, of.endedAt), halfLife);
  const words = countWords(journal.body);
  const now = selfReport ?? derived;
  const weight = now ? weigh(words) : 0;
  return {
    session: `${of.day}-${of.type}`,
    session_id: of.id,
    session_type: of.type,
    timestamp: of.endedAt.toISOString(),
    mood_words: journal.moodWords,
    self_report: selfReport ?? null,
    derived: derived ?? NEUTRAL,
    blended: blend(left, now ?? NEUTRAL, weight),
    weight,
    journal_length: words,
    previous_residual: left && before ? { ...left, from: before.session } : null,
  };
}
