import { daysAfter, daysBetween } from "hearth-plugins/hook-drift";

/** Some days in a row, both ends included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** What is held next to each other. */
export interface Periods {
  /** Up to today: since the last snapshot, or as long as it is between two of them. */
  readonly now: Period;
  /** As many days just before. */
  readonly before: Period;
  /** The first days; nothing while they would reach into the others. */
  readonly first?: Period;
}

/** Times the usual distance that one look may reach back: who slept for a year is not shown the whole year. */
const LONGEST = 6;

/**
 * @param firstDay of writing
 * @param lastDay of the snapshot before; nothing when there is none that can be used
 */
export function periodsAt(today: string, firstDay: string, lastDay: string | undefined, everyDays: number): Periods {
  const since = lastDay === undefined ? everyDays : daysBetween(lastDay, today);
  const days = Math.min(Math.max(since, everyDays), LONGEST * everyDays);
  const from = daysAfter(today, 1 - days);
  const before = { from: daysAfter(from, -days), to: daysAfter(from, -1) };
  const first = { from: firstDay, to: daysAfter(firstDay, days - 1) };
  return { now: { from, to: today }, before, ...(first.to < before.from && { first }) };
}
