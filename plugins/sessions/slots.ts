import type { Schedule } from "hearth";
import type { WakeOrder, WakeSlot } from "./contract";
import type { Settings } from "./settings";

type Slot = Exclude<Settings["slots"][string], undefined>;

/** The schedules of the session types that wake by themselves. */
export function slotSchedules({ slots, catchUp }: Settings, wake: (order: WakeOrder) => void): Schedule[] {
  return Object.entries(slots).flatMap(([type, slot]) =>
    slot === false ? [] : [scheduleOf(type, slot, catchUp, wake)],
  );
}

function scheduleOf(
  type: string,
  slot: Exclude<Slot, false>,
  catchUp: "skip" | "once",
  wake: (order: WakeOrder) => void,
): Schedule {
  const id = `sessions.${type}`;
  const own = typeof slot === "string" ? { cron: slot, catchUp } : slot;
  return {
    id,
    cron: own.cron,
    catchUp: own.catchUp,
    ...("timeZone" in own && own.timeZone !== undefined && { timeZone: own.timeZone }),
    run: due => wake({ type, job: id, slot: due.toISOString() }),
  };
}

/** The type whose slot was the last to come before a time; nothing when there are no slots. */
export function latestSlot(schedules: readonly Schedule[], now: Date, timeZone: string): string | undefined {
  const dayBefore = new Date(now.getTime() - 24 * 3600 * 1000);
  const dues = schedules.map(({ id, cron, timeZone: own }) => ({
    id,
    due: lastBefore(cron, dayBefore, now, own ?? timeZone),
  }));
  const latest = dues.filter(({ due }) => due > 0).sort((a, b) => b.due - a.due)[0];
  return latest?.id.replace(/^sessions\./, "");
}

/** A schedule of every minute would keep who asks for long. */
const MOST_SLOTS = 1000;

/** The times of schedules after one time and up to another, soonest first. */
export function slotsBetween(schedules: readonly Schedule[], after: Date, until: Date, timeZone: string): WakeSlot[] {
  const found = schedules.flatMap(({ id, cron, timeZone: own }) => {
    const type = id.replace(/^sessions\./, "");
    return timesOf(cron, after, until, own ?? timeZone).map(at => ({ type, at }));
  });
  return found.sort((a, b) => a.at.getTime() - b.at.getTime());
}

function timesOf(cron: string, after: Date, until: Date, tz: string): Date[] {
  const times: Date[] = [];
  for (let at = Bun.cron.parse(cron, after, { tz }); at && at <= until; at = Bun.cron.parse(cron, at, { tz }))
    if (times.push(at) === MOST_SLOTS) break;
  return times;
}

function lastBefore(cron: string, from: Date, until: Date, tz: string): number {
  let last = 0;
  for (let due = Bun.cron.parse(cron, from, { tz }); due && due <= until; due = Bun.cron.parse(cron, due, { tz }))
    last = due.getTime();
  return last;
}
