import type { Database } from "hearth";
import { type Breath, direction, dot } from "hearth-plugins/hook-drift";
import type { Memory } from "hearth-plugins/memory";
import type { Discovery } from "./contract";
import { countWorks, type EntityRow, rarity } from "./entities";
import type { Settings } from "./settings";

/** Pairs of passages that are looked at, entities that are compared, and works of each that say what it means. */
const MOST = { pairs: 400, entities: 60, works: 8 };
/** Something in more than this share of all works brings nothing together. */
const EVERYWHERE = 0.2;

/** Works and names that are alike in meaning and were never brought together, nearest first. */
export async function discoveries(
  db: Database,
  memory: Memory,
  settings: Settings,
  limit: number,
  rest: Breath,
): Promise<Discovery[]> {
  const works = await apartWorks(db, memory, settings, rest);
  const names = await apartNames(db, memory, settings, rest);
  const half = Math.ceil(limit / 2);
  const some = [...works.slice(0, limit - Math.min(half, names.length)), ...names.slice(0, half)];
  return some.slice(0, limit).sort((a, b) => b.similarity - a.similarity);
}

/** Works with passages that are alike, that share no name and do not link to each other; each pair once. */
async function apartWorks(
  db: Database,
  memory: Memory,
  { least, leastWorks }: Settings,
  rest: Breath,
): Promise<Discovery[]> {
  const pairs = await memory.pairs({ audience: "own", least, limit: MOST.pairs });
  const common = Math.max(leastWorks, EVERYWHERE * countWorks(db));
  const found = new Map<string, Discovery>();
  for (const { a, b, similarity } of pairs) {
    const key = [a.path, b.path].sort().join("\n");
    if (!found.has(key) && areApart(db, a.path, b.path, common))
      found.set(key, { kind: "works", a: a.path, b: b.path, similarity, titles: [a.title, b.title] });
    await rest();
  }
  return [...found.values()];
}

function areApart(db: Database, a: string, b: string, common: number): boolean {
  const numbers = [a, b].map(
    path => db.query<{ no: number }, [string]>("select no from work where path = ?").get(path)?.no,
  );
  const [one, other] = numbers;
  if (one === undefined || other === undefined || one === other) return false;
  const shared = db
    .query(
      "select 1 from mention x join mention y using (entity) join entity e on e.no = entity where x.work = ? and y.work = ? and works <= ? limit 1",
    )
    .get(one, other, common);
  const linked = db.query(
    "select 1 from link where (work = ?1 and target = ?4) or (work = ?2 and target = ?3) limit 1",
  );
  return shared === null && linked.get(one, other, a, b) === null;
}

/** What a name means: the mean of the works that name it, less the mean of all of them. */
interface Meaning {
  readonly row: EntityRow;
  readonly works: ReadonlySet<number>;
  readonly vector: Float64Array;
}

/** Names whose works are alike, and that no work names together. */
async function apartNames(
  db: Database,
  memory: Memory,
  { least, leastWorks }: Settings,
  rest: Breath,
): Promise<Discovery[]> {
  const meanings = await meaningsOf(db, memory, leastWorks, rest);
  const found: Discovery[] = [];
  for (const [at, one] of meanings.entries()) {
    for (const other of meanings.slice(at + 1)) {
      const similarity = dot(one.vector, other.vector);
      if (similarity >= least && one.works.isDisjointFrom(other.works) && !shareWord(one.row.key, other.row.key))
        found.push({ kind: "entities", a: one.row.name, b: other.row.name, similarity, titles: [] });
    }
    await rest();
  }
  return found.sort((a, b) => b.similarity - a.similarity);
}

async function meaningsOf(db: Database, memory: Memory, leastWorks: number, rest: Breath): Promise<Meaning[]> {
  const all = countWorks(db);
  const rows = db
    .query<EntityRow, [number]>("select * from entity where works >= ? order by peak desc limit 500")
    .all(leastWorks)
    .sort((a, b) => b.peak * rarity(b.works, all) - a.peak * rarity(a.works, all))
    .slice(0, MOST.entities);
  const named = rows.map(row => ({ row, works: worksOf(db, row.no) }));
  const paths = [...new Set(named.flatMap(({ works }) => works.slice(0, MOST.works).map(({ path }) => path)))];
  const works = await memory.works({ audience: "own", paths });
  const vectors = new Map(works.flatMap(({ path, vector }) => (vector ? [[path, vector] as const] : [])));
  await rest();
  const middle = meanOf([...vectors.values()]);
  const meanings: Meaning[] = [];
  for (const { row, works } of named) {
    const own = meanOf(works.flatMap(({ path }) => vectors.get(path) ?? []));
    const vector = own && middle && direction(own.map((value, at) => value - middle[at]!));
    if (vector) meanings.push({ row, works: new Set(works.map(({ no }) => no)), vector });
    await rest();
  }
  return meanings;
}

const worksOf = (db: Database, entity: number): { readonly no: number; readonly path: string }[] =>
  db
    .query<{ no: number; path: string }, [number]>(
      "select no, path from mention join work on work.no = work where entity = ? order by day desc, path",
    )
    .all(entity);

function meanOf(vectors: readonly Float32Array[]): Float64Array | undefined {
  const [first] = vectors;
  if (!first) return undefined;
  const sum = new Float64Array(first.length);
  for (const vector of vectors) for (let at = 0; at < sum.length; at++) sum[at]! += vector[at]! / vectors.length;
  return sum;
}

const shareWord = (a: string, b: string) => {
  const words = new Set(a.split(" "));
  return b.split(" ").some(word => words.has(word));
};
