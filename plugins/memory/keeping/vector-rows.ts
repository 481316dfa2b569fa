import type { Database } from "bun:sqlite";

/** A vector in a byte per dimension: each byte times the scale is a dimension of the vector, almost. */
export interface Coarse {
  readonly scale: number;
  readonly bytes: Int8Array;
  /** Length of what is lost: a cosine with the vector in bytes is wrong by no more. */
  readonly error: number;
}

/** A vector in bytes, its largest dimension at 127; zeros for a vector of zeros. */
export function coarse(vector: Float32Array): Coarse {
  let most = 0;
  for (const value of vector) most = Math.max(most, Math.abs(value));
  const scale = most / 127;
  const bytes = Int8Array.from(vector, value => (scale === 0 ? 0 : Math.round(value / scale)));
  return { scale, bytes, error: Math.hypot(...vector.map((value, at) => value - bytes[at]! * scale)) };
}

/** Keeps the vector of a passage in place of any before it: whole, and in bytes for the scan. To be called within the caller's transaction. */
export function insertVector(database: Database, no: number, vector: Float32Array): void {
  const { scale, bytes, error } = coarse(vector);
  database
    .query("insert or replace into vector (passage, whole) values (?, ?)")
    .run(no, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  database
    .query("insert or replace into coarse (passage, scale, bytes, error) values (?, ?, ?, ?)")
    .run(no, scale, new Uint8Array(bytes.buffer), error);
}
