import { ToolRefusal } from "hearth-plugins/tools";
import { instantOf } from "./instant";
import { MINUTE } from "./minutes";

/** How a time is asked for: one of the two. */
export interface Asked {
  /** "HH:MM" in the house's zone, the next time that the clocks show it; or an ISO time. */
  readonly at?: string | undefined;
  /** "1h30m", "2h", "45m": so much time from now, whatever the clocks do. */
  readonly in?: string | undefined;
}

/** The moment that is asked for. @throws ToolRefusal when it cannot be read */
export function askedTime(asked: Asked, now: Date, timeZone: string): Date {
  if ((asked.at === undefined) === (asked.in === undefined)) throw new ToolRefusal('give "at" or "in", one of them');
  return asked.at === undefined ? after(asked.in!, now) : at(asked.at, now, timeZone);
}

function at(text: string, now: Date, timeZone: string): Date {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hour !== undefined) return Bun.cron.parse(`${Number(minute)} ${Number(hour)} * * *`, now, { tz: timeZone })!;
  const moment = instantOf(text, timeZone);
  if (moment === undefined)
    throw new ToolRefusal(`"${text}" is no time: write HH:MM, as "14:30", or an ISO time, as "2026-11-21T14:30"`);
  return new Date(moment);
}

function after(text: string, now: Date): Date {
  const [, hours = "0", minutes = "0"] = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?$/.exec(text.trim()) ?? [];
  const length = (Number(hours) * 60 + Number(minutes)) * MINUTE;
  if (length === 0)
    throw new ToolRefusal(`"${text}" is no length of time: write hours and minutes, as "1h30m" or "45m"`);
  return new Date(now.getTime() + length);
}
