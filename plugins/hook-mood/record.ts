import type { Home } from "hearth";
import { zonedIso } from "hearth-plugins/content";
import type { Session } from "hearth-plugins/sessions";
import { type Entry, makeEntry } from "./entry";
import { journalOf } from "./journal";
import { readState, type State } from "./state";
import { weightOf } from "./weight";

export const STATE_FILE = "data/mood-state.json";
export const HISTORY_FILE = "data/mood-history.jsonl";

/** How moods are written down. */
export interface Terms {
  readonly timeZone: string;
  readonly now: Date;
  /** Hours. */
  readonly halfLife: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly mostWeight: number;
}

/**
 * Writes down the mood of a session, once: run again it finds its own line and only repairs what is missing.
 * The history goes first, so that after a crash the state can be made from it.
 * @returns a note for people
 */
export async function recordMood(home: Home, session: Session, terms: Terms): Promise<string> {
  const text = (await home.read(STATE_FILE))?.text;
  const { state: before, skipped } = text === undefined ? { skipped: [] } : readState(text);
  const history = (await home.read(HISTORY_FILE))?.text ?? "";
  const written = findLine(history, session.id);
  const own = before?.sessionId === session.id ? JSON.stringify(JSON.parse(text!)) : undefined;
  if (own && written) return "already written down";
  const entry = own || written ? undefined : await newEntry(home, session, before, terms);
  const line = written ?? own ?? (entry && JSON.stringify(entry));
  if (!line) return "nothing to write down: it left no journal and no answer";
  if (!written) await home.append(HISTORY_FILE, `${torn(history) ? "\n" : ""}${line}\n`);
  if (isLater(before, session, terms.now)) return "kept in the history; the state is that of a later session";
  if (!own) await home.write(STATE_FILE, `${JSON.stringify(JSON.parse(line), null, 2)}\n`);
  const what = entry ? describe(entry) : "was written down; what was missing is there again";
  return [what, ...skipped.map(why => `the mood before: ${why}`)].join("; ");
}

async function newEntry(home: Home, session: Session, before: State | undefined, terms: Terms) {
  const journal = await journalOf(home, session);
  if (!journal) return;
  const day = zonedIso(session.endedAt, terms.timeZone).slice(0, 10);
  const weigh = (words: number) => weightOf(session, words, terms.weights, terms.mostWeight);
  const usable = isLater(before, session, terms.now) ? undefined : before;
  return makeEntry(
    { id: session.id, type: session.type, day, endedAt: session.endedAt },
    journal,
    usable,
    weigh,
    terms.halfLife,
  );
}

/** The line of a session in the history, as it was written. Lines that cannot be read are passed over. */
const findLine = (history: string, id: string): string | undefined =>
  history.split("\n").findLast(line => line.includes(id) && readState(line).state?.sessionId === id);

/** Whether the state belongs to a session that ended after this one. A time that has not come yet is a clock that was wrong. */
function isLater(state: State | undefined, session: Session, now: Date): boolean {
  const at = state && Date.parse(state.timestamp);
  return at !== undefined && state?.sessionId !== session.id && at > session.endedAt.getTime() && at <= now.getTime();
}

const torn = (history: string) => history !== "" && !history.endsWith("\n");

const describe = ({ blended, weight }: Entry) =>
  `valence ${blended.valence}, arousal ${blended.arousal}, weight ${weight}`;
