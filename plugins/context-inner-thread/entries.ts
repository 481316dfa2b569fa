import { jsonObject } from "hearth";

/** One entry of the inner thread. */
export interface Entry {
  readonly body: string;
  /** Words for it, as far as they are there: "Day 12 (morning, question)". */
  readonly day?: string;
  readonly session?: string;
  readonly type?: string;
}

/** The last entries, oldest first, and how many lines among them could not be read. */
export interface Last {
  readonly entries: readonly Entry[];
  readonly broken: number;
}

const LONGEST_WORD = 40;
/** Lines that are looked at, from the end on; before a longer row of broken ones nothing is found. */
export const MOST_LINES = 200;

/** The last entries of these lines. What stands before them is not looked at. */
export function lastEntries(lines: readonly string[], most: number): Last {
  const entries: Entry[] = [];
  let broken = 0;
  for (let at = lines.length - 1; at >= Math.max(0, lines.length - MOST_LINES) && entries.length < most; at--) {
    const entry = entryOf(lines[at]!);
    if (entry) entries.unshift(entry);
    else broken++;
  }
  return { entries, broken };
}

/** The entry that a line holds; nothing when it is none. */
function entryOf(line: string): Entry | undefined {
  const { body, day, session, type } = jsonObject(line) ?? {};
  const said = typeof body === "string" ? oneLine(body) : "";
  if (said === "") return;
  return { body: said, ...word("day", day), ...word("session", session), ...word("type", type) };
}

/** A short word or number; left out when it is neither. */
function word<K extends string>(key: K, value: unknown): { [k in K]?: string } {
  if (typeof value !== "string" && !Number.isFinite(value)) return {};
  const text = shortened(oneLine(String(value)), LONGEST_WORD);
  return (text === "" ? {} : { [key]: text }) as { [k in K]?: string };
}

/** A text on one line, so that it cannot look like more than it is. */
const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .toWellFormed();

/** A text of so many characters at the most (code points), the last of them an ellipsis when it was longer. @param kept characters before the ellipsis */
export function shortened(text: string, most: number, kept = most - 1): string {
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, kept).join("").trimEnd()}…`;
}
