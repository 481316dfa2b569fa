import type { Database } from "hearth";
import { daysAfter } from "hearth-plugins/hook-drift";
import type { Thread } from "./contract";
import { countWorks, type EntityRow, entityOf, rarity, weightToday, worksNaming } from "./entities";
import type { Settings } from "./settings";

/** Entities that are looked at for threads: more than this are no answer to anyone. */
const MOST = 200;
/** Share of the works of both that name both, from which two names are one thread. */
const SAME = 0.6;
const LATEST = 3;
const BESIDE = 4;

/** What is held against a thread: it belongs to the answer, and how strongly. */
type Score = (row: EntityRow, special: number) => number;

/** Threads that were mentioned lately, the strongest of today first. */
export function activeThreads(db: Database, today: string, settings: Settings, limit: number): Thread[] {
  const since = daysAfter(today, -settings.aliveDays);
  const rows = candidates(db, "last >= ?3 and last <= ?4", [since, today], settings);
  return threadsOf(
    db,
    rows,
    today,
    settings,
    limit,
    (row, special) => weightToday(row, today, settings.halfLifeDays) * special,
  );
}

/** Threads that have been silent for long, those that were strongest first. */
export function forgottenThreads(db: Database, today: string, settings: Settings, limit: number): Thread[] {
  const until = daysAfter(today, -settings.silentDays);
  const rows = candidates(db, "last <= ?3 and last >= ?4", [until, ""], settings);
  return threadsOf(db, rows, today, settings, limit, ({ peak }, special) => peak * special);
}

function candidates(db: Database, when: string, days: readonly [string, string], { leastWorks, leastDays }: Settings) {
  return db
    .query<EntityRow, [number, number, string, string]>(
      `select * from entity where works >= ?1 and days >= ?2 and ${when} order by peak desc limit 2000`,
    )
    .all(leastWorks, leastDays, ...days);
}

function threadsOf(
  db: Database,
  rows: readonly EntityRow[],
  today: string,
  settings: Settings,
  limit: number,
  score: Score,
): Thread[] {
  const all = countWorks(db);
  const ranked = rows
    .map(row => ({ row, score: score(row, Math.max(0, rarity(row.works, all))) }))
    .filter(one => one.score > 0)
    .sort((a, b) => b.score - a.score || (a.row.name < b.row.name ? -1 : 1))
    .slice(0, MOST);
  return together(
    db,
    ranked.map(({ row }) => row),
  )
    .slice(0, limit)
    .map(group => threadOf(db, group, today, settings));
}

/** Names that stand in almost the same works are one thread, which is called by the strongest; by a longer name that holds it, when there is one. */
function together(db: Database, rows: readonly EntityRow[]): EntityRow[][] {
  const groups: { readonly works: ReadonlySet<number>; readonly rows: EntityRow[] }[] = [];
  for (const row of rows) {
    const works = new Set(worksNaming(db, row.no));
    const home = groups.find(group => works.intersection(group.works).size >= SAME * works.union(group.works).size);
    if (home) home.rows.push(row);
    else groups.push({ works, rows: [row] });
  }
  return groups.map(({ rows: [first, ...others] }) => {
    const whole = others.find(({ key }) => ` ${key} `.includes(` ${first!.key} `));
    return whole ? [whole, first!, ...others.filter(row => row !== whole)] : [first!, ...others];
  });
}

function threadOf(
  db: Database,
  [row, ...beside]: readonly EntityRow[],
  today: string,
  { halfLifeDays }: Settings,
): Thread {
  const others = beside.filter(({ key }) => !row!.key.includes(key) && !key.includes(row!.key));
  return {
    ...entityOf(row!),
    beside: others.slice(0, BESIDE).map(({ name }) => name),
    weight: cents(weightToday(row!, today, halfLifeDays)),
    peak: cents(row!.peak),
    peakDay: row!.peak_day,
    latest: latestWorks(db, row!.no, today),
  };
}

const latestWorks = (db: Database, entity: number, today: string): string[] =>
  db
    .query<{ path: string }, [number, string, number]>(
      `select path from mention join work on work.no = work where entity = ? and day <= ? order by day desc, path desc limit ?`,
    )
    .all(entity, today, LATEST)
    .map(({ path }) => path);

const cents = (value: number) => Math.round(value * 100) / 100;
