import { type Home, localDay } from "hearth";
import { dataObject, daysBetween } from "hearth-plugins/hook-drift";
import { z } from "zod";
import type { Snapshot } from "./snapshot";
import { summaryOf } from "./summary";

const SNAPSHOT_FILE = "data/mirror-snapshot.json";
export const SUMMARY_FILE = "data/mirror-summary.md";
const LARGEST = 2 ** 20;

/** What others read of a snapshot; more than that is not sure to be there, because the agent can write the file. */
export interface Glance {
  readonly status: string;
  readonly day: number | undefined;
  /** On which it was made, in the house's zone. */
  readonly madeOn: string;
  /** Days since; below 0 when it is dated later than today. */
  readonly age: number;
}

const Read = z.object({
  status: z.string(),
  day: z.int().optional().catch(undefined),
  computed_at: z.string().refine(text => !Number.isNaN(Date.parse(text))),
});

/** The last snapshot; nothing when there is none. @throws Error for people when it cannot be used */
export async function lastSnapshot(home: Home, now: Date, timeZone: string): Promise<Glance | undefined> {
  const raw = await dataObject(home, SNAPSHOT_FILE, LARGEST);
  if (!raw) return undefined;
  const read = Read.safeParse(raw);
  if (!read.success) throw new Error(`${SNAPSHOT_FILE} has no usable status and computed_at`);
  const { status, day, computed_at } = read.data;
  const madeOn = localDay(new Date(computed_at), timeZone);
  return { status, day, madeOn, age: daysBetween(madeOn, localDay(now, timeZone)) };
}

/** Whether it is time for another: after some days, and each day anew while there was too little to show. One of a day to come counts as none. */
export function isDue(last: Glance | undefined, everyDays: number): boolean {
  if (!last || last.age < 0) return true;
  return last.age >= (last.status === "insufficient_data" ? 1 : everyDays);
}

/** Writes a snapshot down; the file by which others know it comes last, so that after a crash it is made again. @returns the page */
export async function keep(home: Home, snapshot: Snapshot, timeZone: string): Promise<string> {
  const day = localDay(new Date(snapshot.computed_at), timeZone);
  const text = `${JSON.stringify(snapshot, null, 2)}\n`;
  const summary = summaryOf(snapshot, day);
  if (snapshot.status === "ok") await home.write(`data/mirror/${day}.json`, text);
  await home.write(SUMMARY_FILE, summary);
  await home.write(SNAPSHOT_FILE, text);
  return summary;
}
