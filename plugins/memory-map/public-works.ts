import type { Memory } from "hearth-plugins/memory";
import type { Vectors } from "./principal";

/** Works that are asked for at a time. */
const BATCH = 256;

/** A public work that has a vector. */
export interface PlacedWork {
  readonly path: string;
  readonly vector: Float32Array;
}

/** The works of these files that are public and have a vector, sorted by path. */
export async function publicWorks(
  memory: Memory,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly PlacedWork[]> {
  const works: PlacedWork[] = [];
  for (let from = 0; from < paths.length; from += BATCH) {
    signal.throwIfAborted();
    for (const { path, privacy, vector } of await memory.works({
      audience: "public",
      paths: paths.slice(from, from + BATCH),
    }))
      if (vector && privacy === "public") works.push({ path, vector });
  }
  const dims = works[0]?.vector.length;
  return works.filter(({ vector }) => vector.length === dims).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Differs whenever there are other works, or what they say is another. */
export function printOf(works: readonly PlacedWork[]): string {
  const print = new Bun.CryptoHasher("sha256");
  for (const { path, vector } of works) print.update(`${path}\n`).update(vector);
  return print.digest("hex");
}

/** The vectors of works in one array, in their order. */
export function vectorsOf(works: readonly PlacedWork[]): Vectors {
  const dims = works[0]?.vector.length ?? 0;
  const values = new Float32Array(works.length * dims);
  for (const [index, { vector }] of works.entries()) values.set(vector, index * dims);
  return { count: works.length, dims, values };
}
