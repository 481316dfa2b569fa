/** A day of a month, in no year yet. Months from 0. */
interface MonthDay {
  readonly month: number;
  readonly day: number;
}

/** What a heading says of the days below it. */
export interface DayHeading {
  /** Numbers of the agent's days: the same for a single one. */
  readonly from: number;
  readonly to: number;
  /** Its last day in the calendar. */
  readonly last: MonthDay;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const HEADING =
  /^## Days? (?<from>\d{1,6})(?:\s*[-–—]\s*(?<to>\d{1,6}))? \((?<month>\p{L}{3,9})\.? (?<day>\d{1,2})(?:\s*[-–—]\s*(?:(?<lastMonth>\p{L}{3,9})\.? )?(?<last>\d{1,2}))?\)\s*$/u;

/** Reads `## Day 12 (Jan 15)` and `## Days 12-14 (Jan 15-17)`; nothing for any other line, and for months that there are not. */
export function readDayHeading(line: string): DayHeading | undefined {
  const { from, to = from, month, lastMonth = month, day, last = day } = HEADING.exec(line)?.groups ?? {};
  if (from === undefined) return;
  const found = monthOf(lastMonth!);
  return found < 0 || monthOf(month!) < 0
    ? undefined
    : { from: Number(from), to: Number(to), last: { month: found, day: Number(last) } };
}

const monthOf = (name: string): number => months.findIndex(month => name.toLowerCase().startsWith(month));

/**
 * The last days of headings as dates, in their order. The highest number is the youngest: it gets the latest year that is not after
 * `newest`. From there back, each gets the year in which the distance of its date is nearest to the distance of its number.
 * Nothing for what is no heading, and for a day that no year near it has.
 */
export function datesOf(headings: readonly (DayHeading | undefined)[], newest: string): (string | undefined)[] {
  const order = headings
    .flatMap((heading, at) => (heading ? [{ heading, at }] : []))
    .toSorted((a, b) => b.heading.to - a.heading.to);
  const dates: (string | undefined)[] = headings.map(() => undefined);
  let known = { day: dayNumber(newest) + 1, to: order[0]?.heading.to ?? 0 }; // a day more, for files that crossed a zone
  for (const { heading, at } of order) {
    const day = nearestDay(heading.last, known.day, known.day - (known.to - heading.to));
    if (day === undefined) continue;
    dates[at] = new Date(day * DAY).toISOString().slice(0, 10);
    known = { day, to: heading.to };
  }
  return dates;
}

const DAY = 86_400_000;
/** Years that are looked at: enough to find a 29 February. */
const YEARS_BACK = 9;

const dayNumber = (date: string): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY);

/** A day in the last two years that have it and are not too late: of these, the one nearest to what is expected. Days since 1970. */
function nearestDay({ month, day }: MonthDay, latest: number, expected: number): number | undefined {
  const year = new Date(latest * DAY).getUTCFullYear();
  return Array.from({ length: YEARS_BACK }, (_, back) => dayIn(year - back, month, day))
    .filter(found => found !== undefined)
    .filter(found => found <= latest)
    .slice(0, 2)
    .toSorted((a, b) => Math.abs(a - expected) - Math.abs(b - expected))[0];
}

function dayIn(year: number, month: number, day: number): number | undefined {
  const found = new Date(Date.UTC(year, month, day));
  return found.getUTCMonth() === month && found.getUTCDate() === day ? found.getTime() / DAY : undefined;
}
