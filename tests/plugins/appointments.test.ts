import { afterEach, describe, expect, test } from "bun:test";
import { closeHouses, DAY, HOUR, house, keep, MINUTE, refusal } from "../fixtures/appointments";

afterEach(closeHouses);

describe("the time of an appointment", () => {
  test.each([
    ["02:30", true],
    ["03:30", true],
    ["23:30", true],
    ["23:29", true],
    ["01:00", true],
    ["02:31", false],
    ["03:29", false],
    ["23:31", false],
  ])("half an hour from the slots: %s", async (at, allowed) => {
    const { diary } = await house({ timeZone: "America/New_York" });
    const set = () => diary.set({ at }, "x");
    if (allowed) expect(set().set.state).toBe("waiting");
    else expect(refusal(set)).toContain("less than 30 minutes from the session");
  });

  test("a refusal names the slot and the free times around it", async () => {
    const { diary } = await house();
    expect(refusal(() => diary.set({ at: "15:10" }, "x"))).toBe(
      "2026-11-21 15:10 UTC is less than 30 minutes from the session afternoon at 2026-11-21 15:00 UTC; free are 2026-11-21 14:30 UTC and 2026-11-21 15:30 UTC",
    );
  });

  test("HH:MM is the next time that the clocks show it; ISO times have the house's zone unless they say theirs", async () => {
    const { diary } = await house({ timeZone: "America/New_York" }); // 8 in the morning there
    const at = (text: string) => diary.set({ at: text }, "x").set.at;
    expect(at("08:01")).toBe("2026-11-21T13:01:00.000Z");
    expect(at("8:00")).toBe("2026-11-22T13:00:00.000Z");
    expect(at("2026-11-22T10:00")).toBe("2026-11-22T15:00:00.000Z");
    expect(at("2026-11-22T10:00+01:00")).toBe("2026-11-22T09:00:00.000Z");
  });

  test.each([
    ["90m", 90],
    ["1h30m", 90],
    ["1h", 60],
  ])("in %s", async (text, minutes) => {
    const { diary, clock } = await house();
    const { set } = diary.set({ in: text }, "x");
    expect(Date.parse(set.at!) - clock.now().getTime()).toBe(minutes * MINUTE);
  });

  test.each([
    [{}, "one of them"],
    [{ at: "14:00", in: "1h" }, "one of them"],
    [{ in: "2d" }, "no length of time"],
    [{ in: "0h0m" }, "no length of time"],
    [{ in: "" }, "no length of time"],
    [{ in: "-1h" }, "no length of time"],
    [{ in: "1000h" }, "too far ahead: 7 days at the most"],
    [{ at: "24:00" }, "is no time"],
    [{ at: "soon" }, "is no time"],
    [{ at: "2026-11-21T12:59Z" }, "is past"],
    [{ at: "9999-12-31T10:00" }, "too far ahead"],
  ])("is refused: %p", async (asked, why) => {
    const { diary } = await house();
    expect(refusal(() => diary.set(asked, "x"))).toContain(why);
  });

  test("S5: lengths are real time and clock times are the clocks', on both sides of a change of the clocks", async () => {
    // New York sets its clocks back at 06:00Z on 2026-11-01, and forward at 07:00Z on 2026-03-08
    const back = await house({ now: "2026-11-01T05:00:00Z", timeZone: "America/New_York" });
    expect(back.diary.set({ in: "2h" }, "x").set.at).toBe("2026-11-01T07:00:00.000Z");
    expect(back.diary.set({ at: "04:00" }, "x").set.at).toBe("2026-11-01T09:00:00.000Z");
    const forward = await house({
      now: "2026-03-08T05:00:00Z",
      timeZone: "America/New_York",
      settings: { distance: 0 },
    });
    expect(forward.diary.set({ at: "04:00" }, "x").set.at).toBe("2026-03-08T08:00:00.000Z");
    expect(forward.diary.set({ at: "02:30" }, "x").set.at).toBe("2026-03-08T07:30:00.000Z"); // there is no half past two
  });
});

describe("how many", () => {
  test("one waits; a new one replaces it", async () => {
    const { diary, states } = await house();
    diary.set({ in: "1h" }, "first");
    expect(diary.set({ at: "16:30" }, "second").replaced?.text).toBe("first");
    expect(diary.waiting()?.text).toBe("second");
    expect(states()).toEqual(["waiting", "cancelled"]);
  });

  test("S5: what is replaced does not count for the day", async () => {
    const one = await house({ now: "2026-11-21T03:35:00Z" });
    keep(one, "5m");
    keep(one, "5m");
    one.diary.set({ in: "30m" }, "third");
    for (const at of ["10:30", "13:00", "13:30"]) expect(one.diary.set({ at }, at).set.text).toBe(at);
  });

  test("three a day, the day of the appointment in the house's zone, counted when they have succeeded", async () => {
    const one = await house({ now: "2026-11-21T08:35:00Z", timeZone: "America/New_York" });
    for (const state of ["done", "failed", "done", "done"] as const) {
      keep(one, "2m", state);
      if (state === "failed") one.diary.cancel();
    }
    expect(refusal(() => one.diary.set({ in: "2m" }, "x"))).toBe(
      "2026-11-21 has had its 3 appointments; choose another day",
    );
    expect(one.diary.set({ at: "2026-11-22T00:30" }, "x").set.state).toBe("waiting");
  });

  test("one whose session is on its way counts", async () => {
    const one = await house({ settings: { perDay: 1 } });
    one.diary.set({ in: "10m" }, "x");
    one.clock.advance(10 * MINUTE);
    one.claim();
    expect(refusal(() => one.diary.set({ in: "1h" }, "x"))).toContain("has had its 1 appointments");
  });
});

describe("an appointment that comes due", () => {
  test("S1: leads to a session of its own, and is done only when that has succeeded", async () => {
    const one = await house();
    one.diary.set({ in: "1h" }, "water the ferns");
    one.clock.advance(HOUR - 1);
    expect(one.claim()).toBeUndefined();
    one.clock.advance(1);
    const job = one.claim()!;
    expect(job).toMatchObject({ type: "self", job: "appointments", messages: [{ text: "water the ferns" }] });
    expect(one.states()).toEqual(["claimed"]);
    one.end(job.id, "done");
    expect(one.states()).toEqual(["done"]);
  });

  test.each(["failed", "timed_out", "interrupted"] as const)(
    "S1: a session that is %s gives it back, with a counter, and costs nothing of the day",
    async state => {
      const one = await house();
      keep(one, "1h", state);
      expect(one.table.list("appointment", 1)).toMatchObject([{ state: "waiting", attempts: 1 }]);
      expect(one.diary.usedOn("2026-11-21")).toBe(0);
      one.clock.advance(5 * MINUTE);
      one.end(one.claim()!.id, state);
      one.clock.advance(10 * MINUTE);
      one.end(one.claim()!.id, state);
      expect(one.table.list("appointment", 1)).toMatchObject([{ state: "failed", attempts: 3 }]);
      one.clock.advance(DAY);
      expect(one.claim()).toBeUndefined();
    },
  );

  test("one that was stopped at its budget waits for a person, and one that was cancelled is over", async () => {
    const one = await house();
    keep(one, "1h", "budget_stopped");
    keep(one, "2m", "cancelled");
    one.clock.advance(DAY);
    expect(one.states()).toEqual(["cancelled", "stopped"]);
    expect(one.queue.list(9)).toHaveLength(2);
  });

  test("is called off while it waits, and while its session waits", async () => {
    const one = await house();
    one.diary.set({ in: "10m" }, "x");
    expect(one.diary.cancel()?.text).toBe("x");
    one.clock.advance(HOUR);
    expect(one.texts()).toEqual([]);
    one.diary.set({ in: "10m" }, "y");
    one.clock.advance(10 * MINUTE);
    expect(one.diary.cancel()?.text).toBe("y");
    expect(one.claim()).toBeUndefined();
    one.end(one.queue.list(1)[0]!.id, "cancelled");
    expect(one.states()).toEqual(["cancelled", "cancelled"]);
    expect(one.diary.cancel()).toBeUndefined();
  });

  test("a full disk puts it off, and loses nothing", async () => {
    const one = await house();
    one.diary.set({ in: "10m" }, "x");
    one.disk.full = true;
    one.clock.advance(10 * MINUTE);
    expect(one.log).toEqual(["appointments could not be seen to; they are tried again"]);
    one.disk.full = false;
    one.clock.advance(MINUTE);
    expect(one.texts()).toEqual(["x"]);
  });
});

describe("a restart", () => {
  test("neither loses nor repeats one, wherever it falls", async () => {
    const one = await house();
    const { set } = one.diary.set({ in: "10m" }, "x");
    one.stop();
    one.clock.advance(11 * MINUTE);
    expect(one.texts()).toEqual([]);
    one.begin();
    expect(one.texts()).toEqual(["x"]);
    one.stop();
    one.table.db.query("update errand set session = null where id = ?").run(set.id); // as if it had ended before it heard which
    one.begin();
    one.begin();
    expect(one.texts()).toEqual(["x"]);
    const job = one.claim()!;
    one.stop();
    one.queue.move(job.id, "done"); // nobody hears of it
    one.begin();
    expect(one.states()).toEqual(["done"]);
    one.clock.advance(DAY);
    expect(one.texts()).toEqual(["x"]);
  });

  test("S5: what is hours late is missed, and not made up for", async () => {
    const one = await house();
    one.diary.set({ in: "10m" }, "x");
    one.stop();
    one.clock.advance(10 * MINUTE + 3 * HOUR + 1);
    one.begin();
    expect(one.states()).toEqual(["missed"]);
    expect(one.texts()).toEqual([]);
    expect(one.log).toEqual(["an appointment of the agent was missed"]);
  });

  test("a session that the queue does not know any more counts as failed", async () => {
    const one = await house();
    one.diary.set({ in: "10m" }, "x");
    one.clock.advance(10 * MINUTE);
    one.stop();
    one.table.db.query("update errand set session = 'gone'").run();
    one.begin();
    expect(one.table.list("appointment", 1)).toMatchObject([{ state: "waiting", attempts: 1 }]);
  });
});
