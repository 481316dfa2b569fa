import { expect, test } from "bun:test";
import { HeldClock } from "hearth/testing";
import { wallClock } from "../../core/clock";
import { until } from "../fixtures/until";

test("the wall clock reads the machine's time, moved as it is told", () => {
  const before = Date.now();
  const shifted = wallClock(86_400_000).now().getTime() - 86_400_000;
  expect(shifted).toBeGreaterThanOrEqual(before);
  expect(shifted).toBeLessThanOrEqual(Date.now());
});

test("the wall clock rings when it reads the time or later", async () => {
  const clock = wallClock(5_000_000);
  const when = new Date(clock.now().getTime() + 20);
  let rang: Date | undefined;
  clock.at(when, () => {
    rang = clock.now();
  });
  expect((await until(() => rang)).getTime()).toBeGreaterThanOrEqual(when.getTime());
});

test("the wall clock rings at once for a time that is past, but not within the call", async () => {
  let rang = false;
  wallClock().at(new Date(0), () => {
    rang = true;
  });
  expect(rang).toBe(false);
  await until(() => rang);
});

test("what is called off does not ring", async () => {
  const clock = wallClock();
  const rang: string[] = [];
  const soon = new Date(clock.now().getTime() + 10);
  clock.at(soon, () => rang.push("called off"))();
  clock.at(new Date(soon.getTime() + 10), () => rang.push("kept"));
  await until(() => rang.includes("kept"));
  expect(rang).toEqual(["kept"]);
});

test("the held clock stands still until it is told to go on", () => {
  const clock = new HeldClock("2026-11-21T12:00:00Z");
  const rang: string[] = [];
  clock.at(new Date("2026-11-21T12:00:02Z"), () => rang.push(clock.now().toISOString()));
  clock.at(new Date("2026-11-21T12:00:01Z"), () => rang.push(clock.now().toISOString()));
  clock.advance(1999);
  expect(rang).toEqual(["2026-11-21T12:00:01.000Z"]);
  clock.advance(1);
  expect(rang).toEqual(["2026-11-21T12:00:01.000Z", "2026-11-21T12:00:02.000Z"]);
});

test("what rings may ask to be rung again, and is within the same stretch", () => {
  const clock = new HeldClock("2026-11-21T12:00:00Z");
  let rings = 0;
  const again = () => {
    rings++;
    clock.at(new Date(clock.now().getTime() + 1000), again);
  };
  clock.at(new Date("2026-11-21T12:00:01Z"), again);
  clock.advance(5000);
  expect(rings).toBe(5);
});

test("the held clock's time is nobody else's to change", () => {
  const clock = new HeldClock("2026-11-21T12:00:00Z");
  clock.now().setFullYear(1999);
  expect(clock.now().getFullYear()).toBe(2026);
});
