/** To make one takes longer than all else that is done for a call. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The day of a moment in a time zone: `YYYY-MM-DD`. */
export function localDay(now: Date, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  formats.set(timeZone, format);
  return format.format(now);
}

/** The day that lies so many days before another. */
export function daysBefore(day: string, days: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}
