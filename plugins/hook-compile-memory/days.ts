const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** "2026-01-15", or "Jan 15" and "January 15, 2026". */
const DAYS =
  /\b(\d{4})-(\d\d)-(\d\d)\b|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? (\d{1,2})\b(?:,? (\d{4})\b)?/gi;

/** The newest day that a text names, `YYYY-MM-DD`, none after today; nothing when it names none. A month and a day without a year are the latest that were. */
export function newestDay(text: string, today: string): string | undefined {
  let newest: string | undefined;
  for (const match of text.matchAll(DAYS)) {
    const day = dayOf(match, today);
    if (day !== undefined && day <= today && (newest === undefined || day > newest)) newest = day;
  }
  return newest;
}

function dayOf(match: RegExpExecArray, today: string): string | undefined {
  const [, year, month, day, name, dayOfMonth, nameYear] = match;
  if (year) return real(`${year}-${month}-${day}`);
  const rest = `${two(MONTHS.indexOf(name!.toLowerCase()) + 1)}-${two(Number(dayOfMonth))}`;
  if (nameYear) return real(`${nameYear}-${rest}`);
  const thisYear = Number(today.slice(0, 4));
  return real(`${rest <= today.slice(5) ? thisYear : thisYear - 1}-${rest}`);
}

const two = (number: number): string => String(number).padStart(2, "0");

/** The day, if the calendar has it. */
function real(day: string): string | undefined {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : undefined;
}
