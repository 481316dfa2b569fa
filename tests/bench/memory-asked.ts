import { rmSync } from "node:fs";
import { ordinary, paraphrases } from "../fixtures/memory-quality";
import { benchFolder, median, percentile } from "./daemon";
import { writePages } from "./learn";
import { fillHouse } from "./made-index";
import { type MemoryDaemon, memoryDaemon, quiet, rested, watchedConfig } from "./memory-daemon";
import { timed } from "./probe";
import { residentMb } from "./process-cost";

const PASSAGES = 100_000;
/** Rounds of five new pages, so that the thread that embeds has something to do. */
const BUSY = 10;

/** Memory alone, with what it needs. */
const smallHouse = `[plugins.health]\n[plugins.watcher]\n[plugins.memory]\n[plugins.embedder-use-lite]\n${watchedConfig.slice(watchedConfig.indexOf("[plugins.bench-watch]"))}`;

export interface HouseFigures {
  /** Milliseconds from a question's request to its answer. */
  readonly p50: number;
  readonly p95: number;
  /** Megabytes of the whole process: when it has opened its index, when it has answered, while the thread embeds as well. */
  readonly openMb: number;
  readonly askedMb: number;
  readonly busyMb: number;
}

export interface MemoryAsked {
  readonly alone: HouseFigures;
  readonly whole: HouseFigures;
}

/** Questions to a daemon with 100,000 passages, over HTTP: one with nothing but memory, and the house as it comes. */
export async function memoryAsked(passages = PASSAGES): Promise<MemoryAsked> {
  return { alone: await askedIn(smallHouse, passages), whole: await askedIn(watchedConfig, passages) };
}

async function askedIn(config: string, passages: number): Promise<HouseFigures> {
  const folder = benchFolder();
  try {
    await fillHouse(folder, passages);
    await using daemon = await memoryDaemon(folder, {}, config);
    await rested(daemon);
    if ((await daemon.status()).passages < passages) throw new Error("the daemon does not know the home");
    await quiet(daemon.pid);
    const openMb = residentMb(daemon.pid);
    const took = await asked(daemon);
    const askedMb = residentMb(daemon.pid);
    const busyMb = await busy(daemon);
    return { p50: median(took), p95: percentile(took, 95), openMb, askedMb, busyMb };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const filters = ["audience=all", "audience=own", "audience=own&type=thought&from=2020-01-01"];

async function asked({ get }: MemoryDaemon): Promise<number[]> {
  const questions = [...paraphrases, ...ordinary].map(
    ({ question }, n) => `/memory/search?q=${encodeURIComponent(question)}&${filters[n % filters.length]}`,
  );
  for (const question of questions) await get(question);
  const took: number[] = [];
  for (const question of questions) took.push(await timed(() => get(question)));
  return took;
}

/** The most that it is while new pages are embedded. */
async function busy({ pid, home, status }: MemoryDaemon): Promise<number> {
  let most = 0;
  for (let round = 0; round < BUSY; round++) writePages(home, "busy", round, ["thoughts"]);
  const { passages } = await status();
  for (;;) {
    const now = await status();
    most = Math.max(most, residentMb(pid));
    if (now.passages > passages && now.pending === 0) return most;
    await Bun.sleep(50);
  }
}
