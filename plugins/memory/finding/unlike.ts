import { dot } from "./whole-vectors";

/** Something that may be much like another. */
export interface Comparable {
  readonly id: string;
  readonly file: number;
  readonly vector: Float32Array | undefined;
}

/** Cosine from which on two passages say the same. */
const SAME = 0.95;

/** The first of a list that are unlike each other: no text twice, nor almost the same, and only some of one file. */
export function unlike<T extends Comparable>(
  list: readonly T[],
  { most, perFile }: { most: number; perFile: number },
): T[] {
  const taken: T[] = [];
  const files = new Map<number, number>();
  for (const item of list) {
    if (taken.length >= most) break;
    const count = files.get(item.file) ?? 0;
    if (count >= perFile || taken.some(other => isSame(item, other))) continue;
    taken.push(item);
    files.set(item.file, count + 1);
  }
  return taken;
}

const isSame = (a: Comparable, b: Comparable): boolean =>
  a.id === b.id || (a.vector !== undefined && b.vector !== undefined && dot(a.vector, b.vector) > SAME);
