import { expect, test } from "bun:test";
import { type Schedule, Schedules } from "hearth";
import { HeldClock, type TestKernel, testKernel } from "hearth/testing";
import { openDatabase } from "../../core/database";
import { rungInMemory, rungOnDisk } from "../../core/rung";
import { type Rung, Scheduler } from "../../core/schedule";
import { doing, kernelOf, said, states } from "../fixtures/small-plugin";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A kernel with one schedule, and the slots that it has rung for. */
async function ringing(start: string, schedule: Partial<Schedule> = {}, timeZone = "UTC") {
  const rung: string[] = [];
  const plugin = doing("tide", ctx =>
    ctx.add(Schedules, {
      id: "tide.high",
      cron: "0 * * * *",
      run: due => void rung.push(due.toISOString().slice(0, 16)),
      ...schedule,
    }),
  );
  const clock = new HeldClock(start);
  const app = await testKernel([plugin], { clock, timeZone });
  const begin = (memory: Rung = rungInMemory()) => new Scheduler(app.kernel, clock, timeZone, memory);
  return { rung, clock, app, begin, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

test("a schedule rings once for each of its slots, at its time", async () => {
  await using tide = await ringing("2026-11-21T12:00:00Z");
  tide.begin();
  tide.clock.advance(HOUR - 1);
  expect(tide.rung).toEqual([]);
  tide.clock.advance(1);
  expect(tide.rung).toEqual(["2026-11-21T13:00"]);
  tide.clock.advance(2 * HOUR);
  expect(tide.rung).toEqual(["2026-11-21T13:00", "2026-11-21T14:00", "2026-11-21T15:00"]);
});

test("a slot of this very moment is the next one's business", async () => {
  await using tide = await ringing("2026-11-21T12:00:00Z");
  tide.begin();
  tide.clock.advance(0);
  expect(tide.rung).toEqual([]);
});

test("slots are counted in the house's time zone", async () => {
  await using tide = await ringing("2026-11-21T00:00:00Z", { cron: "0 6 * * *" }, "America/New_York");
  tide.begin();
  tide.clock.advance(DAY);
  expect(tide.rung).toEqual(["2026-11-21T11:00"]);
});

test("a schedule's own time zone goes before the house's", async () => {
  await using tide = await ringing(
    "2026-11-21T00:00:00Z",
    { cron: "30 6 * * *", timeZone: "Asia/Kolkata" },
    "America/New_York",
  );
  tide.begin();
  tide.clock.advance(DAY);
  expect(tide.rung).toEqual(["2026-11-21T01:00"]);
});

test("a time that the change to summer time skips rings once, as much later as the clocks were moved", async () => {
  await using tide = await ringing("2026-03-07T12:00:00Z", { cron: "30 2 * * *" }, "America/New_York");
  tide.begin();
  tide.clock.advance(2 * DAY);
  expect(tide.rung).toEqual(["2026-03-08T07:30", "2026-03-09T06:30"]);
});

test("a time that the change to winter time doubles rings once", async () => {
  await using tide = await ringing("2026-10-31T12:00:00Z", { cron: "30 1 * * *" }, "America/New_York");
  tide.begin();
  tide.clock.advance(2 * DAY);
  expect(tide.rung).toEqual(["2026-11-01T05:30", "2026-11-02T06:30"]);
});

test("eight slots a day are eight on the days of both changes", async () => {
  const cron = "0 0,3,6,9,12,15,18,21 * * *";
  for (const day of ["2026-03-08T05:00:00Z", "2026-11-01T04:00:00Z"]) {
    await using tide = await ringing(new Date(Date.parse(day) - 1).toISOString(), { cron }, "America/New_York");
    tide.begin();
    const next = new Date(Date.parse(day) + 25 * HOUR);
    tide.clock.advance(DAY + (day.startsWith("2026-03") ? -HOUR : HOUR));
    expect(tide.rung).toHaveLength(8);
    expect(new Set(tide.rung).size).toBe(8);
    expect(Date.parse(`${tide.rung[7]}Z`)).toBeLessThan(next.getTime());
  }
});

test("a clock that is set forward over several slots rings for none of them when they are to be skipped", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  tide.begin();
  tide.clock.set("2026-11-21T18:30:00Z");
  expect(tide.rung).toEqual([]);
  expect(said(tide.app, "warn")).toEqual(["tide: a slot was missed and is skipped"]);
  expect(tide.app.log.at(-1)).toMatchObject({ schedule: "tide.high", slot: "2026-11-21T18:00:00.000Z" });
  tide.clock.advance(HOUR);
  expect(tide.rung).toEqual(["2026-11-21T19:00"]);
});

test("a clock that is set forward over several slots rings once for the last when they are caught up", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z", { catchUp: "once" });
  tide.begin();
  tide.clock.set("2026-11-21T18:30:00Z");
  expect(tide.rung).toEqual(["2026-11-21T18:00"]);
  tide.clock.advance(HOUR);
  expect(tide.rung).toEqual(["2026-11-21T18:00", "2026-11-21T19:00"]);
});

test("a clock that is set forward to a slot's own minute rings for it, missed ones or not", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  tide.begin();
  tide.clock.set("2026-11-21T18:00:30Z");
  expect(tide.rung).toEqual(["2026-11-21T18:00"]);
});

test("a clock that is set back rings nothing twice", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  tide.begin();
  tide.clock.advance(2 * HOUR);
  tide.clock.set("2026-11-21T12:30:00Z");
  tide.clock.advance(3 * HOUR);
  expect(tide.rung).toEqual(["2026-11-21T13:00", "2026-11-21T14:00", "2026-11-21T15:00"]);
});

test("a slot that a wrong clock rang for, far ahead, silences nothing once the clock is right", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  const memory = rungInMemory();
  memory.write("tide.high", new Date("2031-01-01T00:00:00Z"));
  tide.begin(memory);
  tide.clock.advance(HOUR);
  expect(tide.rung).toEqual(["2026-11-21T13:00"]);
});

test.each([
  ["every minute", "* * * * *", "2026-11-21T12:30"],
  ["once a day", "15 4 * * *", "2026-11-21T04:15"],
  ["once a month", "0 0 3 * *", "2026-11-03T00:00"],
  ["once in four years", "0 0 29 2 *", "2024-02-29T00:00"],
])("after years off, a schedule of %s rings once for its last slot", async (_, cron, last) => {
  await using tide = await ringing("2026-11-21T12:30:30Z", { cron, catchUp: "once" });
  const memory = rungInMemory();
  memory.write("tide.high", new Date("2023-01-01T00:00:00Z"));
  tide.begin(memory);
  expect(tide.rung).toEqual([last]);
});

test("after a restart what was missed is skipped when it is to be skipped", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  const memory = rungInMemory();
  memory.write("tide.high", new Date("2026-11-21T07:00:00Z"));
  tide.begin(memory);
  expect(tide.rung).toEqual([]);
  tide.clock.advance(HOUR);
  expect(tide.rung).toEqual(["2026-11-21T13:00"]);
});

test("after a restart what was missed rings once for the last slot when it is to be caught up", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z", { catchUp: "once" });
  const memory = rungInMemory();
  memory.write("tide.high", new Date("2026-11-21T07:00:00Z"));
  tide.begin(memory);
  expect(tide.rung).toEqual(["2026-11-21T12:00"]);
});

test("at the very first start nothing was missed", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z", { catchUp: "once" });
  tide.begin();
  expect(tide.rung).toEqual([]);
});

test("a restart just after a slot does not ring it again", async () => {
  const db = openDatabase(":memory:", `${import.meta.dir}/../../core/migrations`);
  await using tide = await ringing("2026-11-21T12:30:00Z", { catchUp: "once" });
  const first = tide.begin(rungOnDisk(db));
  tide.clock.advance(HOUR);
  first.stop();
  tide.begin(rungOnDisk(db));
  tide.clock.advance(HOUR);
  expect(tide.rung).toEqual(["2026-11-21T13:00", "2026-11-21T14:00"]);
  db.close();
});

test("a schedule that throws is reported under its plugin's name, and rings again", async () => {
  let rings = 0;
  await using tide = await ringing("2026-11-21T12:30:00Z", {
    run() {
      rings++;
      throw new Error("no water");
    },
  });
  tide.begin();
  tide.clock.advance(2 * HOUR);
  await Promise.resolve();
  expect(rings).toBe(2);
  expect(said(tide.app, "error")).toEqual(Array(2).fill("tide: a schedule failed: no water"));
});

test("a schedule that never returns rings again, and is named when its plugin stops", async () => {
  let rings = 0;
  const plugin = doing("tide", ctx =>
    ctx.add(Schedules, {
      id: "tide.high",
      cron: "0 * * * *",
      run() {
        rings++;
        return new Promise(() => {});
      },
    }),
  );
  const clock = new HeldClock("2026-11-21T12:30:00Z");
  await using app = await testKernel([plugin], { clock, limits: { stop: 0.05, cut: 0.05 } });
  app.schedules();
  clock.advance(2 * HOUR);
  expect(rings).toBe(2);
  await app.kernel.disable("tide");
  expect(said(app, "error")).toEqual(
    Array(2).fill("kernel: this did not end and is left behind: tide: schedule tide.high, 0 s"),
  );
});

test("when the last slot cannot be kept, the schedule rings all the same, and goes on", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  tide.begin({
    last: () => undefined,
    write() {
      throw new Error("the disk is full");
    },
  });
  tide.clock.advance(2 * HOUR);
  expect(tide.rung).toEqual(["2026-11-21T13:00", "2026-11-21T14:00"]);
  expect(said(tide.app, "error")[0]).toContain("the disk is full");
});

test("a schedule goes with its plugin, and comes back with it", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  tide.begin();
  await tide.app.kernel.disable("tide");
  tide.clock.advance(2 * HOUR);
  expect(tide.rung).toEqual([]);
  await tide.app.kernel.enable("tide");
  tide.clock.advance(HOUR);
  expect(tide.rung).toEqual(["2026-11-21T15:00"]);
});

test("a plugin that is started again within a slot does not ring it twice", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z", { catchUp: "once" });
  tide.begin();
  tide.clock.advance(HOUR / 2);
  await tide.app.kernel.disable("tide");
  await tide.app.kernel.enable("tide");
  tide.clock.advance(HOUR / 2);
  expect(tide.rung).toEqual(["2026-11-21T13:00"]);
});

test("after the scheduler has stopped nothing rings", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z");
  tide.begin().stop();
  tide.clock.advance(DAY);
  await tide.app.kernel.disable("tide");
  await tide.app.kernel.enable("tide");
  tide.clock.advance(DAY);
  expect(tide.rung).toEqual([]);
});

test("a schedule whose time never comes is no trouble", async () => {
  await using tide = await ringing("2026-11-21T12:30:00Z", { cron: "0 0 31 2 *" });
  tide.begin();
  tide.clock.advance(DAY);
  expect(states(tide.app as TestKernel)).toEqual({ tide: "active" });
});

test("many schedules ring in the order of their times", async () => {
  const rung: string[] = [];
  const at = (id: string, cron: string) =>
    doing(id, ctx => ctx.add(Schedules, { id, cron, run: () => void rung.push(id) }));
  const clock = new HeldClock("2026-11-21T12:00:30Z");
  await using app = await kernelOf([at("late", "40 * * * *"), at("early", "20 * * * *"), at("each", "*/30 * * * *")], {
    clock,
  });
  app.schedules();
  clock.advance(HOUR);
  expect(rung).toEqual(["early", "each", "late", "each"]);
});
