import { describe, expect, test } from "bun:test";
import type { Pair, PairsQuestion } from "hearth-plugins/memory";
import { isCrumb } from "../../plugins/memory/finding/pair-finder";
import { dot } from "../../plugins/memory/finding/whole-vectors";
import { type Dice, dice } from "../fixtures/dice";
import { anyVector, EAST, HandmadeIndex, indexOf, unit, type Written } from "../fixtures/memory-index";

const LONG = "with words enough after it that it is more than a crumb";
const pairs = (index: HandmadeIndex, more: Partial<PairsQuestion> = {}): readonly Pair[] =>
  index.reader.pairs({ audience: "all", least: 0.8, limit: 1000, ...more });
/** "a.md b.md", in the order of the alphabet. */
const named = (list: readonly Pair[]): string[] => list.map(({ a, b }) => [a.path, b.path].sort().join(" ")).sort();

/** Passages in clusters, some of them in one file. */
function clustered(count: number, chance: Dice): (Written & { readonly vector: Float32Array })[] {
  const centres = Array.from({ length: 25 }, () => anyVector(chance));
  return Array.from({ length: count }, (_, n) => ({
    path: `${chance.int(count)}.md`,
    text: `passage ${n} ${LONG}`,
    type: chance.pick(["thought", "dream", "letter"]),
    date: `2025-${10 + chance.int(3)}-${10 + chance.int(20)}`,
    line: n + 1,
    recalled: chance.now(0.05),
    vector: unit(chance.pick(centres).map(part => part + (chance.next() - 0.5) * 0.25)),
  }));
}

/** All pairs that there are, by looking at each with each. */
function everyPair(list: readonly (Written & { readonly vector: Float32Array })[], least: number): [string, number][] {
  const found: [string, number][] = [];
  for (const [n, a] of list.entries())
    for (const b of list.slice(n + 1)) {
      const similarity = dot(a.vector, b.vector);
      if (similarity < least || a.path === b.path || a.recalled || b.recalled) continue;
      found.push([[a.text, b.text].sort().join(" | "), similarity]);
    }
  return found;
}
/** What floats round may be found or not. */
const ROUNDING = 1e-5;
function expectAll(
  found: readonly Pair[],
  there: readonly (readonly [pair: string, similarity: number])[],
  least: number,
) {
  const known = new Map(there);
  const names = new Set(texts(found));
  expect(names.size).toBe(found.length);
  expect([...names].filter(pair => (known.get(pair) ?? -1) < least - ROUNDING)).toEqual([]);
  expect(there.filter(([pair, similarity]) => similarity > least + ROUNDING && !names.has(pair))).toEqual([]);
}
const texts = (list: readonly Pair[]) => list.map(({ a, b }) => [a.text, b.text].sort().join(" | "));

describe("pairs", () => {
  test("M9: every pair that is near enough is found, whichever of both was asked about", () => {
    const list = clustered(900, dice(1));
    using index = indexOf(...list);
    for (const least of [0.85, 0.95]) {
      const there = everyPair(list, 0.8);
      expect(there.filter(([, similarity]) => similarity >= least).length).toBeGreaterThan(50);
      expectAll(pairs(index, { least, limit: 1e6 }), there, least);
    }
    const asked = list.slice(0, 40).map(({ path }) => path);
    const ends = new Set(list.filter(({ path }) => asked.includes(path)).map(({ text }) => text));
    const there = everyPair(list, 0.8).filter(([pair]) => pair.split(" | ").some(text => ends.has(text)));
    expectAll(pairs(index, { paths: asked, least: 0.85, limit: 1e6 }), there, 0.85);
  });
  test("M9: one that has more than fifty nearer neighbours is found with each of them", () => {
    const crowd = Array.from({ length: 80 }, (_, n) => ({
      path: `crowd/${n}.md`,
      text: `crowd ${n} ${LONG}`,
      vector: unit([1, n / 1000]),
    }));
    using index = indexOf(...crowd, { path: "edge.md", text: `edge ${LONG}`, vector: unit([1, 0, 0.6]) });
    expect(pairs(index, { paths: ["edge.md"] })).toHaveLength(80);
    expect(pairs(index, { limit: 1e6 }).filter(({ a, b }) => [a.path, b.path].includes("edge.md"))).toHaveLength(80);
  });
  test("M9: a long passage that begins with a usual heading is in a pair, one without anything behind it is not", () => {
    using index = indexOf(
      { path: "a.md", text: `# Morning\n\nThe frost has drawn ferns on the window, ${LONG}`, vector: EAST },
      { path: "b.md", text: `Monday again, and the frost on the panes, ${LONG}`, vector: EAST },
      { path: "c.md", text: "# Morning, and a heading that is by itself longer than any crumb", vector: EAST },
      { path: "d.md", text: "Too short.", vector: EAST },
    );
    expect(named(pairs(index))).toEqual(["a.md b.md"]);
    expect([
      isCrumb(`## One\n### Two\n\n${LONG}`),
      isCrumb("## One\n### Two\n\nshort"),
      isCrumb("#nothing but a long tag that is text after all, as it seems"),
    ]).toEqual([false, true, false]);
  });
  test("only the nearest when there are too many, nearest first", () => {
    const list = clustered(400, dice(2));
    using index = indexOf(...list);
    const wanted = everyPair(list, 0)
      .map(([, similarity]) => similarity)
      .sort((a, b) => b - a);
    for (const limit of [1, 10, 300]) {
      const found = pairs(index, { least: 0, limit }).map(({ similarity }) => similarity);
      expect(found).toHaveLength(limit);
      for (const [at, similarity] of found.entries()) expect(similarity).toBeCloseTo(wanted[at]!, 5);
    }
    expect(pairs(index, { limit: 0 })).toEqual([]);
  });
  test("are of different files, of different types when that is wanted, and never of what was only written down again", () => {
    using index = indexOf(
      { path: "a.md", text: `one ${LONG}`, vector: EAST },
      { path: "a.md", text: `two ${LONG}`, vector: EAST },
      { path: "b.md", text: `three ${LONG}`, vector: EAST, type: "dream" },
      { path: "c.md", text: `four ${LONG}`, vector: EAST, recalled: true },
      { path: "d.md", text: `five ${LONG}` },
      { path: "e.md", text: `six ${LONG}`, vector: EAST },
    );
    expect(named(pairs(index))).toEqual(["a.md b.md", "a.md b.md", "a.md e.md", "a.md e.md", "b.md e.md"]);
    expect(named(pairs(index, { acrossTypes: true }))).toEqual(["a.md b.md", "a.md b.md", "b.md e.md"]);
    expect(named(pairs(index, { paths: ["e.md", "d.md", "none.md"] }))).toEqual([
      "a.md e.md",
      "a.md e.md",
      "b.md e.md",
    ]);
    expect(pairs(index, { paths: [] })).toEqual([]);
  });
  test("begin with the older one; what has no date is as old as it is known", () => {
    const passage = (path: string, date: string | null, at = "2026-01-01T00:00:00.000Z") => ({
      path,
      text: `${path} ${LONG}`,
      vector: EAST,
      date,
      at,
    });
    using index = indexOf(
      passage("new.md", "2025-06-01"),
      passage("old.md", "2024-06-01"),
      passage("undated.md", null, "2025-01-01T00:00:00.000Z"),
    );
    const order = pairs(index)
      .map(({ a, b }) => `${a.path} ${b.path}`)
      .sort();
    expect(order).toEqual(["old.md new.md", "old.md undated.md", "undated.md new.md"]);
  });
  test("exactly as near as was asked for is near enough, and the similarity is that of the whole vectors", () => {
    const [a, b] = [unit([1, 0.3]), unit([1, 0.9, 0.1])];
    using index = indexOf(
      { path: "a.md", text: `one ${LONG}`, vector: a },
      { path: "b.md", text: `two ${LONG}`, vector: b },
    );
    const [pair] = pairs(index, { least: dot(a, b) });
    expect(pair!.similarity).toBeCloseTo(dot(a, b), 6);
    expect(pairs(index, { least: dot(a, b) + 0.0001 })).toEqual([]);
  });
  test("are looked for in steps, between which others are answered", () => {
    const list = clustered(1500, dice(3));
    using index = indexOf(...list);
    const question = { audience: "all", least: 0.9, limit: 1e6 } as const;
    const steps = index.reader.pairSteps(question);
    for (let count = 0; ; count++) {
      const { done, value } = steps.next();
      if (done) {
        expect(count).toBeGreaterThan(8);
        expectAll(value, everyPair(list, 0.8), 0.9);
        break;
      }
      index.reader.search({ text: "passage 7", audience: "public", now: "2026-01-01" }, anyVector(dice(count)));
    }
  });
});
