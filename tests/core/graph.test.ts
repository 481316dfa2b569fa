import { expect, test } from "bun:test";
import { order } from "../../core/graph";

const node = (id: string, ...after: string[]) => ({ id, after });
const ids = (...nodes: ReturnType<typeof node>[]) => order(nodes).map(({ id }) => id);

test("what others wait for comes first", () => {
  expect(ids(node("git", "index"), node("index", "thoughts"), node("thoughts"))).toEqual(["thoughts", "index", "git"]);
});

test("equals keep the order in which they were given", () => {
  expect(ids(node("d"), node("b"), node("c"), node("a"))).toEqual(["d", "b", "c", "a"]);
});

test("equals keep their order beside others that wait", () => {
  expect(ids(node("z"), node("y", "m"), node("x"), node("m"))).toEqual(["z", "x", "m", "y"]);
});

test("a name that is not in the list is passed over", () => {
  expect(ids(node("a", "nobody"), node("b"))).toEqual(["a", "b"]);
});

test("nothing to order is fine", () => {
  expect(order([])).toEqual([]);
});

test("a cycle is named the whole way round, without those that only lead to it", () => {
  const nodes = [node("door", "a"), node("a", "b"), node("b", "c"), node("c", "a")];
  expect(() => order(nodes)).toThrow("these wait for each other: a → b → c → a");
});

test("what waits for itself is a cycle", () => {
  expect(() => order([node("a", "a")])).toThrow("a → a");
});

test("a long chain is ordered, and a long cycle is found", () => {
  const chain = Array.from({ length: 2000 }, (_, index) => node(`n${index}`, `n${index + 1}`));
  expect(order([...chain, node("n2000")])[0]?.id).toBe("n2000");
  expect(() => order([...chain, node("n2000", "n0")])).toThrow("n0 → n1 → n2 → ");
});
