import { expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { heavyWork } from "hearth";

const settle = () => new Promise(resolve => setImmediate(resolve));

test("heavy work of all plugins leaves a thread for those who read files", async () => {
  const most = Math.max(1, availableParallelism() - 1);
  const ends: (() => void)[] = [];
  const work = () => heavyWork(() => new Promise<void>(resolve => ends.push(resolve)));
  const all = Array.from({ length: most + 3 }, work);
  for (let over = 0; over < all.length; over++) {
    await settle();
    expect(ends.length).toBe(Math.min(most + over, all.length));
    ends[over]!();
  }
  await Promise.all(all);
});
