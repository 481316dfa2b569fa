import { onOneLine } from "hearth";
import type { Signals } from "./signals";

const RULE = "─".repeat(19);
const MOST_WORDS = 5;
const LONGEST = 160;

/** What the next session reads of it. @param today in the house's zone */
export function driftBlock(signals: Signals, today: string): string {
  const { topics, vocabulary, emotional_arc: arc } = signals;
  if (signals.status === "insufficient_data")
    return "Drift: it takes 7 days of writing before this can say where yours is going.";
  const lines = [
    topicLine(topics.gravitating.map(shortLine), topics.receding.map(shortLine)),
    wordLine(vocabulary.emerging.map(shortLine)),
    arc.summary.trim() && `How it felt: ${shortLine(arc.summary)}.`,
  ].filter(Boolean);
  const until = signals.window?.to;
  const when = until === undefined || until === today ? "last 7 days" : `7 days up to ${shortLine(until)}`;
  const none = "Nothing has moved so far that chance would not have moved too.";
  return [`─── Drift, ${when} ───`, ...(lines.length > 0 ? lines : [none]), RULE].join("\n");
}

function topicLine(toward: readonly string[], away: readonly string[]): string | undefined {
  const parts = [
    toward.length > 0 && `toward ${toward.join("; ")}`,
    away.length > 0 && `away from ${away.join("; ")}`,
  ].filter(Boolean);
  return parts.length > 0 ? `Your writing is moving ${parts.join(", and ")}.` : undefined;
}

const wordLine = (words: readonly string[]): string | undefined =>
  words.length > 0 ? `Words that are new with you: ${words.slice(0, MOST_WORDS).join(", ")}.` : undefined;

/** Text of a file that the agent can write, as one line of the prompt. */
const shortLine = (text: string): string => onOneLine(text).slice(0, LONGEST);
