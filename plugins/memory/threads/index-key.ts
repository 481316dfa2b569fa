import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Embedder } from "../contract";

/** The index that is made without an embedder. */
export const WORDS = "words";

/** What an index belongs to: an embedder, its dimensions and its version. It is also a name for a file. */
export const keyOf = ({ id, dims, version }: Pick<Embedder, "id" | "dims" | "version">): string =>
  [id, dims, version].map(part => encodeURIComponent(part).replaceAll("%", "_")).join("-");

/** The file of an index. */
export const fileOf = (folder: string, key: string): string => join(folder, `${key}.db`);

/** The keys of the indexes that lie in a folder. */
export function keysIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap(name => /^(.+)\.db(?:-wal|-shm)?$/.exec(name)?.[1] ?? []);
}

/** Deletes an index. Nobody may have it open. */
export function dropFile(folder: string, key: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(fileOf(folder, key) + end, { force: true });
}
