import type { Clock } from "./clock";
import { HearthError, messageOf } from "./errors";
import type { Kernel } from "./kernel";
import { uniqueIds } from "./slots";
import { type Held, type SlotCheck, slot } from "./tokens";

/** Work that is due at times of day. */
export interface Schedule {
  /** Unique; begins with the plugin's id. */
  readonly id: string;
  /** Five fields: minute, hour, day, month, weekday. */
  readonly cron: string;
  /** IANA name; the house's zone when left out. A time that a DST change skips rings once, as much later as the clocks were moved; one that it doubles rings once. */
  readonly timeZone?: string;
  /** What becomes of slots that were missed while Hearth was off or the machine slept: nothing, or one ring for the last of them. "skip" when left out. */
  readonly catchUp?: "skip" | "once";
  /** @param due the slot it rings for, which may lie in the past when it is caught up */
  run(due: Date): Promise<void> | void;
}

const parses: SlotCheck = (held: readonly Held<Schedule>[]) => {
  const { by, item } = held.at(-1)!;
  try {
    Bun.cron.parse(item.cron, new Date(), { tz: item.timeZone ?? "UTC" });
  } catch (error) {
    throw new HearthError("CONFIG", `the schedule "${item.id}" of ${by}, "${item.cron}": ${messageOf(error)}`);
  }
};

/** The schedules of the house. Refuses an id that is taken, and a cron line or zone that cannot be read. */
export const Schedules = slot<Schedule>("kernel.schedules", held => {
  uniqueIds("schedule")(held);
  parses(held);
});

/** Remembers the last slot that each schedule has rung for. */
export interface Rung {
  last(schedule: string): Date | undefined;
  write(schedule: string, slot: Date): void;
}

/** A ring this late, in ms, counts as missed. */
const LATE = 60_000;

/** How far back, in ms, a missed slot is looked for: an hour, a day, a month, four years and a day. */
const SPANS = [1, 24, 32 * 24, 1462 * 24].map(hours => hours * 3600_000);

/** A slot that was rung for this long, in ms, ahead of the clock was rung by a clock that was wrong; it silences nothing. */
const ABSURD = 26 * 3600_000;

/** Rings each schedule once for each of its slots, whatever the clock does. */
export class Scheduler {
  readonly #armed = new Map<Schedule, () => void>();
  readonly #stopWatching: () => void;

  constructor(
    readonly kernel: Kernel,
    readonly clock: Clock,
    readonly timeZone: string,
    readonly rung: Rung,
  ) {
    this.#stopWatching = kernel.slots.watch(Schedules, () => this.#follow());
    this.#follow();
  }

  /** No further ring; what runs goes on. */
  stop(): void {
    this.#stopWatching();
    for (const cancel of this.#armed.values()) cancel();
    this.#armed.clear();
  }

  /** The next slot of a schedule after a time; nothing when there is none. */
  next({ cron, timeZone }: Schedule, after: Date): Date | undefined {
    return Bun.cron.parse(cron, after, { tz: timeZone ?? this.timeZone }) ?? undefined;
  }

  #follow(): void {
    const held = this.kernel.slots.held(Schedules);
    for (const [schedule, cancel] of this.#armed)
      if (!held.some(({ item }) => item === schedule)) {
        cancel();
        this.#armed.delete(schedule);
      }
    for (const { by, item } of held) if (!this.#armed.has(item)) this.#begin(by, item);
  }

  /** Takes up a schedule: rings once for what was missed when it asks for that, then waits for its next slot. */
  #begin(by: string, schedule: Schedule): void {
    const now = this.clock.now();
    const last = this.#lastRung(schedule, now);
    const missed = last && this.#lastDue(schedule, last, now);
    if (missed && schedule.catchUp === "once") this.#ring(by, schedule, missed);
    this.#arm(by, schedule, now);
  }

  #lastRung({ id }: Schedule, now: Date): Date | undefined {
    const last = this.rung.last(id);
    return last && last.getTime() - now.getTime() < ABSURD ? last : undefined;
  }

  /** The latest slot after one time and up to another. Looks at the latest hour first, so that a year off costs no more than a day. */
  #lastDue(schedule: Schedule, after: Date, until: Date): Date | undefined {
    for (const span of SPANS) {
      const from = new Date(Math.max(after.getTime(), until.getTime() - span));
      let due: Date | undefined;
      for (let next = this.next(schedule, from); next && next <= until; next = this.next(schedule, next)) due = next;
      if (due || from.getTime() === after.getTime()) return due;
    }
    return undefined;
  }

  /** Waits for the first slot after a time, and never for one that has been rung for: a clock set back rings nothing twice. */
  #arm(by: string, schedule: Schedule, after: Date): void {
    const last = this.#lastRung(schedule, after);
    const due = this.next(schedule, last && last > after ? last : after);
    if (!due) return void this.#armed.set(schedule, () => {});
    this.#armed.set(
      schedule,
      this.clock.at(due, () => this.#due(by, schedule, due)),
    );
  }

  /** A slot has come, perhaps late: a clock that jumped over several slots rings for the last of them at most. */
  #due(by: string, schedule: Schedule, due: Date): void {
    const now = this.clock.now();
    const slot = this.#lastDue(schedule, due, now) ?? due;
    const late = now.getTime() - slot.getTime() > LATE;
    if (!late || schedule.catchUp === "once") this.#ring(by, schedule, slot);
    else
      this.kernel.log(by).warn("a slot was missed and is skipped", { schedule: schedule.id, slot: slot.toISOString() });
    this.#arm(by, schedule, slot > now ? slot : now);
  }

  #ring(by: string, schedule: Schedule, slot: Date): void {
    const failed = (message: string) => (error: unknown) =>
      this.kernel.log(by).error(message, { schedule: schedule.id, error: messageOf(error) });
    try {
      this.rung.write(schedule.id, slot);
    } catch (error) {
      failed("a slot that rang could not be kept")(error);
    }
    const run = (async () => schedule.run(slot))();
    this.kernel.activity.track(by, `schedule ${schedule.id}`, run).catch(failed("a schedule failed"));
  }
}
