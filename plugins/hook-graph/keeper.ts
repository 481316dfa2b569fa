import { type Clock, type Database, localDay } from "hearth";
import { type Breath, breath } from "hearth-plugins/hook-drift";
import type { Work } from "hearth-plugins/memory";
import { EXTRACTION } from "./extract";
import { visitorKeys } from "./persons";
import { BATCH, looksOf, type ReaderParts, WorkReader } from "./reader";
import type { WorkRow } from "./tables";
import { weigh } from "./weights";

/** What the graph is kept with. */
export interface KeeperParts extends ReaderParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly halfLife: number;
}

/** What an update did. */
export interface Updated {
  /** Works with other words than before, new ones among them. */
  readonly changed: number;
  readonly removed: number;
  /** Entities whose numbers were made again. */
  readonly entities: number;
}

/** Keeps the graph in step with memory, one update after the other. */
export class Keeper {
  readonly #reader: WorkReader;
  #last: Promise<unknown> = Promise.resolve();
  #version = 0;

  constructor(readonly parts: KeeperParts) {
    this.#reader = new WorkReader(parts);
    parts.tables.keepUpWith(String(EXTRACTION), String(parts.halfLife));
  }

  /** Differs when something may be answered otherwise than before. */
  get version(): number {
    return this.#version;
  }

  /**
   * Compares everything: reads what looks otherwise than before, and lets go of what memory has no more.
   * @param begun is called when its turn has come
   */
  all(signal?: AbortSignal, begun?: () => void): Promise<Updated> {
    return this.#inTurn(() => {
      begun?.();
      return this.#update(undefined, signal);
    });
  }

  /** Reads these works again. */
  some(paths: readonly string[], signal?: AbortSignal): Promise<Updated> {
    return this.#inTurn(() => this.#update(paths, signal));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #update(paths: readonly string[] | undefined, signal: AbortSignal | undefined): Promise<Updated> {
    const { memory, tables, db, clock, timeZone, halfLife } = this.parts;
    const rest = breath(signal);
    const works = await memory.works({ audience: "own", vectors: false, ...(paths && { paths }) });
    const known = new Map(tables.works().map(row => [row.path, row]));
    await rest();
    const own = works.filter(({ privacy }) => privacy !== "private");
    const wanted = paths ? own : await this.#otherwise(own, known, rest);
    const persons = wanted.length > 0 ? await visitorKeys(this.parts.home) : new Set<string>();
    let changed = 0;
    for (let at = 0; at < wanted.length; at += BATCH) {
      changed += await this.#reader.read(wanted.slice(at, at + BATCH), known, persons, rest);
    }
    const removed = await this.#remove(own, paths ?? [...known.keys()], known, rest);
    const entities = await weigh(db, localDay(clock.now(), timeZone), halfLife, rest);
    if (changed + removed + entities > 0) this.#version++;
    return { changed, removed, entities };
  }

  /** The works whose files do not look as they did. */
  async #otherwise(works: readonly Work[], known: ReadonlyMap<string, WorkRow>, rest: Breath): Promise<Work[]> {
    const found: Work[] = [];
    for (const work of works) {
      const row = known.get(work.path);
      const looks = row && (await looksOf(this.parts.home, work.path));
      if (!row || row.size !== looks!.size || row.mtime !== looks!.mtime) found.push(work);
      await rest();
    }
    return found;
  }

  /** Lets go of works that memory has no more, or shows to nobody else any more; while memory still reads, what it lacks may yet come. */
  async #remove(own: readonly Work[], paths: readonly string[], known: ReadonlyMap<string, WorkRow>, rest: Breath) {
    const there = new Set(own.map(({ path }) => path));
    const gone = paths.filter(path => known.has(path) && !there.has(path));
    if (gone.length === 0 || (await this.parts.memory.status()).reading) return 0;
    for (const path of gone) {
      this.parts.tables.remove(path);
      await rest();
    }
    return gone.length;
  }
}
