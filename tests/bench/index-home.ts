import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openEmbedder } from "../../plugins/embedder-use-lite/embedder";
import { installedFolder } from "../../plugins/embedder-use-lite/model-folder";
import { notes } from "../fixtures/memory-quality";
import { benchFolder, median } from "./daemon";
import type { Lateness } from "./loop";
import { type MemoryDaemon, memoryDaemon, type Seen } from "./memory-daemon";
import { worksIn } from "./pages";
import { cpuSeconds, residentMb } from "./process-cost";

const FILES = 10_000;
/** Seconds that the making of vectors is watched; all of them would take half an hour and more. */
const SLICE = 75;
const LINE = "memory has read the home";

export interface IndexFigures {
  readonly files: number;
  readonly passages: number;
  /** Milliseconds, from the daemon's first answer, until all text can be found; as the daemon itself says, from when it began to read. */
  readonly textMs: number;
  readonly readMs: number;
  readonly slice: number;
  /** Passages and tokens that got a vector each second; and on a core that does nothing else. */
  readonly perSecond: number;
  readonly tokens: number;
  readonly aloneTokens: number;
  /** Seconds that all of them would take; as memory itself says at the end of the slice, those that are left. */
  readonly allSeconds: number;
  readonly leftSeconds: number;
  readonly saidSeconds: number | null;
  /** Cores that the daemon used meanwhile. */
  readonly cores: number;
  readonly memoryMb: number;
  /** The main loop's lateness, and a bare process's at the same time: while text is read, while vectors are made. */
  readonly reading: { hearth: Seen; bare: Lateness };
  readonly making: { hearth: Seen; bare: Lateness };
  /** After a kill in the middle: milliseconds until in step, files that were read again, passages that lost their vector. */
  readonly againMs: number;
  readonly againFiles: number;
  readonly lost: number;
}

/** A home of 10,000 works that memory has never seen, with the whole house around it. */
export async function indexFigures(files = FILES, slice = SLICE): Promise<IndexFigures> {
  const folder = benchFolder();
  try {
    worksIn(join(folder, "home"), files);
    const first = await firstLife(folder, files, slice);
    const again = await secondLife(folder, first.pending);
    const aloneTokens = await alone();
    return { ...first, ...again, aloneTokens, files };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstLife(folder: string, files: number, slice: number) {
  await using daemon = await memoryDaemon(folder);
  const from = performance.now();
  await daemon.seen();
  await readAll(daemon, files);
  const textMs = performance.now() - from;
  const reading = await daemon.seen();
  const readMs = linesIn(folder)[0]!.ms;
  const made = await watched(daemon, slice);
  const memoryMb = residentMb(daemon.pid);
  const { pending } = await daemon.status();
  process.kill(daemon.pid, "SIGKILL");
  return { textMs, readMs, reading, ...made, memoryMb, pending };
}

/** Waits until all files can be found by their words. */
async function readAll({ status }: MemoryDaemon, files: number): Promise<void> {
  for (;;) {
    const now = await status();
    if (!now.reading && now.files >= files) return;
    await Bun.sleep(50);
  }
}

async function watched({ status, seen, pid }: MemoryDaemon, slice: number) {
  await Bun.sleep(3000); // the thread opens its embedder
  const before = await status();
  const [from, cpu] = [performance.now(), cpuSeconds(pid)];
  await seen();
  await Bun.sleep(slice * 1000);
  const after = await status();
  const seconds = (performance.now() - from) / 1000;
  const perSecond = (before.pending - after.pending) / seconds;
  return {
    slice,
    perSecond,
    passages: after.passages,
    tokens: after.tokens_per_second ?? 0,
    allSeconds: after.passages / perSecond,
    leftSeconds: after.pending / perSecond,
    saidSeconds: after.seconds_left,
    cores: (cpuSeconds(pid) - cpu) / seconds,
    making: await seen(),
  };
}

async function secondLife(folder: string, pending: number) {
  rmSync(join(folder, "out.log"));
  await using daemon = await memoryDaemon(folder);
  const from = performance.now();
  for (;;) {
    const now = await daemon.status();
    if (!now.reading && now.files > 0) {
      const againFiles = linesIn(folder)[0]?.read ?? 0;
      return { againMs: performance.now() - from, againFiles, lost: Math.max(0, now.pending - pending) };
    }
    await Bun.sleep(5);
  }
}

/** What the daemon of this life says of its reading. */
const linesIn = (folder: string): { read: number; ms: number }[] =>
  readFileSync(join(folder, "out.log"), "utf8")
    .split("\n")
    .filter(line => line.includes(LINE))
    .map(line => JSON.parse(line));

/** Tokens a second of one thread with nothing beside it: texts of a whole window. */
async function alone(): Promise<number> {
  const embedder = await openEmbedder({ folder: installedFolder() });
  const text = notes()
    .slice(0, 20)
    .map(note => note.text)
    .join(" ");
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    const from = performance.now();
    await embedder.embed([text]);
    if (round >= 10) times.push(performance.now() - from);
  }
  return (128 * 1000) / median(times);
}
