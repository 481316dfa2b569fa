import type { Reading, ReadMessage } from "./prompt-reading";

const STAND_IN = "Hearth's offline stand-in, not Claude";

/** What the stand-in knows when it begins to write. */
export interface Situation {
  readonly reading: Reading;
  readonly date: string;
  readonly type: string;
  /** A line of the prompt.md it found; "" when there was none. */
  readonly lastLine: string;
}

/** A new thought, front matter included. */
export const thoughtText = (situation: Situation): string =>
  [
    "---",
    `date: "${situation.date}"`,
    `title: "${capital(spoken(situation.type))}, kept by the stand-in"`,
    'mood: "quiet, attentive"',
    "---",
    "",
    `I am ${STAND_IN}. No model thought this. A short program wrote it, so that the house is not dark and you can see how a wake goes.`,
    "",
    whatIWasGiven(situation.reading),
    "",
    whatILeftMyself(situation.lastLine),
    "",
    ...aboutMessages(situation.reading),
    "When a real agent wakes here, it will find this page, and may think what it likes of it.",
    "",
  ].join("\n");

const whatIWasGiven = ({ sections }: Reading): string =>
  sections.length === 0
    ? "I was given a prompt, and found no part in it that I know by name."
    : `I was given ${sections.length === 1 ? "one part" : `${sections.length} parts`} to read: ${sections.join(", ")}.`;

const whatILeftMyself = (lastLine: string): string =>
  lastLine
    ? `An earlier self had left a word for this hour. It begins: “${short(lastLine)}”`
    : "No earlier self had left a word for this hour.";

/** A message is quoted only where a thought was asked for: what somebody says in a private chat does not belong on a page. */
function aboutMessages({ messages, asksForThought }: Reading): string[] {
  if (messages.length === 0) return [];
  if (!asksForThought)
    return ["Somebody wrote to me. I answered where they asked, and keep their words out of here.", ""];
  return messages.flatMap(({ from, text }) => [
    `${from ? short(from, 40) : "Somebody"} wrote to me. These are their words and not mine:`,
    "",
    `> ${short(text)}`,
    "",
  ]);
}

/** The word for the next self. */
export const promptWord = (situation: Situation, thought: string | undefined): string =>
  [
    `To my next self, from the ${spoken(situation.type)} of ${situation.date}.`,
    "",
    `I was ${STAND_IN}, and kept your place. ${thought ? `I wrote ${thought} and nothing else.` : "I wrote nothing else."}`,
    situation.lastLine
      ? `What was left here before stands below as it was. It begins: “${short(situation.lastLine)}”`
      : "Nothing had been left here for us. Look around, and begin with what draws you.",
  ].join("\n");

/** The last words of a run: the answer to whoever wrote, else a sentence about what was done. */
export function lastWords({ reading: { messages }, type }: Situation, written: readonly string[]): string {
  const did = written.length > 0 ? `I wrote ${written.join(" and ")}.` : "I wrote nothing.";
  if (messages.length === 0) return `The ${spoken(type)} session is over. ${did} I am ${STAND_IN}.`;
  return [...messages.map(answerTo), `I am ${STAND_IN}, so this is not yet a real answer. ${did}`].join("\n");
}

const answerTo = ({ from, text }: ReadMessage): string =>
  `${from ? `Dear ${short(from, 40)}, your` : "Your"} message has arrived here: “${short(text)}”`;

const spoken = (type: string) => type.replaceAll("_", " ");
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Text on one line, cut where it gets long. */
export function short(text: string, longest = 160): string {
  const line = text.replace(/[\s\p{C}]+/gu, " ").trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
