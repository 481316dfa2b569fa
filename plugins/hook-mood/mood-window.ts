import { wholeNumber } from "hearth";
import { z } from "zod";

/** Days that are told when nobody says how many, and at the most. */
const USUAL = 60;
const MOST = 3650;
const DAY = 86_400_000;

const Day = z.iso.date();

/** What `GET /analytics/mood` takes: so many days up to today, or from one day to another. */
export const MoodRequest = z
  .object({
    days: wholeNumber(z.int().min(1).max(MOST))
      .optional()
      .describe("How many days up to `to`, 60 when left out; not together with `from`"),
    from: Day.optional().describe("The first day, YYYY-MM-DD in the house's time zone"),
    to: Day.optional().describe("The last day; today when left out"),
  })
  .refine(({ days, from }) => days === undefined || from === undefined, {
    path: ["days"],
    error: "days or from, not both",
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ["from"],
    error: "from lies after to",
  })
  .refine(({ from, to }) => from === undefined || to === undefined || daysFrom(from, to) <= MOST, {
    path: ["from"],
    error: `${MOST} days at the most`,
  });
export type MoodRequest = z.output<typeof MoodRequest>;

/** A row of days, both ends in it, `YYYY-MM-DD`. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** The days that were asked for; never more than 3650. */
export function windowOf({ days = USUAL, from, to }: MoodRequest, today: string): Window {
  const last = to ?? today;
  if (from === undefined) return { from: dayBefore(last, days - 1), to: last };
  const earliest = dayBefore(last, MOST - 1);
  return { from: from < earliest ? earliest : from, to: last };
}

const daysFrom = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY + 1;

const dayBefore = (day: string, days: number): string =>
  new Date(Date.parse(day) - days * DAY).toISOString().slice(0, 10);
