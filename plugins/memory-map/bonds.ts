import type { Neighbours } from "./neighbours";

/** What draws works together: `weight[e]` between `from[e]` and `to[e]`, each pair once in either direction; all weights together are 1. */
export interface Bonds {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Float64Array;
}

/** Rounds of the search for a width. */
const ROUNDS = 50;

/** Bonds between each and its neighbours, wide enough that each has about `perplexity` of them that count (van der Maaten and Hinton, 2008). */
export function bondsOf(neighbours: Neighbours, perplexity: number): Bonds {
  const { size, near } = neighbours;
  const count = size === 0 ? 0 : near.length / size;
  const pairs = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const shares = sharesOf(neighbours, i, Math.min(perplexity, size));
    for (let r = 0; r < size; r++) {
      const j = near[i * size + r]!;
      const key = i < j ? i * count + j : j * count + i;
      pairs.set(key, (pairs.get(key) ?? 0) + shares[r]! / (2 * count));
    }
  }
  return bothWays(pairs, count);
}

/** How the bonds of one are shared among its neighbours: a Gaussian whose entropy is that of `perplexity` equal ones. */
function sharesOf({ size, distance }: Neighbours, one: number, perplexity: number): Float64Array {
  const apart = distance.subarray(one * size, (one + 1) * size);
  const nearest = apart[0]!;
  const wanted = Math.log(perplexity);
  let [narrow, wide, beta] = [0, Number.POSITIVE_INFINITY, 1];
  let shares = gaussian(apart, nearest, beta);
  for (let round = 0; round < ROUNDS; round++) {
    const entropy = entropyOf(shares);
    if (Math.abs(entropy - wanted) < 1e-5) break;
    if (entropy > wanted) narrow = beta;
    else wide = beta;
    beta = wide === Number.POSITIVE_INFINITY ? beta * 2 : (narrow + wide) / 2;
    shares = gaussian(apart, nearest, beta);
  }
  return shares;
}

function gaussian(apart: Float64Array, nearest: number, beta: number): Float64Array {
  const raw = apart.map(distance => Math.exp(-beta * (distance - nearest)));
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map(value => value / sum);
}

const entropyOf = (shares: Float64Array): number =>
  -shares.reduce((sum, share) => (share > 1e-12 ? sum + share * Math.log(share) : sum), 0);

function bothWays(pairs: ReadonlyMap<number, number>, count: number): Bonds {
  const [from, to] = [new Int32Array(pairs.size * 2), new Int32Array(pairs.size * 2)];
  const weight = new Float64Array(pairs.size * 2);
  let at = 0;
  for (const [key, share] of pairs)
    for (const [a, b] of [
      [Math.floor(key / count), key % count],
      [key % count, Math.floor(key / count)],
    ] as const) {
      from[at] = a;
      to[at] = b;
      weight[at++] = share;
    }
  return { from, to, weight };
}
