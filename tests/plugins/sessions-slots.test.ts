import { describe, expect, test } from "bun:test";
import { HeldClock } from "hearth/testing";
import { sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

const HOUR = 3600_000;
const eight = ["midnight", "late_night", "morning", "midmorning", "noon", "afternoon", "dusk", "evening"];
const none = Object.fromEntries(eight.map(type => [type, false]));

/** The sessions that the slots make in New York, the first first, each with the local time of its slot. */
async function ring(from: string, move: (clock: HeldClock) => void, settings: Record<string, unknown> = {}) {
  const clock = new HeldClock(from);
  await using app = await sessionsKernel(undefined, { clock, timeZone: "America/New_York", settings });
  app.schedules();
  move(clock);
  await until(() => app.sessions.list(100).every(({ state }) => state === "done"));
  const hour = (at: string) =>
    new Date(at).toLocaleTimeString("sv", { timeZone: "America/New_York", hour: "2-digit", minute: "2-digit" });
  return app.sessions
    .list(100)
    .toReversed()
    .map(({ type, queuedAt }) => `${hour(queuedAt)} ${type}`);
}
const day = (hours: number) => (clock: HeldClock) => clock.advance(hours * HOUR);
const everySlot = eight.map((type, index) => `${String(index * 3).padStart(2, "0")}:00 ${type}`);

describe("the daily slots when the clocks change", () => {
  test("are eight, each once at its local time, on the day that has 23 hours", async () => {
    // 8 March 2026: 2 am becomes 3 am. The day begins at 05:00 UTC.
    expect(await ring("2026-03-08T04:59:00Z", day(23))).toEqual(everySlot);
  });

  test("are eight, each once at its local time, on the day that has 25 hours", async () => {
    // 1 November 2026: 2 am becomes 1 am again. The day begins at 04:00 UTC.
    expect(await ring("2026-11-01T03:59:00Z", day(25))).toEqual(everySlot);
  });

  test("a slot in the hour that is skipped rings once", async () => {
    const slots = { ...none, morning: "30 2 * * *" };
    expect(await ring("2026-03-08T04:59:00Z", day(23), { slots })).toEqual(["03:30 morning"]);
  });

  test("a slot in the hour that comes twice rings once", async () => {
    const slots = { ...none, morning: "30 1 * * *" };
    expect(await ring("2026-11-01T03:59:00Z", day(25), { slots })).toEqual(["01:30 morning"]);
  });
});

describe("the daily slots when the clock jumps", () => {
  const slots = { ...none, morning: "0 6 * * *" };

  test("back over a slot: it is not rung again", async () => {
    const back = (clock: HeldClock) => {
      clock.advance(2 * HOUR);
      clock.set("2026-11-21T10:30:00Z");
      clock.advance(2 * HOUR);
    };
    expect(await ring("2026-11-21T10:30:00Z", back, { slots })).toHaveLength(1);
  });

  test("forward over several days: nothing, or one session for the last of them, as the slot says", async () => {
    const forward = (clock: HeldClock) => clock.set("2026-11-25T20:00:00Z");
    const caughtUp = { ...none, morning: { cron: "0 6 * * *", catchUp: "once" } };
    expect(await ring("2026-11-21T10:30:00Z", forward, { slots })).toEqual([]);
    expect(await ring("2026-11-21T10:30:00Z", forward, { slots: caughtUp })).toEqual(["15:00 morning"]);
  });
});
