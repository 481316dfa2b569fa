import type { Database } from "hearth";
import type { Picture } from "hearth-plugins/pictures";
import type { Delivered, Mail } from "./contract";
import type { MailRow, MailState } from "./mail-row";
import type { Opinion } from "./screening";

/** A piece of mail that comes in. */
export interface NewMail {
  readonly mail: Mail;
  readonly type: MailRow["type"];
  readonly opinion: Opinion;
  readonly warning: string | null;
}

const columns = `id, kind, type, sender, text, data, received_at, standing, verdicts, state, file, ref, image, warning, decided_at,
  exists (select 1 from picture where picture.mail = mail.id) as pictured`;
const place = "file = $file and coalesce(ref, '') = coalesce($ref, '')";

/** The mail that is written down. Every write here belongs in a transaction of the caller's. */
export class MailTable {
  constructor(readonly db: Database) {}

  find(id: string): MailRow | undefined {
    return this.db.query<MailRow, [string]>(`select ${columns} from mail where id = ?`).get(id) ?? undefined;
  }

  /** Newest first. */
  list(state: MailState, limit: number): MailRow[] {
    return this.db
      .query<MailRow, [string, number]>(
        `select ${columns} from mail where state = ? order by received_at desc, id desc limit ?`,
      )
      .all(state, limit);
  }

  /** How many there are in a state, and since when the oldest. */
  tally(state: MailState): { readonly count: number; readonly oldest: string | null } {
    return this.db
      .query<{ count: number; oldest: string | null }, [string]>(
        "select count(*) as count, min(received_at) as oldest from mail where state = ?",
      )
      .get(state)!;
  }

  /** Mail that no screen could tell of and nobody decided on, with its text still here; the oldest after an id. */
  unscreened(after: string): MailRow | undefined {
    return (
      this.db
        .query<MailRow, [string]>(
          `select ${columns} from mail where standing = 'unscreened' and state in ('held', 'waiting', 'shown') and text <> ''
           and decided_at is null and id > ? order by id limit 1`,
        )
        .get(after) ?? undefined
    );
  }

  /** Mail that stays here, with its picture, until somebody decides. */
  hold(one: NewMail): void {
    this.#insert(one, "held", undefined);
    const { id, picture } = one.mail;
    if (!picture) return;
    this.db
      .query("insert into picture (mail, bytes, mime, extension, width, height) values (?, ?, ?, ?, ?, ?)")
      .run(id, picture.bytes, picture.mime, picture.extension, picture.width, picture.height);
  }

  /** Mail that lies in its place and waits for a session. Who found it there before this was written took note of the same piece. */
  take(one: NewMail, delivered: Delivered): void {
    this.#freePlace(delivered, one.mail);
    this.#insert(one, "waiting", delivered);
  }

  /** The same of mail that nobody handed in. Answers whether it was new. */
  adopt(one: NewMail, delivered: Delivered): boolean {
    const { file, ref = null } = delivered;
    if (this.db.query(`select 1 from mail where ${place}`).get({ file, ref })) return false;
    this.#insert(one, "waiting", delivered);
    return true;
  }

  /** Takes their place from all that lay in a file. @param warning what the agent is told beside the rest */
  displace(file: string, warning: string): void {
    this.db
      .query(`update mail set file = null, ref = null, image = null, warning = coalesce(warning || ' ', '') || $warning
        where file = $file`)
      .run({ file, warning });
  }

  picture(id: string): Picture | undefined {
    const row = this.db
      .query<Omit<Picture, "bytes"> & { bytes: Uint8Array }, [string]>(
        "select bytes, mime, extension, width, height from picture where mail = ?",
      )
      .get(id);
    return row ? { ...row, bytes: new Uint8Array(row.bytes) } : undefined;
  }

  /** Out of the quarantine to its place. Answers whether it was still held. */
  release(
    { id, sender: from, text }: MailRow,
    delivered: Delivered,
    opinion: Opinion,
    warning: string | null,
    at: string,
  ): boolean {
    this.#freePlace(delivered, { from, text });
    this.db
      .query(`delete from mail where ${place} and id <> $id and state = 'waiting'`)
      .run({ ...placeOf(delivered), id });
    const { changes } = this.db
      .query(`update mail set state = 'waiting', file = $file, ref = $ref, image = $image, standing = $standing, verdicts = $verdicts,
        warning = $warning, decided_at = $at, data = '{}' where id = $id and state = 'held'`)
      .run({ id, ...placeOf(delivered), image: delivered.image ?? null, ...opinionOf(opinion), warning, at });
    this.db.query("delete from picture where mail = ?").run(id);
    return changes > 0;
  }

  /** The agent is not to be shown it. Answers false when it has left the state in which it was found. */
  reject({ id, state }: MailRow, opinion: Opinion, at: string): boolean {
    const set = "state = 'rejected', standing = $standing, verdicts = $verdicts, decided_at = $at";
    const { changes } = this.db
      .query(`update mail set ${set} where id = $id and state = $state`)
      .run({ id, state, ...opinionOf(opinion), at });
    return changes > 0;
  }

  /** What a later screening found; the rest stays as it is. */
  judge(id: string, opinion: Opinion, warning: string | null): void {
    this.db
      .query("update mail set standing = $standing, verdicts = $verdicts, warning = $warning where id = $id")
      .run({ id, ...opinionOf(opinion), warning });
  }

  /**
   * Forgets what nothing needs any more: the words of mail that was shown, and, of an earlier time, mail that was rejected. That a piece
   * of mail in its place was taken is never forgotten, so that nothing is taken twice.
   * @param before ISO time
   */
  forget(before: string): void {
    this.db.run(
      "update mail set text = '', data = '{}' where state = 'shown' and standing <> 'unscreened' and text <> ''",
    );
    this.db.query("update mail set text = '' where state = 'shown' and text <> '' and received_at < ?").run(before);
    this.db.query("delete from mail where state = 'rejected' and file is null and decided_at < ?").run(before);
    this.db.query("update mail set text = '' where state = 'rejected' and text <> '' and decided_at < ?").run(before);
  }

  /**
   * A name in the home may be used again when what was there has been put away, which happens before its session is over. Mail that is
   * still to be shown is shown without its place then; only the same words were found by `adopt`, and are the same mail.
   */
  #freePlace(delivered: Delivered, { from, text }: Pick<Mail, "from" | "text">): void {
    this.db
      .query(`update mail set file = null, ref = null
        where ${place} and (state in ('shown', 'rejected') or sender <> $from or text <> $text)`)
      .run({ ...placeOf(delivered), from, text });
  }

  #insert({ mail, type, opinion, warning }: NewMail, state: MailState, delivered: Delivered | undefined): void {
    const { id, kind, from: sender, text, receivedAt, data } = mail;
    const kept = delivered ? "{}" : JSON.stringify(data);
    this.db
      .query(`insert into mail (id, kind, type, sender, text, data, received_at, standing, verdicts, state, file, ref, image, warning)
        values ($id, $kind, $type, $sender, $text, $kept, $receivedAt, $standing, $verdicts, $state, $file, $ref, $image, $warning)
        on conflict (file, coalesce(ref, '')) where file is not null do update set id = excluded.id, sender = excluded.sender,
        text = excluded.text, received_at = excluded.received_at, standing = excluded.standing, verdicts = excluded.verdicts,
        image = excluded.image, warning = excluded.warning`)
      .run({
        ...{ id, kind, type, sender, text, kept, receivedAt, state, warning },
        ...opinionOf(opinion),
        ...placeOf(delivered),
        image: delivered?.image ?? null,
      });
  }
}

const placeOf = (delivered: Delivered | undefined) => ({ file: delivered?.file ?? null, ref: delivered?.ref ?? null });

const opinionOf = ({ standing, verdicts }: Opinion) => ({ standing, verdicts: JSON.stringify(verdicts) });
