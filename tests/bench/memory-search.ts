import type { Database } from "bun:sqlite";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { MemoryQuestion } from "hearth-plugins/memory";
import { openEmbedder } from "../../plugins/embedder-use-lite/embedder";
import { installedFolder } from "../../plugins/embedder-use-lite/model-folder";
import { VectorReader } from "../../plugins/memory/finding/vector-reader";
import { dot, floats } from "../../plugins/memory/finding/whole-vectors";
import { openIndex } from "../../plugins/memory/keeping/index-file";
import { ordinary, paraphrases } from "../fixtures/memory-quality";
import { benchFolder, median } from "./daemon";
import { fillIndex, readerOptions } from "./memory-corpus";

const PASSAGES = 100_000;
/** Questions whose answers are compared with a look at every vector. */
const CHECKED = 60;
const NOW = "2026-05-05";

export interface MemorySearchFigures {
  readonly passages: number;
  /** Milliseconds: the whole question, its embedding in it. */
  readonly p50: number;
  readonly p95: number;
  readonly embedP50: number;
  readonly semanticP50: number;
  readonly textP50: number;
  readonly textP95: number;
  /** Share of the ten nearest of an exact look that are found. */
  readonly recall: number;
  /** Milliseconds until an index that is on the disk can be asked. */
  readonly openMs: number;
  /** Megabytes that a process grows by when it opens the index; when it has answered too. */
  readonly openMb: number;
  readonly askedMb: number;
  readonly fileMb: number;
}

/** Real questions to a memory of 100,000 passages, in this very thread. */
export async function memorySearchFigures(): Promise<MemorySearchFigures> {
  const folder = benchFolder();
  const file = join(folder, "index.db");
  try {
    await fillIndex(file, PASSAGES);
    const [openMb, askedMb] = await growth(file);
    const database = openIndex(file);
    const from = performance.now();
    const reader = new VectorReader(database, readerOptions);
    const openMs = performance.now() - from;
    const times = await asked(reader);
    const recall = await recallOf(reader, database);
    database.close();
    return { passages: PASSAGES, ...times, recall, openMs, openMb, askedMb, fileMb: statSync(file).size / 1e6 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const questions = [...paraphrases, ...ordinary].map(({ question }) => question);

/** Of three questions one is asked by the agent alone, one for a person, one about a time and a type. */
const filters: readonly Partial<MemoryQuestion>[] = [
  { audience: "all" },
  { audience: { person: "mailbox/3" } },
  { audience: "own", types: ["thought"], from: "2020-01-01" },
];

async function asked(reader: VectorReader) {
  const embedder = await openEmbedder({ folder: installedFolder() });
  const times: Record<"whole" | "embed" | "semantic" | "text", number[]> = {
    whole: [],
    embed: [],
    semantic: [],
    text: [],
  };
  for (const warm of [true, false])
    for (const [n, text] of questions.entries()) {
      const question = { text, audience: "all", now: NOW, ...filters[n % filters.length] } as const;
      const from = performance.now();
      const [vector] = await embedder.embed([text]);
      const embedded = performance.now();
      reader.search(question, vector);
      const whole = performance.now();
      reader.search({ ...question, mode: "semantic" }, vector);
      const semantic = performance.now();
      reader.search({ ...question, mode: "text" });
      if (warm) continue;
      times.whole.push(whole - from);
      times.embed.push(embedded - from);
      times.semantic.push(semantic - whole);
      times.text.push(performance.now() - semantic);
    }
  return {
    p50: median(times.whole),
    p95: ninetyFive(times.whole),
    embedP50: median(times.embed),
    semanticP50: median(times.semantic),
    textP50: median(times.text),
    textP95: ninetyFive(times.text),
  };
}

/** Against an exact look at all vectors: passages that are as near as the tenth count as found. */
async function recallOf(reader: VectorReader, database: Database): Promise<number> {
  const embedder = await openEmbedder({ folder: installedFolder() });
  const vectors = await embedder.embed(questions.slice(0, CHECKED));
  const nearest = vectors.map(() => [] as number[]);
  for (const { whole } of database.query<{ whole: Uint8Array }, []>("select whole from vector").iterate()) {
    const vector = floats(whole);
    for (const [n, query] of vectors.entries()) nearest[n]!.push(dot(vector, query));
  }
  let found = 0;
  for (const [n, query] of vectors.entries()) {
    const tenth = nearest[n]!.sort((a, b) => b - a)[9]!;
    const question = { text: "", audience: "all", mode: "semantic", limit: 10, perFile: 10, now: NOW } as const;
    found += reader.search(question, query).hits.filter(({ similarity }) => similarity! >= tenth - 1e-6).length;
  }
  return found / (10 * CHECKED);
}

async function growth(file: string): Promise<[number, number]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "memory-reader.ts"), file], { stdout: "pipe" });
  const [before, open, answered] = (await child.stdout.text()).trim().split(" ").map(Number);
  return [open! - before!, answered! - before!];
}

const ninetyFive = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
