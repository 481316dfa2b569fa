import { type Clock, type Home, Turns } from "hearth";
import { zonedIso } from "hearth-plugins/content";
import type { Memory, MemoryAnswer, Pair } from "hearth-plugins/memory";
import type { Resonance, Resonances } from "./contract";
import { dayText, pathOfDay } from "./day-file";
import type { KnownPair, PairBook } from "./pair-book";
import { isSound, type Seeker, type Sought } from "./seeker";
import { standing } from "./standing";

export interface FinderOptions {
  readonly home: Home;
  readonly memory: Memory;
  readonly pairs: PairBook;
  readonly seeker: Seeker;
  readonly clock: Clock;
  /** The zone in which days are counted. */
  readonly timeZone: string;
  /** Pairs that are told after one session at the most. */
  readonly most: number;
  /** Told when other pairs are known than before. */
  readonly changed: () => void;
}

/** What is answered about one file or one text at the most, how many are asked for, and the cosine that they have at the least. */
const ANSWER = 10;
const CANDIDATES = 60;
const NEAR = 0.3;

/** Finds resonances, tells each once, and answers what was told. */
export class Finder implements Resonances {
  readonly #options: FinderOptions;
  readonly #turns = new Turns(1, Number.POSITIVE_INFINITY, () => new Error("no end"));

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  /** The day it is in the house. */
  get day(): string {
    return zonedIso(this.#options.clock.now(), this.#options.timeZone).slice(0, 10);
  }

  /**
   * Looks for new pairs, tells some, and writes the file of the day. Answers a note for people.
   * @param changed files of the session @param seconds for the comparison; until all is compared when left out
   */
  discover(changed: readonly string[], signal: AbortSignal, seconds = Number.POSITIVE_INFINITY): Promise<string> {
    return this.#turns.take(async () => {
      const { seeker, pairs, changed: tellChanged } = this.#options;
      const day = this.day;
      const sought = await seeker.seek(day, changed, signal, seconds);
      if (sought.problem !== undefined) return `nothing can be compared: ${sought.problem}`;
      const told = await this.#tell(day, sought.fresh);
      await this.#writeDay(day);
      tellChanged();
      return noteOn(sought, told, pairs.countUntold());
    });
  }

  today(): Promise<readonly Resonance[]> {
    return this.ofDay(this.day);
  }

  async ofDay(day: string): Promise<readonly Resonance[]> {
    const told = await standing(this.#options.memory, "own", this.#options.pairs.told(day, day));
    return told.map(({ known, a, b }) => ({ day, similarity: known.similarity, a, b }));
  }

  async for(path: string): Promise<readonly Pair[]> {
    const pairs = await this.#options.memory.pairs({ audience: "own", paths: [path], least: NEAR, limit: CANDIDATES });
    return pairs.filter(isSound).slice(0, ANSWER);
  }

  passage(text: string): Promise<MemoryAnswer> {
    return this.#options.memory.search({ text, audience: "own", mode: "semantic", limit: ANSWER });
  }

  /** Tells what is near to these files first, then what has been waiting. What has gone meanwhile is dropped. */
  async #tell(day: string, paths: readonly string[]): Promise<number> {
    const { pairs, most } = this.#options;
    let room = most;
    for (const next of [() => pairs.untold(room, paths), () => pairs.untold(room)])
      for (let candidates = next(); room > 0 && candidates.length > 0; candidates = next())
        room -= await this.#tellStanding(day, candidates);
    return most - room;
  }

  async #tellStanding(day: string, candidates: readonly KnownPair[]): Promise<number> {
    const { memory, pairs } = this.#options;
    const there = new Set((await standing(memory, "own", candidates)).map(({ known }) => known));
    pairs.tell([...there], day);
    pairs.drop(candidates.filter(candidate => !there.has(candidate)));
    return there.size;
  }

  /** Brings the file of a day up to date; a day without any has none, unless it had some before. */
  async #writeDay(day: string): Promise<void> {
    const { home } = this.#options;
    const resonances = await this.ofDay(day);
    const before = (await home.read(pathOfDay(day)))?.text;
    const text = dayText(day, resonances);
    if (before === text || (before === undefined && resonances.length === 0)) return;
    await home.write(pathOfDay(day), text);
  }
}

const noteOn = ({ first, compared, left, found }: Sought, told: number, waiting: number): string =>
  [
    `${told} told, ${found} found, ${compared} files compared`,
    first && "the first time, so with all that there is",
    left > 0 && `${left} files are compared after the next session`,
    waiting > 0 && `${waiting} pairs wait to be told`,
  ]
    .filter(Boolean)
    .join("; ");
