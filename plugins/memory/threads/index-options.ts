import type { Embedder } from "../contract";
import type { IndexOptions } from "../index-parts";
import type { MemorySource } from "../source";
import { fileOf } from "./index-key";

/** What all indexes of a house have in common. */
export interface Surroundings {
  /** Where the index files lie. */
  readonly folder: string;
  readonly home: string;
  readonly timeZone: string;
  readonly agentNames: readonly string[];
  /** Seconds that an embedder has for a question. */
  readonly patience?: number;
  readonly sources: () => readonly MemorySource[];
}

/** What the index of a key is opened with. @param embedder whose key it is, if it can be used now */
export function indexOptions(
  { folder, home, timeZone, agentNames, patience, sources }: Surroundings,
  key: string,
  embedder: Embedder | undefined,
): IndexOptions {
  const common = { home, timeZone, agentNames, file: fileOf(folder, key), sources: sources() };
  if (!embedder) return common;
  const { module, options, dims, window } = embedder;
  return { ...common, embedder: { key, module, options, dims, window, ...(patience && { patience }) } };
}
