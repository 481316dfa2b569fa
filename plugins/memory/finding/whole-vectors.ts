import type { Database } from "bun:sqlite";

/** The vectors of some passages as they were made; those that have none are left out. */
export function wholeVectors(database: Database, nos: readonly number[]): Map<number, Float32Array> {
  const rows = database
    .query<{ passage: number; whole: Uint8Array }, [string]>(
      "select passage, whole from vector where passage in (select value from json_each(?))",
    )
    .all(JSON.stringify(nos));
  return new Map(rows.map(({ passage, whole }) => [passage, floats(whole)]));
}

/** A vector of the bytes that keep it. */
export function floats(bytes: Uint8Array): Float32Array {
  const own = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(own.buffer, own.byteOffset, own.byteLength / 4);
}

/** Scalar product of two vectors; of unit length, their cosine. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** Of two vectors of unit length; whatever floats round, never beyond -1 and 1. */
export const cosine = (a: Float32Array, b: Float32Array): number => Math.max(-1, Math.min(1, dot(a, b)));
