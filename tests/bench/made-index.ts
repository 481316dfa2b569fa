import { Database } from "bun:sqlite";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testKernel } from "hearth/testing";
import { type Embedder, Embedders } from "hearth-plugins/memory";
import embedderPlugin from "../../plugins/embedder-use-lite/plugin";
import type { IndexOptions } from "../../plugins/memory/index-parts";
import { homeSources } from "../../plugins/memory/reading/home-sources";
import { settings } from "../../plugins/memory/settings";
import { keyOf } from "../../plugins/memory/threads/index-key";
import { indexOptions } from "../../plugins/memory/threads/index-options";
import { open } from "../../plugins/memory/threads/index-work";
import { dice } from "../fixtures/dice";
import { benchFolder } from "./daemon";
import { fillIndex, noteVectors, vectorsOf } from "./memory-corpus";

/** Passages that are given vectors at once. */
const AT_ONCE = 2000;
const AT = "2026-01-01T00:00:00.000Z";

/** Milliseconds after which a file's time says for certain that it has not changed since. */
const CERTAIN = 1100;

/** What a daemon of this folder opens its index with: its home is `home`, its state `state`. */
export async function houseIndex(folder: string): Promise<IndexOptions> {
  const embedder = await useLite();
  const place = join(folder, "state", "memory");
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const { agentNames } = settings.parse({});
  const surroundings = { folder: place, home: join(folder, "home"), timeZone: "UTC", agentNames };
  return indexOptions({ ...surroundings, sources: () => homeSources }, keyOf(embedder), embedder);
}

async function useLite(): Promise<Embedder> {
  await using app = await testKernel([embedderPlugin]);
  return app.items(Embedders)[0]!;
}

/** The index that a daemon would have made of its home by itself in many minutes: all text as it is, all vectors made up. */
export async function makeIndex(folder: string): Promise<void> {
  const vector = vectorsOf(dice(2), await noteVectors());
  await Bun.sleep(CERTAIN);
  const index = await open(await houseIndex(folder));
  await index.learn(index.compare().changed.map(path => ({ path, origin: { at: AT } })));
  for (let some = index.pending(AT_ONCE); some.length > 0; some = index.pending(AT_ONCE))
    await index.put(some.map(({ no }) => ({ no, vector: vector() })));
  index.close();
}

/** Fills the index and the home of this folder with thoughts of ten passages each; none of it is read. */
export async function fillHouse(folder: string, passages: number): Promise<void> {
  const options = await houseIndex(folder);
  await fillIndex(options.file, passages, { path: options.home, source: await thoughtsIn(options) });
}

/** What an index calls the source of the thoughts. */
async function thoughtsIn(options: IndexOptions): Promise<string> {
  const folder = benchFolder();
  const file = join(folder, "index.db");
  mkdirSync(join(folder, "thoughts"));
  writeFileSync(join(folder, "thoughts", "one.md"), "One.\n");
  const index = await open({ ...options, home: folder, file });
  await index.learn([{ path: "thoughts/one.md", origin: { at: AT } }]);
  index.close();
  using database = new Database(file, { readonly: true });
  const row = database.query<{ source: string }, []>("select source from file").get()!;
  rmSync(folder, { recursive: true, force: true });
  return row.source;
}
