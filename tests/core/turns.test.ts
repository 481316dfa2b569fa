import { expect, test } from "bun:test";
import { Turns } from "hearth";

const settle = () => new Promise(resolve => setImmediate(resolve));

/** Work that goes on until it is told to end. */
function works() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number) => () => {
    begun.push(n);
    return new Promise<number>(resolve => ends.push(() => resolve(n)));
  };
  return { begun, ends, work };
}

test("so many at a time, the others in their order, one more is refused before it begins", async () => {
  const turns = new Turns(2, 3, () => new Error("full"));
  const { begun, ends, work } = works();
  const all = [0, 1, 2, 3, 4].map(n => turns.take(work(n)));
  await settle();
  expect(begun).toEqual([0, 1]);
  expect(await turns.take(work(5)).catch(error => error.message)).toBe("full");
  for (let n = 0; n < 5; n++) {
    ends[n]!();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4].slice(0, n + 3));
  }
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4]);
});

test("nobody comes in between when a place gets free", async () => {
  const turns = new Turns(1, 2, () => new Error("full"));
  const { begun, ends, work } = works();
  const all = [turns.take(work(1)).then(() => turns.take(work(3))), turns.take(work(2))];
  for (let n = 0; n < 3; n++) {
    await settle();
    expect(begun).toEqual([1, 2, 3].slice(0, n + 1));
    ends[n]!();
  }
  expect(await Promise.all(all)).toEqual([3, 2]);
});

test("work that fails gives its place back", async () => {
  const turns = new Turns(1, 0, () => new Error("full"));
  expect(await turns.take(() => Promise.reject(new Error("broken"))).catch(error => error.message)).toBe("broken");
  expect(await turns.take(async () => "free again")).toBe("free again");
});
