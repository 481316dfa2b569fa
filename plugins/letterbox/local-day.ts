/** The day of a moment in a time zone: `YYYY-MM-DD`. */
export const localDay = (now: Date, timeZone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);

/** When the next day begins in a time zone. */
export const nextMidnight = (now: Date, timeZone: string): Date => Bun.cron.parse("0 0 * * *", now, { tz: timeZone })!;
