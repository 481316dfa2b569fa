import { type Clock, type Logger, localDay, messageOf, nextMidnight } from "hearth";
import { zonedMinute } from "hearth-plugins/content";
import { isOver, type SessionChange, type SessionState, type Sessions } from "hearth-plugins/sessions";
import type { Errand } from "./errand";
import type { ErrandTable } from "./errand-table";
import type { FixedSlots } from "./fixed-slots";
import { MINUTE } from "./minutes";
import type { Settings } from "./settings";

/** What errands are led to sessions with. */
export interface WakesOptions {
  readonly table: ErrandTable;
  readonly sessions: Pick<Sessions, "wake" | "find">;
  readonly slots: FixedSlots;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly settings: Settings;
  readonly log: Logger;
}

/** ms until something is tried again that failed, as with a full disk. */
const PAUSE = 60_000;
/** ms that an errand waits after its first failure, doubled with each further one. */
const FIRST_BACKOFF = 5 * MINUTE;

/** Leads what is due to sessions of the type "self": claims it, orders the session, and acknowledges it once that has succeeded. */
export class Wakes {
  readonly #options: WakesOptions;
  #stop: () => void = () => {};
  #open = false;

  constructor(options: WakesOptions) {
    this.#options = options;
  }

  /** After a start: settles what ended unheard, orders what was claimed and not ordered, and goes on. */
  begin(): void {
    this.#open = true;
    this.look();
  }

  close(): void {
    this.#open = false;
    this.#stop();
  }

  /** Hears what became of a session. */
  sessionChanged({ state }: SessionChange): void {
    if (isOver(state)) this.look();
  }

  /** Does what there is to do, and sets the alarm for what comes next. Never throws. */
  look(): void {
    if (!this.#open) return;
    this.#stop();
    try {
      this.#settle();
      this.#appointments();
      this.#impulses();
      this.#alarm(this.#options.table.nextDue(this.#now().toISOString()));
    } catch (error) {
      this.#options.log.error("appointments could not be seen to; they are tried again", { error: messageOf(error) });
      this.#alarm(new Date(this.#now().getTime() + PAUSE));
    }
  }

  #alarm(when: Date | undefined): void {
    if (when) this.#stop = this.#options.clock.at(when, () => this.look());
  }

  /** Decides on what was claimed: its session is over, or was never ordered because Hearth ended in between. */
  #settle(): void {
    for (const { batch, session, errands } of this.#options.table.claims()) {
      const id = session ?? this.#order(batch, errands);
      const state = this.#options.sessions.find(id)?.state ?? "interrupted";
      if (isOver(state)) this.#options.table.whole(() => errands.forEach(one => this.#over(one, state)));
    }
  }

  #over(errand: Errand, state: SessionState): void {
    if (state === "done") this.#options.table.end(errand.id, "done", this.#now().toISOString());
    else if (state === "cancelled") this.#giveUp(errand, "cancelled", 0);
    else if (state === "budget_stopped") this.#giveUp(errand, "stopped", 0);
    else this.#failed(errand);
  }

  #failed(errand: Errand): void {
    const { table, settings, log } = this.#options;
    const { id, kind, attempts } = errand;
    if (attempts + 1 < settings.attempts) {
      const again = new Date(this.#now().getTime() + FIRST_BACKOFF * 2 ** attempts);
      table.giveBack(id, again.toISOString(), 1);
    } else {
      log.warn("an errand of the agent is given up: its sessions failed", { errand: id, kind });
      this.#giveUp(errand, "failed", 1);
    }
  }

  /** No session for it any more. An impulse is still there for the agent to see. */
  #giveUp({ id, kind }: Errand, state: "cancelled" | "stopped" | "failed", failures: number): void {
    const { table } = this.#options;
    if (kind === "impulse") table.giveBack(id, null, failures);
    else table.end(id, state, this.#now().toISOString(), failures);
  }

  #appointments(): void {
    const { table, timeZone, log } = this.#options;
    for (const errand of table.due(this.#now().toISOString(), "appointment"))
      if (this.#isLate(errand)) {
        table.end(errand.id, "missed", this.#now().toISOString());
        log.warn("an appointment of the agent was missed", {
          errand: errand.id,
          at: zonedMinute(new Date(errand.at!), timeZone),
        });
      } else this.#claim([errand], `appointment ${errand.id} ${errand.attempts}`);
  }

  #impulses(): void {
    const { table, settings } = this.#options;
    const due = table.due(this.#now().toISOString(), "impulse");
    for (const { id } of due.filter(one => this.#isLate(one))) table.giveBack(id, null, 0);
    const inTime = due.filter(one => !this.#isLate(one));
    if (inTime.length === 0) return;
    if (this.#impulsesToday() < settings.impulses.perDay) this.#claim(inTime, `impulses ${crypto.randomUUID()}`);
    else this.#putOff(inTime);
  }

  /** To the next day. */
  #putOff(errands: readonly Errand[]): void {
    const { table, slots, timeZone } = this.#options;
    const tomorrow = slots.clearFrom(nextMidnight(this.#now(), timeZone)).toISOString();
    for (const { id } of errands) table.giveBack(id, tomorrow, 0);
  }

  /** Sessions that impulses have led to today: those that succeeded, and one on its way. */
  #impulsesToday(): number {
    const { table, timeZone } = this.#options;
    const today = localDay(this.#now(), timeZone);
    const isOfToday = ({ ended_at }: Errand) => ended_at === null || localDay(new Date(ended_at), timeZone) === today;
    const counted = [...table.inState("done", "impulse").filter(isOfToday), ...table.inState("claimed", "impulse")];
    return new Set(counted.map(({ batch }) => batch).filter(batch => batch !== null)).size;
  }

  #claim(errands: readonly Errand[], batch: string): void {
    this.#options.table.claim(
      errands.map(({ id }) => id),
      batch,
    );
    this.#order(batch, errands);
  }

  /** Orders the session of a batch: the same one, however often. Answers its id. */
  #order(batch: string, errands: readonly Errand[]): string {
    const { sessions, table } = this.#options;
    const { id } = sessions.wake({
      type: "self",
      job: "appointments",
      slot: batch,
      message: { text: this.#text(errands) },
    });
    table.ordered(batch, id);
    return id;
  }

  #text(errands: readonly Errand[]): string {
    if (errands[0]!.kind === "appointment") return errands[0]!.text;
    const lines = errands.map(({ text, created_at }) => {
      const since = created_at === null ? "" : ` (since ${zonedMinute(new Date(created_at), this.#options.timeZone)})`;
      return `- ${text}${since}`;
    });
    return ["What has pressed you, and no session has seen to yet:", ...lines].join("\n");
  }

  #isLate({ due_at }: Errand): boolean {
    return this.#now().getTime() - Date.parse(due_at!) > this.#options.settings.lateness * MINUTE;
  }

  #now(): Date {
    return this.#options.clock.now();
  }
}
