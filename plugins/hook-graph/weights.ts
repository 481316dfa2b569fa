import type { Database } from "hearth";
import { type Breath, daysBetween } from "hearth-plugins/hook-drift";

/** One mention of something, with the day of its work. */
interface Mention {
  readonly day: string | null;
  readonly times: number;
  readonly person: number;
  readonly place: number;
  readonly named: number;
}

/** Entities whose numbers are made in one turn. */
const BATCH = 20;

/** What is left of a weight after some days. */
export const faded = (weight: number, days: number, halfLife: number): number =>
  weight * 0.5 ** (Math.max(0, days) / halfLife);

/** Makes the numbers of all entities whose mentions have changed; those that nothing names any more go. */
export async function weigh(db: Database, today: string, halfLife: number, rest: Breath): Promise<number> {
  let done = 0;
  for (let after = 0; ; ) {
    const dirty = db
      .query<{ no: number }, [number, number]>("select no from entity where dirty = 1 and no > ? order by no limit ?")
      .all(after, BATCH);
    if (dirty.length === 0) return done;
    for (const { no } of dirty) {
      weighOne(db, no, today, halfLife);
      await rest();
    }
    done += dirty.length;
    after = dirty.at(-1)!.no;
  }
}

function weighOne(db: Database, no: number, today: string, halfLife: number): void {
  const mentions = db
    .query<Mention, [number]>(
      `select day, times, mention.person, mention.place, named from mention join work on work.no = mention.work
       where entity = ? order by day`,
    )
    .all(no);
  if (mentions.length === 0) return void db.query("delete from entity where no = ?").run(no);
  const known = mentions.filter(({ day }) => day === null || day <= today);
  const sum = (part: "person" | "place" | "named") => mentions.reduce((total, one) => total + one[part], 0);
  const { days, first, last, weight, peak, peakDay } = courseOf(known, halfLife);
  const isEarly = known.length < mentions.length ? 1 : 0; // looked at again until its day has come
  db.query(
    `update entity set person = ?, place = ?, named = ?, works = ?, days = ?, first = ?, last = ?, weight = ?, peak = ?, peak_day = ?,
       dirty = ? where no = ?`,
  ).run(sum("person"), sum("place"), sum("named"), known.length, days, first, last, weight, peak, peakDay, isEarly, no);
}

/** How the weight of something went: each mention adds to it, each day takes from it. @param mentions by day */
export function courseOf(mentions: readonly Pick<Mention, "day" | "times">[], halfLife: number) {
  let [weight, peak, days] = [0, 0, 0];
  let first: string | null = null;
  let last: string | null = null;
  let peakDay: string | null = null;
  for (const { day, times } of mentions) {
    if (day === null) continue;
    if (last !== null) weight = faded(weight, daysBetween(last, day), halfLife);
    if (day !== last) days++;
    weight += 1 + Math.log(times);
    first ??= day;
    last = day;
    if (weight > peak) [peak, peakDay] = [weight, day];
  }
  return { days, first, last, weight, peak, peakDay };
}
