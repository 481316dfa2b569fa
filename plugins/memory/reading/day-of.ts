const DAY = /^\d{4}-\d{2}-\d{2}/;
/** A moment whose place on earth is known: it belongs to one day of each zone. */
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** Tells the days of a time zone. */
export class Days {
  readonly #format: Intl.DateTimeFormat;

  /** @param timeZone IANA name */
  constructor(timeZone = "UTC") {
    this.#format = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  }

  /** The day of a date or an ISO time, `YYYY-MM-DD`; a time without an offset is taken as it is written. Nothing for what is no date. */
  of(value: unknown): string | undefined {
    if (typeof value !== "string") return;
    const text = value.trim();
    const day = DAY.exec(text)?.[0];
    if (day === undefined || !isDay(day)) return;
    return MOMENT.test(text) ? this.#dayOfMoment(text.replace(" ", "T")) : day;
  }

  #dayOfMoment(text: string): string | undefined {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : this.#format.format(ms);
  }
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
