import { codePoints, type Home, messageOf } from "hearth";
import { type Entry, lastEntries, MOST_LINES, shortened } from "./entries";
import { readTail, type Tail } from "./tail";

export const THREAD_FILE = "inner-thread/thread.jsonl";

/** Entries that are shown, characters of one, and of all together. */
const ENTRIES = 3;
const LONGEST = 280;
const KEPT = 277;
const MOST = 1000;
const RULE = "─".repeat(19);

/** The last entries of the inner thread as a block of the prompt; nothing when there are none. Never throws. @param note tells people what was passed over, and why */
export async function threadText(home: Home, note: (text: string) => void): Promise<string | undefined> {
  try {
    const tail = await readTail(await home.resolve(THREAD_FILE), isEnough);
    return tail && textOf(tail, note);
  } catch (error) {
    return void note(`${THREAD_FILE} could not be read: ${(error as { code?: string }).code ?? messageOf(error)}`);
  }
}

const isEnough = (lines: readonly string[]): boolean =>
  lines.length >= MOST_LINES || lastEntries(lines, ENTRIES).entries.length === ENTRIES;

function textOf({ lines, isPart }: Tail, note: (text: string) => void): string | undefined {
  const { entries, broken } = lastEntries(lines, ENTRIES);
  if (broken > 0) note(`${THREAD_FILE}: ${broken} ${broken === 1 ? "line" : "lines"} near its end could not be read`);
  if (isPart && entries.length < ENTRIES) note(`${THREAD_FILE}: what stands before its last lines was not looked at`);
  return entries.length > 0 ? boxOf(entries.map(lineOf)) : undefined;
}

const boxOf = (lines: readonly string[]): string =>
  ["─── Inner Thread ───", "What you last said to yourself, the newest at the end:", ...newestWithin(lines), RULE].join(
    "\n",
  );

/** The newest lines that have no more characters together than they may, oldest first. */
function newestWithin(lines: readonly string[]): string[] {
  let used = 0;
  const fits = lines.toReversed().findIndex(line => {
    used += codePoints(line) + 1;
    return used > MOST;
  });
  return lines.slice(fits < 0 ? 0 : lines.length - fits);
}

/** `Day 12 (morning, question): …`, with what is known of it. */
function lineOf({ body, day, session, type }: Entry): string {
  const about = [session, type].filter(Boolean).join(", ");
  const origin = [day && `Day ${day}`, about && `(${about})`].filter(Boolean).join(" ");
  return `${origin ? `${origin}: ` : ""}${shortened(body, LONGEST, KEPT)}`;
}
