import type { Database } from "hearth";
import type { Memory } from "hearth-plugins/memory";
import type { Cluster, Neighbour } from "./contract";
import { countWorks, type EntityRow, entityOf, rarity } from "./entities";
import { keyOfName } from "./named";

/** A work by its row. */
interface WorkRow {
  readonly no: number;
  readonly path: string;
  readonly type: string;
  readonly title: string;
  readonly day: string | null;
}

const columns = "work.no, path, type, title, day";
/** Works that name what is asked for, at the most: the latest. */
const MOST_NAMING = 200;
/** Words of a query that may be a name; a longer one is a text. */
const MOST_WORDS = 6;

/** The neighbourhood of a word, a text or a work: what is alike, what names it, what is linked with it; and what all of these name. */
export async function clusterOf(db: Database, memory: Memory, query: string, limit: number): Promise<Cluster> {
  const asked = entitiesOf(db, query);
  const itself = db.query<WorkRow, [string]>(`select ${columns} from work where path = ?`).get(query);
  const found = new Map<string, { readonly row: WorkRow; readonly because: Neighbour["because"] }>();
  const add = (rows: readonly WorkRow[], because: Neighbour["because"]) => {
    for (const row of rows) if (!found.has(row.path) && row.no !== itself?.no) found.set(row.path, { row, because });
  };
  const near = byPath(db, await alike(memory, query, itself !== null, limit));
  if (itself) add(linked(db, itself), "linked");
  add(naming(db, asked), "names it");
  add(near, "alike");
  const works = interleaved([...found.values()]).slice(0, limit);
  const around = [...works.map(({ row }) => row.no), ...(itself ? [itself.no] : [])];
  return {
    works: works.map(({ row: { path, type, title, day }, because }) => ({ path, type, title, date: day, because })),
    entities: namedBy(db, around, asked, limit),
  };
}

/** Entities whose name holds all words of the query, that of the very name first. */
function entitiesOf(db: Database, query: string): EntityRow[] {
  const key = keyOfName(query);
  const words = [...new Set(key.split(" "))];
  if (key === "" || words.length > MOST_WORDS) return [];
  return db
    .query<EntityRow, [string, number, string]>(
      `select entity.* from entity_word join entity on no = entity where word in (select value from json_each(?1))
       group by no having count(*) = ?2 order by key = ?3 desc, works desc limit 10`,
    )
    .all(JSON.stringify(words), words.length, key);
}

/** Paths of works that are alike in meaning; where nothing can be embedded, of those that have its words. */
async function alike(memory: Memory, query: string, isPath: boolean, limit: number): Promise<string[]> {
  const near = await memory.near({ to: isPath ? { path: query } : { text: query }, audience: "own", limit });
  if (near.length > 0 || isPath) return near.map(({ path }) => path);
  const { hits } = await memory.search({ text: query, audience: "own", limit, perFile: 1 });
  return hits.map(({ path }) => path);
}

/** Those of the paths that the graph knows, in their order: nothing else is shown. */
const byPath = (db: Database, paths: readonly string[]): WorkRow[] =>
  paths.flatMap(path => db.query<WorkRow, [string]>(`select ${columns} from work where path = ?`).get(path) ?? []);

const naming = (db: Database, entities: readonly EntityRow[]): WorkRow[] =>
  db
    .query<WorkRow, [string, number]>(
      `select distinct ${columns} from mention join work on work.no = mention.work
       where entity in (select value from json_each(?)) order by day desc, path desc limit ?`,
    )
    .all(JSON.stringify(entities.map(({ no }) => no)), MOST_NAMING);

const linked = (db: Database, { no, path }: WorkRow): WorkRow[] =>
  db
    .query<WorkRow, [number, string]>(
      `select ${columns} from work where path in (select target from link where work = ?)
         or no in (select work from link where target = ?) order by path`,
    )
    .all(no, path);

/** Each reason gets its turn, so that many of one kind leave room for the others. */
function interleaved<T extends { readonly because: string }>(all: readonly T[]): T[] {
  const kinds = [...Map.groupBy(all, ({ because }) => because).values()];
  const longest = Math.max(0, ...kinds.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => kinds.flatMap(kind => kind[at] ?? [])).flat();
}

/** What some works name, what is special to them first; not what was asked for. */
function namedBy(db: Database, works: readonly number[], asked: readonly EntityRow[], limit: number) {
  const all = countWorks(db);
  const known = new Set(asked.map(({ no }) => no));
  const rows = db
    .query<EntityRow & { shared: number }, [string]>(
      `select entity.*, shared from (select entity as no, count(*) as shared from mention
         where work in (select value from json_each(?)) group by entity) join entity using (no)
       where works > 1 order by shared desc, works limit 500`,
    )
    .all(JSON.stringify(works));
  return rows
    .filter(({ no }) => !known.has(no))
    .map(row => ({ row, score: row.shared * Math.max(0, rarity(row.works, all)) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ row }) => entityOf(row));
}
