import type { Place } from "./places";

/** Room that is left at the edges. */
const MARGIN = 0.02;
/** Decimals of a coordinate. */
const FINE = 1e4;

/** Places in a square from 0 to 1, in the middle of it, with the same measure in both directions. */
export function inUnitSquare(places: ReadonlyMap<string, Place>): ReadonlyMap<string, Place> {
  const [left, right] = boundsOf([...places.values()].map(({ x }) => x));
  const [low, high] = boundsOf([...places.values()].map(({ y }) => y));
  const scale = (1 - 2 * MARGIN) / Math.max(right - left, high - low, 1e-9);
  const fit = (value: number, from: number, to: number) =>
    Math.round((0.5 + (value - (from + to) / 2) * scale) * FINE) / FINE;
  return new Map([...places].map(([path, { x, y }]) => [path, { x: fit(x, left, right), y: fit(y, low, high) }]));
}

const boundsOf = (values: readonly number[]): readonly [number, number] =>
  values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    values.length === 0 ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
