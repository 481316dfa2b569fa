import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openEmbedder } from "../../plugins/embedder-use-lite/embedder";
import { installedFolder } from "../../plugins/embedder-use-lite/model-folder";
import { openIndex } from "../../plugins/memory/keeping/index-file";
import { insertVector } from "../../plugins/memory/keeping/vector-rows";
import { type Dice, dice } from "../fixtures/dice";
import { notes } from "../fixtures/memory-quality";
import { wordOf } from "./corpus";

export const DIMS = 512;
const PER_FILE = 10;
/** Words of a passage. */
const LENGTH = 75;
/** Different words in all: those of the notebooks by their frequency, then ever rarer made-up ones. */
const VOCABULARY = 40_000;
/** How far a passage is from the notes that it lies between. */
const SPREAD = 0.03;

/** What the reader of an index is opened with. */
export const readerOptions = { embedder: { key: "bench", module: "", dims: DIMS, window: 128 } };

/** A home that an index is filled for: its files are written as well, so that a daemon finds them as the index knows them. */
export interface FilledHome {
  readonly path: string;
  /** What the index calls the source of the thoughts. */
  readonly source: string;
}

/**
 * Fills an index with passages. Their words are as frequent as those of real notes, with as long a tail as a large home has; their vectors
 * lie between those of real notes.
 */
export async function fillIndex(file: string, passages: number, home?: FilledHome): Promise<void> {
  const chance = dice(1);
  const word = wordsOf(chance);
  const vector = vectorsOf(chance, await noteVectors());
  const database = openIndex(file);
  const [files, rows, words] = [
    "insert into file (path, source, hash, size, mtime) values (?, ?, '', ?, ?)",
    `insert into passage (file, id, nth, line, last_line, type, title, date, privacy, person, who, at, recalled, text)
     values (?, ?, ?, 1, 9, ?, ?, ?, ?, ?, 'agent', '2026-01-01T00:00:00.000Z', 0, ?)`,
    "insert into words (rowid, title, text) values (?, ?, ?)",
  ].map(sql => database.prepare(sql)) as [any, any, any];
  let texts: string[] = [];
  if (home) mkdirSync(join(home.path, "thoughts"), { recursive: true });
  database.transaction(() => {
    for (let n = 0; n < passages; n++) {
      const at = n % PER_FILE;
      const path = `thoughts/${Math.floor(n / PER_FILE)}.md`;
      if (at === 0) {
        texts = Array.from({ length: PER_FILE }, () => Array.from({ length: LENGTH }, word).join(" "));
        const { size, mtimeMs } = home ? written(join(home.path, path), texts) : nowhere;
        files.run(path, home?.source ?? "thoughts", size, mtimeMs);
      }
      const text = texts[at]!;
      const title = `${word()} ${word()} ${word()}`;
      const day = new Date(Date.UTC(2018, 0, 1) + Math.floor((n / passages) * 2900) * 86_400_000)
        .toISOString()
        .slice(0, 10);
      const isPrivate = n % 50 < 5;
      const place = [
        Math.floor(n / PER_FILE) + 1,
        n.toString(16).padStart(16, "0"),
        at,
        n % 7 === 0 ? "dream" : "thought",
        title,
        day,
      ];
      rows.run(...place, isPrivate ? "private" : "public", isPrivate ? `mailbox/${n % 17}` : null, text);
      words.run(n + 1, title, text);
      insertVector(database, n + 1, vector());
    }
  })();
  database.close();
}

const nowhere = { size: 0, mtimeMs: 0 };

function written(file: string, texts: readonly string[]) {
  writeFileSync(file, `${texts.join("\n\n")}\n`);
  return statSync(file);
}

export async function noteVectors(): Promise<readonly Float32Array[]> {
  const embedder = await openEmbedder({ folder: installedFolder() });
  return embedder.embed(notes().map(({ text }) => text));
}

/** Zipf: the word of rank n is n times rarer than the first. */
export function wordsOf(chance: Dice): () => string {
  const counts = new Map<string, number>();
  for (const { text } of notes())
    for (const word of text.toLowerCase().match(/[a-z']+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  const real = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
  return () => {
    const rank = Math.floor(VOCABULARY ** chance.next() - 1);
    return real[rank] ?? wordOf(rank);
  };
}

export function vectorsOf(chance: Dice, real: readonly Float32Array[]): () => Float32Array {
  return () => {
    const [a, b, share] = [chance.pick(real), chance.pick(real), chance.next()];
    const mixed = a.map((part, at) => part * share + b[at]! * (1 - share) + (chance.next() - 0.5) * 2 * SPREAD);
    const length = Math.hypot(...mixed);
    return mixed.map(part => part / length);
  };
}
