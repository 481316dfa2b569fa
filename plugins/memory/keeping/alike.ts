/** Sketches of a set have so many numbers, in bands of so many; sets with an equal band are compared. */
const BANDS = 8;
const ROWS = 3;
const SIZE = BANDS * ROWS;
/** Of all runs of two texts, so many in both make them alike. */
const ALIKE = 0.8;

/**
 * Pairs of sets that are alike, by their places: each set with the first one that it is like. The time grows with the number of sets, not
 * with that of pairs; a pair at the border is missed one time in three hundred. An empty set is like none.
 */
export function alike(sets: readonly Uint32Array[]): readonly (readonly [number, number])[] {
  const sketches = new Uint32Array(sets.length * SIZE);
  for (const [at, set] of sets.entries()) sketch(set, sketches.subarray(at * SIZE, (at + 1) * SIZE));
  const pairs = new Map<number, number>();
  for (let band = 0; band < BANDS; band++) compare(sets, sketches, band, pairs);
  return [...pairs].map(([other, one]) => [one, other] as const).toSorted((a, b) => a[1] - b[1]);
}

/** The least of a set by each of several orders. */
function sketch(set: Uint32Array, into: Uint32Array): void {
  into.fill(0xffffffff);
  for (const value of set)
    for (let order = 0; order < SIZE; order++) {
      const place = mixed(value, order);
      if (place < into[order]!) into[order] = place;
    }
}

function mixed(value: number, order: number): number {
  let mix = Math.imul(value ^ Math.imul(order + 1, 0x9e3779b1), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 15), 0xc2b2ae35);
  return (mix ^ (mix >>> 13)) >>> 0;
}

/** Holds each set against the first of those that have the same band. */
function compare(sets: readonly Uint32Array[], sketches: Uint32Array, band: number, pairs: Map<number, number>): void {
  const first = new Map<number, number>();
  for (let at = 0; at < sets.length; at++) {
    if (sets[at]!.length === 0) continue;
    const key = keyOf(sketches, at * SIZE + band * ROWS);
    const one = first.get(key);
    if (one === undefined) first.set(key, at);
    else if (!pairs.has(at) && similarity(sets[one]!, sets[at]!) >= ALIKE) pairs.set(at, one);
  }
}

function keyOf(sketches: Uint32Array, at: number): number {
  let key = 0;
  for (let row = 0; row < ROWS; row++) key = mixed(key ^ sketches[at + row]!, row);
  return key;
}

/** The share of what is in both of what is in either. */
function similarity(one: Uint32Array, other: Uint32Array): number {
  const known = new Set(one);
  let both = 0;
  for (const value of other) if (known.has(value)) both += 1;
  return both / (one.length + other.length - both);
}
