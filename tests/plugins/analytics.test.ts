import { Database } from "bun:sqlite";
import { describe, expect, spyOn, test } from "bun:test";
import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Home, type Plugin, Settled } from "hearth";
import {
  configured,
  expectClean,
  fake,
  type TestKernel,
  type TestOptions,
  temporaryHome,
  testKernel,
} from "hearth/testing";
import { Content, PageChanged, type PageEntry, type PageMeta, type PageType } from "hearth-plugins/content";
import { LogBook } from "../../plugins/analytics/log-book";
import analytics from "../../plugins/analytics/plugin";
import { SessionLogs } from "../../plugins/analytics/session-logs";
import { result, start } from "../fixtures/scripted-agent";
import { sessionsFolder, sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

const folder = join(import.meta.dir, "../../plugins/analytics");

/** Pages that a test puts there, newest first. */
class Pages {
  readonly held = new Map<PageType, PageEntry[]>();
  readonly #none: PageEntry[] = [];

  constructor(pages: Partial<Record<PageType, readonly PageMeta[]>> = {}) {
    for (const [type, metas] of Object.entries(pages))
      this.held.set(
        type as PageType,
        metas.map((meta, n) => ({ type: type as PageType, slug: `page-${n}`, meta, hash: `${n}` })),
      );
  }

  list = async (type: PageType): Promise<readonly PageEntry[]> => this.held.get(type) ?? this.#none;

  get plugin(): Plugin {
    return fake(Content, { list: type => this.list(type) });
  }
}

const thought = (date: string, mood: string | null = null): PageMeta => ({ date, title: "A thought", mood });
const dream = (date: string, type: PageMeta["type"] & string): PageMeta => ({ date, title: "A dream", type });

const resultLine = (given: object = {}) =>
  JSON.stringify({
    type: "result",
    duration_ms: 1000,
    num_turns: 4,
    total_cost_usd: 0.5,
    usage: { input_tokens: 1, output_tokens: 2, cache_read_input_tokens: 3, cache_creation_input_tokens: 4 },
    ...given,
  });
const logOf = (...lines: readonly string[]) =>
  ["=== Session started ===", "Type: morning", ...lines, "=== Session ended, exit code: 0 ===", ""].join("\n");

/** A file of a home, older than the moment in which files may change unseen. */
function put(home: Home, path: string, content: string, age = 3600): string {
  const file = join(home.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  const then = Date.now() / 1000 - age;
  utimesSync(file, then, then);
  utimesSync(dirname(file), then, then);
  return file;
}

async function kernel(
  pages: Pages = new Pages(),
  logs: Readonly<Record<string, string>> = {},
  { settings = {}, ...options }: TestOptions & { settings?: Record<string, unknown> } = {},
): Promise<TestKernel & { numbers(): Promise<any> }> {
  const app = await testKernel([pages.plugin, configured(analytics, settings)], {
    mode: "command",
    folders: { analytics: folder },
    ...options,
  });
  for (const [name, text] of Object.entries(logs)) put(app.home, `logs/${name}`, text);
  const numbers = async () => {
    const { status, body } = await app.get("/analytics", { key: null });
    expect(status).toBe(200);
    return body;
  };
  return Object.assign(app, { numbers });
}

describe("GET /analytics", () => {
  test("counts pages, moods, kinds and sessions, in the contract's order", async () => {
    const pages = new Pages({
      thoughts: [
        thought("2026-01-12", "Quiet, warm,, "),
        thought("2026-01-12", "warm, open"),
        thought("2026-01-05"),
        thought("2026-01-01", "still, quiet"),
      ],
      dreams: [dream("2026-01-11", "prose"), dream("2026-01-04", "poetry"), dream("2026-01-01", "poetry")],
    });
    const logs = {
      "session-20260101-060000.log": logOf(resultLine()),
      "session-20260101-120000.log": logOf(resultLine({ duration_ms: 3000, num_turns: 7, total_cost_usd: 1.5 })),
      "session-20260220-060000.log": logOf(resultLine({ is_error: true, usage: {} })),
    };
    await using app = await kernel(pages, logs);
    expect(await app.numbers()).toEqual({
      total_thoughts: 4,
      total_dreams: 3,
      total_sessions: 3,
      days_active: 6,
      avg_duration_ms: 5000 / 3,
      avg_turns: 5,
      avg_cost_usd: 2.5 / 3,
      total_cost_usd: 2.5,
      total_tokens: 20,
      daily_activity: [
        { date: "2026-01-01", thoughts: 1, dreams: 1, sessions: 2 },
        { date: "2026-01-04", thoughts: 0, dreams: 1, sessions: 0 },
        { date: "2026-01-05", thoughts: 1, dreams: 0, sessions: 0 },
        { date: "2026-01-11", thoughts: 0, dreams: 1, sessions: 0 },
        { date: "2026-01-12", thoughts: 2, dreams: 0, sessions: 0 },
        { date: "2026-02-20", thoughts: 0, dreams: 0, sessions: 1 },
      ],
      mood_frequencies: [
        { word: "quiet", count: 2 },
        { word: "warm", count: 2 },
        { word: "open", count: 1 },
        { word: "still", count: 1 },
      ],
      mood_timeline: [
        { date: "2026-01-12", moods: ["quiet", "warm", "open"] },
        { date: "2026-01-01", moods: ["still", "quiet"] },
      ],
      session_trends: [
        { date: "2026-01-01", avg_duration_ms: 2000, avg_turns: 5.5, total_tokens: 20, session_count: 2 },
        { date: "2026-02-20", avg_duration_ms: 1000, avg_turns: 4, total_tokens: 0, session_count: 1 },
      ],
      weekly_output: [
        { week_start: "2025-12-29", thoughts: 1, dreams: 2 },
        { week_start: "2026-01-05", thoughts: 1, dreams: 1 },
        { week_start: "2026-01-12", thoughts: 2, dreams: 0 },
      ],
      dream_type_counts: [
        { type: "poetry", count: 2 },
        { type: "prose", count: 1 },
      ],
    });
  });

  test("tells zeros and empty lists of an empty home", async () => {
    await using app = await kernel();
    const { daily_activity, mood_frequencies, session_trends, ...numbers } = await app.numbers();
    expect([daily_activity, mood_frequencies, session_trends]).toEqual([[], [], []]);
    expect(numbers).toMatchObject({ total_thoughts: 0, total_sessions: 0, avg_turns: 0, avg_cost_usd: 0 });
  });

  test("tells the 30 most frequent moods, and the moods of the latest 60 days", async () => {
    const days = Array.from({ length: 80 }, (_, n) => new Date(Date.UTC(2026, 5, 30 - n)).toISOString().slice(0, 10));
    const pages = new Pages({ thoughts: days.map((day, n) => thought(day, `word${n % 40}`)) });
    await using app = await kernel(pages);
    const { mood_frequencies, mood_timeline, daily_activity } = await app.numbers();
    expect(mood_frequencies.map(({ word }: { word: string }) => word)).toEqual(
      Array.from({ length: 30 }, (_, n) => `word${n}`),
    );
    expect(mood_timeline.map(({ date }: { date: string }) => date)).toEqual(days.slice(0, 60));
    expect(daily_activity).toHaveLength(80);
  });

  test("answers 304 to who has it, and counts nothing again while nothing has changed", async () => {
    const pages = new Pages({ thoughts: [thought("2026-01-01")] });
    await using app = await kernel(pages, { "session-20260101-060000.log": logOf(resultLine()) });
    const { headers } = await app.get("/analytics");
    using made = spyOn(Bun.hash, "xxHash3");
    using list = spyOn(app.home, "list");
    const again = await app.get("/analytics", { headers: { "if-none-match": headers.get("etag")! } });
    expect([again.status, again.body]).toEqual([304, ""]);
    expect((await app.get("/analytics")).headers.get("etag")).toBe(headers.get("etag"));
    expect([made.mock.calls.length, list.mock.calls.length]).toEqual([0, 0]);
  });

  test("W-26: says what was spent as before, and nothing of it with showCost = false", async () => {
    const logs = { "session-20260101-060000.log": logOf(resultLine()) };
    await using open = await kernel(new Pages(), logs);
    expect(await open.numbers()).toMatchObject({ total_cost_usd: 0.5, avg_cost_usd: 0.5 });
    await using discreet = await kernel(new Pages(), logs, { settings: { showCost: false } });
    const numbers = await discreet.numbers();
    expect(numbers).toMatchObject({ total_cost_usd: 0, avg_cost_usd: 0, total_sessions: 1, total_tokens: 10 });
  });
});

describe("dates", () => {
  test.each(["yesterday", "", "2026-02-31", "2026-1-1", "0000-01-01", "2026-01-01x", "١٩٩٩-01-01"])(
    "W-44: a date like %j costs its page the rows of days and weeks, and nobody anything else",
    async date => {
      const pages = new Pages({
        thoughts: [thought("2026-01-01", "warm"), thought(date, "odd")],
        dreams: [dream(date, "ascii")],
      });
      await using app = await kernel(pages);
      expect(await app.numbers()).toMatchObject({
        total_thoughts: 2,
        total_dreams: 1,
        days_active: 1,
        daily_activity: [{ date: "2026-01-01", thoughts: 1, dreams: 0 }],
        mood_frequencies: [
          { word: "warm", count: 1 },
          { word: "odd", count: 1 },
        ],
        mood_timeline: [{ date: "2026-01-01", moods: ["warm"] }],
        weekly_output: [{ week_start: "2025-12-29", thoughts: 1, dreams: 0 }],
        dream_type_counts: [{ type: "ascii", count: 1 }],
      });
    },
  );

  test("a date with a time counts on its day", async () => {
    const pages = new Pages({ thoughts: [thought("2026-01-15T09:00:00-05:00"), thought("2026-01-15 23:59")] });
    await using app = await kernel(pages);
    const { daily_activity } = await app.numbers();
    expect(daily_activity).toEqual([{ date: "2026-01-15", thoughts: 2, dreams: 0, sessions: 0 }]);
  });

  test("weeks begin on Monday, in every century", async () => {
    const pages = new Pages({
      thoughts: ["2026-01-12", "2026-01-11", "1969-12-31", "0001-01-07"].map(date => thought(date)),
    });
    await using app = await kernel(pages);
    const { weekly_output } = await app.numbers();
    expect(weekly_output.map(({ week_start }: { week_start: string }) => week_start)).toEqual([
      "0001-01-01",
      "1969-12-29",
      "2026-01-05",
      "2026-01-12",
    ]);
  });

  test("W-58: Hearth's own sessions count on the day of the house, older ones on that of their name", async () => {
    const logs = {
      "session-20260101-233000-123.log": logOf(resultLine()),
      "session-20260105-233000.log": logOf(resultLine()),
    };
    await using app = await kernel(new Pages(), logs, { timeZone: "Europe/Helsinki" });
    const { session_trends } = await app.numbers();
    expect(session_trends.map(({ date }: { date: string }) => date)).toEqual(["2026-01-02", "2026-01-05"]);
  });

  test("a log that is named after no day counts in the totals alone", async () => {
    await using app = await kernel(new Pages(), { "session-20261399-060000.log": logOf(resultLine()) });
    expect(await app.numbers()).toMatchObject({ total_sessions: 1, days_active: 0, session_trends: [] });
  });
});

describe("what has changed is counted:", () => {
  const changed = (type: PageType, change: "created" | "modified" | "deleted" = "created") => ({
    type,
    slug: "page",
    change,
  });

  const nothing = {
    total_thoughts: 0,
    days_active: 0,
    daily_activity: [],
    mood_frequencies: [],
    mood_timeline: [],
    weekly_output: [],
  };

  test("a page that came, changed or went", async () => {
    const pages = new Pages({ thoughts: [thought("2026-01-01", "warm")] });
    await using app = await kernel(pages);
    const first = await app.numbers();
    expect(first.total_thoughts).toBe(1);
    const entry = pages.held.get("thoughts")![0]!;
    pages.held.set("thoughts", [{ ...entry, slug: "new", meta: thought("2026-01-02", "cool") }, entry]);
    await app.emit(PageChanged, changed("thoughts"));
    expect(await app.numbers()).toMatchObject({
      total_thoughts: 2,
      days_active: 2,
      mood_frequencies: [{ word: "cool" }, { word: "warm" }],
    });
    pages.held.set("thoughts", [{ ...entry, hash: "other", meta: thought("2026-01-03", "warm, still") }]);
    await app.emit(PageChanged, changed("thoughts", "modified"));
    expect(await app.numbers()).toMatchObject({
      total_thoughts: 1,
      daily_activity: [{ date: "2026-01-03", thoughts: 1 }],
      mood_frequencies: [
        { word: "warm", count: 1 },
        { word: "still", count: 1 },
      ],
    });
    pages.held.set("thoughts", []);
    await app.emit(PageChanged, changed("thoughts", "deleted"));
    expect(await app.numbers()).toEqual({ ...first, ...nothing });
  });

  test("any mixture of changes, with the numbers that a fresh count has", async () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const entry = (n: number): PageEntry => {
      const date = random(9) === 0 ? "one day" : `2026-01-${10 + random(20)}`;
      const mood = Array.from({ length: random(4) }, () => `word${random(50)}`).join(", ");
      return { type: "thoughts", slug: `page-${n}`, hash: `${seed}`, meta: thought(date, mood) };
    };
    const newestFirst = (a: PageEntry, b: PageEntry) => (a.meta.date < b.meta.date ? 1 : -1);
    const pages = new Pages();
    await using app = await kernel(pages);
    for (let round = 0; round < 20; round++) {
      const kept = (pages.held.get("thoughts") ?? []).filter(() => random(10) > 0);
      const other = kept.map((page, n) => (random(8) === 0 ? entry(1000 * round + n) : page));
      const come = Array.from({ length: random(12) }, (_, n) => entry(1000 * round + 500 + n));
      pages.held.set("thoughts", [...other, ...come].sort(newestFirst));
      await app.emit(PageChanged, changed("thoughts"));
      await using fresh = await kernel(pages);
      expect(await app.numbers()).toEqual(await fresh.numbers());
    }
  });

  test("a change that was told, before anybody asks", async () => {
    const pages = new Pages({ thoughts: [thought("2026-01-01")] });
    await using app = await kernel(pages, {}, { mode: "serve" });
    let asked = 0;
    const list = pages.list;
    pages.list = type => {
      if (type === "thoughts") asked++;
      return list(type);
    };
    for (let round = 0; round < 5; round++) await app.emit(PageChanged, changed("thoughts"));
    await until(() => asked > 0);
    expect(asked).toBe(1); // once for all of them
    await app.numbers();
    expect(asked).toBe(2);
  });

  test("a page of whose change nobody told", async () => {
    const pages = new Pages({ thoughts: [thought("2026-01-01")] });
    await using app = await kernel(pages);
    expect((await app.numbers()).total_thoughts).toBe(1);
    pages.held.set("thoughts", []);
    expect(await app.numbers()).toMatchObject(nothing);
  });

  test("a page that changes while the list is read is in the next answer", async () => {
    const pages = new Pages({ thoughts: [thought("2026-01-01")] });
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const slow = fake(Content, {
      list: async type => {
        const held = pages.held.get(type) ?? [];
        begun.resolve();
        await gate.promise;
        return held;
      },
    });
    await using app = await testKernel([slow, analytics], { folders: { analytics: folder } });
    const first = app.get("/analytics");
    await begun.promise;
    pages.held.set("thoughts", []);
    app.kernel.bus.emit("test", PageChanged, changed("thoughts", "deleted"));
    gate.resolve();
    expect((await first).status).toBe(200);
    expect((await app.get("/analytics")).body.total_thoughts).toBe(0);
  });

  test("lists that fail once are asked for again", async () => {
    let well = false;
    const ill = fake(Content, {
      list: async () => {
        if (!well) throw new Error("not now");
        return [];
      },
    });
    await using app = await testKernel([ill, analytics], { folders: { analytics: folder } });
    expect((await app.get("/analytics")).status).toBe(500);
    well = true;
    expect((await app.get("/analytics")).status).toBe(200);
  });

  test("a log that came, got its result, or went", async () => {
    await using app = await kernel();
    expect((await app.numbers()).total_sessions).toBe(0);
    const log = put(app.home, "logs/session-20260101-060000.log", logOf("working"), 600);
    expect((await app.numbers()).total_sessions).toBe(0);
    // The folder stays as it was: only the file has grown.
    const { mtimeMs } = statSync(dirname(log));
    put(app.home, "logs/session-20260101-060000.log", logOf("working", resultLine()), 300);
    utimesSync(dirname(log), mtimeMs / 1000, mtimeMs / 1000);
    expect((await app.numbers()).total_sessions).toBe(1);
    await Bun.file(log).delete();
    expect((await app.numbers()).total_sessions).toBe(0);
  });
});

describe("the logs of sessions", () => {
  test("a session of Hearth is counted once, when it has ended", async () => {
    const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };
    await using app = await sessionsKernel(
      async function* () {
        yield start;
        yield result({ turns: 6, durationMs: 1200, costUsd: 0.25, usage });
      },
      { plugins: [new Pages().plugin, analytics], folders: { analytics: folder, sessions: sessionsFolder } },
    );
    expect((await app.get("/analytics")).body.total_sessions).toBe(0);
    await app.emit(Settled, {});
    await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect((await app.get("/analytics")).body).toMatchObject({
      total_sessions: 1,
      avg_turns: 6,
      avg_duration_ms: 1200,
      total_cost_usd: 0.25,
      total_tokens: 10,
      daily_activity: [{ date: "2026-11-21", thoughts: 0, dreams: 0, sessions: 1 }],
    });
  });

  test("the last line that is a result counts, whatever comes after it", async () => {
    const other = '{"type":"assistant","message":{"type":"result","num_turns":99}}';
    const torn = '{"type":"result","num_turns":99';
    const text = logOf(resultLine({ num_turns: 1 }), resultLine({ num_turns: 2 }), other, torn, 'say "type":"result"');
    await using app = await kernel(new Pages(), { "session-20260101-060000.log": text });
    expect(await app.numbers()).toMatchObject({ total_sessions: 1, avg_turns: 2 });
  });

  test("a result is found far before the end, and one as long as a book", async () => {
    const logs = {
      "session-20260101-060000.log": logOf(resultLine(), "x\n".repeat(400_000)),
      "session-20260101-070000.log": logOf(resultLine({ result: "ö".repeat(500_000) })),
    };
    await using app = await kernel(new Pages(), logs);
    expect(await app.numbers()).toMatchObject({ total_sessions: 2, total_tokens: 20 });
  });

  test("numbers that are none count as 0, and break nothing", async () => {
    const logs = {
      "session-20260101-060000.log": logOf(
        resultLine({ duration_ms: "long", num_turns: -1, total_cost_usd: null, usage: null }),
      ),
      "session-20260102-060000.log": logOf(resultLine({ duration_ms: 10.5, usage: { input_tokens: [7] } })),
      "session-20260103-060000.log": logOf('{"type":"result","duration_ms":1e400,"num_turns":{"a":1}}'),
    };
    await using app = await kernel(new Pages(), logs);
    expect(await app.numbers()).toMatchObject({
      total_sessions: 3,
      avg_duration_ms: 3.5,
      avg_turns: 4 / 3,
      total_cost_usd: 0.5,
      total_tokens: 0,
    });
  });

  test("what is no log of a session is passed over: names, folders, links out of the home, bytes", async () => {
    using elsewhere = await temporaryHome({ "secret.log": logOf(resultLine()) });
    await using app = await kernel(new Pages(), {
      "session-.log": logOf(resultLine()),
      "telegram-talk-close-20260101.log": logOf(resultLine()),
      "session-20260101-060000.txt": logOf(resultLine()),
      "session-20260101-060001.log": "",
    });
    const at = (name: string) => join(app.home.path, "logs", name);
    mkdirSync(at("session-20260101-060002.log"));
    symlinkSync(join(elsewhere.home.path, "secret.log"), at("session-20260101-060003.log"));
    symlinkSync(at("session-20260101-060004.log"), at("session-20260101-060004.log"));
    writeFileSync(at("session-20260101-060005.log"), new Uint8Array([0xff, 0xfe, 0x00, 0x0a, 0xc3]));
    writeFileSync(
      at("session-20260101-060006.log"),
      Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from(resultLine())]),
    );
    Bun.spawnSync(["mkfifo", at("session-20260101-060007.log")]);
    expect(await app.numbers()).toMatchObject({ total_sessions: 1 });
  });

  test("a folder of logs that leads out of the home is not read", async () => {
    using elsewhere = await temporaryHome({ "session-20260101-060000.log": logOf(resultLine()) });
    await using app = await kernel();
    symlinkSync(elsewhere.home.path, join(app.home.path, "logs"));
    expect((await app.numbers()).total_sessions).toBe(0);
  });

  test("each log is read once, over restarts too, and again when it is another", async () => {
    using place = await temporaryHome();
    const db = new Database(":memory:", { strict: true });
    db.run(readFileSync(join(folder, "migrations/0001_logs.sql"), "utf8"));
    const turns = async () => {
      const { signal } = new AbortController();
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const logs = new SessionLogs({ home: place.home, book: new LogBook(db), timeZone: "UTC", log, signal });
      await logs.upToDate();
      return logs.sessions.map(session => session.turns).toSorted();
    };
    const first = put(place.home, "logs/session-20260101-060000.log", logOf(resultLine({ num_turns: 1 })));
    put(place.home, "logs/session-20260101-070000.log", logOf(resultLine({ num_turns: 2 })));
    expect(await turns()).toEqual([1, 2]);
    const { mtimeMs } = statSync(first);
    writeFileSync(first, logOf(resultLine({ num_turns: 9 })));
    utimesSync(first, mtimeMs / 1000, mtimeMs / 1000);
    expect(await turns()).toEqual([1, 2]); // as long and as old as before: nobody looked inside
    put(place.home, "logs/session-20260101-060000.log", logOf(resultLine({ num_turns: 9 })), 60);
    await Bun.file(join(place.home.path, "logs/session-20260101-070000.log")).delete();
    expect(await turns()).toEqual([9]);
    expect(new LogBook(db).load().size).toBe(1);
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(analytics, { showCosts: false })).toThrow(
    'has no setting "showCosts". Did you mean "showCost"?',
  );
});

test("turned off, it leaves nothing behind", () =>
  expectClean(analytics, [new Pages().plugin], { folders: { analytics: folder } }));
