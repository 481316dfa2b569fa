import { type Affect, feelingWords, moodWords } from "./lexicon";

/** A place in the plane of moods; each from -1 to 1. */
export interface Mood {
  /** Bad to good. */
  readonly valence: number;
  /** Calm to stirred. */
  readonly arousal: number;
}

/** Hours in which half of a mood has gone: what 0.7 in 3 hours amounts to. */
export const HALF_LIFE = 5.83;

/** The share of a mood that is left after some hours: 0.7 after 3 h, 0.49 after 6 h, at the usual half-life. */
export const decay = (hours: number, halfLife = HALF_LIFE): number => 0.7 ** ((hours / 3) * (HALF_LIFE / halfLife));

/** A mood after some hours. */
export function residual(mood: Mood, hours: number, halfLife?: number): Mood {
  const share = decay(hours, halfLife);
  return rounded(mood.valence * share, mood.arousal * share);
}

/** What is left of the mood before, and the new one, which has a weight from 0 to 1. The new one alone when there was none before. */
export const blend = (left: Mood | undefined, now: Mood, weight: number): Mood =>
  left
    ? rounded(left.valence * (1 - weight) + now.valence * weight, left.arousal * (1 - weight) + now.arousal * weight)
    : now;

/** The mood of words that someone named: "quiet", "a little restless". Nothing when none of them is known. */
export const moodOfWords = (words: readonly string[]): Mood | undefined => mean(words.flatMap(tokens), moodWords);

/** The mood of running text, by its words of feeling. Nothing when it has none. */
export const moodOfText = (text: string): Mood | undefined => mean(tokens(text), feelingWords);

/** The words of a text in lower case, without what stands around them. */
export const tokens = (text: string): string[] => text.toLowerCase().match(/\p{L}+(?:['’]\p{L}+)*/gu) ?? [];

function mean(words: readonly string[], known: ReadonlyMap<string, Affect>): Mood | undefined {
  const found = words.map(word => known.get(word)).filter(affect => affect !== undefined);
  if (found.length === 0) return;
  const sum = (part: 0 | 1) => found.reduce((total, affect) => total + affect[part], 0);
  return rounded(sum(0) / found.length, sum(1) / found.length);
}

/** Two decimals, and never a minus before a zero. */
const rounded = (valence: number, arousal: number): Mood => ({ valence: cents(valence), arousal: cents(arousal) });
const cents = (value: number) => Math.round(Number((value * 100).toFixed(6))) / 100 + 0;
