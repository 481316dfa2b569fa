/** To make one takes longer than all else that is done for a letter. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The day of a moment in a time zone: `YYYY-MM-DD`. */
export const localDay = (now: Date, timeZone: string): string => formatOf(timeZone).format(now);

/** When the next day begins in a time zone. */
export const nextMidnight = (now: Date, timeZone: string): Date => Bun.cron.parse("0 0 * * *", now, { tz: timeZone })!;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  formats.set(timeZone, format);
  return format;
}
