import { afterEach, describe, expect, test } from "bun:test";
import { closeHouses, DAY, HOUR, house, MINUTE, refusal } from "../fixtures/appointments";

afterEach(closeHouses);

describe("impulses", () => {
  test("one that presses leads to a session after an hour, with all that press; then it is done", async () => {
    const one = await house();
    one.drawer.add("write to Ada", "high", undefined);
    one.clock.advance(MINUTE);
    one.drawer.add("read a poem", "medium", undefined);
    one.clock.advance(59 * MINUTE);
    const job = one.claim()!;
    expect(job.messages[0]!.text).toBe(
      "What has pressed you, and no session has seen to yet:\n- write to Ada (since 2026-11-21 13:00 UTC)",
    );
    one.end(job.id, "done");
    expect((await one.drawer.list()).map(({ body }) => body)).toEqual(["read a poem"]);
    one.clock.advance(3 * DAY);
    expect(one.texts()).toHaveLength(1);
  });

  test("keeps its distance from the fixed slots, which may see to it", async () => {
    const one = await house({ now: "2026-11-21T13:45:00Z" });
    expect(one.drawer.add("x", "high", undefined).due_at).toBe("2026-11-21T15:30:00.000Z");
    one.drawer.done(1);
    one.clock.advance(DAY);
    expect(one.texts()).toEqual([]);
  });

  test("a failure returns them with a counter; after three they wake nobody, and are there still", async () => {
    const one = await house();
    one.drawer.add("x", "high", undefined);
    for (const wait of [60, 5, 10]) {
      one.clock.advance(wait * MINUTE);
      one.end(one.claim()!.id, "failed");
    }
    expect(one.table.find(1, "impulse")).toMatchObject({ state: "waiting", attempts: 3, due_at: null });
    expect(await one.drawer.pending(one.clock.now(), () => {})).toMatchObject([{ body: "x" }]);
  });

  test("two sessions a day, counted on success; the third waits for the next", async () => {
    const one = await house({ now: "2026-11-21T00:40:00Z" });
    for (let n = 0; n < 2; n++) {
      one.drawer.add(`${n}`, "high", undefined);
      one.clock.advance(4 * HOUR);
      one.end(one.claim()!.id, "done");
    }
    one.drawer.add("third", "high", undefined);
    one.clock.advance(4 * HOUR);
    expect(one.claim()).toBeUndefined();
    one.clock.set("2026-11-22T00:30:00Z");
    expect(one.claim()!.messages[0]!.text).toContain("- third");
  });

  test("a session that failed costs nothing of the day, also when the agent sees to its impulse later", async () => {
    const one = await house({ now: "2026-11-21T00:40:00Z", settings: { impulses: { perDay: 1 } } });
    one.drawer.add("first", "high", undefined);
    one.clock.advance(4 * HOUR);
    one.end(one.claim()!.id, "failed");
    one.drawer.done(1);
    one.drawer.add("second", "high", undefined);
    one.clock.advance(4 * HOUR);
    expect(one.claim()!.messages[0]!.text).toContain("- second");
  });

  test("are over at their time, and wake nobody then", async () => {
    const one = await house();
    one.drawer.add("x", "high", 0.5);
    one.clock.advance(2 * HOUR);
    expect(await one.drawer.list()).toEqual([]);
    expect(one.texts()).toEqual([]);
  });

  test("fifty may wait, and no more; an empty one is none", async () => {
    const { drawer } = await house();
    for (let n = 0; n < 50; n++) drawer.add(`${n}`, "low", undefined);
    expect(refusal(() => drawer.add("x", "low", undefined))).toContain("50 impulses wait already");
    drawer.done(7);
    drawer.add("x", "low", undefined);
    expect(refusal(() => drawer.done(7))).toBe("there is no impulse 7 that waits");
    expect(refusal(() => drawer.add(" \n", "low", undefined))).toBe("an impulse needs words");
  });

  const written = (body: string, over: object = {}) => ({
    body,
    urgency: "high",
    created_at: "2026-11-21T12:59:00Z",
    expires_at: "2026-12-01T00:00:00Z",
    ...over,
  });

  test("of data/impulses.json are taken over once, wake like others, and go when they are taken out of it", async () => {
    const one = await house();
    const put = async (...list: object[]) => {
      await one.home.write("data/impulses.json", JSON.stringify(list));
      await one.drawer.follow();
      one.begin();
    };
    await put(written("a"), written("a"), written("b", { urgency: "low" }), written("c"));
    expect((await one.drawer.list()).map(({ body }) => body)).toEqual(["a", "c", "b"]);
    await put(written("a"), written("b", { urgency: "low" }));
    one.clock.advance(HOUR);
    const job = one.claim()!;
    expect(job.messages[0]!.text).toEndWith("- a (since 2026-11-21 12:59 UTC)");
    one.end(job.id, "done");
    await put(written("a"), written("b", { urgency: "low" })); // the file still has both
    expect((await one.drawer.list()).map(({ body }) => body)).toEqual(["b"]);
    expect(await one.drawer.pending(one.clock.now(), () => {})).toMatchObject([{ body: "b" }]);
  });

  test("of a file that is old wake nobody when Hearth sees it first", async () => {
    const one = await house();
    await one.home.write(
      "data/impulses.json",
      JSON.stringify([written("old", { created_at: "2026-11-01T00:00:00Z" })]),
    );
    await one.drawer.follow();
    one.begin();
    one.clock.advance(2 * DAY);
    expect(one.texts()).toEqual([]);
    expect(await one.drawer.list()).toMatchObject([{ body: "old" }]);
  });

  test("a file that breaks takes none away", async () => {
    const one = await house();
    await one.home.write("data/impulses.json", JSON.stringify([written("a")]));
    await one.drawer.follow();
    await one.home.write("data/impulses.json", "[{");
    expect(await one.drawer.list()).toMatchObject([{ body: "a" }]);
    expect(await one.drawer.pending(one.clock.now(), () => {})).toMatchObject([{ body: "a" }]);
  });
});
