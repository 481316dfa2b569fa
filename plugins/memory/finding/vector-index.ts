import type { Coarse } from "../keeping/vector-rows";

/** The place of a passage in memory: a small number that another passage may have when this one has gone. */
export type Slot = number;

/** Which places a question may look at: a byte for each, 1 where it may. */
export type Allowed = Uint8Array;

export interface NearSlot {
  readonly slot: Slot;
  /** Cosine, to within `slack`. */
  readonly score: number;
}

/** Told of two places whose cosine may be high enough, and answers what is high enough from now on. */
export type PairFound = (a: Slot, b: Slot, score: number) => number;

/** Finds vectors near another. What holds them may look at all of them, or at some by a graph. */
export interface VectorIndex {
  /** What its scores can be wrong by, either way. */
  readonly slack: number;
  set(slot: Slot, vector: Coarse): void;
  remove(slot: Slot): void;
  has(slot: Slot): boolean;
  /** The nearest among what is allowed, nearest first. @param query of unit length */
  search(query: Float32Array, most: number, allowed: Allowed): NearSlot[];
  /**
   * All pairs, each once, whose score is at least what is wanted: both allowed, one or both of them in `among`. Works in steps, so that
   * a caller can do something else between two.
   */
  pairs(among: Allowed, allowed: Allowed, least: number, found: PairFound): Generator<void, void>;
}
