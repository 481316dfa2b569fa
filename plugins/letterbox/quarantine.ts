import { HttpError, notFound } from "hearth";
import type { Picture } from "hearth-plugins/pictures";
import type { MailMoved } from "./contract";
import { type Counter, courierOf, tellDelivered } from "./counter";
import { type MailRow, mailOf, verdictsOf } from "./mail-row";
import { isHeld, warningOf } from "./policy";
import type { Opinion } from "./screening";

/** What a person may decide. */
export const decisions = ["release", "reject"] as const;
export type Decision = (typeof decisions)[number];

/** The states of mail that people look at: what waits for them, and what the agent is not shown. */
export const lists = ["held", "rejected"] as const;
export type ListName = (typeof lists)[number];

/** The mail that waits for a decision: of a person, or of a later screening. */
export class Quarantine {
  /** Mail on which somebody decides right now. */
  readonly #deciding = new Set<string>();

  constructor(readonly counter: Counter) {}

  list(name: ListName, limit: number): MailRow[] {
    return this.counter.table.list(name, limit);
  }

  /** How much waits, and since when the oldest. */
  waiting(): { readonly count: number; readonly oldest: string | null } {
    return this.counter.table.tally("held");
  }

  /** @throws HttpError 404 */
  picture(id: string): Picture {
    const picture = this.counter.table.picture(id);
    if (!picture) throw notFound("There is no such picture in the quarantine");
    return picture;
  }

  /**
   * A person decides. Mail that is released is brought to its place as if it came now. Two decisions on the same mail never both count.
   * @throws HttpError 404 for what never came here, 409 for what is decided on, 503 when its courier's plugin is off: it stays held
   */
  decide(id: string, decision: Decision): Promise<MailRow> {
    return this.#alone(id, async row => {
      const opinion = { standing: row.standing, verdicts: verdictsOf(row) };
      if (decision === "release") await this.#release(row, opinion, null, "person");
      else await this.#reject(row, opinion, "person");
      return this.counter.table.find(id)!;
    });
  }

  /** A later screening has found something out. @throws as `decide` */
  settle(id: string, opinion: Opinion): Promise<void> {
    return this.#alone(id, async row => {
      const { table, commits, settings } = this.counter;
      if (opinion.standing === "rejected") return this.#reject(row, opinion, "screening");
      const { trust } = courierOf(this.counter, row.kind);
      if (!isHeld(opinion, trust, settings)) return this.#release(row, opinion, warningOf(opinion), "screening");
      await commits.write(() => table.judge(id, opinion, warningOf(opinion)));
    });
  }

  async #alone<T>(id: string, work: (row: MailRow) => Promise<T>): Promise<T> {
    const row = this.counter.table.find(id);
    if (!row) throw notFound("There is no such message in the quarantine");
    if (row.state !== "held" || this.#deciding.has(id))
      throw new HttpError(409, "This message has been decided on already");
    this.#deciding.add(id);
    try {
      return await work(row);
    } finally {
      this.#deciding.delete(id);
    }
  }

  async #release(row: MailRow, opinion: Opinion, warning: string | null, by: MailMoved["by"]): Promise<void> {
    const { table, commits, clock } = this.counter;
    const courier = courierOf(this.counter, row.kind);
    const delivered = await courier.deliver(mailOf(row, table.picture(row.id)));
    await commits.write(() => table.release(row, delivered, opinion, warning, clock.now().toISOString()));
    const { id, kind, sender: from } = row;
    tellDelivered(this.counter, { id, kind, from, by, file: delivered.file }, courier.wakes);
  }

  async #reject(row: MailRow, opinion: Opinion, by: MailMoved["by"]): Promise<void> {
    const { table, commits, clock, moved } = this.counter;
    await commits.write(() => table.reject(row, opinion, clock.now().toISOString()));
    moved({ id: row.id, kind: row.kind, from: row.sender, to: "rejected", by, file: row.file });
  }
}
