import { type Clock, localDay } from "hearth";
import { zonedMinute } from "hearth-plugins/content";
import type { Sessions } from "hearth-plugins/sessions";
import { ToolRefusal } from "hearth-plugins/tools";
import { type Asked, askedTime } from "./asked-time";
import type { Errand } from "./errand";
import type { ErrandTable } from "./errand-table";
import type { FixedSlots } from "./fixed-slots";
import { DAY, MINUTE } from "./minutes";
import type { OldAppointment } from "./old-schedule";
import type { Settings } from "./settings";

/** What the agent's appointments are kept with. */
export interface DiaryOptions {
  readonly table: ErrandTable;
  readonly slots: FixedSlots;
  readonly sessions: Pick<Sessions, "find" | "cancel">;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly settings: Pick<Settings, "perDay" | "horizon">;
  /** Something may be due at another time than before. */
  changed(): void;
}

/** The agent's appointments with itself. One waits at a time. */
export class Diary {
  readonly #options: DiaryOptions;

  constructor(options: DiaryOptions) {
    this.#options = options;
  }

  /** Sets the appointment; the one that waited is replaced. @throws ToolRefusal that names the rule, and what would do instead */
  set(asked: Asked, reason: string, session?: string): { readonly set: Errand; readonly replaced: Errand | undefined } {
    const { table, clock, timeZone } = this.#options;
    const now = clock.now();
    const at = askedTime(asked, now, timeZone);
    const done = table.whole(() => {
      this.#check(at, now);
      const replaced = this.waiting();
      if (replaced) table.end(replaced.id, "cancelled", now.toISOString());
      return { replaced, set: this.#add(at, reason, now, session) };
    });
    this.#options.changed();
    return done;
  }

  /** Takes over an appointment of the original, by the same rules. @throws ToolRefusal that names the rule, or the one that waits here already */
  takeOver({ at, reason, createdAt }: OldAppointment): Errand {
    const { table, clock, timeZone } = this.#options;
    const added = table.whole(() => {
      const before = this.waiting();
      if (before) throw new ToolRefusal(`one waits here already, at ${zonedMinute(new Date(before.at!), timeZone)}`);
      this.#check(at, clock.now());
      return this.#add(at, reason, createdAt);
    });
    this.#options.changed();
    return added;
  }

  /** Calls off the appointment that waits, or whose session has not begun. Answers it; nothing when there is none. */
  cancel(): Errand | undefined {
    const { table, clock, sessions } = this.#options;
    const claimed = this.#notBegun();
    if (claimed?.session) {
      sessions.cancel(claimed.session); // what became of the session, decides on the appointment
      return claimed;
    }
    const waiting = this.waiting();
    if (!waiting) return;
    table.end(waiting.id, "cancelled", clock.now().toISOString());
    this.#options.changed();
    return waiting;
  }

  waiting(): Errand | undefined {
    return this.#options.table.inState("waiting", "appointment").at(-1);
  }

  /** How many appointments of a day count: those that succeeded, and those whose session is on its way. */
  usedOn(day: string): number {
    const { table, timeZone } = this.#options;
    const counted = [...table.inState("done", "appointment"), ...table.inState("claimed", "appointment")];
    return counted.filter(({ at }) => localDay(new Date(at!), timeZone) === day).length;
  }

  /** Newest first. */
  list(): readonly Errand[] {
    return this.#options.table.list("appointment", 100);
  }

  #add(at: Date, reason: string, created: Date, session?: string): Errand {
    const time = at.toISOString();
    const made = { created_at: created.toISOString(), made_by: session ?? null };
    return this.#options.table.add({ kind: "appointment", text: reason, at: time, due_at: time, ...made });
  }

  #notBegun(): Errand | undefined {
    const { table, sessions } = this.#options;
    return table
      .inState("claimed", "appointment")
      .find(({ session }) => session !== null && sessions.find(session)?.state === "queued");
  }

  #check(at: Date, now: Date): void {
    const { horizon, perDay } = this.#options.settings;
    const { timeZone } = this.#options;
    const shown = zonedMinute(at, timeZone);
    if (at <= now) throw new ToolRefusal(`${shown} is past; it is ${zonedMinute(now, timeZone)}`);
    if (at.getTime() - now.getTime() > horizon * DAY)
      throw new ToolRefusal(`${shown} is too far ahead: ${horizon} days at the most`);
    this.#keepDistance(at, now);
    const day = localDay(at, timeZone);
    if (this.usedOn(day) >= perDay)
      throw new ToolRefusal(`${day} has had its ${perDay} appointments; choose another day`);
  }

  #keepDistance(at: Date, now: Date): void {
    const { slots, timeZone, settings } = this.#options;
    const slot = slots.near(at);
    if (!slot) return;
    const end = now.getTime() + settings.horizon * DAY;
    const free = slots
      .around(at)
      .filter(time => time !== undefined)
      .filter(time => time > now && time.getTime() <= end)
      .map(time => zonedMinute(time, timeZone));
    const minutes = `${slots.distance} minutes`;
    const where = `the session ${slot.type} at ${zonedMinute(slot.at, timeZone)}`;
    const instead = free.length > 0 ? `; free are ${free.join(" and ")}` : "";
    throw new ToolRefusal(`${zonedMinute(at, timeZone)} is less than ${minutes} from ${where}${instead}`);
  }
}

/** Minutes until a moment, for people: "in 1h30m". */
export function timeUntil(at: Date, now: Date): string {
  const minutes = Math.max(0, Math.round((at.getTime() - now.getTime()) / MINUTE));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `in ${hours > 0 ? `${hours}h` : ""}${rest > 0 || hours === 0 ? `${rest}m` : ""}`;
}
