import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Commands } from "hearth";
import { configured, expectClean, fake, HeldClock, temporaryHome, testKernel } from "hearth/testing";
import { type Gathering, PostSession, type SessionRecord, Sessions, WakeContext } from "hearth-plugins/sessions";
import { richnessOf } from "../../plugins/hook-mirror/language";
import { periodsAt } from "../../plugins/hook-mirror/periods";
import plugin from "../../plugins/hook-mirror/plugin";
import { Snapshot } from "../../plugins/hook-mirror/snapshot";
import { daysAfter, diary, indexed, type Leaf, memoryOf } from "../fixtures/diary";
import { ended, settings } from "./hook-session";

const SNAPSHOT = "data/mirror-snapshot.json";
const SUMMARY = "data/mirror-summary.md";
const NOW = "2026-05-10T12:00:00Z";
/** 40 days up to today. */
const FROM = "2026-04-01";

const sessionAt = (startedAt: string, state: SessionRecord["state"] = "done") =>
  ({ startedAt, state }) as SessionRecord;

async function house(
  leaves: readonly Leaf[] | (() => readonly Leaf[]),
  { files = {}, now = NOW, timeZone = "UTC", table = {}, sessions = [] as SessionRecord[] } = {},
) {
  const place = await temporaryHome(files);
  const clock = new HeldClock(now);
  const known = fake(Sessions, { list: limit => sessions.slice(0, limit) });
  const app = await testKernel(
    [memoryOf(leaves), indexed, known, configured(plugin, { firstDay: "2026-04-01", ...table })],
    {
      home: place.home,
      clock,
      timeZone,
    },
  );
  const hook = async () =>
    (await app.run(PostSession, ended({ endedAt: clock.now() }))).outcomes.find(({ id }) => id === "mirror")!;
  const snapshot = async (): Promise<Snapshot> => JSON.parse((await place.home.read(SNAPSHOT))!.text);
  const wake = async () => {
    const sections: Gathering["sections"] = new Map();
    const wake = {
      session: "s",
      type: "morning",
      settings,
      messages: [],
      now: clock.now(),
      timeZone,
      dryRun: true,
      sections,
    };
    const report = await app.run(WakeContext, wake);
    return { text: sections.get("mirror")?.text, note: report.outcomes[0]!.note };
  };
  const command = async (...args: string[]) => {
    const lines: string[] = [];
    const io = { print: (line: string) => void lines.push(line), signal: new AbortController().signal };
    await app
      .items(Commands)
      .find(({ id }) => id === "mirror")!
      .run(args, io);
    return lines.join("\n");
  };
  const close = async () => {
    await app[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  };
  return { app, clock, home: place.home, hook, snapshot, wake, command, [Symbol.asyncDispose]: close };
}

const at = (days: number, seed = 1, planted?: (day: number, work: number) => string) =>
  diary({ seed, from: FROM, days, ...(planted && { planted }) });

describe("which days are held next to each other", () => {
  test("the last ten, the ten before, and the first ten", () => {
    expect(periodsAt("2026-05-10", "2026-04-01", undefined, 10)).toEqual({
      now: { from: "2026-05-01", to: "2026-05-10" },
      before: { from: "2026-04-21", to: "2026-04-30" },
      first: { from: "2026-04-01", to: "2026-04-10" },
    });
  });

  test("as many as have passed since the last snapshot, but not a whole year", () => {
    expect(periodsAt("2026-05-10", "2025-01-01", "2026-04-25", 10).now).toEqual({
      from: "2026-04-26",
      to: "2026-05-10",
    });
    expect(periodsAt("2026-05-10", "2025-01-01", "2025-04-25", 10).now).toEqual({
      from: "2026-03-12",
      to: "2026-05-10",
    });
    expect(periodsAt("2026-05-10", "2025-01-01", "2027-04-25", 10).now.from).toBe("2026-05-01");
  });

  test("no first days while they would be among the others", () => {
    expect(periodsAt("2026-05-10", "2026-04-15", undefined, 10).first).toBeUndefined();
  });
});

test("golden: richness is the number of different words among 100, however long the text", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => `w${at % 50}`);
  expect(richnessOf(hundred)).toBe(50);
  expect(richnessOf([...hundred, ...hundred, ...hundred])).toBe(50);
  expect(richnessOf(hundred.slice(1))).toBeNull();
  expect(richnessOf(Array.from({ length: 101 }, (_, at) => `w${at}`))).toBe(100);
});

describe("a look into the mirror", () => {
  const planted = (day: number, work: number) =>
    day >= 30 ? "The observatory again. Its dome." : day < 10 && work < 2 ? "My first lighthouse, always." : "";

  test("finds what came since the days before, and what has gone since the beginning", async () => {
    await using house_ = await house(at(40, 1, planted));
    expect(await house_.hook()).toMatchObject({ state: "done", note: "day 40" });
    const { since_before, since_first, favourites, ...rest } = await house_.snapshot();
    expect(rest).toMatchObject({ status: "ok", day: 40, computed_at: "2026-05-10T12:00:00.000Z" });
    expect(since_before!.more.join()).toMatch(/observatory/i);
    expect(since_before!.less).toEqual([]);
    expect(since_first!.less.join()).toMatch(/lighthouse/i);
    expect(since_first!.lost).toContain("lighthouse");
    expect(since_before!.gained).toContain("observatory");
    expect(favourites).toContain("dome");
  });

  test("what it writes is a snapshot of the promised shape, a page, and a copy that stays", async () => {
    await using house_ = await house(at(40, 2, planted));
    await house_.hook();
    const text = (await house_.home.read(SNAPSHOT))!.text;
    expect(Snapshot.strict().parse(JSON.parse(text))).toEqual(JSON.parse(text));
    expect((await house_.home.read("data/mirror/2026-05-10.json"))!.text).toBe(text);
    const page = (await house_.home.read(SUMMARY))!.text;
    expect(page).toMatch(/^# Mirror, day 40\n/);
    for (const part of ["## Themes", "## Vocabulary", "## Mood", "## Rhythm"]) expect(page).toContain(part);
    expect(page).toMatch(/more of “.*observatory/i);
    expect(page).not.toMatch(/undefined|null|NaN|\[object/);
  });

  test("a diary in which nothing changes shows no themes", async () => {
    let alarms = 0;
    for (let seed = 20; seed < 30; seed++) {
      await using house_ = await house(at(40, seed));
      await house_.hook();
      const { since_before: { more, less } = { more: [], less: [] } } = await house_.snapshot();
      if (more.length + less.length > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(3);
  }, 30_000);

  test("counts sessions by the parts of the day, in the house's zone, those that ended well", async () => {
    const sessions = [
      sessionAt("2026-05-10T11:00:00Z"),
      sessionAt("2026-05-10T02:00:00Z"), // 22:00 on the day before
      sessionAt("2026-05-09T13:00:00Z"),
      sessionAt("2026-05-09T12:00:00Z", "failed"),
      sessionAt("2026-04-25T20:00:00Z"),
      sessionAt("2026-04-01T20:00:00Z"),
    ];
    await using house_ = await house(at(40), { sessions, timeZone: "America/New_York" });
    await house_.hook();
    const { now, before } = await house_.snapshot();
    expect(now.rhythm).toMatchObject({
      sessions: 3,
      parts: { night: 0, morning: 2, afternoon: 0, evening: 1 },
      daysOfWriting: 10,
      works: 30,
    });
    expect(before!.rhythm.sessions).toBe(1);
  });

  test("kinds of works and words of a day are counted", async () => {
    const leaves = [...at(40), { path: "dreams/a.md", type: "dream", date: "2026-05-09", text: "A dream of rain." }];
    await using house_ = await house(leaves);
    await house_.hook();
    const { now } = await house_.snapshot();
    expect(now.rhythm.kinds).toEqual({ dream: 1, thought: 30 });
    expect(now.rhythm.wordsPerDay).toBeGreaterThan(200);
    expect(now.language.richness).toBeGreaterThan(50);
  });

  test("M10: nothing that a person confided is in it, nor who they are", async () => {
    const secret = at(40, 3, () => "Quicksilver of Ada.").map(
      (leaf): Leaf => ({ ...leaf, path: `mailbox/ada/${leaf.path}`, privacy: "private" }),
    );
    await using house_ = await house([...at(40), ...secret]);
    await house_.hook();
    const all = [(await house_.home.read(SNAPSHOT))!.text, (await house_.home.read(SUMMARY))!.text].join();
    expect(all).not.toMatch(/quicksilver|ada/i);
  });

  test("the day is counted from that of the settings", async () => {
    await using set = await house(at(40), { table: { firstDay: "2026-01-15" } });
    await set.hook();
    expect((await set.snapshot()).day).toBe(116);
  });
});

describe("when it looks", () => {
  test("every ten days, not in between; the snapshots before are kept", async () => {
    await using house_ = await house(at(60));
    expect((await house_.hook()).note).toBe("day 40");
    house_.clock.set("2026-05-19T23:00:00Z");
    expect((await house_.hook()).note).toBe("the last look is 9 days old");
    house_.clock.set("2026-05-20T00:30:00Z");
    expect((await house_.hook()).note).toBe("day 50");
    const names = (await house_.home.list("data/mirror")).map(({ name }) => name).sort();
    expect(names).toEqual(["2026-05-10.json", "2026-05-20.json"]);
  });

  test("M12: days are counted in the house's zone", async () => {
    const last = JSON.stringify({ status: "ok", day: 1, computed_at: "2026-05-01T02:00:00Z" }); // still April there
    await using far = await house(at(40), { files: { [SNAPSHOT]: last }, timeZone: "America/New_York" });
    expect((await far.hook()).note).toMatch(/^day/);
    await using near = await house(at(40), { files: { [SNAPSHOT]: last } });
    expect((await near.hook()).note).toBe("the last look is 9 days old");
  });

  test.each(["", "{", "[]", "{}", '{"status":"ok","computed_at":"soon"}', '{"status":1,"computed_at":"2026-05-09"}'])(
    "anew when the snapshot is %j, and says so",
    async text => {
      await using house_ = await house(at(40), { files: { [SNAPSHOT]: text } });
      expect((await house_.hook()).note).toMatch(
        /^day 40; the one before could not be used: data\/mirror-snapshot.json/,
      );
      expect((await house_.snapshot()).status).toBe("ok");
    },
  );

  test("anew when it is dated later than today: the clock was wrong", async () => {
    const future = JSON.stringify({ status: "ok", day: 1, computed_at: "2031-01-01T00:00:00Z" });
    await using house_ = await house(at(40), { files: { [SNAPSHOT]: future } });
    expect((await house_.hook()).note).toBe("day 40");
  });

  test("too little writing is said, and looked at again the next day", async () => {
    await using house_ = await house(() => at(6), { now: "2026-04-06T12:00:00Z" });
    expect((await house_.hook()).note).toBe("not enough writing yet");
    expect((await house_.snapshot()).status).toBe("insufficient_data");
    expect((await house_.home.read(SUMMARY))!.text).toMatch(/too little writing/);
    expect((await house_.wake()).text).toBeUndefined();
    expect(await house_.home.list("data/mirror")).toEqual([]);
    expect((await house_.hook()).note).toBe("the last look is 0 days old");
    house_.clock.set("2026-04-07T12:00:00Z");
    expect((await house_.hook()).note).toBe("not enough writing yet");
  });

  test("a crash before the snapshot's own file has it made again", async () => {
    await using house_ = await house(at(40));
    await mkdir(join(house_.home.path, SUMMARY), { recursive: true });
    expect((await house_.hook()).state).toBe("failed");
    expect(await house_.home.read(SNAPSHOT)).toBeUndefined();
    expect((await house_.home.read("data/mirror/2026-05-10.json"))?.text).toBeDefined();
  });
});

describe("in the prompt", () => {
  const of = (computed_at: string, more = {}) => ({
    [SNAPSHOT]: JSON.stringify({ status: "ok", day: 42, computed_at, ...more }),
  });

  test.each([
    ["2026-05-10T01:00:00Z", "today"],
    ["2026-05-09T23:00:00Z", "yesterday"],
    ["2026-05-02T00:00:00Z", "8 days ago"],
  ])("one line: its day, its age, where it lies (%s: %s)", async (computed, age) => {
    await using house_ = await house([], { files: of(computed) });
    expect((await house_.wake()).text).toBe(
      `Mirror: what had changed in you by day 42 was written down ${age}, in data/mirror-summary.md.`,
    );
  });

  test("nothing without a snapshot, without enough writing, without a day", async () => {
    for (const files of [{}, of(NOW, { status: "insufficient_data" }), of(NOW, { day: "x" })]) {
      await using house_ = await house([], { files });
      expect(await house_.wake()).toEqual({ text: undefined, note: undefined });
    }
  });

  test("nothing and a note for one that cannot be used, or is of a day to come", async () => {
    for (const files of [{ [SNAPSHOT]: "[" }, of("2031-01-01")]) {
      await using house_ = await house([], { files });
      expect(await house_.wake()).toEqual({ text: undefined, note: expect.stringMatching(/mirror/) });
    }
  });
});

describe("hearth mirror", () => {
  test("shows the page, and looks anew on request", async () => {
    await using house_ = await house(at(40));
    expect(await house_.command()).toMatch(/Nobody has looked yet/);
    expect(await house_.command("reflect")).toMatch(/^# Mirror, day 40/);
    expect(await house_.command("show")).toMatch(/^# Mirror, day 40/);
    expect(house_.command("shov")).rejects.toThrow(/show or reflect/);
    expect(house_.command("show", "it")).rejects.toThrow(/show or reflect/);
  });

  test("twice on a day is one copy", async () => {
    await using house_ = await house(at(40));
    await house_.command("reflect");
    await house_.command("reflect");
    expect(await house_.home.list("data/mirror")).toHaveLength(1);
  });
});

test("a day far away in the settings breaks nothing", async () => {
  await using house_ = await house(at(40), { table: { firstDay: "2031-01-01" } });
  expect((await house_.hook()).state).toBe("done");
  expect((await house_.snapshot()).day).toBeLessThan(0);
  expect(daysAfter("2026-05-10", 1)).toBe("2026-05-11");
});

test("refuses wrong settings by name", () => {
  expect(() => configured(plugin, { everyDays: 0 })).toThrow(/everyDays/);
  expect(() => configured(plugin, { firstDay: "2026-02-30" })).toThrow(/firstDay/);
});

test("leaves nothing behind", () => expectClean(plugin, [memoryOf([]), indexed, fake(Sessions, {})]));
