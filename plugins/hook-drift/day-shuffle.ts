import { dice } from "./dice";
import type { Breath } from "./turns-of-work";

/** What shuffled days say of the days as they are. */
export interface Moved {
  /** Of each row its own score. */
  readonly scores: Float64Array;
  /** The share of shuffles in which some row scored at least so high, up or down. */
  chance(score: number): number;
}

/** Of a row: what each day has above what its length lets expect, in standard deviations of the sum over the recent days. */
function standardised(counts: Float64Array, sizes: Float64Array, recent: number): Float64Array {
  const all = sum(sizes);
  const rate = all > 0 ? sum(counts) / all : 0;
  const excess = counts.map((count, day) => count - rate * sizes[day]!);
  const days = counts.length;
  const variance = sum(excess.map(one => one * one)) / (days - 1);
  const deviation = Math.sqrt(recent * (1 - recent / days) * variance);
  return deviation > 1e-9 ? excess.map(one => one / deviation) : excess.fill(0);
}

/**
 * Scores rows of daily counts by how far the recent days lie from the others, and says how likely the highest score of all is when the days come
 * in any order: the largest of all rows is taken from each shuffle (Westfall and Young 1993), so that many rows raise no false alarm.
 * Whole days are shuffled, because what is written on one day belongs together.
 * @param sizes of each day how much was counted on it
 */
export async function daysMoved(
  rows: readonly Float64Array[],
  sizes: Float64Array,
  isRecent: Uint8Array,
  shuffles: number,
  rest: Breath,
): Promise<Moved> {
  const recent = isRecent.reduce((count, one) => count + one, 0);
  const excess = Array.from(sizes, () => new Float64Array(rows.length)); // by days: so a sum runs through memory from one end to the other
  for (const [at, row] of rows.entries()) {
    standardised(row, sizes, recent).forEach((value, day) => (excess[day]![at] = value));
    await rest();
  }
  const scores = summedOver(
    excess,
    [...isRecent.keys()].filter(day => isRecent[day]),
    rows.length,
  );
  const draw = drawDays(sizes.length, recent);
  const highest = new Float64Array(shuffles);
  for (let shuffle = 0; shuffle < shuffles; shuffle++) {
    highest[shuffle] = largest(summedOver(excess, draw(), rows.length));
    await rest();
  }
  highest.sort();
  return { scores, chance: score => (1 + atLeastIn(highest, Math.abs(score) - 1e-9)) / (shuffles + 1) };
}

/** How many of some numbers, in their order, are as large as one or larger. */
function atLeastIn(sorted: Float64Array, least: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! >= least) to = middle;
    else from = middle + 1;
  }
  return sorted.length - from;
}

function summedOver(excess: readonly Float64Array[], days: readonly number[], width: number): Float64Array {
  const sums = new Float64Array(width);
  for (const day of days) {
    const row = excess[day]!;
    for (let at = 0; at < width; at++) sums[at]! += row[at]!;
  }
  return sums;
}

function largest(sums: Float64Array): number {
  let most = 0;
  for (const one of sums) if (Math.abs(one) > most) most = Math.abs(one);
  return most;
}

/** Draws so many of the days, each set as likely as any other; always in the same order of draws, so that the same diary says the same. */
function drawDays(days: number, wanted: number): () => number[] {
  const roll = dice(20_260_115);
  const order = Array.from({ length: days }, (_, day) => day);
  return () => {
    for (let at = 0; at < wanted; at++) {
      const other = at + Math.floor(roll() * (days - at));
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return order.slice(0, wanted);
  };
}

const sum = (numbers: Float64Array): number => numbers.reduce((total, one) => total + one, 0);
