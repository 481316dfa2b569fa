import type { Making } from "./drafts";
import { headerOf, lineOf } from "./header";
import type { FoundFile } from "./home-files";
import { lineCounter, type Part, type Parts, stemOf } from "./part";

/** As Hearth writes it: within what was said, such a line has a backslash in front. */
const TURN = /^## (Message|Response)[ \t]*$/gm;
/** As older systems did: whoever speaks has a heading, and nothing is escaped. */
const OLD_TURN = /^##[ \t]+(message|visitor|user|owner|response|reply|assistant|agent|claud(?:e|ie))\b.*$/gimu;
const ANSWERS = /^(?:response|reply|assistant|agent|claude|claudie)$/i;

/** A conversation: a part for each turn, without its heading. The answers are the agent's. */
export function readConversation(
  text: string,
  { path }: FoundFile,
  { days, agentNames }: Omit<Making, "measure">,
): Parts {
  const { data, end, problem } = headerOf(text);
  const type = lineOf(data["type"]);
  const said = lineOf(data["title"]);
  const common = {
    text,
    lines: lineCounter(text),
    title: said ?? (type ? `${type} conversation` : stemOf(path)),
    named: said !== undefined,
    date: days.of(data["date"]) ?? days.of(stemOf(path)) ?? null,
  };
  const turns = turnsOf(text, end, data["status"] === undefined ? OLD_TURN : TURN, agentNames);
  return { parts: turns.map(turn => ({ ...common, ...turn })), notes: problem ? [problem] : [] };
}

type Turn = Pick<Part, "from" | "to" | "who">;

function turnsOf(text: string, end: number, pattern: RegExp, agentNames: readonly string[]): Turn[] {
  const headings = [...text.slice(end).matchAll(pattern)].map(match => ({
    at: end + match.index,
    to: end + match.index + match[0].length,
    who: isAnswer(match[1]!, agentNames) ? ("agent" as const) : ("visitor" as const),
  }));
  const first: Turn = { from: end, to: headings[0]?.at ?? text.length };
  return [first, ...headings.map(({ to, who }, at) => ({ from: to, to: headings[at + 1]?.at ?? text.length, who }))];
}

const isAnswer = (speaker: string, agentNames: readonly string[]): boolean =>
  ANSWERS.test(speaker) || agentNames.includes(speaker.toLowerCase());
