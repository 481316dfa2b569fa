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
  const before = await currentState(home);
  const history = (await home.read(HISTORY_FILE))?.text ?? "";
  const written = findLine(history, session.id);
  if (before?.sessionId === session.id && written) return "already written down";
  const entry = written ?? (await newEntry(home, session, before, terms));
  if (!entry) return "nothing to write down: it left no journal and no answer";
  if (!written) await home.append(HISTORY_FILE, `${torn(history) ? "\n" : ""}${JSON.stringify(entry)}\n`);
  if (isLater(before, session, terms.now)) return "kept in the history; the state is that of a later session";
  await home.write(STATE_FILE, `${JSON.stringify(entry, null, 2)}\n`);
  return describe(entry);
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

async function currentState(home: Home): Promise<State | undefined> {
  const file = await home.read(STATE_FILE);
  return file && readState(file.text).state;
}

/** The line of a session in the history, as it was written. Lines that cannot be read are passed over. */
function findLine(history: string, id: string): Entry | undefined {
  const line = history.split("\n").findLast(text => text.includes(id) && readState(text).state?.sessionId === id);
  return line && JSON.parse(line);
}

/** Whether the state belongs to a session that ended after this one. A time that has not come yet is a clock that was wrong. */
function isLater(state: State | undefined, session: Session, now: Date): boolean {
  const at = state && Date.parse(state.timestamp);
  return at !== undefined && state?.sessionId !== session.id && at > session.endedAt.getTime() && at <= now.getTime();
}

const torn = (history: string) => history !== "" && !history.endsWith("\n");

const describe = ({ blended, weight }: Entry) =>
  `valence ${blended.valence}, arousal ${blended.arousal}, weight ${weight}`;
