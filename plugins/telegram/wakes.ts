import { type Clock, type Database, HearthError, type Hook, type Logger, messageOf } from "hearth";
import {
  isOver,
  type Messenger,
  type Session,
  type SessionChange,
  type SessionState,
  type Sessions,
  type Ticket,
  type WakeMessage,
  type WakeOrder,
} from "hearth-plugins/sessions";
import { Alarms } from "./alarms";
import type { Errand } from "./errands";
import { historyFile } from "./history";
import type { Said } from "./messages";
import type { People } from "./people";
import type { Tables } from "./tables";
import type { Talk } from "./talks";
import type { Typing } from "./typing";
import { words } from "./words";

/** Types of sessions: of a single message, and of a turn of a talk. */
export const SINGLE = "telegram";
export const TURN = "telegram_talk_open";
/** Who orders them. */
const JOB = "telegram";
/** ms until an order that failed is tried again. */
const PAUSE = 30_000;

export interface WakesOptions extends Tables {
  readonly db: Database;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly people: People;
  readonly typing: Typing;
  /** Called when an answer for a chat lies in the outbox. */
  readonly answered: (chat: number) => void;
}

/** Leads what people say to sessions, one at a time for each chat, and their answers back to the chat that asked. */
export class Wakes {
  readonly #options: WakesOptions;
  readonly #alarms: Alarms;
  #closed = false;

  constructor(options: WakesOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.clock);
  }

  /** Bring what waits to its session. */
  messengers(): Messenger[] {
    return [SINGLE, TURN].map(type => ({ id: `telegram.${type}`, type, take: session => this.#take(session) }));
  }

  /** Puts a session's answer in the outbox as soon as its agent has ended, while other hooks still run. */
  hook(): Hook<Session> {
    return {
      id: "telegram",
      retries: 2,
      unless: session => (this.#errandOf(session) ? undefined : "nobody on Telegram waits for it"),
      run: session => {
        const errand = this.#errandOf(session)!;
        if (!errand.over) this.#over(errand, session.state, session.result.text);
      },
    };
  }

  /** Something may wait in a chat: orders a session for it, unless one is on its way. Never throws. */
  poke(chat: number): void {
    this.#alarms.clear(chat);
    if (this.#closed) return;
    try {
      this.#order(chat);
    } catch (error) {
      this.#options.log.error("a session for a chat could not be ordered; it is tried again", {
        error: messageOf(error),
      });
      this.#at(chat, this.#now() + PAUSE);
    }
  }

  /** Hears what became of sessions: of one that never came to its hooks, too. Never throws. */
  sessionChanged({ id, state }: SessionChange): void {
    if (!isOver(state)) return;
    this.#settle(this.#options.errands.find(id), state);
    for (const chat of this.#options.messages.chats()) this.poke(chat);
  }

  /** After a start: puts right what was not heard of, and goes on with what waits. */
  begin(): void {
    for (const errand of this.#options.errands.open()) {
      const state = this.#options.sessions.find(errand.session)?.state ?? "interrupted";
      if (isOver(state)) this.#settle(errand, state);
      else this.#options.typing.start(errand.chat);
    }
    for (const chat of this.#options.messages.chats()) this.poke(chat);
  }

  /** Orders nothing any more. What waits is found by the next `begin`. */
  close(): void {
    this.#closed = true;
    this.#alarms.close();
  }

  #take(session: string): WakeMessage[] {
    const { errands, messages, people } = this.#options;
    const errand = errands.find(session);
    const person = errand && people.find(errand.chat);
    if (!errand || !person) return [];
    const said = messages.carry(session, errand.chat, errand.talk, this.#now());
    return said.map(one => wakeMessage(one, person.name, historyFile(person)));
  }

  #order(chat: number): void {
    const { errands, messages, typing } = this.#options;
    const isAsked = errands.of(chat) !== undefined;
    const first = messages.waiting(chat);
    if (isAsked || first) typing.start(chat);
    else typing.stop(chat);
    if (isAsked || !first) return;
    if (first.due > this.#now()) this.#at(chat, first.due);
    else this.#orderFor(first);
  }

  #orderFor(first: Said): void {
    const talk = first.talk === null ? undefined : this.#options.talks.find(first.talk);
    try {
      this.#bind(first, talk);
    } catch (error) {
      if (!talk?.last || !(error instanceof HearthError && error.code === "MISSING")) throw error;
      this.#loseTalk(talk, error);
    }
  }

  /** Orders a session and gives it to the chat. One that another order has already is passed over, or waited for. */
  #bind(first: Said, talk: Talk | undefined): void {
    for (let n = 0; ; n++) {
      const ticket = this.#options.sessions.wake(orderOf(first, talk, n));
      if (isOver(ticket.state)) continue;
      if (this.#isOurs(ticket)) this.#options.errands.bind(ticket.id, first.chat, first.talk);
      return;
    }
  }

  /** Whether a session was ordered here: a type that coalesces may put a chat's order with the keeper's. (With another chat's, too: what is bound stays bound.) */
  #isOurs({ id }: Pick<Ticket, "id">): boolean {
    return this.#options.sessions.find(id)?.job === JOB;
  }

  /** The agent cannot go on where it was: its words are gone, or another agent runs now. */
  #loseTalk(talk: Talk, error: unknown): void {
    const { db, talks, messages, outbox, log, answered } = this.#options;
    log.warn("a talk could not go on", { error: messageOf(error) });
    db.transaction(() => {
      talks.close(talk.id, this.#now());
      messages.leaveTalk(talk.id);
      outbox.put(talk.chat, `talk-lost:${talk.id}`, words.talkLost);
    }).immediate();
    answered(talk.chat);
    this.poke(talk.chat);
  }

  /** The chat that a session serves: its own, or that of the session that its budget had stopped and that a person let go on. */
  #errandOf({ id, resumes }: Session): Errand | undefined {
    const { errands } = this.#options;
    const own = errands.find(id);
    const before = own || resumes === undefined ? undefined : errands.find(resumes);
    if (!before) return own;
    errands.bind(id, before.chat, before.talk);
    return errands.find(id);
  }

  /** What became of a session whose hook was not run, or failed. */
  #settle(errand: Errand | undefined, state: SessionState): void {
    if (!errand || errand.over) return;
    try {
      this.#over(errand, state, "");
    } catch (error) {
      const fields = { session: errand.session, error: messageOf(error) };
      this.#options.log.error("a session's end could not be told to its chat; it is told at the next start", fields);
    }
  }

  #over(errand: Errand, state: SessionState, text: string): void {
    const { db, errands, messages, outbox, typing, answered } = this.#options;
    const { session, chat, talk } = errand;
    db.transaction(() => {
      const empty = messages.carried(session) === 0 && this.#isOurs({ id: session }); // one that a person lets go on carries nothing
      if (empty) messages.drop(session, chat, talk);
      const said = state === "done" && text.trim() !== "";
      outbox.put(chat, session, said ? text : (this.#talkWords(errand, state) ?? wordsFor(state, empty)));
      errands.over(session);
      if (talk !== null) this.#turnOver(talk, session, state);
    }).immediate();
    typing.stop(chat);
    answered(chat);
    this.poke(chat);
  }

  #talkWords({ talk: id }: Errand, state: SessionState): string | undefined {
    const talk = id === null ? undefined : this.#options.talks.find(id);
    if (!talk || state === "done") return undefined;
    if (talk.last === null) return words.talkNotOpened;
    return talk.closed === null ? words.failedTurn(state) : undefined;
  }

  /** A turn that failed is not gone on with, and costs the talk nothing; a talk whose first turn failed was never opened. */
  #turnOver(id: number, session: string, state: SessionState): void {
    const { talks, messages } = this.#options;
    if (state === "done") talks.wentOn(id, session);
    else if (talks.find(id)?.last === null) {
      talks.close(id, this.#now());
      messages.leaveTalk(id);
    }
    talks.touch(id, this.#now());
  }

  #at(chat: number, when: number): void {
    this.#alarms.set(chat, when, () => this.poke(chat));
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

/** @param n how many orders for this message came to nothing before */
const orderOf = (first: Said, talk: Talk | undefined, n: number): WakeOrder => ({
  type: talk ? TURN : SINGLE,
  job: JOB,
  slot: `${first.id}.${n}`,
  ...(talk?.last && { resumes: talk.last }),
});

/** @param empty whether it carried nothing: it was ended before it could, or could not */
function wordsFor(state: SessionState, empty: boolean): string {
  if (empty && state !== "cancelled") return words.lost;
  return state === "done" ? words.noWords : words.failed(state);
}

const wakeMessage = ({ text, at, image, warning }: Said, from: string, file: string): WakeMessage => ({
  text,
  from,
  at,
  file,
  ...(image !== null && { image }),
  ...(warning !== null && { warning }),
});
