import { HttpError, messageOf } from "hearth";
import type { Message, MessageScreened } from "./contract";
import { type Counter, trustOf } from "./counter";
import { screenedNews } from "./intake";
import type { MailRow } from "./mail-row";
import { isHeld, warningOf } from "./policy";
import type { Quarantine } from "./quarantine";
import type { Opinion, Screening } from "./screening";

const DAY = 86_400_000;
/** After every id. */
const LAST = "~";

/** Screens again what no screen could tell of, in rounds, and forgets what is not needed any more. */
export class LaterScreening {
  #round: Promise<void> | undefined;
  #callOff = () => {};
  /** The message at which the last round ended early; "" when it did not. */
  #endedAt = "";

  constructor(
    readonly counter: Counter,
    readonly quarantine: Quarantine,
    readonly screening: Screening,
    readonly tell: (news: MessageScreened) => void,
    /** Aborted when nothing new may begin. */
    readonly stopping: AbortSignal,
  ) {}

  /** Begins a round now, and one after each pause from then on. @param run names the round as work that goes on by itself */
  begin(run: (round: Promise<void>) => void): void {
    this.#callOff();
    run(this.round());
    const { clock, settings } = this.counter;
    const next = new Date(clock.now().getTime() + settings.rescreenMinutes * 60_000);
    this.#callOff = clock.at(next, () => this.begin(run));
  }

  close(): void {
    this.#callOff();
  }

  /**
   * One message after the other, until none is left or a screen fails again. A round begins behind the message at which the last one failed,
   * so that one of which no screen can ever tell does not keep the others from it. Never two rounds at once. Never throws.
   */
  round(): Promise<void> {
    this.#round ??= this.#all().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #all(): Promise<void> {
    try {
      this.#forget();
      const from = this.#endedAt;
      if ((await this.#screenAll(from, LAST)) && from !== "") await this.#screenAll("", from);
    } catch (error) {
      this.counter.log.error("a round of later screening failed; the next one tries again", {
        error: messageOf(error),
      });
    }
  }

  /** Those after an id, up to another, the oldest first. Answers false when a screen could not tell. */
  async #screenAll(after: string, upTo: string): Promise<boolean> {
    let last = after;
    for (let row = this.#next(last); row && row.id <= upTo; row = this.#next(last)) {
      last = row.id;
      this.#endedAt = last;
      if (!(await this.#screenAgain(row))) return false;
    }
    this.#endedAt = "";
    return true;
  }

  #forget(): void {
    const { table, commits, clock, settings } = this.counter;
    const before = new Date(clock.now().getTime() - settings.keepDays * DAY).toISOString();
    commits.db.transaction(() => table.forget(before)).immediate();
  }

  /** Without a screen, nothing is found out by waiting: what is held waits for a person. */
  #next(after: string): MailRow | undefined {
    if (this.stopping.aborted || !this.screening.any) return undefined;
    return this.counter.table.unscreened(after);
  }

  /** Answers false when a screen could not tell: the others would not fare better. */
  async #screenAgain(row: MailRow): Promise<boolean> {
    const message = { kind: row.kind, from: row.sender, text: row.text };
    const opinion = await this.screening.ask(message);
    if (opinion.standing === "unscreened") return false;
    this.#tellOf(message, row, opinion);
    if (row.state === "held") await this.#settle(row, opinion);
    else await this.#judge(row, opinion);
    return true;
  }

  #tellOf(message: Message, row: MailRow, opinion: Opinion): void {
    const held = row.state === "held" && isHeld(opinion, trustOf(this.counter, row.kind), this.counter.settings);
    this.tell(screenedNews(message, opinion, held));
  }

  /** A person may have been faster, or its courier be off: then it stays as it is. */
  async #settle({ id }: MailRow, opinion: Opinion): Promise<void> {
    await this.quarantine.settle(id, opinion).catch(error => {
      if (!(error instanceof HttpError)) throw error;
    });
  }

  /** Of mail that is delivered: what is rejected is not shown any more; what was shown is only noted. */
  async #judge(row: MailRow, opinion: Opinion): Promise<void> {
    const { table, commits, clock, log } = this.counter;
    const { id, file } = row;
    const rejected = opinion.standing === "rejected";
    const isKept = await commits.write(() => {
      if (rejected && row.state === "waiting" && table.reject(row, opinion, clock.now().toISOString())) return true;
      table.judge(id, opinion, warningOf(opinion));
      return false;
    });
    if (isKept)
      log.warn("a delivered message was rejected by a later screening: no session is shown it", { mail: id, file });
    else if (rejected)
      log.warn("a message that the agent has seen was rejected by a later screening", { mail: id, file });
  }
}
