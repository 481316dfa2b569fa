/** A number at a time; any unit of time. */
export interface Reading {
  readonly at: number;
  readonly value: number;
}

/** How a series goes. */
export interface Trend {
  /** Of the values. */
  readonly median: number;
  /** Per unit of time, by Theil and Sen: the median of the slopes between all pairs. */
  readonly slope: number;
  /** Of the Mann-Kendall test for a trend, ties counted: beyond 1.96 it is one. */
  readonly z: number;
  /** How far one value lies from the one before it: the root of the mean squared successive difference. */
  readonly volatility: number;
}

/** Readings that are looked at: the last ones. All pairs of them are compared. */
const MOST = 400;

/** Nothing for fewer than two readings. @param readings in the order of time */
export function trendOf(readings: readonly Reading[]): Trend | undefined {
  const last = readings.slice(-MOST);
  if (last.length < 2) return undefined;
  const values = last.map(({ value }) => value);
  return { median: median(values), slope: slopeOf(last), z: kendall(values), volatility: successive(values) };
}

/** The middle one of some numbers; the mean of the two in the middle when they are even in number. */
export function median(numbers: readonly number[]): number {
  const sorted = Float64Array.from(numbers).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function slopeOf(readings: readonly Reading[]): number {
  const slopes = readings.flatMap((one, at) =>
    readings
      .slice(at + 1)
      .flatMap(other => (other.at > one.at ? [(other.value - one.value) / (other.at - one.at)] : [])),
  );
  return slopes.length > 0 ? median(slopes) : 0;
}

function kendall(values: readonly number[]): number {
  let score = 0;
  for (let a = 0; a < values.length; a++)
    for (let b = a + 1; b < values.length; b++) score += Math.sign(values[b]! - values[a]!);
  const ties = Map.groupBy(values, value => value)
    .values()
    .map(({ length }) => length)
    .toArray();
  const part = (n: number) => n * (n - 1) * (2 * n + 5);
  const variance = (part(values.length) - ties.reduce((sum, n) => sum + part(n), 0)) / 18;
  return variance > 0 ? (score - Math.sign(score)) / Math.sqrt(variance) : 0;
}

function successive(values: readonly number[]): number {
  const squares = values.slice(1).map((value, at) => (value - values[at]!) ** 2);
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length);
}
