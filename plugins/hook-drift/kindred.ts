import type { Shift } from "./shifts";
import type { Tally } from "./tally";
import type { Breath } from "./turns-of-work";
import { direction, dot } from "./vectors";

/** Terms that changed together and mean something alike, the surest first. */
export interface Kindred {
  /** "lighthouse (keeper, lamp room)" */
  readonly label: string;
  readonly shifts: readonly Shift[];
}

/** Cosine from which terms belong together, after what all works have in common is taken away. */
const ALIKE = 0.6;
/** Share of the works of the rarer term that hold both, where there are no vectors. */
const TOGETHER = 0.5;
/** Terms that are looked at; the surest ones. */
const MOST_TERMS = 80;
/** Terms of one label beside the first. */
const MOST_BESIDE = 2;

/**
 * Puts together the terms of one direction that belong together by their meaning: a term's vector is the mean of the works that it stands in,
 * less the mean of all works; groups grow as long as the mean cosine between their terms is at least 0.6.
 */
export async function kindred(
  shifts: readonly Shift[],
  tally: Tally,
  vectors: ReadonlyMap<string, Float32Array>,
  rest: Breath,
): Promise<Kindred[]> {
  const surest = shifts.slice(0, MOST_TERMS);
  const works = await worksWith(surest, tally, rest);
  const means = await centred(works, vectors, rest);
  const likeness = (a: number, b: number) => {
    const [one, other] = [means[a], means[b]];
    if (one && other) return dot(one, other) / ALIKE;
    return overlap(works[a]!, works[b]!) / TOGETHER;
  };
  const groups = linked(await tableOf(surest.length, likeness, rest));
  return groups
    .map(group => group.sort((a, b) => a - b))
    .sort(([a], [b]) => a! - b!)
    .map(group => {
      const of = group.map(at => surest[at]!);
      return { label: labelOf(of, tally), shifts: of };
    });
}

/** Of each term the works that have it, and in how many of their passages. */
async function worksWith(shifts: readonly Shift[], tally: Tally, rest: Breath): Promise<Map<string, number>[]> {
  const places = new Map(shifts.map(({ term }, at) => [term, at]));
  const works = shifts.map(() => new Map<string, number>());
  for (const { path, terms } of tally.passages) {
    for (const term of terms) {
      const of = works[places.get(term) ?? -1];
      of?.set(path, (of.get(path) ?? 0) + 1);
    }
    await rest();
  }
  return works;
}

/** Of each set of works the mean of their vectors, less the mean of all, of unit length; nothing where there is none. */
async function centred(
  sets: readonly ReadonlyMap<string, number>[],
  vectors: ReadonlyMap<string, Float32Array>,
  rest: Breath,
): Promise<(Float64Array | undefined)[]> {
  const all = mean(
    vectors.keys().map(path => [path, 1] as const),
    vectors,
  );
  const means: (Float64Array | undefined)[] = [];
  for (const works of sets) {
    const own = all && mean(works, vectors);
    means.push(own && direction(own.map((value, at) => value - all[at]!)));
    await rest();
  }
  return means;
}

function mean(
  works: Iterable<readonly [string, number]>,
  vectors: ReadonlyMap<string, Float32Array>,
): Float64Array | undefined {
  let sum: Float64Array | undefined;
  let weight = 0;
  for (const [path, times] of works) {
    const vector = vectors.get(path);
    if (!vector) continue;
    sum ??= new Float64Array(vector.length);
    if (sum.length !== vector.length) continue;
    for (let at = 0; at < vector.length; at++) sum[at]! += times * vector[at]!;
    weight += times;
  }
  return sum?.map(value => value / weight);
}

/** How alike each two of so many are. */
async function tableOf(count: number, likeness: (a: number, b: number) => number, rest: Breath): Promise<number[][]> {
  const table = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const alike = likeness(a, b);
      table[a]![b] = alike;
      table[b]![a] = alike;
    }
    await rest();
  }
  return table;
}

/** Groups of numbers by average linkage: the two nearest groups become one while the mean likeness between them is at least 1. @param sums is used up */
function linked(sums: number[][]): number[][] {
  const groups = sums.map((_, at) => [at]);
  for (;;) {
    const [a, b] = nearest(groups, sums);
    if (a === undefined || b === undefined) return groups;
    groups[a]!.push(...groups.splice(b, 1)[0]!);
    sums[b]!.forEach((sum, at) => (sums[a]![at]! += sum));
    sums.splice(b, 1);
    for (const row of sums) row[a]! += row.splice(b, 1)[0]!;
    sums[a]![a] = 0;
  }
}

/** The two groups that are nearest to each other; none when no two are near enough. */
function nearest(groups: readonly (readonly number[])[], sums: readonly (readonly number[])[]): number[] {
  let best: number[] = [];
  let most = 1;
  for (let a = 0; a < groups.length; a++)
    for (let b = a + 1; b < groups.length; b++) {
      const near = sums[a]![b]! / (groups[a]!.length * groups[b]!.length);
      if (near >= most) [best, most] = [[a, b], near];
    }
  return best;
}

/** The surest term, said with the words beside it when it is part of a longer one, and two others. */
function labelOf(shifts: readonly Shift[], tally: Tally): string {
  const keys = shifts.map(({ term }) => tally.terms[term]!);
  const isPartOf = (key: string, other: string) => key !== other && ` ${other} `.includes(` ${key} `);
  const whole = shifts.filter(
    (_, at) => !keys.some((other, of) => isPartOf(keys[at]!, other) && isAsSure(shifts[of]!, shifts[at]!)),
  );
  const [first, ...others] = nounsFirst(whole, tally).map(({ term }) => tally.shown(term));
  const beside = others.filter(other => !sharesWord(first!, other)).slice(0, MOST_BESIDE);
  return beside.length > 0 ? `${first} (${beside.join(", ")})` : first!;
}

/** Of terms that are as sure as the first, one that looks like a thing goes before one that looks like a doing or a manner. */
function nounsFirst(shifts: readonly Shift[], tally: Tally): readonly Shift[] {
  const sure = (shift: Shift) => Math.abs(shift.score) >= 0.95 * Math.abs(shifts[0]!.score);
  const first = shifts.find(shift => sure(shift) && !/(?:ing|ed|ly)$/.test(tally.terms[shift.term]!)) ?? shifts[0]!;
  return [first, ...shifts.filter(shift => shift !== first)];
}

/** Whether a longer term stands in almost as many passages as the shorter one in it. */
const isAsSure = (longer: Shift, shorter: Shift) =>
  longer.recent + longer.before >= 0.7 * (shorter.recent + shorter.before);

const sharesWord = (a: string, b: string) => {
  const words = new Set(a.toLowerCase().split(" "));
  return b
    .toLowerCase()
    .split(" ")
    .some(word => words.has(word));
};

const overlap = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number => {
  const both = [...a.keys()].filter(path => b.has(path)).length;
  return both / Math.max(1, Math.min(a.size, b.size));
};
