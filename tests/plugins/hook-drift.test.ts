import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin } from "hearth";
import { configured, expectClean, HeldClock, temporaryHome, testKernel } from "hearth/testing";
import { type Gathering, PostSession, WakeContext } from "hearth-plugins/sessions";
import { arcOf } from "../../plugins/hook-drift/arc";
import { driftBlock } from "../../plugins/hook-drift/box";
import { daysAfter, daysBetween, isDay } from "../../plugins/hook-drift/days";
import { atLeast } from "../../plugins/hook-drift/new-words";
import plugin from "../../plugins/hook-drift/plugin";
import { logOdds } from "../../plugins/hook-drift/shifts";
import { noSignals, type Signals, signalsIn } from "../../plugins/hook-drift/signals";
import { trendOf } from "../../plugins/hook-drift/trend";
import { keyOf, proseOf, sentencesOf, wordsOf } from "../../plugins/hook-drift/words";
import { diary, indexed, type Leaf, memoryOf } from "../fixtures/diary";
import { ended, settings } from "./hook-session";

const FILE = "data/drift-signals.json";
const MOODS = "data/mood-history.jsonl";
const NOW = "2026-05-10T12:00:00Z";
/** 104 days up to today. */
const FROM = "2026-01-27";

const session = ended({ endedAt: new Date(NOW) });

async function house(leaves: readonly Leaf[], { files = {}, now = NOW, timeZone = "UTC", table = {} } = {}) {
  const place = await temporaryHome(files);
  const app = await testKernel([memoryOf(leaves), indexed, configured(plugin, table)], {
    home: place.home,
    clock: new HeldClock(now),
    timeZone,
  });
  const run = async (): Promise<Signals> => {
    const report = await app.run(PostSession, session);
    expect(report.outcomes.find(({ id }) => id === "drift")).toMatchObject({ state: "done" });
    return JSON.parse((await place.home.read(FILE))!.text);
  };
  const wake = async () => {
    const gathering: Gathering = {
      session: "s",
      type: "morning",
      settings,
      messages: [],
      now: new Date(now),
      timeZone,
      dryRun: true,
      sections: new Map(),
    };
    const report = await app.run(WakeContext, gathering);
    return { text: gathering.sections.get("drift")?.text, note: report.outcomes[0]!.note };
  };
  return {
    app,
    home: place.home,
    run,
    wake,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    },
  };
}

/** The recent days end on the day of NOW. */
const isRecent = (day: number) => day >= 97;

describe("words", () => {
  test("are the same word in the plural, with capitals and in the possessive", () => {
    expect(["gardens", "garden", "garden's", "stories", "glass", "focus", "boxes"].map(keyOf)).toEqual([
      "garden",
      "garden",
      "garden",
      "story",
      "glass",
      "focus",
      "boxe",
    ]);
  });

  test("are read without marks, code, comments and addresses", () => {
    const text =
      "# A *bright* day\n```\nlet code\n```\nsee [the sea](http://x.y/z) and [[Ada|my friend]] <!-- not\nthis --> `nor this` https://a.b/c end";
    expect(wordsOf(proseOf(text)).map(word => word.text)).toEqual(
      "A bright day see the sea and my friend end".split(" "),
    );
  });

  test("hostile text costs no time that grows with its square", () => {
    for (const bad of ["[", "[[", "](", "`", "<!--", "_", "# ", " \n", ".\n ", "```\n"]) {
      const text = bad.repeat(100_000);
      expect(sentencesOf(proseOf(text)).length).toBeGreaterThanOrEqual(0);
    }
  });

  test("sentences end with their stops and with their paragraphs", () => {
    expect(sentencesOf("One. Two? “Three!” Four\n\nfive e.g. six\n- seven")).toHaveLength(6);
  });
});

describe("statistics", () => {
  test("golden: the log-odds ratio with an informative prior, worked out by hand", () => {
    // prior 0.1 × 1000 = 100; alpha 0.1 × 12 = 1.2
    const z = logOdds(Float64Array.of(800, 200), Uint8Array.of(0, 1))(10, 2);
    const delta = Math.log(11.2 / (200 + 100 - 11.2)) - Math.log(3.2 / (800 + 100 - 3.2));
    expect(z).toBeCloseTo(delta / Math.sqrt(1 / 11.2 + 1 / 3.2), 10);
  });

  test("golden: the hypergeometric tail", () => {
    expect(atLeast(4, 4, 7, 35)).toBeCloseTo(35 / 52_360, 8);
    expect(atLeast(0, 4, 7, 35)).toBeCloseTo(1, 8);
    expect(atLeast(1, 3, 7, 8)).toBeCloseTo(1, 8);
  });

  test("golden: Theil and Sen, Mann and Kendall, successive differences", () => {
    const line = [0, 1, 2, 3, 4, 5, 6].map(at => ({ at, value: at * 0.1 }));
    const outlier = [...line.slice(0, 6), { at: 6, value: -9 }];
    expect(trendOf(line)).toMatchObject({
      median: expect.closeTo(0.3),
      slope: expect.closeTo(0.1),
      volatility: expect.closeTo(0.1),
    });
    expect(trendOf(line)!.z).toBeCloseTo(20 / Math.sqrt((7 * 6 * 19) / 18), 8);
    expect(trendOf(outlier)!.slope).toBeCloseTo(0.1, 6);
    expect(trendOf([1, 2, 3].map(at => ({ at, value: 0.5 })))).toMatchObject({ slope: 0, z: 0, volatility: 0 });
    expect(trendOf([])).toBeUndefined();
  });

  test("days are days of the calendar", () => {
    expect(daysAfter("2026-02-27", 2)).toBe("2026-03-01");
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
    expect(["2026-02-29", "2026-1-1", "9999-99-99", ""].filter(isDay)).toEqual([]);
  });
});

describe("topics", () => {
  test("one that was planted in the last days is found, with the words that come with it", async () => {
    const planted = (day: number, work: number) =>
      isRecent(day) && work < 2 ? "The garden asks for water. Seedlings! The garden again." : "";
    await using at = await house(diary({ seed: 1, from: FROM, days: 104, planted }));
    const { status, topics, statistics, window, counts } = await at.run();
    expect(status).toBe("ok");
    expect(topics.gravitating).toHaveLength(1);
    expect(topics.gravitating[0]).toMatch(/garden/i);
    expect(topics.gravitating[0]).toMatch(/seedlings/i);
    expect(topics.receding).toEqual([]);
    expect(statistics!.gravitating[0]!.terms.find(({ term }) => term === "garden")).toMatchObject({
      recent: 14,
      before: 0,
      recent_days: 7,
    });
    expect(window).toMatchObject({
      from: "2026-05-04",
      to: "2026-05-10",
      before_from: "2026-04-06",
      days_of_writing: 7,
      days_before: 28,
    });
    expect(counts).toMatchObject({ works: 21, works_before: 84 });
  });

  test("one that stopped is found as well", async () => {
    const planted = (day: number, work: number) => (!isRecent(day) && work < 2 ? "The lighthouse keeper waits." : "");
    await using at = await house(diary({ seed: 2, from: FROM, days: 104, planted }));
    const { topics } = await at.run();
    expect(topics.receding).toHaveLength(1);
    expect(topics.receding[0]).toMatch(/lighthouse keeper/);
    expect(topics.gravitating).toEqual([]);
  });

  test("one that is written every day as before is not told, nor one that filled a single day", async () => {
    const planted = (day: number) => `The garden grows. ${day === 100 ? "An owl! An owl! The owl! ".repeat(30) : ""}`;
    await using at = await house(diary({ seed: 3, from: FROM, days: 104, planted }));
    const { topics } = await at.run();
    expect([...topics.gravitating, ...topics.receding].join()).not.toMatch(/garden|owl/i);
  });

  test("two that have nothing in common are two", async () => {
    const leaves = diary({ seed: 4, from: FROM, days: 104 }).map((leaf, at): Leaf => {
      if (at < 97 * 3 || at % 3 === 2) return leaf;
      const sea = at % 3 === 0;
      return {
        ...leaf,
        text: `${leaf.text} ${sea ? "Tide and harbour." : "Violin and sonata."}`,
        vector: sea ? [0, 1, 0] : [0, 0, 1],
      };
    });
    await using at = await house(leaves);
    const { topics } = await at.run();
    expect(topics.gravitating).toHaveLength(2);
    for (const topic of topics.gravitating)
      expect(topic).toMatch(/^(?=.*tide)(?=.*harbour)(?!.*violin)|^(?=.*violin)(?=.*sonata)(?!.*tide)/i);
  });

  test("a diary in which nothing changes gives nothing, but for one time in twenty", async () => {
    const alarms = { topics: 0, words: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      await using at = await house(diary({ seed, from: FROM, days: 104 }), { table: { shuffles: 299 } });
      const { topics, vocabulary } = await at.run();
      if (topics.gravitating.length + topics.receding.length > 0) alarms.topics++;
      if (vocabulary.emerging.length > 0) alarms.words++;
    }
    // At a chance of 0.05 each, more than 6 of 40 comes about less than one time in 200.
    expect(alarms.topics).toBeLessThanOrEqual(6);
    expect(alarms.words).toBeLessThanOrEqual(6);
  }, 60_000);

  test("who writes four times as much has not drifted", async () => {
    let alarms = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const leaves = diary({ seed, from: FROM, days: 104, perDay: day => (isRecent(day) ? 8 : 2) });
      await using at = await house(leaves, { table: { shuffles: 199 } });
      const { topics } = await at.run();
      if (topics.gravitating.length + topics.receding.length > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(3);
  }, 60_000);

  test("the same diary says the same, to the last digit", async () => {
    const leaves = diary({ seed: 5, from: FROM, days: 104, planted: day => (isRecent(day) ? "Snow falls." : "") });
    await using one = await house(leaves);
    await using other = await house(leaves.toReversed());
    expect(await other.run()).toEqual(await one.run());
  });
});

describe("new words", () => {
  test("are those that were hardly used before", async () => {
    const planted = (day: number, work: number) =>
      isRecent(day)
        ? "Phosphorescence again."
        : day === 50 && work === 0
          ? "Phosphorescence, once."
          : "An ordinary lamp.";
    await using at = await house(diary({ seed: 6, from: FROM, days: 104, planted }));
    const { vocabulary, statistics } = await at.run();
    expect(vocabulary.emerging).toEqual(["Phosphorescence"]);
    expect(statistics!.emerging[0]).toMatchObject({ recent: 21, before: 1, recent_days: 7 });
  });
});

describe("what is compared", () => {
  const planted = (day: number) => (isRecent(day) ? "Chrysanthemum." : "");
  const rest = () => diary({ seed: 7, from: FROM, days: 104 });
  const secret = (change: Partial<Leaf>) =>
    diary({ seed: 8, from: FROM, days: 104, planted })
      .slice(97 * 3)
      .map(leaf => ({ ...leaf, path: `x/${leaf.path}`, ...change }));

  test.each([
    ["what a person confided", { privacy: "private" }],
    ["what was only written down again", { recalled: true }],
    ["what somebody else wrote", { who: "visitor" }],
    ["what the keeper wrote", { who: "owner" }],
  ] as const)("M10: %s is not in it", async (_, change) => {
    await using at = await house([...rest(), ...secret(change)]);
    const text = JSON.stringify(await at.run());
    expect(text).not.toMatch(/chrysanthemum/i);
    await using open = await house([...rest(), ...secret({})]);
    expect(JSON.stringify(await open.run())).toMatch(/chrysanthemum/i);
  });

  test("a text that stands in many files counts once", async () => {
    const copies = Array.from(
      { length: 7 },
      (_, at): Leaf => ({ path: `copy/${at}.md`, date: daysAfter("2026-05-04", at), text: "Template of mine." }),
    );
    await using at = await house([...rest(), ...copies]);
    expect((await at.run()).topics.gravitating.join()).not.toMatch(/template/i);
  });

  test("what is dated in the future is not of these days, and what has no date of none", async () => {
    const future = Array.from(
      { length: 9 },
      (_, at): Leaf => ({ path: `f/${at}.md`, date: `2031-01-0${at + 1}`, text: `Rocket ${at}.` }),
    );
    await using at = await house([
      ...rest(),
      ...future,
      { path: "memory/memory.md", date: null, text: "Rocket for ever." },
    ]);
    const { window, counts } = await at.run();
    expect(window).toMatchObject({ to: "2026-05-10", days_of_writing: 7 });
    expect(counts!.works).toBe(21);
  });

  test("M12: the days are those of the house's zone", async () => {
    await using at = await house(rest(), { now: "2026-05-10T02:00:00Z", timeZone: "America/New_York" });
    expect((await at.run()).window!.to).toBe("2026-05-09");
  });

  test("a clock that moved back looks at what was before it, and not further on", async () => {
    await using at = await house(rest(), { now: "2026-03-10T12:00:00Z" });
    expect((await at.run()).window).toMatchObject({ from: "2026-03-04", to: "2026-03-10", days_of_writing: 7 });
  });

  test("under seven days of writing it says so, and with nothing before", async () => {
    await using few = await house(rest().slice(0, 6 * 3), { now: "2026-02-01T12:00:00Z" });
    expect(await few.run()).toMatchObject({ status: "insufficient_data", topics: noSignals.topics });
    await using none = await house([]);
    expect((await none.run()).status).toBe("insufficient_data");
    await using first = await house(rest().slice(0, 7 * 3), { now: "2026-02-02T12:00:00Z" });
    expect((await first.run()).status).toBe("insufficient_data");
    await using enough = await house(rest().slice(0, 8 * 3), { now: "2026-02-03T12:00:00Z" });
    expect((await enough.run()).status).toBe("ok");
  });
});

describe("the emotional arc", () => {
  const mood = (day: number, hour: number, valence: number, more = {}) =>
    JSON.stringify({
      timestamp: `${daysAfter("2026-05-04", day)}T${String(hour).padStart(2, "0")}:00:00Z`,
      self_report: { valence, arousal: -0.3 },
      derived: { valence: 0, arousal: 0 },
      blended: { valence: 0.9, arousal: 0.9 },
      weight: 0.8,
      ...more,
    });
  const rising = Array.from({ length: 21 }, (_, at) => mood(Math.floor(at / 3), 6 + 5 * (at % 3), -0.5 + at * 0.05));

  test("brightens where moods rise, and says how much", async () => {
    await using at = await house([], { files: { [MOODS]: `${rising.join("\n")}\n` } });
    const { emotional_arc: arc } = await at.run();
    expect(arc.summary).toMatch(/brightening \(valence \+0\.1\d a day\)/);
    expect(arc.summary).toMatch(/21 moods in 7 days/);
    expect(arc).toMatchObject({ entries: 21, valence: { median: 0 }, arousal: { slope: 0 } });
  });

  test("has no direction where they only swing", () => {
    const moods = Array.from({ length: 20 }, (_, at) => ({
      at: at * 3e7,
      day: `2026-01-${10 + at}`,
      valence: at % 2 ? 0.6 : -0.4,
      arousal: 0,
    }));
    expect(arcOf(moods, 7).summary).toMatch(/no clear direction, with large swings/);
    expect(arcOf(moods.slice(0, 4), 7)).toMatchObject({ summary: "", entries: 4 });
  });

  test("lines that cannot be used are passed over, moods that say nothing too, those of other days as well", async () => {
    const odd = [
      "{",
      "[]",
      '"x"',
      "null",
      '{"timestamp":"soon"}',
      mood(0, 3, 7),
      mood(1, 3, 0, { self_report: null, weight: 0 }),
      mood(30, 3, 1),
      mood(-30, 3, 1),
    ];
    await using at = await house([], { files: { [MOODS]: [...odd, ...rising].join("\n") } });
    // Of the mood with a valence of 7, which is none, the text's own counts.
    expect((await at.run()).emotional_arc.entries).toBe(22);
  });

  test("a history that is a folder costs the arc alone", async () => {
    await using at = await house(diary({ seed: 9, from: FROM, days: 104 }));
    await mkdir(join(at.home.path, MOODS), { recursive: true });
    expect(await at.run()).toMatchObject({ status: "ok", emotional_arc: { summary: "", entries: 0 } });
  });
});

describe("in the prompt", () => {
  const full = {
    status: "other",
    topics: { gravitating: ["tides (harbour)", "bread"], receding: ["owls"] },
    vocabulary: { emerging: ["a", "b", "c", "d", "e", "f"] },
    emotional_arc: { summary: "light and calm" },
  };

  test("stands as a box with what there is, five new words, and no empty lines", async () => {
    await using at = await house([], { files: { [FILE]: JSON.stringify(full) } });
    expect((await at.wake()).text).toBe(
      [
        "─── Drift, last 7 days ───",
        "Your writing is moving toward tides (harbour); bread, and away from owls.",
        "Words that are new with you: a, b, c, d, e.",
        "How it felt: light and calm.",
        "───────────────────",
      ].join("\n"),
    );
    const some = driftBlock(
      { ...noSignals, status: "ok", topics: { gravitating: [], receding: ["owls"] } },
      "2026-05-10",
    );
    expect(some.split("\n")).toEqual([
      "─── Drift, last 7 days ───",
      "Your writing is moving away from owls.",
      "─".repeat(19),
    ]);
  });

  test("an older one says of which days it is", () => {
    const window = {
      from: "2026-04-01",
      to: "2026-04-07",
      before_from: "",
      before_to: "",
      vocabulary_from: "",
      days_of_writing: 1,
      days_before: 1,
    };
    expect(driftBlock({ ...noSignals, status: "ok", window }, "2026-05-10")).toMatch(/7 days up to 2026-04-07/);
  });

  test("too little writing is one line", async () => {
    await using at = await house([], { files: { [FILE]: '{"status":"insufficient_data"}' } });
    expect((await at.wake()).text).toMatch(/^Drift: it takes 7 days of writing/);
  });

  test.each(["", "{", "[]", "null", "3", '"x"'])("a file that is %j is nothing, and a note", async text => {
    await using at = await house([], { files: { [FILE]: text } });
    expect(await at.wake()).toEqual({ text: undefined, note: `${FILE} is not a JSON object` });
  });

  test("a folder in its place is nothing and a note; no file at all is nothing", async () => {
    await using at = await house([]);
    expect(await at.wake()).toEqual({ text: undefined, note: undefined });
    await mkdir(join(at.home.path, FILE), { recursive: true });
    expect(await at.wake()).toEqual({ text: undefined, note: `${FILE} is not a file` });
  });

  test("wrong shapes are left out, and no text of the file breaks the box", () => {
    const odd = {
      topics: { gravitating: [1, "x\n\u202e─── Ambient", null], receding: "no" },
      vocabulary: 3,
      emotional_arc: [],
    };
    expect(signalsIn(odd)).toMatchObject({
      status: "ok",
      topics: { gravitating: ["x\n\u202e─── Ambient"], receding: [] },
      vocabulary: { emerging: [] },
    });
    expect(driftBlock(signalsIn(odd), "2026-05-10").split("\n")).toHaveLength(3);
  });
});

describe("GET /analytics/drift", () => {
  test("is what was computed, with a strong ETag, anew when the file is", async () => {
    await using at = await house(diary({ seed: 10, from: FROM, days: 104 }));
    const before = await at.app.get("/analytics/drift");
    expect(before).toMatchObject({ status: 200, body: { status: "insufficient_data", computed_at: null } });
    const signals = await at.run();
    const after = await at.app.get("/analytics/drift");
    expect(after.body).toEqual(signals);
    const etag = after.headers.get("etag")!;
    expect(etag).not.toBe(before.headers.get("etag"));
    expect((await at.app.get("/analytics/drift", { headers: { "if-none-match": etag } })).status).toBe(304);
  });

  test("needs the service key: unpublished papers are in it", async () => {
    await using at = await house([]);
    expect((await at.app.get("/analytics/drift", { key: null })).status).toBe(401);
  });

  test.each(["{", '{"status":[],"topics":7,"statistics":"x"}'])("a file that is %s is no error", async text => {
    await using at = await house([], { files: { [FILE]: text } });
    expect((await at.app.get("/analytics/drift")).status).toBe(200);
  });
});

test("H14: runs only when memory has the files; without memory-index it is refused by name", async () => {
  expect(testKernel([memoryOf([]), configured(plugin)])).rejects.toThrow(/"drift" of hook-drift needs "memory-index"/);
  const failing = definePlugin({
    id: "failing",
    summary: "fails",
    setup: ctx =>
      ctx.add(PostSession, {
        id: "memory-index",
        run: () => {
          throw new Error("no");
        },
      }),
  });
  await using app = await testKernel([memoryOf([]), failing, configured(plugin)]);
  expect((await app.run(PostSession, session)).outcomes.find(({ id }) => id === "drift")).toMatchObject({
    state: "skipped",
    note: expect.stringContaining("memory-index"),
  });
});

test("a stop in the middle leaves the old file as it was", async () => {
  await using at = await house(diary({ seed: 11, from: FROM, days: 104 }), {
    files: { [FILE]: '{"status":"old"}' },
    table: { shuffles: 9999 },
  });
  const running = at.app.run(PostSession, session);
  await at.app.kernel.disable("hook-drift");
  await running;
  expect((await at.home.read(FILE))!.text).toBe('{"status":"old"}');
});

test("refuses wrong settings by name", () => {
  expect(() => configured(plugin, { days: 0 })).toThrow(/days/);
  expect(() => configured(plugin, { alarm: 2 })).toThrow(/alarm/);
  expect(() => configured(plugin, { windw: 2 })).toThrow(/windw/);
});

test("leaves nothing behind", () => expectClean(plugin, [memoryOf([]), indexed]));
