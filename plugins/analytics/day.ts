const DAY_MS = 86_400_000;

/** The day that a date names, `YYYY-MM-DD`; a time may follow. Nothing for what is no day of the calendar. */
export function dayOf(date: string): string | undefined {
  const day = /^(\d{4}-\d\d-\d\d)(?:$|[T ])/.exec(date)?.[1];
  if (day === undefined || day < "0001") return undefined;
  const time = startOf(day);
  return !Number.isNaN(time) && asDay(time) === day ? day : undefined;
}

/** The number of a day's week, which begins on Monday. */
export const weekOf = (day: string): number => Math.floor((numberOf(day) + 3) / 7); // day 0 was a Thursday

/** The Monday with which a week begins. */
export const mondayOf = (week: number): string => asDay((week * 7 - 3) * DAY_MS);

/** Days since 1970. `Date.UTC` takes years before 100 for those of our time, hence the 400 years to and fro; it is much faster than to parse. */
const numberOf = (day: string): number =>
  Date.UTC(Number(day.slice(0, 4)) + 400, Number(day.slice(5, 7)) - 1, Number(day.slice(8))) / DAY_MS - 146_097;
const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const asDay = (time: number): string => new Date(time).toISOString().slice(0, 10);
