import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Commands } from "hearth";
import { configured, expectClean, fake, HeldClock, temporaryHome } from "hearth/testing";
import { Impulses } from "hearth-plugins/appointments";
import type { SessionState, SessionType } from "hearth-plugins/sessions";
import { Sessions } from "hearth-plugins/sessions";
import { AgentTools, type ToolCaller, ToolRefusal } from "hearth-plugins/tools";
import { openDatabase } from "../../core/database";
import { appointmentsCommand } from "../../plugins/appointments/commands";
import { Diary } from "../../plugins/appointments/diary";
import { Drawer } from "../../plugins/appointments/drawer";
import { ErrandTable } from "../../plugins/appointments/errand-table";
import { FixedSlots } from "../../plugins/appointments/fixed-slots";
import plugin from "../../plugins/appointments/plugin";
import { Settings } from "../../plugins/appointments/settings";
import { Wakes } from "../../plugins/appointments/wakes";
import { Queue, recordOf } from "../../plugins/sessions/queue";
import { settings as sessionSettings } from "../../plugins/sessions/settings";
import { slotSchedules, slotsBetween } from "../../plugins/sessions/slots";
import { sessionTypes } from "../../plugins/sessions/types";
import { result, sayDone, start } from "../fixtures/scripted-agent";
import { sessionsFolder, sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

const folder = join(import.meta.dir, "../../plugins/appointments");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Options {
  readonly now?: string;
  readonly timeZone?: string;
  readonly settings?: Record<string, unknown>;
}

const opened: Disposable[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one[Symbol.dispose]();
});

/** Appointments over the real queue and the real slots, on a held clock; the test plays the sessions. */
async function house({ now = "2026-11-21T13:00:00Z", timeZone = "UTC", settings: given = {} }: Options = {}) {
  const place = await temporaryHome();
  opened.push(place);
  const clock = new HeldClock(now);
  const table = new ErrandTable(openDatabase(":memory:", `${folder}/migrations`));
  const queue = new Queue(openDatabase(":memory:", `${sessionsFolder}/migrations`), clock);
  const settings = Settings.parse(given);
  const log: string[] = [];
  const logger = {
    debug() {},
    info() {},
    warn: (text: string) => void log.push(text),
    error: (text: string) => void log.push(text),
  };
  const schedules = slotSchedules(sessionSettings.parse({}), () => {});
  const disk = { full: false };
  const sessions = {
    wake(order: Parameters<Sessions["wake"]>[0]) {
      if (disk.full) throw new Error("the disk is full");
      return queue.put(order, sessionTypes({})[order.type]!);
    },
    find: (id: string) => {
      const job = queue.find(id);
      return job && recordOf(job);
    },
    cancel: (id: string) => queue.move(id, "cancelled"),
    slots: (after: Date, before: Date) => slotsBetween(schedules, after, before, timeZone),
  };
  const slots = new FixedSlots(sessions, settings.distance);
  const open = () => new Wakes({ table, sessions, slots, clock, timeZone, settings, log: logger });
  const here = { wakes: open() };
  const changed = () => here.wakes.look();
  const diary = new Diary({ table, slots, sessions, clock, timeZone, settings, changed });
  const drawer = new Drawer({
    table,
    slots,
    home: place.home,
    clock,
    timeZone,
    settings: settings.impulses,
    log: logger,
    changed,
  });
  here.wakes.begin();
  return {
    ...{ clock, table, queue, diary, drawer, log, disk, home: place.home },
    /** A crash, or a stop: the next life knows what is on disk. */
    stop: () => here.wakes.close(),
    begin() {
      here.wakes = open();
      here.wakes.begin();
    },
    /** Begins the session whose turn it is. */
    claim: () => queue.claim(),
    end(id: string, state: SessionState) {
      queue.move(id, state);
      here.wakes.sessionChanged({ id, type: "self", state, private: false });
    },
    states: () => table.list("appointment", 100).map(({ state }) => state),
    /** What the queue holds, oldest first. */
    texts: () =>
      queue
        .list(100)
        .toReversed()
        .map(({ messages }) => messages[0]?.text),
  };
}
type House = Awaited<ReturnType<typeof house>>;

/** What a refusal says; fails when there is none. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ToolRefusal);
    return (error as Error).message;
  }
  throw new Error("it was not refused");
}

/** Has an appointment come due and succeed. */
function keep(one: House, inTime: string, state: SessionState = "done") {
  const { set } = one.diary.set({ in: inTime }, "x");
  one.clock.advance(Date.parse(set.at!) - one.clock.now().getTime());
  const job = one.claim()!;
  one.end(job.id, state);
}

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

describe("the appointment of the original", () => {
  const old = {
    wake_at: "2026-11-21T14:30:00.123456-05:00",
    reason: ' water\n"the" ferns ',
    created_at: "2026-11-20T08:00:00",
  };
  const take = async (one: House, file: string) => {
    const lines: string[] = [];
    const wording = { clock: one.clock, timeZone: "UTC", perDay: 3 };
    const io = { print: (line: string) => void lines.push(line), signal: new AbortController().signal };
    await appointmentsCommand(one.diary, wording).run(["import", file], io);
    return lines;
  };
  /** Takes over a file that holds this: text as it is, all else as JSON of one line for each field. */
  async function takeOver(one: House, given: unknown) {
    const text = typeof given === "string" ? given : JSON.stringify(given, null, 1);
    await one.home.write("data/self-schedule.json", text);
    return take(one, `${one.home.path}/data/self-schedule.json`);
  }

  test("is taken over with its own time and words, and leads to its session", async () => {
    const one = await house();
    expect(await takeOver(one, old)).toEqual([
      'the appointment at 2026-11-21 19:30 UTC (water\n"the" ferns) was taken over',
    ]);
    expect(one.diary.waiting()).toMatchObject({ created_at: "2026-11-20T08:00:00.000Z", made_by: null });
    one.clock.advance(6.6 * HOUR);
    expect(one.texts()).toEqual(['water\n"the" ferns']);
    expect(await takeOver(one, old)).toEqual([
      expect.stringContaining('19:30 UTC (water\n"the" ferns) is past, and was left'),
    ]);
  });

  test.each([
    [{ ...old, wake_at: "soon" }, /json, line 2: wake_at: this is no time; nothing was imported$/],
    [{ ...old, reason: " " }, /json, line 3: reason: at least 1 characters; nothing/],
    [{ ...old, created_at: 7 }, /json, line 4: created_at: /],
    [{ wake_at: old.wake_at }, /json, line 1: reason: /],
    [[old], /json, line 1: /],
    ['{\n"wake_at": x}', /json, line 2: it is no JSON: Expecting value; nothing/],
    [
      { ...old, wake_at: "2026-11-21T15:10Z" },
      /less than 30 minutes from the session afternoon.*; nothing was imported$/,
    ],
    [{ ...old, wake_at: "2027-11-21T14:30Z" }, /too far ahead: 7 days at the most; nothing/],
  ])("is refused with the place of what is wrong, and nothing changes: %j", async (given, why) => {
    const one = await house();
    await expect(takeOver(one, given)).rejects.toThrow(why);
    expect(one.states()).toEqual([]);
  });

  test("does not take the place of one that waits here; and its path is a whole one", async () => {
    const one = await house();
    one.diary.set({ in: "1h" }, "mine");
    await expect(takeOver(one, old)).rejects.toThrow(
      "one waits here already, at 2026-11-21 14:00 UTC; nothing was imported",
    );
    expect(one.states()).toEqual(["waiting"]);
    await expect(take(one, "self-schedule.json")).rejects.toThrow("must be a whole path");
    await expect(take(one, "/nowhere/self-schedule.json")).rejects.toThrow("/nowhere/self-schedule.json");
  });
});

describe("in the house", () => {
  const kernel = (script = sayDone, options: object = {}) =>
    sessionsKernel(script as never, {
      plugins: [plugin],
      clock: new HeldClock("2026-11-21T13:00:00Z"),
      folders: { sessions: sessionsFolder, appointments: folder },
      settings: { firstWake: false },
      ...options,
    });
  type App = Awaited<ReturnType<typeof kernel>>;
  const caller: ToolCaller = {
    session: { id: "20261121-120000-000", type: "noon", settings: {} as SessionType, messages: [] },
    audience: "all",
    calls: 0,
    signal: new AbortController().signal,
  } as never;
  const use = async (app: App, name: string, input: object) => {
    const tool = app.items(AgentTools).find(one => one.name === name)!;
    return tool.run(tool.input.parse(input), caller);
  };

  test("the agent sets an appointment, is woken for it, and is told why", async () => {
    const clock = new HeldClock("2026-11-21T13:00:00Z");
    await using app = await kernel(sayDone, { clock });
    expect(await use(app, "schedule_self", { in: "1h", reason: 'say "hello"' })).toBe(
      "You will be woken at 2026-11-21 14:00 UTC, in 1h.",
    );
    expect(await use(app, "schedule_self", { action: "status" })).toBe(
      '2026-11-21 14:00 UTC, in 1h: say "hello"\n0 of 3 used today (2026-11-21).',
    );
    clock.advance(HOUR);
    await until(async () => (await app.get("/appointments")).body.appointments[0].state === "done");
    expect(app.requests).toHaveLength(1);
    expect(app.requests[0]!.userPrompt).toContain('say "hello"');
    expect((await app.get("/appointments")).body.appointments[0]).toMatchObject({
      reason: 'say "hello"',
      made_by: "20261121-120000-000",
      session_id: app.sessions.list(1)[0]!.id,
    });
  });

  test("S4: a reason with quotes, line ends and brackets is kept to the letter, and counts", async () => {
    await using app = await kernel();
    const reason = `"},{"x\n\\ "quoted"`;
    await use(app, "schedule_self", { in: "1h", reason });
    expect((await app.get("/appointments")).body.appointments[0].reason).toBe(reason);
  });

  test("the slots are those of the house as it is configured: their own zones, and none that is off", async () => {
    const slots = { afternoon: false, dusk: { cron: "40 19 * * *", timeZone: "Asia/Tokyo" } };
    await using app = await kernel(sayDone, { settings: { firstWake: false, slots } });
    expect(await use(app, "schedule_self", { at: "15:10", reason: "x" })).toContain("2026-11-21 15:10 UTC");
    await expect(use(app, "schedule_self", { at: "10:45", reason: "x" })).rejects.toThrow(
      "session dusk at 2026-11-22 10:40",
    );
    const between = app.sessions.slots(new Date("2026-11-21T09:00:00Z"), new Date("2026-11-21T21:00:00Z"));
    expect(between.map(({ type, at }) => `${type} ${at.toISOString().slice(11, 16)}`)).toEqual([
      "dusk 10:40",
      "noon 12:00",
      "evening 21:00",
    ]);
  });

  test("a session that fails brings it back", async () => {
    const clock = new HeldClock("2026-11-21T13:00:00Z");
    async function* fails() {
      yield start;
      yield result({ ok: false, error: "no" });
    }
    await using app = await kernel(fails as never, { clock });
    await use(app, "schedule_self", { in: "1h", reason: "x" });
    clock.advance(HOUR);
    await until(async () => (await app.get("/appointments")).body.appointments[0].attempts === 1);
    expect((await app.get("/appointments")).body.appointments[0].state).toBe("waiting");
  });

  test("the tools refuse what does not fit, in words for the agent", async () => {
    await using app = await kernel();
    await expect(use(app, "schedule_self", { in: "1h" })).rejects.toThrow('say what it is for, in "reason"');
    await expect(use(app, "schedule_self", { in: "1h", reason: "x".repeat(1001) })).rejects.toThrow("at most 1000");
    await expect(use(app, "schedule_self", { when: "now" })).rejects.toThrow("when");
    await expect(use(app, "impulse_add", { body: "x", urgency: "mad" })).rejects.toThrow("urgency");
    await expect(use(app, "impulse_add", { body: "x", expires_in_hours: -1 })).rejects.toThrow("expires_in_hours");
    expect(await use(app, "schedule_self", { action: "cancel" })).toBe("No appointment waits.");
  });

  test("impulses: the tools, the route, and what the next session is told", async () => {
    await using app = await kernel();
    expect(await use(app, "impulse_add", { body: "write to Ada", urgency: "high", expires_in_hours: 24 })).toBe(
      "Impulse 1 is noted (high), until 2026-11-22 13:00 UTC; it wakes you at 2026-11-21 14:00 UTC when nothing has come of it by then.",
    );
    const { body, headers } = await app.get("/impulses");
    expect(body).toEqual({
      impulses: [
        {
          id: 1,
          body: "write to Ada",
          urgency: "high",
          created_at: "2026-11-21T13:00:00.000Z",
          expires_at: "2026-11-22T13:00:00.000Z",
          due_at: "2026-11-21T14:00:00.000Z",
        },
      ],
    });
    expect((await app.get("/impulses", { headers: { "if-none-match": headers.get("etag")! } })).status).toBe(304);
    const waiting = await app.service(Impulses).pending(new Date("2026-11-21T13:00:00Z"), () => {});
    expect(waiting).toMatchObject([{ body: "write to Ada" }]);
    expect(await use(app, "impulses", { done: 1 })).toBe("Impulse 1 waits no longer.\nNo impulse waits.");
  });

  test("the routes need the service key, and answer 304 as long as nothing changes", async () => {
    await using app = await kernel();
    for (const path of ["/appointments", "/impulses"]) expect((await app.get(path, { key: null })).status).toBe(401);
    const etag = (await app.get("/appointments")).headers.get("etag")!;
    const again = () => app.get("/appointments", { headers: { "if-none-match": etag } });
    expect((await again()).status).toBe(304);
    await use(app, "schedule_self", { in: "1h", reason: "x" });
    expect((await again()).status).toBe(200);
  });

  test("the commands tell, and call off", async () => {
    await using app = await kernel();
    const run = async (id: string, ...args: string[]) => {
      const lines: string[] = [];
      const command = app.items(Commands).find(one => one.id === id)!;
      await command.run(args, { print: line => void lines.push(line), signal: new AbortController().signal });
      return lines;
    };
    await use(app, "schedule_self", { in: "1h", reason: "x" });
    expect(await run("appointments")).toEqual(["2026-11-21 14:00 UTC, in 1h: x\n0 of 3 used today (2026-11-21)."]);
    expect(await run("appointments", "cancel")).toEqual(["the appointment at 2026-11-21 14:00 UTC is called off"]);
    expect(await run("appointments")).toContain("1  2026-11-21 14:00 UTC  cancelled  x");
    await use(app, "impulse_add", { body: "y" });
    expect(await run("impulses")).toEqual(["2  medium  until 2026-12-05 13:00 UTC  y"]);
    expect(await run("impulses", "done", "2")).toEqual(["No impulse waits."]);
    for (const args of [["done"], ["done", "x"], ["add", "1"]])
      await expect(run("impulses", ...args)).rejects.toThrow("takes");
    await expect(run("appointments", "now")).rejects.toThrow("takes");
  });
});

test.each([
  [{ perDay: 0 }, "perDay"],
  [{ horizon: -1 }, "horizon"],
  [{ impulses: { wake: ["mad"] } }, "wake"],
  [{ atMost: 3 }, "atMost"],
])("refuses a wrong setting by its name: %p", (table, name) => {
  expect(() => configured(plugin, table)).toThrow(name);
});

test("turned off, it leaves nothing behind", () =>
  expectClean(plugin, [fake(Sessions, { slots: () => [] })], { folders: { appointments: folder } }));
