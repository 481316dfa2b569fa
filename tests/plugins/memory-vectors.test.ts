import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "../../plugins/memory/finding/build-wasm";
import { FlatVectors } from "../../plugins/memory/finding/flat-vectors";
import type { Allowed } from "../../plugins/memory/finding/vector-index";
import { dot } from "../../plugins/memory/finding/whole-vectors";
import { coarse } from "../../plugins/memory/keeping/vector-rows";
import { type Dice, dice } from "../fixtures/dice";
import { anyVector, HandmadeIndex, unit } from "../fixtures/memory-index";

const folder = join(import.meta.dir, "../../plugins/memory/finding");

/** Vectors at places in turn. */
function filled(vectors: readonly Float32Array[], dims = vectors[0]!.length): FlatVectors {
  const index = new FlatVectors(dims);
  for (const [slot, vector] of vectors.entries()) index.set(slot, coarse(vector));
  return index;
}
const many = (count: number, chance: Dice, dims = 16) => Array.from({ length: count }, () => anyVector(chance, dims));
const all = (count: number): Allowed => new Uint8Array(count).fill(1);
const some = (count: number, chance: Dice, share: number): Allowed =>
  Uint8Array.from({ length: count }, () => (chance.now(share) ? 1 : 0));

/** What an exact look at everything finds, nearest first. */
const exact = (vectors: readonly Float32Array[], query: Float32Array, allowed: Allowed) =>
  vectors
    .map((vector, slot) => ({ slot, score: dot(vector, query) }))
    .filter(({ slot }) => allowed[slot] === 1)
    .sort((a, b) => b.score - a.score);

test("the kernel that is kept is the one that its source gives", async () => {
  expect(readFileSync(join(folder, "vector-scan.wasm"))).toEqual(Buffer.from(await built()));
});

describe("the index of all vectors", () => {
  test.each([16, 384, 512, 2048])(
    "scores of %d dimensions are those of the whole vectors, to within its slack",
    dims => {
      const chance = dice(dims);
      const vectors = [
        ...many(40, chance, dims),
        unit(new Float32Array(dims).fill(1), dims),
        unit([-1], dims),
        unit([1], dims),
      ];
      const index = filled(vectors);
      for (const query of [...vectors.slice(-4), ...many(5, chance, dims)]) {
        const found = index.search(query, 100, all(vectors.length));
        expect(found).toHaveLength(vectors.length);
        for (const { slot, score } of found)
          expect(Math.abs(score - dot(vectors[slot]!, query))).toBeLessThanOrEqual(index.slack + 0.002);
      }
    },
  );
  test("the nearest among what is allowed are found, over the edges of blocks", () => {
    const chance = dice(2);
    const vectors = many(9000, chance);
    const index = filled(vectors);
    for (const share of [1, 0.5, 0.01, 0.0005]) {
      const allowed = some(vectors.length, chance, share);
      const query = anyVector(chance);
      const best = exact(vectors, query, allowed);
      const found = index.search(query, 20, allowed);
      expect(found.every(({ slot }) => allowed[slot] === 1)).toBe(true);
      expect(found).toHaveLength(Math.min(20, best.length));
      for (const [at, { score }] of found.entries()) expect(score).toBeCloseTo(best[at]!.score, 1);
    }
  });
  test("nothing is found where nothing is allowed, and nothing when nothing is wanted", () => {
    const index = filled(many(10, dice(3)));
    expect(index.search(unit([1]), 5, new Uint8Array(10))).toEqual([]);
    expect(index.search(unit([1]), 5, new Uint8Array(0))).toEqual([]);
    expect(index.search(unit([1]), 0, all(10))).toEqual([]);
  });
  test("a place without a vector is not found, however far away the others are", () => {
    const index = new FlatVectors(16);
    index.set(5, coarse(unit([-1])));
    expect(index.search(unit([1]), 10, all(4096)).map(({ slot }) => slot)).toEqual([5]);
    expect([index.has(5), index.has(4)]).toEqual([true, false]);
  });
  test("what was removed is not found, and its place can be had again", () => {
    const index = filled([unit([1]), unit([0, 1])]);
    index.remove(0);
    index.remove(70_000);
    expect(index.search(unit([1]), 10, all(2)).map(({ slot }) => slot)).toEqual([1]);
    index.set(0, coarse(unit([0, 0, 1])));
    expect(index.search(unit([0, 0, 1]), 1, all(2))[0]).toMatchObject({ slot: 0, score: expect.closeTo(1, 2) });
  });
  test("what is kept stays as it was when the memory grows", () => {
    const index = new FlatVectors(512);
    index.set(3, coarse(unit([1, 1], 512)));
    const before = index.search(unit([1], 512), 1, all(4));
    index.reserve(20_000);
    expect(index.search(unit([1], 512), 1, all(20_000))).toEqual(before);
  });
  test("a byte for each dimension, and little beside", () => {
    const index = new FlatVectors(512);
    index.reserve(8192);
    expect(index.size).toBeLessThan(8192 * (512 + 32) + 2 * 65_536);
  });
  test("a vector of nothing is near to nothing", () => {
    const index = filled([new Float32Array(16), unit([1])]);
    expect(index.search(unit([1]), 2, all(2)).map(({ score }) => score.toFixed(1))).toEqual(["1.0", "0.0"]);
    expect(index.search(new Float32Array(16), 2, all(2)).every(({ score }) => score === 0)).toBe(true);
  });
  test("dimensions that it cannot hold are refused", () => {
    for (const dims of [0, 15, 100, 4096]) expect(() => new FlatVectors(dims)).toThrow(/dimensions/);
    expect(() => filled([unit([1])]).search(unit([1], 32), 1, all(1))).toThrow("32 dimensions among those of 16");
  });
});

describe("pairs in the index of all vectors", () => {
  const pairsIn = (index: FlatVectors, among: Allowed, allowed: Allowed, least: number): string[] => {
    const found: string[] = [];
    const note = (a: number, b: number) => {
      found.push([a, b].sort((x, y) => x - y).join(" "));
      return least;
    };
    for (const _ of index.pairs(among, allowed, least, note));
    return found.sort();
  };
  test("each pair that is near enough is found once, whichever end was asked about", () => {
    const chance = dice(4);
    const vectors = many(1300, chance);
    const index = filled(vectors);
    for (const [share, among] of [
      [1, 1],
      [1, 0.01],
      [0.4, 0.3],
      [0.1, 1],
    ] as const) {
      const allowed = some(vectors.length, chance, share);
      const asked = some(vectors.length, chance, among);
      const wanted: string[] = [];
      for (let a = 0; a < vectors.length; a++)
        for (let b = a + 1; b < vectors.length; b++)
          if (allowed[a] && allowed[b] && (asked[a] || asked[b]) && dot(vectors[a]!, vectors[b]!) >= 0.7)
            wanted.push(`${a} ${b}`);
      const found = pairsIn(index, asked, allowed, 0.7 - 2.1 * index.slack);
      expect(new Set(found).size).toBe(found.length);
      expect(wanted.filter(pair => !found.includes(pair))).toEqual([]);
      expect(wanted.length).toBeGreaterThan(0);
    }
  });
  test("questions may come between two steps", () => {
    const chance = dice(5);
    const vectors = many(1300, chance);
    const index = filled(vectors);
    const undisturbed = pairsIn(index, all(1300), all(1300), 0.8);
    const found: string[] = [];
    const note = (a: number, b: number) => {
      found.push([a, b].sort((x, y) => x - y).join(" "));
      return 0.8;
    };
    let steps = 0;
    for (const _ of index.pairs(all(1300), all(1300), 0.8, note)) {
      index.search(anyVector(chance), 5, some(1300, chance, 0.1));
      steps++;
    }
    expect(steps).toBeGreaterThan(10);
    expect(found.sort()).toEqual(undisturbed);
  });
  test("a floor that rises spares what is below it", () => {
    const index = filled(many(600, dice(6)));
    const seen: number[] = [];
    const steps = index.pairs(all(600), all(600), 0, (_a, _b, score) => {
      seen.push(score);
      return Math.max(...seen);
    });
    for (const _ of steps);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

describe("vectors as rows", () => {
  test("are kept whole and in bytes, and found again by one who opens the index", () => {
    using index = new HandmadeIndex();
    const vector = unit(anyVector(dice(7)));
    const [no] = index.add({ path: "a.md", text: "one", vector });
    const { whole } = index.database.query<{ whole: Uint8Array }, []>("select whole from vector").get()!;
    expect(new Float32Array(whole.slice().buffer)).toEqual(new Float32Array(unit(vector)));
    expect(
      index.fresh().search({ text: "", audience: "all", now: "2026-01-01" }, vector).hits[0]!.similarity,
    ).toBeCloseTo(1, 5);
    index.embed(no!, unit([1]));
    expect(
      index.fresh().search({ text: "", audience: "all", now: "2026-01-01" }, unit([1])).hits[0]!.similarity,
    ).toBeCloseTo(1, 5);
    expect(index.database.query("select count(*) as rows from coarse").get()).toEqual({ rows: 1 });
  });
  test("go with their passage", () => {
    using index = new HandmadeIndex();
    index.remove(...index.add({ path: "a.md", text: "one", vector: [1] }));
    for (const table of ["vector", "coarse"])
      expect(index.database.query(`select count(*) as rows from ${table}`).get()).toEqual({ rows: 0 });
  });
  test("say how much was lost", () => {
    for (let seed = 0; seed < 20; seed++) {
      const vector = anyVector(dice(seed), 512);
      const { bytes, scale, error } = coarse(vector);
      expect(Math.hypot(...vector.map((value, at) => value - bytes[at]! * scale))).toBeCloseTo(error, 6);
      expect(error).toBeLessThan(0.02);
    }
  });
  test("ten nearest of clustered vectors are the exact ones, after a second look at the whole vectors", () => {
    using index = new HandmadeIndex(512);
    const chance = dice(8);
    const centres = many(30, chance, 512);
    const near = (centre: Float32Array) =>
      unit(
        centre.map(part => part + (chance.next() - 0.5) * 0.1),
        512,
      );
    const vectors = Array.from({ length: 3000 }, () => near(chance.pick(centres)));
    index.add(...vectors.map((vector, n) => ({ path: `${n}.md`, text: `text ${n}`, vector })));
    let found = 0;
    for (let n = 0; n < 20; n++) {
      const query = near(chance.pick(centres));
      const best = new Set(
        exact(vectors, query, all(3000))
          .slice(0, 10)
          .map(({ slot }) => `${slot}.md`),
      );
      const { hits } = index.reader.search({ text: "", mode: "semantic", audience: "all", now: "2026-01-01" }, query);
      found += hits.filter(({ path }) => best.has(path)).length;
    }
    expect(found).toBe(200);
  });
});
