import { expect, test } from "bun:test";
import type { Known } from "../../plugins/content/catalogue";
import { inOrder, reordered } from "../../plugins/content/order";

/** Numbers below a bound, the same ones each time. */
function numbers(seed: number): (bound: number) => number {
  let state = seed;
  return bound => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % bound;
  };
}

test("after any mixture of changes, pages that take their places one by one lie as if all were sorted anew", () => {
  const below = numbers(7);
  const known = new Map<string, Known>();
  const change = (slug: string) => {
    if (below(4) === 0) return void known.delete(slug);
    const sight = { ino: 1, size: 1, mtimeMs: below(5), ctimeMs: 1, real: null, outside: false, sure: true };
    const meta = { date: `2026-01-0${1 + below(5)}`, title: slug };
    const entry = below(6) === 0 ? undefined : { type: "thoughts" as const, slug, meta, hash: "h" };
    known.set(slug, { sight, entry });
  };
  let list = inOrder(known.values());
  let longest = 0;
  for (let round = 0; round < 500; round++) {
    const moved = Array.from({ length: 1 + below(8) }, () => `p${below(60)}`);
    moved.forEach(change);
    list = reordered(list, new Map(moved.map(slug => [slug, known.get(slug)])));
    longest = Math.max(longest, list.length);
    expect(list).toEqual(inOrder(known.values()));
  }
  expect(longest).toBeGreaterThan(30);
});
