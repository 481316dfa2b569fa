const DAY = 86_400_000;

/** Days from a date to another, both beginning with `YYYY-MM-DD`: 0 when the first is not before the second. NaN for what is no date. */
export function daysSince(date: string, today: string): number {
  return Math.max(0, Math.round((Date.parse(today.slice(0, 10)) - Date.parse(date.slice(0, 10))) / DAY));
}

/** How long ago, for people. */
export function ago(days: number): string {
  if (days < 1) return "of today";
  if (days < 14) return days === 1 ? "a day old" : `${inWords(days)} days old`;
  if (days < 60) return `${inWords(Math.round(days / 7))} weeks old`;
  if (days < 700) return `${inWords(Math.round(days / 30.44))} months old`;
  return `${inWords(Math.round(days / 365.25))} years old`;
}

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const inWords = (count: number): string => WORDS[count] ?? String(count);
