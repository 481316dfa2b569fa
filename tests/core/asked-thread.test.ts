import { afterEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AskedThread, type AskedThreadOptions } from "hearth";
import { temporaryFolder } from "hearth/testing";
import { type AskedWork, WorkFault } from "../fixtures/asked-work";

let thread: AskedThread<AskedWork>;
afterEach(() => thread.close());

function begin(options: Partial<AskedThreadOptions> = {}): AskedThread<AskedWork> {
  thread = new AskedThread<AskedWork>({
    module: new URL("../fixtures/asked-work.ts", import.meta.url),
    values: [],
    name: "work",
    whose: "the work",
    closed: "the work is closed",
    faults: [WorkFault],
    ...options,
  });
  return thread;
}

test("questions are taken in their order, also those that come while the work is being opened", async () => {
  const order: string[] = [];
  begin();
  const all = [1, 2, 3].map(n => thread.ask("add", n, n).then(sum => order.push(String(sum))));
  await Promise.all(all);
  expect(order).toEqual(["2", "4", "6"]);
});

test("a question that takes its time keeps no other waiting", async () => {
  begin();
  const slow = thread.ask("whenFree");
  expect(await thread.ask("add", 1, 2)).toBe(3);
  await thread.ask("free");
  expect(await slow).toBe("free");
});

test("an error keeps its text and its code, and its class when that is named", async () => {
  const told: string[] = [];
  begin({ failed: error => told.push(error.message) });
  const lost: Error = await thread.ask("fail", "fault").catch(error => error);
  expect([lost instanceof WorkFault, lost.message, (lost as { code?: string }).code]).toEqual([
    true,
    "it is lost",
    "E_WORK",
  ]);
  const plain: Error = await thread.ask("fail", "plain").catch(error => error);
  expect([plain.constructor, plain.message]).toEqual([Error, "too far"]);
  expect(told).toEqual(["it is lost", "too far"]);
});

test("what cannot leave its thread, or cannot come in, costs that question only", async () => {
  begin();
  const bad = (() => {}) as unknown as number;
  expect(
    await Promise.allSettled([thread.ask("secret"), thread.ask("add", bad, 1), thread.ask("add", 1, 1)]),
  ).toMatchObject([{ status: "rejected" }, { status: "rejected" }, { status: "fulfilled", value: 2 }]);
});

test("a thread that dies refuses what it was asked, and the next question has another", async () => {
  begin();
  const waiting = thread.ask("whenFree");
  const asked = [waiting, thread.ask("die")].map(answer => answer.catch((error: Error) => error.message));
  expect(await Promise.all(asked)).toEqual(Array(2).fill("the thread of the work: it ended"));
  expect(await thread.ask("add", 2, 2)).toBe(4);
});

test("work that cannot be opened is tried again with the next question", async () => {
  using folder = temporaryFolder();
  const ready = join(folder.path, "ready");
  begin({ values: [ready] });
  const refused = { message: "the thread of the work: it is not there yet", code: "ENOENT" };
  const first = [thread.ask("add", 1, 1), thread.ask("add", 1, 1)];
  for (const { reason } of (await Promise.allSettled(first)) as PromiseRejectedResult[]) {
    expect(reason).toBeInstanceOf(WorkFault);
    expect(reason).toMatchObject(refused);
  }
  writeFileSync(ready, "");
  expect(await thread.ask("add", 1, 1)).toBe(2);
});

test("work that is not there is told", async () => {
  begin({ module: new URL("file:///nowhere/work.ts") });
  await expect(thread.ask("add", 1, 1)).rejects.toThrow(/^the thread of the work: .*nowhere/);
});

test("it is closed in its turn, what it is still at is refused, and nothing can be asked after", async () => {
  begin();
  const slow = thread.ask("whenFree").catch((error: Error) => error.message);
  const sum = thread.ask("add", 1, 1);
  await Promise.all([thread.close(), thread.close()]);
  expect([await sum, await slow]).toEqual([2, "the work is closed"]);
  await expect(thread.ask("add", 1, 1)).rejects.toThrow("the work is closed");
});

test("a thread that answers no more is ended when its time is up", async () => {
  begin({ patience: 1 });
  await thread.ask("add", 1, 1);
  const hung = thread.ask("hang").catch((error: Error) => error.message);
  await thread.close();
  expect(await hung).toBe("the work is closed");
});

test("one that was never asked has no thread to end", async () => {
  begin({ module: new URL("file:///nowhere/work.ts") });
  await thread.close();
  await expect(thread.ask("add", 1, 1)).rejects.toThrow("the work is closed");
});
