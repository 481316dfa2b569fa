import type { Database } from "bun:sqlite";
import type { PassageFacts } from "../index-parts";
import type { Facts } from "./facts";
import type { FlatVectors } from "./flat-vectors";

type FactsRow = [
  no: number,
  file: number,
  type: string,
  date: string | null,
  privacy: PassageFacts["privacy"],
  person: string | null,
  name: string | null,
  recalled: number,
];
type VectorRow = [passage: number, scale: number, bytes: Uint8Array, error: number];

/** Rows that are read at a time. */
const PAGE = 1000;
/** Rows after which what was read is thrown away: it would pile up faster than it is noticed. */
const SWEEP = 16_000;

/** Reads the facts of all passages into memory. */
export function loadFacts(database: Database, facts: Facts): void {
  const rows = pages<FactsRow>(
    database,
    "select no, file, type, date, privacy, person, name, recalled from passage",
    "no",
  );
  for (const [no, file, type, date, privacy, person, name, recalled] of rows)
    facts.add({ no, file, type, date, privacy, person, name, recalled: recalled === 1 });
}

/** Reads all vectors into memory, in bytes; those of passages that are not there, or of other dimensions, are passed over. */
export function loadVectors(database: Database, facts: Facts, vectors: FlatVectors): void {
  vectors.reserve(facts.count);
  for (const [passage, scale, bytes, error] of pages<VectorRow>(
    database,
    "select passage, scale, bytes, error from coarse",
    "passage",
  )) {
    const slot = facts.slotOf(passage);
    if (slot !== undefined && bytes.length === vectors.dims)
      vectors.set(slot, { scale, bytes: new Int8Array(bytes.buffer), error });
  }
}

function* pages<T extends readonly [number, ...unknown[]]>(
  database: Database,
  select: string,
  key: string,
): Generator<T> {
  const query = database.query<T, [number]>(`${select} where ${key} > ? order by ${key} limit ${PAGE}`);
  let last = 0;
  for (let read = PAGE; ; read += PAGE) {
    const rows = query.values(last) as unknown as T[];
    if (rows.length === 0) break;
    yield* rows;
    last = rows.at(-1)![0];
    if (read % SWEEP === 0) Bun.gc(true);
  }
}
