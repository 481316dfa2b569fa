import { zonedIso } from "hearth-plugins/content";
import { residual } from "./affect";
import { hoursBetween } from "./entry";
import type { State } from "./state";

const RULE = "─".repeat(19);

/** What the sessions that no schedule starts are called. */
const names: Readonly<Record<string, string>> = {
  telegram: "a conversation on Telegram",
  self: "a session it had asked for itself",
  visit: "an answer to a visitor",
  correspondence: "a session of letters",
  custom: "a session",
  unknown: "a session",
};

/** The mood that is still in the air, as a block of the prompt. */
export function ambientBlock(state: State, now: Date, timeZone: string, halfLife: number): string {
  const hours = hoursBetween(state.timestamp, now);
  const left = residual(state.blended, hours, halfLife);
  const name = names[state.type] ?? `the ${state.type} session`;
  const clock = zonedIso(new Date(state.timestamp), timeZone).slice(11, 16);
  const words = state.words.length > 0 ? `"${state.words.join(", ")}"` : "no words for it";
  return [
    "─── Ambient State ───",
    `The self before you: ${name}, over at ${clock}, ${hours.toFixed(1)} hours ago.`,
    `How it felt: ${words} (valence ${state.blended.valence}, arousal ${state.blended.arousal}).`,
    `What is left of that now: valence ${left.valence}, arousal ${left.arousal}.`,
    ...(state.journalLength === undefined ? [] : [`It wrote ${state.journalLength.toLocaleString("en-US")} words.`]),
    "This is the weather you wake into. Nothing here asks anything of you.",
    RULE,
  ].join("\n");
}
