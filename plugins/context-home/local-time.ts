/** A moment as the clock on the wall shows it. */
export interface LocalTime {
  /** YYYY-MM-DD */
  readonly date: string;
  /** 0 to 23. */
  readonly hour: number;
  /** "Saturday, November 21, 2026" */
  readonly long: string;
  /** The zone's short name at that moment, summer or winter: "EST", "EDT", "GMT+3". */
  readonly zone: string;
}

const twoDigits = { year: "numeric", month: "2-digit", day: "2-digit" } as const;

/** A moment in a time zone (IANA name). Throws RangeError for a zone that does not exist. */
export function localTime(now: Date, timeZone: string): LocalTime {
  const part = (type: Intl.DateTimeFormatPartTypes, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...options })
      .formatToParts(now)
      .find(one => one.type === type)!.value;
  return {
    date: [part("year", { year: "numeric" }), part("month", twoDigits), part("day", twoDigits)].join("-"),
    hour: Number(part("hour", { hour: "numeric" })),
    long: new Intl.DateTimeFormat("en-US", { timeZone, dateStyle: "full" }).format(now),
    zone: part("timeZoneName", { timeZoneName: "short" }),
  };
}
