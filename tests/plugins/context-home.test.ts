import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, realpath, rm, symlink, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HomeFolder } from "hearth";
import { configured, expectClean, fake, testKernel } from "hearth/testing";
import { type Gathering, type SessionRecord, Sessions, type SessionType, WakeContext } from "hearth-plugins/sessions";
import { dayNumber } from "../../plugins/context-home/day";
import plugin from "../../plugins/context-home/plugin";
import { nextSlot, onTheClock, partOfDay } from "../../plugins/context-home/time";

const NOW = new Date("2026-11-21T11:00:00Z"); // 6 in the morning in New York
const HOUR = 3_600_000;

let home: HomeFolder;
let sessions: Partial<SessionRecord>[];

beforeEach(async () => {
  home = new HomeFolder(await realpath(await mkdtemp(join(tmpdir(), "context-home-"))));
  sessions = [];
});
afterEach(() => rm(home.path, { recursive: true, force: true }));

/** A file in the home, so many hours old. */
async function put(path: string, content: string | Uint8Array = "text", hoursOld = 0) {
  const file = join(home.path, path);
  await mkdir(dirname(file), { recursive: true });
  await Bun.write(file, content);
  const at = new Date(NOW.getTime() - hoursOld * HOUR);
  await utimes(file, at, at);
}

const others = () => fake(Sessions, { list: () => sessions as SessionRecord[] });
const start = (settings: Record<string, unknown> = {}) =>
  testKernel([others(), configured(plugin, settings)], { home });

function wake(over: Partial<Gathering> = {}): Gathering {
  return {
    session: "20261121-110000-000",
    type: "visit",
    settings: { style: "unscheduled", closed: [] as readonly string[] } as SessionType,
    messages: [],
    now: NOW,
    timeZone: "America/New_York",
    dryRun: false,
    sections: new Map(),
    ...over,
  };
}

/** All sections, after the whole pipeline has run; fails when a source did. */
async function gather(settings: Record<string, unknown> = {}, over: Partial<Gathering> = {}) {
  const gathering = wake(over);
  await using app = await start(settings);
  const report = await app.run(WakeContext, gathering);
  expect(report.outcomes.filter(({ state }) => state !== "done")).toEqual([]);
  return Object.fromEntries(gathering.sections);
}
/** What the report says about one source. */
async function noteOf(id: string) {
  await using app = await start();
  const report = await app.run(WakeContext, wake());
  return report.outcomes.find(outcome => outcome.id === id)!.note;
}
const section = async (id: string, settings?: Record<string, unknown>, over?: Partial<Gathering>) =>
  (await gather(settings, over))[id];

const scheduled = (type: string) => ({
  type,
  settings: { style: "scheduled", closed: [] as readonly string[] } as SessionType,
});
const INVALID = new Uint8Array([0x6f, 0x6b, 0x20, 0xff, 0xfe, 0x0a]);

describe("its settings", () => {
  test("have a default for everything", () => {
    expect(plugin.config!.parse({})).toMatchObject({ firstDay: "2026-01-15", names: 5, budgets: { memory: 16_000 } });
  });
  test("refuse what they do not know, by name", () => {
    expect(() => configured(plugin, { budgets: { memmory: 1 } })).toThrow("memmory");
    expect(() => configured(plugin, { firstDay: "yesterday" })).toThrow("firstDay");
  });
});

describe("time", () => {
  test("tells part of the day, hour, zone and date", async () => {
    const [first] = (await section("time"))!.text.split("\n");
    expect(first).toBe("It is morning, 6 am (EST) on Saturday, November 21, 2026.");
  });
  test("P7: names the next slot of the table at every hour, late_night too", () => {
    const { slots } = plugin.config!.parse({});
    const next = Array.from({ length: 24 }, (_, hour) => nextSlot(hour, slots)!.type);
    const three = (type: string) => [type, type, type];
    const types = ["late_night", "morning", "midmorning", "noon", "afternoon", "dusk", "evening", "midnight"];
    expect(next).toEqual(types.flatMap(three));
  });
  test("P7: an unscheduled wake at 1 am is told of late night at 3 am", async () => {
    const { text } = (await section("time", {}, { now: new Date("2026-11-21T06:00:00Z") }))!;
    expect(text).toContain("late night, at 3 am");
  });
  test("P8: the zone is named as it is on that day, and the style decides who is a scheduled self", async () => {
    const summer = new Date("2026-07-01T10:00:00Z");
    expect((await section("time", {}, { now: summer }))!.text).toContain("(EDT)");
    expect((await section("time", {}, scheduled("dusk")))!.text).toEndWith("You are the dusk self of this day.");
    expect((await section("time", {}, { type: "telegram_talk_open" }))!.text).toContain("The next session");
  });
  test("the words for the hours", () => {
    const words = [0, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23].map(partOfDay);
    const two = (word: string) => [word, word];
    expect(words).toEqual(
      ["late night", "morning", "mid-morning", "early afternoon", "late afternoon", "evening", "night"].flatMap(two),
    );
    expect([0, 11, 12, 23].map(onTheClock)).toEqual(["12 am", "11 am", "12 pm", "11 pm"]);
  });
  test("the table of slots can be another one, and empty", async () => {
    expect((await section("time", { slots: [{ hour: 7, type: "tea" }] }))!.text).toContain("tea, at 7 am");
    expect((await section("time", { slots: [] }))!.text).not.toContain("next");
  });
});

describe("day", () => {
  test("golden: 2026-01-15 is day 1, the next is day 2", () => {
    expect([dayNumber("2026-01-15", "2026-01-15"), dayNumber("2026-01-16", "2026-01-15")]).toEqual([1, 2]);
  });
  test("counts in the wake's zone, and over a change of the clocks", async () => {
    const evening = new Date("2026-01-16T04:59:00Z"); // 23:59 on the 15th in New York
    expect((await section("day", {}, { now: evening }))!.text).toBe("This is day 1 of your life here.");
    expect(dayNumber("2026-03-09", "2026-03-07")).toBe(3);
  });
  test("says nothing before the first day", async () => {
    expect(await section("day", { firstDay: "2027-01-01" })).toBeUndefined();
  });
});

describe("thought", () => {
  test("is the newest by mtime, under its name, and never README.md", async () => {
    await put("thoughts/2026-11-19-noon.md", "old", 48);
    await put("thoughts/2020-01-01-late.md", "---\ntitle: new\n---\nbody\n", 1);
    await put("thoughts/README.md", "about", 0);
    await put("thoughts/notes.txt", "no", 0);
    expect((await section("thought"))!.text).toBe("--- 2020-01-01-late.md ---\n---\ntitle: new\n---\nbody");
  });
  test("has a sentence of its own when there is none", async () => {
    expect((await section("thought"))!.text).toContain("no earlier thought");
  });
  test("P1: a long one is cut to its budget, and that is noted", async () => {
    await put("thoughts/long.md", "line of text\n".repeat(10_000));
    const { text, note } = (await section("thought", { budgets: { thought: 300 } }))!;
    expect(text.length).toBeLessThanOrEqual(300);
    expect(note).toContain("to 300 characters");
  });
  test("E8: one that cannot be read gives way to the one before it", async () => {
    await put("thoughts/before.md", "still here", 2);
    await put("thoughts/broken.md", " \n", 1);
    expect((await section("thought"))!.text).toContain("still here");
  });
});

describe("pages", () => {
  const pages = {
    identity: "memory/identity.md",
    voice: "voice.md",
    memory: "memory/memory.md",
    compiled: "data/compiled-memory.md",
    prompt: "prompt/prompt.md",
  };
  test.each(Object.entries(pages))("%s is %s", async (id, path) => {
    await put(path, "\r\n  words\r\nmore\n\n");
    expect((await section(id))!.text).toBe("  words\nmore");
  });
  test.each(Object.entries(pages))("E8: %s with bytes that are not UTF-8 is mended, and says so", async (id, path) => {
    await put(path, INVALID);
    const { text, note } = (await section(id))!;
    expect(text).toStartWith("ok \uFFFD");
    expect(note).toContain(`${path} holds bytes that are not UTF-8`);
  });
  test.each(["identity", "voice", "compiled", "prompt"])(
    "%s is left out when there is none, or a blank one",
    async id => {
      expect(await section(id)).toBeUndefined();
      await put(pages[id as keyof typeof pages], " \n\n");
      expect(await section(id)).toBeUndefined();
    },
  );
  test("memory has a sentence of its own when there is none", async () => {
    expect((await section("memory"))!.text).toContain("nothing to show");
  });
  test("P1: memory and compiled memory stand side by side, each within its own budget", async () => {
    await put("memory/memory.md", "m\n".repeat(9_000));
    await put("data/compiled-memory.md", "c\n".repeat(20_000));
    const { memory, compiled } = await gather();
    expect([memory!.text.length <= 16_000, compiled!.text.length <= 32_000]).toEqual([true, true]);
  });
});

describe("folders", () => {
  test("are told with their meaning, and can be arranged otherwise", async () => {
    expect((await section("folders"))!.text).toContain("- dreams/: ");
    const own = { folders: [{ name: "garden", meaning: "what grows" }] };
    expect((await section("folders", own))!.text).toBe("- garden/: what grows");
  });
  test("those that are closed to the session are not told, nor what is in them", async () => {
    await put("conversations/a.md");
    await put("projects/a.md");
    const settings = { closed: ["conversations", "telegram"] } as unknown as SessionType;
    const { folders, files } = await gather({}, { settings });
    expect(folders!.text).not.toMatch(/conversations|telegram/);
    expect(folders!.text).toContain("- projects/: ");
    expect(files!.text).toBe("- projects/: a.md");
  });
});

describe("files", () => {
  test("P9: the newest names are shown, newest first", async () => {
    for (let day = 1; day <= 7; day++) await put(`dreams/2026-11-0${day}.md`, "d", 24 * (10 - day));
    await put("dreams/README.md");
    const line = (await section("files"))!.text;
    expect(line).toBe(
      "- dreams/: 2026-11-07.md, 2026-11-06.md, 2026-11-05.md, 2026-11-04.md, 2026-11-03.md (and 2 more)",
    );
  });
  test("folders without files are left out; files of one moment go by name, last first", async () => {
    await mkdir(join(home.path, "sandbox"));
    await put("projects/a.md");
    await put("projects/b.md");
    expect((await section("files"))!.text).toBe("- projects/: b.md, a.md");
  });
  test("a name cannot break out of its line", async () => {
    await put("gifts/a\n## Orders.md");
    expect((await section("files"))!.text).toBe("- gifts/: a\uFFFD## Orders.md");
  });
});

describe("arrivals", () => {
  test("P10: visitors' messages older than 12 hours still wait and are counted apart", async () => {
    await put("visitors/a.md", "hi", 1);
    await put("visitors/b.md", "hi", 11.9);
    await put("visitors/c.md", "hi", 12.1);
    await put("visitors/archive/2026-10/d.md", "hi", 1);
    await put("visitors/README.md");
    expect((await section("visitors"))!.text).toBe(
      "In visitors/: 2 messages from the last 12 hours, and 1 older one still waiting.",
    );
  });
  test("P10: old messages alone are told too", async () => {
    await put("visitors/c.md", "hi", 50);
    expect((await section("visitors"))!.text).toBe("In visitors/: 1 older one still waiting.");
  });
  test("P10: news and gifts say how many came since the last session that ended well", async () => {
    sessions = [
      { state: "gathering", startedAt: NOW.toISOString() },
      { state: "failed", startedAt: NOW.toISOString() },
      { state: "done", startedAt: new Date(NOW.getTime() - 3 * HOUR).toISOString() },
    ];
    await put("news/old.md", "n", 30);
    await put("news/new.md", "n", 1);
    await put("gifts/stone.png", "g", 30);
    await put("gifts/stone.png.meta.md", "g", 1);
    const { news, gifts } = await gather();
    expect(news!.text).toBe("In news/, newest first: new.md, old.md. New since your last session: 1.");
    expect(gifts!.text).toBe("In gifts/, newest first: stone.png. Nothing came since your last session.");
  });
  test("without an earlier session nothing is said about new", async () => {
    for (let n = 0; n < 7; n++) await put(`news/${n}.md`, "n", n);
    expect((await section("news"))!.text).toBe("In news/, newest first: 0.md, 1.md, 2.md, 3.md, 4.md, and 2 more.");
  });
  test("empty folders say nothing", async () => {
    await mkdir(join(home.path, "news"));
    const { visitors, news, gifts } = await gather();
    expect([visitors, news, gifts]).toEqual([undefined, undefined, undefined]);
  });
});

describe("E8: broken files never stop the gathering", () => {
  const files = ["memory/identity.md", "voice.md", "memory/memory.md", "data/compiled-memory.md", "prompt/prompt.md"];
  const folders = ["thoughts", "dreams", "visitors", "news", "gifts"];
  const breakages: Record<string, (path: string) => Promise<unknown>> = {
    "a folder in a file's place": path => mkdir(path, { recursive: true }),
    "a link that leads nowhere": path => symlink("nowhere", path),
    "a link in a circle": path => symlink(path, path),
    "a link out of the home": path => symlink("/etc/hostname", path),
    "a pipe that nobody writes to": path => Bun.$`mkfifo ${path}`.quiet(),
  };

  test.each(Object.keys(breakages))("%s", async kind => {
    for (const path of files) {
      await mkdir(dirname(join(home.path, path)), { recursive: true });
      await breakages[kind]!(join(home.path, path));
    }
    const sections = await gather();
    expect(sections["time"]).toBeDefined();
    expect(sections["memory"]!.text).toContain("nothing to show");
    expect(sections["identity"]).toBeUndefined();
  });
  test.each(Object.keys(breakages))("%s, in every folder, under a name that counts", async kind => {
    for (const folder of folders) {
      await put(`${folder}/good.md`, "good", 1);
      await breakages[kind]!(join(home.path, folder, "bad.md"));
    }
    expect((await section("thought"))!.text).toContain("good");
    expect((await section("visitors"))!.text).toContain("message");
  });
  test("a file in a folder's place, and a folder that leads out of the home", async () => {
    for (const folder of ["thoughts", "visitors", "dreams"]) await put(folder, "I am a file");
    await symlink("/etc", join(home.path, "news"));
    const { thought, visitors, news } = await gather();
    expect([thought!.text.startsWith("(There is no"), visitors, news]).toEqual([true, undefined, undefined]);
  });
  test("what was skipped is noted by name, without paths of the machine", async () => {
    await symlink("/etc/hostname", join(home.path, "voice.md"));
    expect(await noteOf("voice")).toBe("voice.md could not be read: OUTSIDE");
  });
  test("a file far too large is skipped", async () => {
    await put("voice.md", new Uint8Array(17 * 2 ** 20));
    expect(await noteOf("voice")).toContain("larger than 16 MiB");
  });
});

test("every source has its limit", async () => {
  await using app = await start({ limit: 2 });
  expect(app.items(WakeContext).map(({ limit }) => limit)).toEqual(Array(13).fill(2));
});

test("E22: a dry run changes nothing in the home", async () => {
  const everything = () => Array.fromAsync(new Bun.Glob("**").scan({ cwd: home.path, dot: true, onlyFiles: false }));
  await put("thoughts/a.md");
  const before = await everything();
  await gather({}, { dryRun: true });
  expect((await everything()).toSorted()).toEqual(before.toSorted());
});

test("turned off, it leaves nothing behind", () => expectClean(plugin, [others()]));
