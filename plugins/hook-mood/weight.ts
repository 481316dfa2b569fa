import type { Session } from "hearth-plugins/sessions";

/** How much the mood of a session weighs against what is left from before, by its type; "scheduled" and "self" stand for all types of that style, "other" for the rest. Below 1, so that nothing is ever forgotten at once. */
const usualWeights: Readonly<Record<string, number>> = {
  scheduled: 0.8,
  self: 0.75,
  custom: 0.7,
  telegram: 0.4,
  visit: 0.3,
  other: 0.5,
};

/** Words from which a journal counts as long, and below which as short. */
const LONG = 3000;
const SHORT = 200;
const STEP = 0.2;
const LEAST = 0.1;

/**
 * The weight of one session. A long journal weighs more, a short one less.
 * @param weights of the config file, which win over the usual ones
 * @param most what no session weighs more than
 */
export function weightOf(
  { type, settings }: Pick<Session, "type" | "settings">,
  words: number,
  weights: Readonly<Record<string, number>>,
  most: number,
): number {
  const known = { ...usualWeights, ...weights };
  const base = known[type] ?? known[settings.style] ?? known["other"]!;
  const step = words > LONG ? STEP : words < SHORT ? -STEP : 0;
  return Math.round(Math.min(most, Math.max(LEAST, base + step)) * 100) / 100;
}
