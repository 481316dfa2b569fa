import type { Database } from "hearth";
import type { MailType } from "./wake-settings";

/** Mail as a session is to be shown it. */
export interface WaitingMail {
  readonly id: string;
  readonly sender: string;
  readonly text: string;
  readonly file: string | null;
  readonly ref: string | null;
  readonly image: string | null;
  readonly warning: string | null;
  /** Sessions that carried it and failed. */
  readonly attempts: number;
  readonly received_at: string;
}

/** How much one session is shown. */
export interface Room {
  readonly mostMessages: number;
  readonly mostCharacters: number;
}

/** Failures after which mail comes alone: it may be what the sessions failed of. */
export const LONE = 3;

const columns = "id, sender, text, file, ref, image, warning, attempts, received_at";

/** The mail that waits for a session or is in one, and the sessions that carry it. */
export class Pile {
  constructor(readonly db: Database) {}

  /**
   * Gives a session the mail of its type, the oldest first, as much as there is room for; what it has already it keeps.
   * Mail that failed often comes after all other, one at a time. Letters are those of one person: of whoever's turn it is, first of those
   * who had none yet that day.
   * @param earlier files of which the session knows letters already, because it goes on with another
   */
  take(session: string, type: MailType, room: Room, day: string, earlier: readonly string[] = []): WaitingMail[] {
    return this.db
      .transaction(() => {
        const held = this.#of(session);
        const known = [...earlier, ...placesOf(held)];
        const more = thatFit(held, this.#turnOf(type, { day, known, limit: room.mostMessages }), room);
        for (const { id } of more)
          this.db.query("update mail set state = 'taken', session = ? where id = ?").run(session, id);
        if (more.length > 0) this.db.query("insert or ignore into carried values (?, ?, ?)").run(session, type, day);
        return [...held, ...more];
      })
      .immediate();
  }

  /** The session ended well. Mail that failed no more often than what it was shown is as good as new: it was not the mail. */
  shown(session: string, type: MailType): void {
    this.db
      .transaction(() => {
        const worst = Math.max(...this.#of(session).map(({ attempts }) => attempts));
        this.db.query("update mail set state = 'shown' where state = 'taken' and session = ?").run(session);
        this.db
          .query("update mail set attempts = 0 where state = 'waiting' and type = ? and attempts <= ?")
          .run(type, worst);
      })
      .immediate();
  }

  /** The session did not end well: its mail waits again. @param tries what is added to its attempts */
  giveBack(session: string, tries: 0 | 1): void {
    this.db
      .transaction(() => {
        this.db
          .query(
            "update mail set state = 'waiting', session = null, attempts = attempts + ? where state = 'taken' and session = ?",
          )
          .run(tries, session);
        this.db.query("delete from carried where session = ?").run(session);
      })
      .immediate();
  }

  /** The sessions that carry mail as far as is known here. */
  carriers(): { session: string; type: MailType }[] {
    return this.db
      .query<{ session: string; type: MailType }, []>("select distinct session, type from mail where state = 'taken'")
      .all();
  }

  /** How often the waiting mail of a type failed that failed least; nothing when none waits. */
  leastAttempts(type: MailType): number | undefined {
    const row = this.db
      .query<{ least: number | null }, [string]>(
        "select min(attempts) as least from mail where state = 'waiting' and type = ?",
      )
      .get(type);
    return row?.least ?? undefined;
  }

  /** How many sessions of a type carried mail on a day and did not fail. */
  carriedOn(day: string, type: MailType): number {
    return this.db
      .query<{ n: number }, [string, string]>("select count(*) as n from carried where day = ? and type = ?")
      .get(day, type)!.n;
  }

  /** Whether a letter waits, and has not failed often, of somebody to whom no session of a day has listened. */
  hasUnheard(day: string): boolean {
    const unheard = `select 1 from mail where state = 'waiting' and type = 'correspondence' and attempts < $lone
      and file is not null and not ${heard} limit 1`;
    return this.db.query(unheard).get({ day, lone: LONE }) !== null;
  }

  /** Forgets the sessions of days before this one. */
  forgetBefore(day: string): void {
    this.db.query("delete from carried where day < ?").run(day);
  }

  #of(session: string): WaitingMail[] {
    return this.db
      .query<WaitingMail, [string]>(
        `select ${columns} from mail where state = 'taken' and session = ? order by received_at, id`,
      )
      .all(session);
  }

  #turnOf(type: MailType, turn: Turn): WaitingMail[] {
    if (type !== "correspondence") return this.#inTurn(type, { ...turn, known: [] });
    const known = turn.known.length > 0 ? turn.known : placesOf(this.#inTurn(type, { ...turn, limit: 1 }));
    return this.#inTurn(type, { ...turn, known });
  }

  #inTurn(type: MailType, { day, known, limit }: Turn): WaitingMail[] {
    const turn = { type, day, limit, lone: LONE - 1, known: JSON.stringify(known) };
    return this.db
      .query<WaitingMail, [typeof turn]>(
        `select ${columns} from mail where state = 'waiting' and type = $type
         and ($known = '[]' or coalesce(file, id) in (select value from json_each($known)))
         order by max(attempts, $lone), ${heard}, received_at, id limit $limit`,
      )
      .all(turn);
  }
}

/** What a session is to be given. */
interface Turn {
  readonly day: string;
  /** Of where it knows letters already, which is where what it gets has to lie; anywhere when there is none. */
  readonly known: readonly string[];
  readonly limit: number;
}

/** Whether a session of a day carries or carried letters of this one's person. */
const heard = `exists (select 1 from carried join mail other on other.session = carried.session
  where carried.day = $day and carried.type = 'correspondence' and other.file = mail.file)`;

/** Where mail lies: letters of one file are of one person. */
const placesOf = (mail: readonly WaitingMail[]): string[] => mail.map(({ file, id }) => file ?? id);

/** The first of those in turn that still fit beside what is held. The first of all always fits. */
function thatFit(held: readonly WaitingMail[], turn: readonly WaitingMail[], room: Room): WaitingMail[] {
  const all = [...held];
  for (const mail of turn) {
    if (all.length > 0 && !fits(all, mail, room)) break;
    all.push(mail);
  }
  return all.slice(held.length);
}

function fits(all: readonly WaitingMail[], mail: WaitingMail, { mostMessages, mostCharacters }: Room): boolean {
  if ([...all, mail].some(({ attempts }) => attempts >= LONE)) return false;
  const characters = all.reduce((sum, { text }) => sum + text.length, mail.text.length);
  return all.length < mostMessages && characters <= mostCharacters;
}
