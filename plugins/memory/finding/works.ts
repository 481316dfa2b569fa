import type { Database } from "bun:sqlite";
import type { Privacy, Work } from "../contract";
import type { Facts, Permitted } from "./facts";
import { floats } from "./whole-vectors";

interface FileRow {
  readonly no: number;
  readonly path: string;
  readonly hash: string;
}
interface Row {
  readonly no: number;
  readonly type: string;
  readonly title: string;
  readonly date: string | null;
  readonly privacy: Privacy;
  readonly whole: Uint8Array | null;
}
interface Kept {
  readonly hash: string;
  readonly work: Work;
}

export interface WorksWanted {
  /** Only these files. */
  readonly paths?: readonly string[] | undefined;
  /** False: without vectors. */
  readonly vectors?: boolean | undefined;
}

const STRICTER: readonly Privacy[] = ["public", "own", "private"];

/** Files as works, with the mean of their passages. A work is kept until its file or its vectors change. */
export class Works {
  readonly #kept = new Map<number, Kept>();
  readonly #bare = new Map<number, Kept>();

  constructor(
    readonly database: Database,
    readonly facts: Facts,
  ) {}

  /** The works of all that is permitted, by path; of a file that may be seen in part, that part. */
  of(permitted: Permitted, { paths, vectors = true }: WorksWanted = {}): Work[] {
    const passages = this.#passagesIn(permitted);
    return this.#files(paths).flatMap(file => {
      const nos = passages.get(file.no);
      return nos ? [this.#work(file, nos, vectors)] : [];
    });
  }

  /** A passage of a file came, went, or got its vector. */
  forget(file: number): void {
    this.#kept.delete(file);
    this.#bare.delete(file);
  }

  /** The numbers of the passages, by file. */
  #passagesIn({ allowed }: Permitted): Map<number, number[]> {
    const passages = new Map<number, number[]>();
    for (let slot = 0; slot < allowed.length; slot++) {
      if (allowed[slot] !== 1) continue;
      const nos = passages.get(this.facts.fileOf(slot));
      if (nos) nos.push(this.facts.noOf(slot));
      else passages.set(this.facts.fileOf(slot), [this.facts.noOf(slot)]);
    }
    return passages;
  }

  #files(paths: readonly string[] | undefined): FileRow[] {
    return this.database
      .query<FileRow, [string | null]>(
        "select no, path, hash from file where ?1 is null or path in (select value from json_each(?1)) order by path",
      )
      .all(paths ? JSON.stringify(paths) : null);
  }

  /** Where as many passages may be seen as were kept, they are the very same ones: those were all that the file has. */
  #work({ no, path, hash }: FileRow, nos: readonly number[], vectors: boolean): Work {
    const all = vectors ? this.#kept : this.#bare;
    const kept = all.get(no);
    if (kept?.hash === hash && kept.work.passages === nos.length) return kept.work;
    const rows = vectors ? this.#rows(no) : this.#bareRows(no);
    const seen = new Set(nos);
    const work = workOf(
      path,
      rows.filter(row => seen.has(row.no)),
    );
    if (work.passages === rows.length) all.set(no, { hash, work });
    return work;
  }

  #rows(file: number): Row[] {
    return this.database
      .query<Row, [number]>(
        `select no, type, title, date, privacy, whole from passage left join vector on vector.passage = passage.no
         where file = ? and recalled = 0 order by nth`,
      )
      .all(file);
  }

  #bareRows(file: number): Row[] {
    return this.database
      .query<Row, [number]>(
        "select no, type, title, date, privacy, null as whole from passage where file = ? and recalled = 0 order by nth",
      )
      .all(file);
  }
}

function workOf(path: string, rows: readonly Row[]): Work {
  const { type, title } = rows[0]!;
  return {
    path,
    type,
    title,
    date: rows.map(({ date }) => date).reduce(later),
    privacy: rows.map(({ privacy }) => privacy).reduce(stricter),
    passages: rows.length,
    vector: meanOf(rows.flatMap(({ whole }) => (whole ? [floats(whole)] : []))),
  };
}

const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

const stricter = (a: Privacy, b: Privacy): Privacy => (STRICTER.indexOf(b) > STRICTER.indexOf(a) ? b : a);

/** The direction of vectors together; null when there are none, or they point against each other. */
function meanOf(vectors: readonly Float32Array[]): Float32Array | null {
  const [first] = vectors;
  if (!first) return null;
  const sum = new Float32Array(first.length);
  for (const vector of vectors) for (let at = 0; at < sum.length; at++) sum[at]! += vector[at]!;
  const length = Math.hypot(...sum);
  return length === 0 ? null : sum.map(value => value / length);
}
