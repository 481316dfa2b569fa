/** The day of a moment in a time zone: `YYYY-MM-DD`. */
export const dayOf = (at: Date, timeZone: string): string => at.toLocaleDateString("sv", { timeZone });

/** A moment as the clocks of a zone show it: `2026-11-21 14:30 EST`. */
export function shownTime(at: Date, timeZone: string): string {
  const time = at.toLocaleString("sv", { timeZone, dateStyle: "short", timeStyle: "short" });
  const name = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "short" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value;
  return `${time} ${name ?? timeZone}`;
}

/** When the next day begins in a time zone. */
export const nextMidnight = (now: Date, timeZone: string): Date => Bun.cron.parse("0 0 * * *", now, { tz: timeZone })!;
