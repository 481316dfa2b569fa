import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFile, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Routes } from "hearth";
import { configured, HeldClock, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import { PostSession } from "hearth-plugins/sessions";
import { withLines } from "../../plugins/hook-mood/lines";
import { MoodHistory } from "../../plugins/hook-mood/mood-history";
import plugin from "../../plugins/hook-mood/plugin";
import { MoodTimeline } from "../../plugins/hook-mood/shapes";
import { Timeline } from "../../plugins/hook-mood/timeline";
import { ended } from "./hook-session";

const FILE = "data/mood-history.jsonl";

let place: Awaited<ReturnType<typeof temporaryHome>>;
let app: TestKernel;
let clock: HeldClock;

beforeEach(async () => {
  place = await temporaryHome();
  clock = new HeldClock("2026-11-21T12:00:00Z");
  app = await testKernel([configured(plugin)], { home: place.home, clock, timeZone: "America/New_York" });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

/** A line of the history as the hook writes it. */
const entry = (timestamp: string, valence: unknown = 0.4, over: object = {}) => ({
  session: `${timestamp.slice(0, 10)}-noon`,
  session_id: "20261121-120000-000",
  session_type: "noon",
  timestamp,
  mood_words: ["quiet"],
  self_report: null,
  derived: { valence: 0, arousal: 0 },
  blended: { valence, arousal: -0.2 },
  weight: 0.8,
  journal_length: 300,
  previous_residual: null,
  ...over,
});
const put = (...lines: unknown[]) =>
  place.home.write(FILE, lines.map(line => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
const get = async (query = "") => {
  const { status, body } = await app.get(`/analytics/mood${query}`);
  expect(status).toBe(200);
  return MoodTimeline.strict().parse(body);
};
const days = async (query?: string) => (await get(query)).days.map(({ date }) => date);
const status = async (query: string) => (await app.get(`/analytics/mood${query}`)).status;

describe("GET /analytics/mood", () => {
  test("tells the moods of the sessions, oldest first, and the means of the days", async () => {
    await put(
      entry("2026-11-20T17:00:00.000Z", 0.1),
      entry("2026-11-21T11:00:00.000Z", -0.4, { mood_words: [], weight: 0 }),
      entry("2026-11-20T22:00:00.000000+00:00", 0.4, { session_type: "dusk", journal_length: 12 }),
    );
    const common = {
      session: "2026-11-20-noon",
      session_type: "noon",
      arousal: -0.2,
      weight: 0.8,
      journal_length: 300,
    };
    expect(await get()).toEqual({
      from: "2026-09-23",
      to: "2026-11-21",
      sessions: [
        { ...common, timestamp: "2026-11-20T17:00:00.000Z", mood_words: ["quiet"], valence: 0.1 },
        {
          ...common,
          session_type: "dusk",
          timestamp: "2026-11-20T22:00:00.000Z",
          mood_words: ["quiet"],
          valence: 0.4,
          journal_length: 12,
        },
        {
          ...common,
          session: "2026-11-21-noon",
          timestamp: "2026-11-21T11:00:00.000Z",
          mood_words: [],
          valence: -0.4,
          weight: 0,
        },
      ],
      days: [
        { date: "2026-11-20", valence: 0.25, arousal: -0.2, sessions: 2 },
        { date: "2026-11-21", valence: -0.4, arousal: -0.2, sessions: 1 },
      ],
      skipped_lines: 0,
      truncated: false,
    });
  });

  test("needs the service key, and says what it answers", async () => {
    expect((await app.get("/analytics/mood", { key: null })).status).toBe(401);
    const [route] = app.items(Routes).flatMap(item => item.routes);
    expect(route!.hooks).toMatchObject({
      detail: { summary: expect.stringContaining("mood"), "x-about": { status: 200 } },
    });
  });

  test("tells what the hook has just written", async () => {
    await place.home.write("thoughts/a.md", "---\nmood: quiet, warm\n---\nHello.");
    expect((await get()).sessions).toEqual([]);
    await app.run(PostSession, ended({ changed: ["thoughts/a.md"], endedAt: new Date("2026-11-21T11:59:00Z") }));
    expect((await get()).sessions).toMatchObject([{ session_type: "morning", valence: 0.4, arousal: -0.3 }]);
  });

  test("without a file there is nothing to tell", async () => {
    expect(await get()).toMatchObject({ sessions: [], days: [], skipped_lines: 0, truncated: false });
  });
});

describe("the days that are asked for", () => {
  beforeEach(() =>
    put(
      ...["2026-08-01", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"].map(day => entry(`${day}T15:00:00Z`)),
    ),
  );

  test.each([
    ["", ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]],
    ["?days=1", ["2026-11-21"]],
    ["?days=2", ["2026-11-20", "2026-11-21"]],
    ["?days=3650", ["2026-08-01", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]],
    ["?from=2026-11-19&to=2026-11-20", ["2026-11-19", "2026-11-20"]],
    ["?from=2026-11-20", ["2026-11-20", "2026-11-21"]],
    ["?from=1999-01-01", ["2026-08-01", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]],
    ["?to=2026-11-18&days=1", ["2026-11-18"]],
    ["?to=2026-08-30", ["2026-08-01"]],
    ["?from=2030-01-01", []],
  ])("%p", async (query, expected) => {
    expect(await days(query)).toEqual(expected);
  });

  test.each([
    "?days=0",
    "?days=3651",
    "?days=-1",
    "?days=1.5",
    "?days=",
    "?days=1e2",
    "?days=many",
    "?days=1,2",
    "?days=[1]",
    "?days=1&days=2",
    "?from=2026-02-30",
    "?from=yesterday",
    "?to=2026-11-21T00:00:00Z",
    "?to=",
    "?from=2026-11-21&to=2026-11-20",
    "?from=2000-01-01&to=2026-01-01",
    "?from=2026-11-20&days=2",
  ])("%p is a 422", async query => {
    expect(await status(query)).toBe(422);
  });

  test("are those of the house's time zone", async () => {
    await put(entry("2026-11-21T04:59:00Z"), entry("2026-11-21T05:00:00Z"));
    expect(await days()).toEqual(["2026-11-20", "2026-11-21"]);
  });

  test("a day later it is another window", async () => {
    expect(await days("?days=1")).toEqual(["2026-11-21"]);
    clock.advance(86_400_000);
    expect(await days("?days=1")).toEqual([]);
  });
});

describe("a history in disorder", () => {
  test("lines that hold no mood or no time are skipped and counted", async () => {
    const wrong = [
      "{",
      "null",
      "[]",
      "7",
      '"text"',
      "{}",
      entry("2026-11-21T11:00:00Z", "much"),
      entry("2026-11-21T11:00:00Z", 2),
      entry("yesterday"),
      entry("2026-11-21T11:00:00Z", 0, { timestamp: 7 }),
      entry("2026-11-21T11:00:00Z", 0, { blended: null }),
      "x".repeat(70_000),
    ];
    await put(entry("2026-11-21T10:00:00Z"), ...wrong, "", "  ", entry("2026-11-21T11:00:00Z", 0.3));
    const { sessions, skipped_lines } = await get();
    expect(sessions.map(({ valence }) => valence)).toEqual([0.4, 0.3]);
    expect(skipped_lines).toBe(wrong.length);
  });

  test("what else is wrong with a line is left out of it", async () => {
    const odd = {
      session: "a\nb",
      session_type: 7,
      mood_words: "quiet",
      weight: 7,
      journal_length: -1,
      self_report: "x",
    };
    await put(entry("2026-11-21T10:00:00Z", 0.4, odd));
    await appendFile(
      join(place.home.path, FILE),
      JSON.stringify({ timestamp: "2026-11-21T11:00:00Z", self_report: { valence: 0.1, arousal: 0 } }),
    );
    const unknown = { session: "unknown", session_type: "unknown", mood_words: [], weight: null, journal_length: null };
    expect((await get()).sessions).toMatchObject([
      { ...unknown, valence: 0.4 },
      { ...unknown, valence: 0.1 },
    ]);
  });

  test("folders, pipes, links in circles and out of the home: nothing is told, and the log says why, once", async () => {
    const path = join(place.home.path, FILE);
    await mkdir(path, { recursive: true });
    expect((await get()).sessions).toEqual([]);
    expect((await get()).sessions).toEqual([]);
    expect(app.log.filter(({ message }) => message === "the history of moods cannot be read")).toHaveLength(1);
    await rm(path, { recursive: true });
    expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
    expect((await get()).sessions).toEqual([]);
    await rm(path);
    await symlink(path, path);
    expect((await get()).sessions).toEqual([]);
    await rm(path);
    await Bun.write(join(app.state, "secret"), JSON.stringify(entry("2026-11-21T10:00:00Z")));
    await symlink(join(app.state, "secret"), path);
    expect((await get()).sessions).toEqual([]);
  });

  test("a line of 20 MB is passed over, and what stands around it is told", async () => {
    await put(entry("2026-11-21T10:00:00Z"), "x".repeat(20_000_000), entry("2026-11-21T11:00:00Z"));
    expect(await get()).toMatchObject({ skipped_lines: 1, truncated: false, sessions: [{}, {}] });
  });

  test("ten years of moods are told", async () => {
    const at = (n: number) => new Date(Date.UTC(2016, 11, 1) + n * 8_640_000).toISOString();
    const lines = Array.from({ length: 36_000 }, (_, n) => JSON.stringify(entry(at(n))));
    await place.home.write(FILE, `${lines.join("\n")}\n`);
    const { sessions, days: means, skipped_lines } = await get("?days=3650");
    expect(sessions.length).toBeGreaterThan(35_000);
    expect(means.length).toBeGreaterThan(3_500);
    expect(skipped_lines).toBe(0);
  });

  test("lines come whole, however the reads fall, and those before the part that is read are left out", async () => {
    const file = join(place.home.path, "lines");
    const lines = Array.from({ length: 5_000 }, (_, n) => `${n} ${"🜁".repeat(n % 97)}`);
    await Bun.write(file, lines.join("\n"));
    const all = (most: number, longest: number) =>
      withLines(file, { most, longest }, async ({ pieces, isTruncated }) => ({
        isTruncated,
        lines: (await Array.fromAsync(pieces)).flat(),
      }));
    const given = await all(2 ** 30, 1000);
    expect(given.isTruncated).toBe(false);
    expect(given.lines).toEqual(lines.map(line => line.trim()));
    const part = await all(300_001, 1000);
    expect(part.isTruncated).toBe(true);
    expect(part.lines).toEqual(given.lines.slice(-part.lines.length));
    expect((await all(2 ** 30, 200)).lines.filter(line => line === undefined).length).toBeGreaterThan(1_000);
  });
});

describe("the answer is kept", () => {
  const etagOf = async (query = "") => {
    const { headers } = await app.get(`/analytics/mood${query}`);
    return headers.get("etag")!;
  };

  test("who has it gets 304, until the history is another", async () => {
    await put(entry("2026-11-21T10:00:00Z"));
    const etag = await etagOf();
    const again = await app.get("/analytics/mood", { headers: { "if-none-match": etag } });
    expect([again.status, again.body]).toEqual([304, ""]);
    await appendFile(join(place.home.path, FILE), `${JSON.stringify(entry("2026-11-21T11:00:00Z"))}\n`);
    expect((await app.get("/analytics/mood", { headers: { "if-none-match": etag } })).status).toBe(200);
    expect(await etagOf()).not.toBe(etag);
  });

  test("while the history is the same nothing is read or made again", async () => {
    await put(entry("2026-11-21T10:00:00Z"));
    const history = new MoodHistory(place.home, app.kernel.log("test"), "UTC");
    const timeline = new Timeline(history, clock);
    const [first, answer] = [await history.current(), await timeline.answer({})];
    expect(await history.current()).toBe(first);
    expect(await timeline.answer({ days: 60 })).toBe(answer);
    await put(entry("2026-11-21T10:00:00Z", 0.1));
    expect(await timeline.answer({})).not.toBe(answer);
  });

  test("many at once are answered by one reading", async () => {
    await put(...Array.from({ length: 2_000 }, (_, n) => entry(`2026-11-21T10:00:0${n % 10}Z`)), "{");
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => get(`?days=${n + 1}`)));
    for (const { sessions } of answers) expect(sessions).toHaveLength(2_000);
  });
});
