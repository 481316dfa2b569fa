import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { IndexWork } from "../../plugins/search/index-work";
import { wordOf } from "./corpus";
import type { BenchDaemon } from "./daemon";

/** Questions, each another one: single words from the most usual to rare ones, and pairs. */
const QUESTIONS = 400;
const WORDS = 3000;

export interface SearchFigures {
  /** Milliseconds, 95 of 100 are faster. */
  readonly p95: number;
  readonly bareP95: number;
  readonly ratio: number;
}

/** A search over HTTP against the same query made straight on a copy of the same SQLite file; one after the other, in turn. */
export async function searchFigures(daemon: BenchDaemon): Promise<SearchFigures> {
  const index = join(daemon.state, "search.db");
  const copy = `${index}.copy`;
  mkdirSync(copy);
  for (const end of ["", "-wal"]) cpSync(index + end, join(copy, `search.db${end}`));
  const work = new IndexWork(join(copy, "search.db"));
  const shown = work.kinds();
  const [over, straight]: number[][] = [[], []];
  for (let n = -20; n < QUESTIONS; n++) {
    const q = questionOf(n < 0 ? QUESTIONS - n : n);
    const took = await timed(() => fetch(`${daemon.url}/api/v1/search?q=${q}`).then(answer => answer.text()));
    const bare = await timed(() => JSON.stringify(work.find({ q, limit: 20, offset: 0, shown })));
    if (n < 0) continue; // to warm up
    over!.push(took);
    straight!.push(bare);
  }
  work.close();
  const [p95, bareP95] = [over!, straight!].map(ninetyFive) as [number, number];
  return { p95, bareP95, ratio: p95 / bareP95 };
}

/** A rare word or a usual one, every third time two of them. */
function questionOf(n: number): string {
  const word = (share: number) => wordOf(Math.floor(WORDS ** share - 1));
  return n % 3 === 0
    ? `${word((n % 97) / 97)} ${word((n % 89) / 89)}`
    : wordOf(Math.floor((n * WORDS) / QUESTIONS / 2));
}

async function timed(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const ninetyFive = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
