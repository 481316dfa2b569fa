import type { Database } from "hearth";
import { type Breath, breath, daysAfter } from "hearth-plugins/hook-drift";
import type { Thread } from "./contract";
import { countWorks, type EntityRow, entityOf, rarity, weightToday, worksNaming } from "./entities";
import type { Settings } from "./settings";

/** Entities that are looked at for threads: more than this are no answer to anyone. */
const MOST = { candidates: 1000, threads: 80 };
/** Share of the works of both that name both, from which two names are one thread. */
const SAME = 0.6;
const LATEST = 3;
const BESIDE = 4;

/** What is asked, and of which day. */
export interface ThreadQuestion {
  readonly db: Database;
  /** `YYYY-MM-DD` */
  readonly today: string;
  readonly settings: Settings;
  readonly limit: number;
}

/** Threads that were mentioned lately, the strongest of today first. */
export function activeThreads(question: ThreadQuestion): Promise<Thread[]> {
  const { db, today, settings } = question;
  const rows = candidates(db, settings, daysAfter(today, -settings.aliveDays), today);
  return threadsOf(question, rows, row => weightToday(row, today, settings.halfLifeDays));
}

/** Threads that have been silent for long, those that were strongest first. */
export function forgottenThreads(question: ThreadQuestion): Promise<Thread[]> {
  const { db, today, settings } = question;
  return threadsOf(question, candidates(db, settings, "", daysAfter(today, -settings.silentDays)), ({ peak }) => peak);
}

/** What returned, and was last mentioned between two days. */
function candidates(db: Database, { leastWorks, leastDays }: Settings, from: string, to: string): EntityRow[] {
  return db
    .query<EntityRow, [number, number, string, string]>(
      `select * from entity where works >= ? and days >= ? and last >= ? and last <= ? order by peak desc limit ${MOST.candidates}`,
    )
    .all(leastWorks, leastDays, from, to);
}

/** The best of them, by their strength (which many mentions raise less and less) and by how special they are. */
async function threadsOf(
  { db, today, settings, limit }: ThreadQuestion,
  rows: readonly EntityRow[],
  strength: (row: EntityRow) => number,
): Promise<Thread[]> {
  const all = countWorks(db);
  const ranked = rows
    .map(row => ({ row, score: Math.log1p(strength(row)) * Math.max(0, rarity(row.works, all)) }))
    .filter(one => one.score > 0)
    .sort((a, b) => b.score - a.score || (a.row.name < b.row.name ? -1 : 1))
    .slice(0, MOST.threads);
  const rest = breath();
  const groups = await together(
    db,
    ranked.map(({ row }) => row),
    rest,
  );
  return groups.slice(0, limit).map(group => threadOf(db, group, today, settings));
}

/** Names that stand in almost the same works are one thread, which is called by the strongest; by a longer name that holds it, when there is one. */
async function together(db: Database, rows: readonly EntityRow[], rest: Breath): Promise<EntityRow[][]> {
  const groups: { readonly works: ReadonlySet<number>; readonly rows: EntityRow[] }[] = [];
  for (const row of rows) {
    const works = new Set(worksNaming(db, row.no));
    const home = groups.find(group => areSame(works, group.works));
    if (home) home.rows.push(row);
    else groups.push({ works, rows: [row] });
    await rest();
  }
  return groups.map(({ rows: [first, ...others] }) => {
    const whole = others.find(({ key }) => ` ${key} `.includes(` ${first!.key} `));
    return whole ? [whole, first!, ...others.filter(row => row !== whole)] : [first!, ...others];
  });
}

/** Whether two sets share so much of what is in either. */
function areSame(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  if (small.size < SAME * large.size) return false;
  let both = 0;
  for (const one of small) if (large.has(one)) both++;
  return both >= SAME * (a.size + b.size - both);
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
