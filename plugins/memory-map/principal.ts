/** Rounds of the iteration; the two directions of most spread need far less. */
const ROUNDS = 60;

/** Vectors in one array, one after the other. */
export interface Vectors {
  readonly count: number;
  readonly dims: number;
  readonly values: Float32Array;
}

/**
 * Places vectors along the two directions in which they differ most, by orthogonal iteration from a fixed start: the same vectors in
 * the same order give the same places, sign included. Answers x and y of each in turn, in a spread of about 1.
 */
export function principalPlaces(vectors: Vectors): Float64Array {
  const mean = meanOf(vectors);
  const axes = [startAxis(vectors.dims, 1), startAxis(vectors.dims, 2)] as const;
  orthonormalise(axes);
  for (let round = 0; round < ROUNDS; round++) {
    for (const axis of axes) axis.set(spreadAlong(vectors, mean, axis));
    orthonormalise(axes);
  }
  for (const axis of axes) pointUp(axis);
  return scaled(projections(vectors, mean, axes));
}

function meanOf({ count, dims, values }: Vectors): Float64Array {
  const mean = new Float64Array(dims);
  for (let i = 0; i < count * dims; i++) mean[i % dims]! += values[i]!;
  return mean.map(sum => sum / Math.max(1, count));
}

/** Any two that are not parallel will do, but always the same ones. */
const startAxis = (dims: number, which: number): Float64Array =>
  Float64Array.from({ length: dims }, (_, i) => Math.cos((i + 1) * which * 0.7 + which));

/** The covariance of the vectors, times a direction. */
function spreadAlong(vectors: Vectors, mean: Float64Array, axis: Float64Array): Float64Array {
  const { count, dims, values } = vectors;
  const sum = new Float64Array(dims);
  for (let i = 0; i < count; i++) {
    const along = projection(vectors, mean, axis, i);
    for (let d = 0, at = i * dims; d < dims; d++, at++) sum[d]! += along * (values[at]! - mean[d]!);
  }
  return sum;
}

function projection({ dims, values }: Vectors, mean: Float64Array, axis: Float64Array, which: number): number {
  let along = 0;
  for (let d = 0, at = which * dims; d < dims; d++, at++) along += axis[d]! * (values[at]! - mean[d]!);
  return along;
}

function orthonormalise([a, b]: readonly [Float64Array, Float64Array]): void {
  normalise(a);
  const common = dot(a, b);
  for (let d = 0; d < b.length; d++) b[d]! -= common * a[d]!;
  normalise(b);
}

function normalise(axis: Float64Array): void {
  const length = Math.sqrt(dot(axis, axis));
  if (length < 1e-12) return; // they differ in fewer directions than that
  for (let d = 0; d < axis.length; d++) axis[d]! /= length;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}

/** An axis and its opposite are the same direction: here the largest part is positive. */
function pointUp(axis: Float64Array): void {
  const largest = axis.reduce((best, part) => (Math.abs(part) > Math.abs(best) ? part : best), 0);
  if (largest < 0) for (let d = 0; d < axis.length; d++) axis[d] = -axis[d]!;
}

function projections(vectors: Vectors, mean: Float64Array, axes: readonly [Float64Array, Float64Array]): Float64Array {
  const places = new Float64Array(vectors.count * 2);
  for (let i = 0; i < places.length; i++) places[i] = projection(vectors, mean, axes[i % 2 === 0 ? 0 : 1], i >> 1);
  return places;
}

function scaled(places: Float64Array): Float64Array {
  const spread = Math.sqrt(dot(places, places) / Math.max(1, places.length));
  return spread < 1e-12 ? places : places.map(place => place / spread);
}
