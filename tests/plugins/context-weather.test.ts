import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { configured, expectClean, type TestKernel, testKernel } from "hearth/testing";
import { type Gathering, type SessionType, WakeContext } from "hearth-plugins/sessions";
import { auroraText, roundHalfEven } from "../../plugins/context-weather/aurora";
import { DaylightBook, daylightSeconds } from "../../plugins/context-weather/daylight";
import plugin from "../../plugins/context-weather/plugin";

const folder = join(import.meta.dir, "../../plugins/context-weather");

type Answer = (request: Request) => Response | Promise<Response>;

/** What the stand-in for both services answers; each test changes what it is about. */
let answers: { line: Answer; sky: Answer; kp: Answer };
let asked: { url: string; agent: string | null }[];
let server: Bun.Server<undefined>;
let app: TestKernel | undefined;

beforeEach(async () => {
  asked = [];
  answers = {
    line: () => new Response("  Light snow, -3°C, wind ↗11km/h\n"),
    sky: () => Response.json(sky()),
    kp: () => Response.json(kpRows("2.33")),
  };
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push({ url: request.url, agent: request.headers.get("user-agent") });
      const url = new URL(request.url);
      if (url.pathname.endsWith(".json")) return answers.kp(request);
      return url.searchParams.get("format") === "j1" ? answers.sky(request) : answers.line(request);
    },
  });
  app = undefined;
});
afterEach(async () => {
  await app?.[Symbol.asyncDispose]();
  await server.stop(true);
});

function sky(over: object = {}, date = "2026-11-21") {
  const astronomy = {
    sunrise: "08:41 AM",
    sunset: "03:33 PM",
    moon_phase: "Waxing Gibbous",
    moon_illumination: "87",
    ...over,
  };
  return { weather: [{ date, astronomy: [astronomy] }, { date: "later" }] };
}
const kpRows = (observed: string) => [
  ["time_tag", "kp", "observed", "noaa_scale"],
  ["2026-11-20 21:00:00", "6.00", "observed", "G2"],
  ["2026-11-21 00:00:00", observed, "observed", null],
  ["2026-11-21 03:00:00", "5.00", "predicted", "G1"],
];

type Table = Record<string, unknown>;
const start = (settings: Table) =>
  testKernel([configured(plugin, settings)], { folders: { "context-weather": folder } });

/** Both sections as text, and what the sources noted. The first look of a test starts the plugin. */
async function look(over: Partial<Gathering> = {}, settings: Table = {}) {
  const wake: Gathering = {
    session: "s",
    type: "morning",
    settings: {} as SessionType,
    messages: [],
    now: new Date("2026-11-21T06:00:00Z"),
    timeZone: "UTC",
    dryRun: false,
    sections: new Map(),
    ...over,
  };
  app ??= await start({
    place: "Helsinki",
    weatherUrl: `${server.url}`,
    spaceWeatherUrl: `${server.url}`,
    ...settings,
  });
  const { ok, outcomes } = await app.run(WakeContext, wake);
  expect(ok).toBe(true);
  const text = (id: string) => wake.sections.get(id)?.text;
  return { weather: text("weather"), light: text("light"), notes: outcomes.map(({ note }) => note ?? "").join("; ") };
}
/** The light of a day whose sun sets at a time. */
const lightOf = (date: string, sunset: string, over: Partial<Gathering> = {}) => {
  answers.sky = () => Response.json(sky({ sunset }, date));
  return look(over).then(({ light }) => light!);
};

describe("its settings", () => {
  test("without a place it adds nothing and asks nobody", async () => {
    app = await start({});
    expect(app.items(WakeContext)).toEqual([]);
    expect(asked).toEqual([]);
  });
  test("refuse what they do not know, by name", () => {
    expect(() => configured(plugin, { plaec: "Oslo" })).toThrow("plaec");
    expect(() => configured(plugin, { place: " " })).toThrow("place");
    expect(() => configured(plugin, { weatherUrl: "nowhere" })).toThrow("weatherUrl");
  });
});

describe("weather", () => {
  test("is one line", async () => {
    expect((await look()).weather).toBe("Weather in Helsinki: Light snow, -3°C, wind ↗11km/h");
  });
  test("asks for the place by name, and introduces itself", async () => {
    await look({}, { place: "São Paulo/Centro", userAgent: "a-house/2" });
    const line = asked.find(({ url }) => url.includes("%25C"))!;
    expect(new URL(line.url).pathname).toBe("/S%C3%A3o%20Paulo%2FCentro");
    expect(new URL(line.url).searchParams.get("format")).toBe("%C, %t, wind %w");
    expect(line.agent).toBe("a-house/2");
  });

  const bad: Record<string, Answer> = {
    "an error": () => new Response("oh", { status: 503 }),
    nothing: () => new Response(" \n"),
    "a place it does not know": () => new Response("Unknown location; please try ~60.1,24.9"),
    "a page": () => new Response("<html><body>busy</body></html>"),
    "far too much": () => new Response("x".repeat(2 ** 20 + 1)),
  };
  test.each(Object.keys(bad))("E8: on %s it is unavailable, and the rest stands", async kind => {
    answers.line = bad[kind]!;
    const { weather, light, notes } = await look();
    expect(weather).toBe("Weather in Helsinki: (unavailable)");
    expect(light).toContain("Moon:");
    expect(notes).not.toBe("");
  });
  test("E8: where nobody answers it is unavailable", async () => {
    const { weather, light, notes } = await look({}, { weatherUrl: "http://127.0.0.1:1" });
    expect([weather, light]).toEqual(["Weather in Helsinki: (unavailable)", "Aurora: Kp 2.33 — quiet"]);
    expect(notes).not.toBe("");
  });
  test("a redirect is not followed", async () => {
    answers.line = ({ url }) =>
      url.includes("elsewhere") ? new Response("Sunny") : Response.redirect(`${server.url}elsewhere?format=x`);
    const { weather, notes } = await look();
    expect(weather).toContain("(unavailable)");
    expect(notes).toContain("answered 302");
    expect(asked.some(({ url }) => url.includes("elsewhere"))).toBe(false);
  });
  test("a service that does not answer in time is unavailable", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answers.line = answers.sky = () => promise.then(() => new Response("late"));
    const { weather, light } = await look({}, { timeout: 0.05 });
    resolve();
    expect(weather).toContain("(unavailable)");
    expect(light).toBe("Aurora: Kp 2.33 — quiet");
  });
  test("an answer of many lines stays on one, and short", async () => {
    answers.line = () => new Response(`Sunny\n\n## Orders\n${"x".repeat(500)}`);
    const { weather } = await look();
    expect(weather).toStartWith("Weather in Helsinki: Sunny ## Orders xxx");
    expect(weather!.length).toBeLessThan(160);
  });
});

describe("light", () => {
  test("has daylight, moon and aurora", async () => {
    expect((await look()).light).toBe(
      [
        "Daylight: sunrise 08:41 AM, sunset 03:33 PM, 6h 52m",
        "Moon: Waxing Gibbous (87%)",
        "Aurora: Kp 2.33 — quiet",
      ].join("\n"),
    );
  });
  test("P6: compares with yesterday by date, however many sessions there were today", async () => {
    await lightOf("2026-11-20", "03:37 PM");
    const first = await lightOf("2026-11-21", "03:33 PM");
    const second = await lightOf("2026-11-21", "03:33 PM");
    expect(first).toContain("6h 52m (-4 min against yesterday)");
    expect(second).toBe(first);
  });
  test("P6: without yesterday's there is no comparison, and a gap of days is none", async () => {
    await lightOf("2026-11-18", "04:37 PM");
    expect(await lightOf("2026-11-21", "03:33 PM")).not.toContain("yesterday");
  });
  test("P6: another place's yesterday does not count, and only yesterday and today are kept", async () => {
    const db = new Database(":memory:");
    db.run(await Bun.file(join(folder, "migrations/001-daylight.sql")).text());
    const [here, there] = [new DaylightBook(db, "Helsinki"), new DaylightBook(db, "Oslo")];
    there.write("2026-11-18", 20_000);
    for (const day of ["2026-11-18", "2026-11-19", "2026-11-20"]) here.write(day, 25_000);
    expect(["2026-11-18", "2026-11-19", "2026-11-20"].map(day => here.on(day))).toEqual([undefined, 25_000, 25_000]);
    expect([there.on("2026-11-18"), there.on("2026-11-19")]).toEqual([20_000, undefined]);
  });
  test("no difference is not worth a word; more light is a plus", async () => {
    await lightOf("2026-11-20", "03:33 PM");
    expect(await lightOf("2026-11-21", "03:33 PM")).not.toContain("yesterday");
    expect(await lightOf("2026-11-22", "03:34 PM")).toContain("(+1 min against yesterday)");
  });
  test("E22: a dry run compares, and writes nothing down", async () => {
    await lightOf("2026-11-20", "03:37 PM");
    expect(await lightOf("2026-11-21", "03:33 PM", { dryRun: true })).toContain("(-4 min against yesterday)");
    expect(await lightOf("2026-11-22", "03:30 PM")).not.toContain("yesterday");
  });
  test("a service that names no date is taken to mean the wake's, in its zone", async () => {
    const timeZone = "Europe/Helsinki";
    await lightOf("no date", "03:37 PM", { now: new Date("2026-11-20T23:30:00Z"), timeZone });
    expect(await lightOf("2026-11-22", "03:33 PM")).toContain("(-4 min against yesterday)");
  });

  const shapes: Record<string, unknown> = {
    "a list": [],
    "no days": { weather: [] },
    "no sky": { weather: [{ date: "2026-11-21", astronomy: [] }] },
    "a sky of another shape": { weather: [{ astronomy: [{ sunrise: {}, sunset: [], moon_phase: null }] }] },
    null: null,
  };
  test.each(Object.keys(shapes))("E8: of %s only the other lines are left", async kind => {
    answers.sky = () => Response.json(shapes[kind]);
    const { weather, light } = await look();
    expect(light).toBe("Aurora: Kp 2.33 — quiet");
    expect(weather).toContain("Light snow");
  });
  test("E8: what is not JSON is noted", async () => {
    answers.sky = () => new Response("<html>");
    answers.kp = () => new Response("oops");
    const { light, notes } = await look();
    expect(light).toBeUndefined();
    expect(notes).toContain("JSON");
  });
  test.each([
    ["No sunrise", "No sunset"],
    ["03:33 PM", "08:41 AM"],
    ["13:00 AM", "03:33 PM"],
  ])("sunrise %s, sunset %s: no daylight line", (sunrise, sunset) => {
    expect(daylightSeconds({ sunrise, sunset })).toBeUndefined();
  });
  test("noon and midnight are read as such", () => {
    expect(daylightSeconds({ sunrise: "12:00 AM", sunset: "12:00 PM" })).toBe(12 * 3600);
  });
});

describe("aurora", () => {
  test("takes the newest observed row, as a list or as an object", async () => {
    answers.kp = () =>
      Response.json([
        { time_tag: "2026-11-21T00:00:00", kp: 4.67, observed: "observed" },
        { time_tag: "2026-11-21T03:00:00", kp: 1, observed: "predicted" },
        { broken: true },
        7,
      ]);
    expect((await look()).light).toEndWith("Aurora: Kp 4.67 — active");
  });
  test.each(["", "much", null])("E8: an observed Kp of %p is left out", async value => {
    answers.kp = () => Response.json([["2026-11-21 00:00:00", value, "observed"]]);
    expect((await look()).light).not.toContain("Aurora");
  });
  test("the words, halves to the even number", () => {
    expect([2.5, 3.5, 4.5, 5.5].map(roundHalfEven)).toEqual([2, 4, 4, 6]);
    expect(["2.50", "2.67", "3.50", "4.50", "4.67"].map(value => auroraText(value).split(" — ")[1]!)).toEqual([
      "quiet",
      "possible tonight",
      "likely tonight",
      "likely tonight",
      "active",
    ]);
  });
});

test("turned off, it leaves nothing behind", () =>
  expectClean(configured(plugin, { place: "Helsinki" }), [], { folders: { "context-weather": folder } }));
