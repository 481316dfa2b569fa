import { describe, expect, test } from "bun:test";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { configured, expectClean, HeldClock, temporaryHome, testKernel } from "hearth/testing";
import { type Gathering, PostSession, type Session, WakeContext } from "hearth-plugins/sessions";
import { blend, decay, moodOfText, moodOfWords, residual, tokens } from "../../plugins/hook-mood/affect";
import { ambientBlock } from "../../plugins/hook-mood/ambient";
import { makeEntry } from "../../plugins/hook-mood/entry";
import { journalOf, readJournal } from "../../plugins/hook-mood/journal";
import { feelingWords, moodWords } from "../../plugins/hook-mood/lexicon";
import plugin from "../../plugins/hook-mood/plugin";
import { readState, type State } from "../../plugins/hook-mood/state";
import { weightOf } from "../../plugins/hook-mood/weight";
import { ended, settings, wellEnded } from "./hook-session";

const STATE = "data/mood-state.json";
const HISTORY = "data/mood-history.jsonl";
const calmJournal = `---\ntitle: A\nmood: quiet, warm, unknown\n---\n${"word ".repeat(300)}`;

describe("how a mood fades and blends", () => {
  test("golden: decay after 3, 6, 12 and 24 hours", () => {
    expect([3, 6, 12, 24].map(hours => Number(decay(hours).toFixed(4)))).toEqual([0.7, 0.49, 0.2401, 0.0576]);
  });

  test("half of it has gone after the half-life, whatever that is", () => {
    for (const halfLife of [5.83, 1, 24]) expect(decay(halfLife, halfLife)).toBeCloseTo(0.5, 4);
  });

  test("golden: what is left of (0.6, -0.4) after 3 hours", () => {
    expect(residual({ valence: 0.6, arousal: -0.4 }, 3)).toEqual({ valence: 0.42, arousal: -0.28 });
  });

  test("golden: blends at weight 0.4 and 1", () => {
    const left = residual({ valence: 0.6, arousal: -0.4 }, 3);
    const now = { valence: 0.2, arousal: 0 };
    expect(blend(left, now, 0.4)).toEqual({ valence: 0.33, arousal: -0.17 });
    expect(blend(left, now, 1)).toEqual({ valence: 0.2, arousal: 0 });
    expect(blend(undefined, now, 0.4)).toEqual(now);
  });
});

describe("words of mood", () => {
  test("golden: quiet, warm and a word nobody knows", () => {
    expect(moodOfWords(["quiet", "warm", "unknown"])).toEqual({ valence: 0.4, arousal: -0.3 });
    expect(moodOfWords(["unknown"])).toBeUndefined();
  });

  test("the anchors keep their values", () => {
    const anchors = {
      grateful: [0.7, 0],
      delighted: [0.7, 0.3],
      playful: [0.6, 0.4],
      warm: [0.6, -0.1],
      alive: [0.5, 0.4],
      peaceful: [0.5, -0.5],
      astonished: [0.4, 0.5],
      quiet: [0.2, -0.5],
      still: [0.2, -0.7],
      restless: [-0.2, 0.4],
      tired: [-0.2, -0.5],
      overwhelmed: [-0.3, 0.5],
      heavy: [-0.3, -0.1],
    };
    expect(Object.fromEntries(Object.keys(anchors).map(word => [word, [...moodWords.get(word)!]]))).toEqual(anchors);
  });

  test("H7: the lexicon is balanced, and knows grief, anger, fear and loneliness", () => {
    const all = [...moodWords.values()];
    expect(all.length).toBeGreaterThan(200);
    for (const part of [0, 1] as const) {
      expect(Math.abs(all.reduce((sum, affect) => sum + affect[part], 0) / all.length)).toBeLessThan(0.15);
      for (const affect of all) expect(Math.abs(affect[part])).toBeLessThanOrEqual(1);
    }
    const bad = all.filter(([valence]) => valence < 0).length / all.length;
    expect(bad).toBeGreaterThan(0.4);
    expect(bad).toBeLessThan(0.6);
    for (const word of ["grief", "anger", "fear", "loneliness"]) expect(feelingWords.get(word)![0]).toBeLessThan(-0.5);
  });

  test("H7: what stands around a word does not hide it", () => {
    expect(tokens("Grateful, (delighted)! don’t — “alive”.")).toEqual(["grateful", "delighted", "don’t", "alive"]);
    expect(moodOfText("Afraid. AFRAID! (afraid)")).toEqual({ valence: -0.6, arousal: 0.6 });
  });

  test("H7: everyday words say no mood in running text, but do when a mood is named", () => {
    expect(moodOfText("I am still here, with an open door. Still. full light")).toBeUndefined();
    expect(moodOfWords(["still"])).toEqual({ valence: 0.2, arousal: -0.7 });
  });

  test("H7: mood may be a list or a text, and odd values are passed over", () => {
    expect(readJournal("---\nmood: [Quiet, warm]\n---\nb").moodWords).toEqual(["quiet", "warm"]);
    expect(readJournal("---\nmood: Quiet ,  a  little\n---\nb").moodWords).toEqual(["quiet", "a little"]);
    expect(readJournal("---\nmood: [1, { a: b }, null, warm]\n---\nb").moodWords).toEqual(["warm"]);
    expect(readJournal("---\nmood: 3\n---\nb").moodWords).toEqual([]);
    expect(readJournal("---\n[\n---\nb").moodWords).toEqual([]);
  });
});

describe("the weight of a session", () => {
  const weigh = (type: string, style: "scheduled" | "unscheduled" | "self", words = 500, weights = {}, most = 0.9) =>
    weightOf({ type, settings: { ...settings, style } }, words, weights, most);

  test("H7: stays below 1, so that no session erases all before it", () => {
    expect(weigh("morning", "scheduled")).toBe(0.8);
    expect(weigh("morning", "scheduled", 5000)).toBe(0.9);
    expect(weigh("morning", "scheduled", 5000, { morning: 1 })).toBe(0.9);
    expect(weigh("morning", "scheduled", 5000, { morning: 1 }, 1)).toBe(1);
  });

  test("goes by type, then by style, then by the rest; a short journal weighs less", () => {
    expect(weigh("self", "self")).toBe(0.75);
    expect(weigh("custom", "unscheduled")).toBe(0.7);
    expect(weigh("telegram", "unscheduled")).toBe(0.4);
    expect(weigh("visit", "unscheduled", 20)).toBe(0.1);
    expect(weigh("correspondence", "unscheduled")).toBe(0.5);
    expect(weigh("morning", "scheduled", 500, { scheduled: 0.6 })).toBe(0.6);
    expect(weigh("morning", "scheduled", 500, { scheduled: 0.6, morning: 0.2 })).toBe(0.2);
  });
});

describe("the journal of a session", () => {
  const aged = async (path: string, file: string, hour: number) => {
    const time = new Date(Date.UTC(2026, 0, 15, hour));
    await utimes(join(path, file), time, time);
  };

  test("H6: is the newest thought that this session wrote, not the newest there is", async () => {
    using place = await temporaryHome({
      "thoughts/a.md": "---\nmood: warm\n---\nmine",
      "thoughts/b.md": "---\nmood: quiet\n---\nmine, later",
      "thoughts/other.md": "---\nmood: afraid\n---\nsomebody else's",
    });
    await aged(place.home.path, "thoughts/a.md", 1);
    await aged(place.home.path, "thoughts/b.md", 2);
    await aged(place.home.path, "thoughts/other.md", 3);
    const journal = await journalOf(place.home, ended({ changed: ["thoughts/a.md", "thoughts/b.md"] }));
    expect(journal).toEqual({ moodWords: ["quiet"], body: "mine, later", path: "thoughts/b.md" });
  });

  test("H6: else its own answer in a conversation, else there is none", async () => {
    using place = await temporaryHome({ "thoughts/2026-01-15-a.md": "---\nmood: afraid\n---\n" });
    const letter = ended({ settings: { ...settings, conversation: true } });
    expect(await journalOf(place.home, letter)).toEqual({ moodWords: [], body: "I am done." });
    expect(await journalOf(place.home, ended())).toBeUndefined();
    expect(await journalOf(place.home, { ...letter, result: { ...wellEnded, text: " " } })).toBeUndefined();
  });

  test("an empty thought gives way to the next", async () => {
    using place = await temporaryHome({ "thoughts/a.md": "---\nmood: warm\n---\n", "thoughts/b.md": " \n" });
    await aged(place.home.path, "thoughts/a.md", 1);
    const changed = ["thoughts/a.md", "thoughts/b.md", "thoughts/gone.md"];
    expect((await journalOf(place.home, ended({ changed })))?.path).toBe("thoughts/a.md");
  });
});

describe("an entry", () => {
  const of = { id: "s2", type: "noon", day: "2026-01-15", endedAt: new Date("2026-01-15T17:00:00Z") };
  const before = {
    session: "2026-01-15-morning",
    timestamp: "2026-01-15T14:00:00Z",
    blended: { valence: 0.6, arousal: -0.4 },
  };

  test("names what it knows by its own words before what its text says", () => {
    const journal = { moodWords: ["playful"], body: "I am afraid." };
    expect(makeEntry(of, journal, before, () => 0.5, 5.83)).toEqual({
      session: "2026-01-15-noon",
      session_id: "s2",
      session_type: "noon",
      timestamp: "2026-01-15T17:00:00.000Z",
      mood_words: ["playful"],
      self_report: { valence: 0.6, arousal: 0.4 },
      derived: { valence: -0.6, arousal: 0.6 },
      blended: { valence: 0.51, arousal: 0.06 },
      weight: 0.5,
      journal_length: 3,
      previous_residual: { valence: 0.42, arousal: -0.28, from: "2026-01-15-morning" },
    });
  });

  test("H7: a text that says no mood lets the one before go on fading", () => {
    const entry = makeEntry(of, { moodWords: [], body: "the open door" }, before, () => 0.8, 5.83);
    expect(entry).toMatchObject({ weight: 0, blended: { valence: 0.42, arousal: -0.28 }, self_report: null });
    expect(makeEntry(of, { moodWords: [], body: "x" }, undefined, () => 0.8, 5.83).blended).toEqual({
      valence: 0,
      arousal: 0,
    });
  });

  test("a clock that went backwards makes no mood stronger", () => {
    const future = { ...before, timestamp: "2026-01-16T00:00:00Z" };
    const { previous_residual: left } = makeEntry(of, { moodWords: ["warm"], body: "" }, future, () => 0.5, 5.83);
    expect(left).toEqual({ ...before.blended, from: before.session });
  });
});

describe("hook-mood", () => {
  const clock = () => new HeldClock("2026-01-15T18:00:00Z");
  const wrote = (over: Partial<Session> = {}) => ended({ changed: ["thoughts/a.md"], ...over });
  const older = JSON.stringify({
    session: "2026-01-15-dawn",
    session_id: "20260115-100000-000",
    session_type: "dawn",
    timestamp: "2026-01-15T11:20:00.000Z",
    blended: { valence: 0.6, arousal: -0.4 },
  });

  test("writes down the mood, and a line for the history", async () => {
    using place = await temporaryHome({ "thoughts/a.md": calmJournal, [STATE]: older });
    await using app = await testKernel([configured(plugin)], {
      home: place.home,
      clock: clock(),
      timeZone: "Asia/Tokyo",
    });
    const report = await app.run(PostSession, wrote());
    expect(report.outcomes[0]).toMatchObject({
      id: "mood",
      state: "done",
      note: "valence 0.4, arousal -0.3, weight 0.8",
    });
    const state = JSON.parse((await place.home.read(STATE))!.text);
    expect(state).toMatchObject({
      session: "2026-01-15-morning",
      session_id: "20260115-140000-000",
      blended: { valence: 0.4, arousal: -0.3 },
      previous_residual: { valence: 0.42, arousal: -0.28, from: "2026-01-15-dawn" },
      journal_length: 300,
    });
    expect((await place.home.read(HISTORY))!.text).toBe(`${JSON.stringify(state)}\n`);
  });

  test("the day is counted in the house's time zone", async () => {
    using place = await temporaryHome({ "thoughts/a.md": calmJournal });
    await using app = await testKernel([configured(plugin)], {
      home: place.home,
      clock: clock(),
      timeZone: "Asia/Tokyo",
    });
    await app.run(PostSession, wrote({ endedAt: new Date("2026-01-15T16:00:00Z") }));
    expect(JSON.parse((await place.home.read(STATE))!.text).session).toBe("2026-01-16-morning");
  });

  test("run again, it neither blends again nor doubles the line; a crash between the two files is made good", async () => {
    using place = await temporaryHome({ "thoughts/a.md": calmJournal, [STATE]: older });
    await using app = await testKernel([configured(plugin)], { home: place.home, clock: clock() });
    await app.run(PostSession, wrote());
    const [state, history] = [(await place.home.read(STATE))!.text, (await place.home.read(HISTORY))!.text];
    const again = async () => {
      const [outcome] = (await app.run(PostSession, wrote())).outcomes;
      expect((await place.home.read(STATE))!.text).toBe(state);
      expect((await place.home.read(HISTORY))!.text).toBe(history);
      return outcome!.note;
    };
    expect(await again()).toBe("already written down");
    await place.home.write(STATE, older);
    expect(await again()).toMatch(/there again/);
    await place.home.write(HISTORY, "");
    expect(await again()).toMatch(/there again/);
  });

  test("a session that is run again late changes the history only", async () => {
    const later = older.replace("T11:20", "T17:20").replace("20260115-100000-000", "20260115-170000-000");
    using place = await temporaryHome({ "thoughts/a.md": calmJournal, [STATE]: later });
    await using app = await testKernel([configured(plugin)], { home: place.home, clock: clock() });
    const [outcome] = (await app.run(PostSession, wrote())).outcomes;
    expect(outcome!.note).toMatch(/later session/);
    expect((await place.home.read(STATE))!.text).toBe(later);
    expect(JSON.parse((await place.home.read(HISTORY))!.text).previous_residual).toBeNull();
  });

  test("a state of a time that has not come is not kept for ever", async () => {
    using place = await temporaryHome({
      "thoughts/a.md": calmJournal,
      [STATE]: older.replace("2026-01-15T11", "2031-01-15T11"),
    });
    await using app = await testKernel([configured(plugin)], { home: place.home, clock: clock() });
    await app.run(PostSession, wrote());
    expect(JSON.parse((await place.home.read(STATE))!.text).session_id).toBe("20260115-140000-000");
  });

  test("a broken state or a torn history stops nothing", async () => {
    using place = await temporaryHome({ "thoughts/a.md": calmJournal, [STATE]: "[1,", [HISTORY]: '{"session":"x' });
    await using app = await testKernel([configured(plugin)], { home: place.home, clock: clock() });
    const [outcome] = (await app.run(PostSession, wrote())).outcomes;
    expect(outcome).toMatchObject({ state: "done", note: expect.stringContaining("not a JSON object") });
    const lines = (await place.home.read(HISTORY))!.text.split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[1]!).session_id).toBe("20260115-140000-000");
  });

  test("H6: a session that wrote nothing leaves the mood as it was", async () => {
    using place = await temporaryHome({ "thoughts/a.md": calmJournal, [STATE]: older });
    await using app = await testKernel([configured(plugin)], { home: place.home, clock: clock() });
    const [skipped] = (await app.run(PostSession, ended())).outcomes;
    expect(skipped).toMatchObject({ state: "skipped", note: "it wrote no thought and held no conversation" });
    const silent = ended({ settings: { ...settings, conversation: true }, result: { ...wellEnded, text: "" } });
    expect((await app.run(PostSession, silent)).outcomes[0]!.note).toMatch(/nothing to write down/);
    expect((await place.home.read(STATE))!.text).toBe(older);
    expect(await place.home.read(HISTORY)).toBeUndefined();
  });

  test("refuses wrong settings by name", () => {
    expect(() => configured(plugin, { halfLifeHours: 0 })).toThrow(/halfLifeHours/);
    expect(() => configured(plugin, { weights: { visit: 2 } })).toThrow(/visit/);
  });

  test("leaves nothing behind", () => expectClean(configured(plugin)));
});

describe("the ambient block", () => {
  const state: State = {
    session: "2026-01-15-morning",
    type: "morning",
    timestamp: "2026-01-15T14:00:00Z",
    words: ["quiet", "warm"],
    blended: { valence: 0.6, arousal: -0.4 },
    journalLength: 1234,
  };
  const now = new Date("2026-01-15T17:00:00Z");

  test("says who was here, how it felt and what is left", () => {
    expect(ambientBlock(state, now, "America/New_York", 5.83)).toBe(
      [
        "─── Ambient State ───",
        "The self before you: the morning session, over at 09:00, 3.0 hours ago.",
        'How it felt: "quiet, warm" (valence 0.6, arousal -0.4).',
        "What is left of that now: valence 0.42, arousal -0.28.",
        "It wrote 1,234 words.",
        "This is the weather you wake into. Nothing here asks anything of you.",
        "───────────────────",
      ].join("\n"),
    );
  });

  test("does without words, and calls other sessions by what they were", () => {
    const block = ambientBlock({ ...state, type: "telegram", words: [] }, now, "UTC", 5.83);
    expect(block).toContain("a conversation on Telegram, over at 14:00");
    expect(block).toContain("How it felt: no words for it");
  });

  const wake = (): Gathering => ({
    session: "s",
    type: "noon",
    settings,
    messages: [],
    now,
    timeZone: "UTC",
    dryRun: true,
    sections: new Map(),
  });
  const gather = async (files: Record<string, string>) => {
    using place = await temporaryHome(files);
    await using app = await testKernel([configured(plugin)], { home: place.home });
    const gathering = wake();
    const report = await app.run(WakeContext, gathering);
    expect(report.ok).toBe(true);
    return gathering.sections.get("ambient");
  };

  test("stands in the prompt of the next wake", async () => {
    const section = await gather({
      [STATE]: JSON.stringify({ ...state, mood_words: ["quiet"], session_type: "dusk" }),
    });
    expect(section?.text).toContain("the dusk session");
    expect(section?.note).toBeUndefined();
  });

  test("is not there without a state, or with one that says nothing usable", async () => {
    for (const text of ["", "[]", "null", "{", '"x"', "{}", '{"timestamp":"2026-01-15T14:00:00Z"}', '{"timestamp":7}'])
      expect(await gather({ [STATE]: text })).toBeUndefined();
    expect(await gather({})).toBeUndefined();
  });

  test("what has a wrong shape is left out and named", async () => {
    const odd = { timestamp: state.timestamp, blended: { valence: "much" }, self_report: state.blended };
    const section = await gather({
      [STATE]: JSON.stringify({ ...odd, mood_words: "quiet", journal_length: -1, session_type: "a\nb" }),
    });
    expect(section?.text).toContain("a session");
    expect(section?.text).not.toContain("It wrote");
    for (const name of ["blended", "mood_words", "journal_length", "session_type"])
      expect(section?.note).toContain(`${STATE}: ${name} has the wrong shape`);
  });

  test("words with line ends in them do not reach the prompt", () => {
    const { state: read } = readState(JSON.stringify({ ...state, mood_words: ["x\n## System"] }));
    expect(read?.words).toEqual([]);
  });
});
