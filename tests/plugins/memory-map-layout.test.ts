import { describe, expect, test } from "bun:test";
import { layOut } from "../../plugins/memory-map/lay-out";
import { type LayoutTask, layout } from "../../plugins/memory-map/layout";
import { dice } from "../fixtures/dice";

/** Vectors around so many middles, and which middle each belongs to. */
function groups(count: number, middles: number, seed = 7): LayoutTask & { readonly group: (which: number) => number } {
  const dims = 24;
  const { next: roll } = dice(seed);
  const spread = () => roll() + roll() + roll() + roll() - 2;
  const centres = Array.from({ length: middles }, () => Array.from({ length: dims }, spread));
  const values = Float32Array.from({ length: count * dims }, (_, at) => {
    const centre = centres[Math.floor(at / dims) % middles]!;
    return centre[at % dims]! + 0.35 * spread();
  });
  return { count, dims, values, group: which => which % middles };
}

/** The same without what no thread takes. */
function task(count: number, middles: number): LayoutTask {
  const { dims, values } = groups(count, middles);
  return { count, dims, values };
}

const apart = (places: Float64Array, i: number, j: number) =>
  Math.hypot(places[i * 2]! - places[j * 2]!, places[i * 2 + 1]! - places[j * 2 + 1]!);

/** Of each of these its others, nearest first. */
function nearest(count: number, one: number, distance: (i: number, j: number) => number): number[] {
  const others = Array.from({ length: count }, (_, i) => i).filter(i => i !== one);
  return others.sort((a, b) => distance(one, a) - distance(one, b));
}

function distanceOf({ dims, values }: LayoutTask, i: number, j: number): number {
  let sum = 0;
  for (let d = 0; d < dims; d++) sum += (values[i * dims + d]! - values[j * dims + d]!) ** 2;
  return sum;
}

/** How far the neighbours on the map can be trusted (Venna and Kaski): 1 when all of them are real neighbours. */
function trust(task: LayoutTask, places: Float64Array, k = 10): number {
  const { count } = task;
  let penalty = 0;
  for (let i = 0; i < count; i++) {
    const real = nearest(count, i, (a, b) => distanceOf(task, a, b));
    const shown = nearest(count, i, (a, b) => apart(places, a, b)).slice(0, k);
    for (const j of shown) penalty += Math.max(0, real.indexOf(j) + 1 - k);
  }
  return 1 - (2 / (count * k * (2 * count - 3 * k - 1))) * penalty;
}

const width = (places: Float64Array) => Math.max(...places) - Math.min(...places);

describe("the layout", () => {
  test("neighbours on the map are neighbours in meaning", () => {
    const works = groups(240, 8);
    expect(trust(works, layout(works))).toBeGreaterThan(0.95);
  });

  test("a group stays together", () => {
    const works = groups(160, 8);
    const places = layout(works);
    let together = 0;
    for (let i = 0; i < works.count; i++) {
      const near = nearest(works.count, i, (a, b) => apart(places, a, b)).slice(0, 5);
      together += near.filter(j => works.group(j) === works.group(i)).length;
    }
    expect(together / (works.count * 5)).toBeGreaterThan(0.95);
  });

  test("the same works have the same places", () => {
    expect(layout(groups(120, 6))).toEqual(layout(groups(120, 6)));
  });

  test("few new works move the others little", () => {
    const works = groups(200, 8);
    const known = 190;
    const before = layout({ ...works, count: known, values: works.values.slice(0, known * works.dims) });
    const places = layout({ ...works, before: Float64Array.from([...before, ...new Array(20).fill(Number.NaN)]) });
    const moved = Array.from({ length: known }, (_, i) =>
      Math.hypot(before[i * 2]! - places[i * 2]!, before[i * 2 + 1]! - places[i * 2 + 1]!),
    );
    expect(Math.max(...moved) / width(before)).toBeLessThan(0.1);
    expect(trust(works, places)).toBeGreaterThan(0.95);
  });

  test.each([0, 1, 2, 3, 4, 7])("%i works have finite places, each its own", count => {
    const places = [...layout(groups(count, 2))];
    expect(places).toHaveLength(count * 2);
    expect(places.every(Number.isFinite)).toBe(true);
    const distinct = new Set(Array.from({ length: count }, (_, i) => `${places[i * 2]} ${places[i * 2 + 1]}`));
    expect(distinct.size).toBe(count);
  });

  test("works that say the very same lie somewhere, too", () => {
    const places = layout({ count: 60, dims: 8, values: new Float32Array(480).fill(0.35) });
    expect([...places].every(Number.isFinite)).toBe(true);
  });

  test("a thread makes it, as it would be made here", async () => {
    const places = await layOut(task(80, 4), new AbortController().signal);
    expect(places).toEqual(layout(groups(80, 4)));
  });

  test("a thread that is called off says why", async () => {
    const abort = new AbortController();
    const making = layOut(task(600, 4), abort.signal);
    abort.abort(new Error("the house is closed"));
    await expect(making).rejects.toThrow("the house is closed");
  });
});
