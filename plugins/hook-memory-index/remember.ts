import type { Home } from "hearth";
import { type Learned, type Memory, personsOf } from "hearth-plugins/memory";
import type { Session } from "hearth-plugins/sessions";

/** What a session is remembered with. */
export interface Remembering {
  readonly home: Home;
  readonly memory: Memory;
  /** Seconds for all of it. */
  readonly limit: number;
}

/** Of the limit: what waiting for vectors may take, so that what was learned can still be told. */
const SHARE = 0.9;

/** Has memory learn what a session changed, and its conversation. Answers a line about it. */
export async function rememberSession(
  { home, memory, limit }: Remembering,
  session: Session,
  signal: AbortSignal,
): Promise<string> {
  const conversation = await home.read(`conversations/${session.id}.md`).catch(() => undefined);
  const changed = conversation ? [...session.changed, `conversations/${session.id}.md`] : session.changed;
  const patience = AbortSignal.timeout(limit * SHARE * 1000);
  const { id, type } = session;
  const lesson = { session: id, type, persons: personsOf(session), changed };
  const learned = await memory.learn(lesson, AbortSignal.any([signal, patience]));
  return noteOf(learned, patience.aborted);
}

function noteOf({ files, added, kept, removed, recalled }: Learned, late: boolean): string {
  const parts = [
    many(files, "file"),
    `${added} new passages`,
    `${kept} kept`,
    `${removed} gone`,
    ...(recalled > 0 ? [`${recalled} only recalled`] : []),
    ...(late ? ["vectors are still being made"] : []),
  ];
  return parts.join(", ");
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
