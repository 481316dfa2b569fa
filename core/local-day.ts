/** To make one takes longer than all else that asks for a day. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The day of a moment in a time zone, `YYYY-MM-DD`: days of the house are counted by it. @param at a number: ms since 1970 */
export function localDay(at: Date | number, timeZone: string): string {
  const known = formats.get(timeZone);
  const format =
    known ?? new Intl.DateTimeFormat("sv", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  if (!known) formats.set(timeZone, format);
  return format.format(at);
}

/** When the next day begins in a time zone. */
export const nextMidnight = (now: Date, timeZone: string): Date => Bun.cron.parse("0 0 * * *", now, { tz: timeZone })!;
