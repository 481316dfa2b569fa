import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import embedder from "../../plugins/embedder-use-lite/plugin";
import { dice } from "../fixtures/dice";
import { memoryHouse } from "../fixtures/memory-house";
import { benchFolder, median } from "./daemon";
import { makeIndex } from "./made-index";
import { pageWriter, worksIn } from "./pages";
import { timed } from "./probe";

const WORKS = 2000;
const CHANGED = 5;
const ROUNDS = 9;

export interface LearnFigures {
  readonly works: number;
  readonly changed: number;
  /** Milliseconds until all passages have their vectors, when the thread that embeds has to be opened; the fastest and the slowest. */
  readonly coldMs: number;
  readonly coldFrom: number;
  readonly coldTo: number;
  /** The same when it is open. */
  readonly openMs: number;
  /** When nothing has changed in the files. */
  readonly sameMs: number;
  readonly passages: number;
}

/** What a session wrote, learned by the engine alone: a home of 2,000 works. */
export async function learnFigures(): Promise<LearnFigures> {
  const folder = benchFolder();
  try {
    worksIn(join(folder, "home"), WORKS);
    await makeIndex(folder);
    const cold = await lessons(folder, "cold", 0.001);
    const open = await lessons(folder, "open", 60);
    return {
      works: WORKS,
      changed: CHANGED,
      coldMs: median(cold.took),
      coldFrom: Math.min(...cold.took),
      coldTo: Math.max(...cold.took),
      openMs: median(open.took),
      sameMs: median(open.same),
      passages: median(cold.passages),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param idle seconds after which a thread that embeds is ended */
async function lessons(folder: string, name: string, idle: number) {
  const settings = { embedder: ["use-lite"], agentNames: undefined, idle };
  await using house = await memoryHouse(folder, settings, [embedder]);
  await house.inStep();
  const [took, same, passages]: [number[], number[], number[]] = [[], [], []];
  for (let round = -1; round < ROUNDS; round++) {
    const changed = writePages(join(folder, "home"), name, round);
    await Bun.sleep(200); // threads with nothing to do end
    let added = 0;
    const ms = await timed(async () => {
      added = (await house.memory.learn({ changed })).added;
    });
    const again = await timed(() => house.memory.learn({ changed }));
    if (round < 0) continue;
    took.push(ms);
    same.push(again);
    passages.push(added);
  }
  return { took, same, passages };
}

/** Writes what a session might; answers the paths. */
export function writePages(home: string, name: string, round: number, folders = ["thoughts", "dreams"]): string[] {
  const page = pageWriter(dice(Bun.hash.crc32(`${name} ${round}`)));
  return Array.from({ length: CHANGED }, (_, n) => {
    const path = `${folders[n % folders.length]}/2026-01-15-${name}-${round}-${n}.md`;
    mkdirSync(join(home, path, ".."), { recursive: true });
    writeFileSync(join(home, path), page("2026-01-15"));
    return path;
  });
}
