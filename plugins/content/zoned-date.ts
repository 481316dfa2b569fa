const parts = (date: Date, options: Intl.DateTimeFormatOptions): Record<string, string> =>
  Object.fromEntries(
    new Intl.DateTimeFormat("en-US", {
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      ...options,
    })
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );

/** A moment as ISO text in a time zone, to the second, with its offset: `2026-01-15T09:00:00-05:00`; "Z" where there is none. */
export function zonedIso(date: Date, timeZone: string): string {
  const { year, month, day, hour, minute, second, timeZoneName } = parts(date, {
    timeZone,
    timeZoneName: "longOffset",
  });
  const offset = timeZoneName!.replace(/^GMT(?:\+00:00)?/, "") || "Z";
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`;
}

/** A moment for people, to the minute, with the zone's short name: `2026-01-15 09:00 EST`. */
export function zonedMinute(date: Date, timeZone: string): string {
  const { year, month, day, hour, minute, timeZoneName } = parts(date, { timeZone, timeZoneName: "short" });
  return `${year}-${month}-${day} ${hour}:${minute} ${timeZoneName}`;
}
