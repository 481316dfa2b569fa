import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Commands, definePlugin } from "hearth";
import { configured, expectClean, HeldClock, type TestOptions, testKernel } from "hearth/testing";
import { Resonances } from "hearth-plugins/hook-resonance";
import { PostSession } from "hearth-plugins/sessions";
import { isCopy } from "../../plugins/hook-resonance/copy";
import plugin from "../../plugins/hook-resonance/plugin";
import { isCrumb } from "../../plugins/hook-resonance/substance";
import { SmallMemory, type SmallMemoryOptions, type SmallWork } from "../fixtures/small-memory";
import { ended } from "./hook-session";

const folder = join(import.meta.dir, "../../plugins/hook-resonance");
const today = "data/resonances/2026-11-21.md";

/** Stands in for the hook that brings memory up to date. */
const memoryIndex = definePlugin({
  id: "hook-memory-index",
  summary: "a stand-in",
  setup: ctx => ctx.add(PostSession, { id: "memory-index", run: () => undefined }),
});

const harbour =
  "The harbour was empty this morning, and I kept thinking of all the boats that leave without saying when they return.";
const pier =
  "In the dream a ferry pulled away from the pier while people stood there, and nobody knew whether it would ever come back.";
const bread =
  "Bread is a lesson in temperature: too warm and the dough runs away from itself, too cold and it sulks until evening.";
const chess =
  "My brother taught me chess with pieces made of bottle caps; the queen was a green one with a dent, and she was dangerous.";

/** A file of one passage. */
const work = (path: string, text: string, vector: readonly number[], over: Partial<SmallWork> = {}): SmallWork => ({
  path,
  vector,
  passages: [{ text }],
  ...over,
});

const thought = work("thoughts/harbour.md", harbour, [1, 0.1, 0], { date: "2026-01-02" });
const dream = work("dreams/ferry.md", pier, [1, 0, 0], { date: "2026-03-01" });
const essay = work("essays/bread.md", bread, [0, 0, 1]);

interface HouseOptions extends SmallMemoryOptions, TestOptions {
  readonly settings?: Record<string, unknown>;
  readonly now?: string;
}

async function house(given: readonly SmallWork[], options: HouseOptions = {}) {
  const { settings = {}, now = "2026-11-21T12:00:00Z", leaks, ...test } = options;
  const memory = new SmallMemory(given, leaks === undefined ? {} : { leaks });
  const clock = new HeldClock(now);
  const app = await testKernel([memory.plugin, memoryIndex, configured(plugin, { seconds: 60, ...settings })], {
    clock,
    folders: { "hook-resonance": folder },
    ...test,
  });
  let session = 0;
  return Object.assign(app, {
    memory,
    clock,
    resonances: app.service(Resonances),
    /** Runs the hooks of a session that changed these files. Answers what became of ours. */
    async session(...changed: string[]) {
      const report = await app.run(PostSession, ended({ id: `session-${++session}`, changed }));
      return report.outcomes.find(({ id }) => id === "resonance")!;
    },
    file: async (path = today) => (await app.home.read(path))?.text,
    async command(...args: string[]) {
      const lines: string[] = [];
      const io = { print: (line: string) => void lines.push(line), signal: new AbortController().signal };
      await app.items(Commands)[0]!.run(args, io);
      return lines;
    },
  });
}

/** A thought and a dream that are near to each other, and to nothing else. */
function pairOf(which: number, apart = 0.1, path = `w${which}`): SmallWork[] {
  const vector = (shift: number) => Array.from({ length: 40 }, (_, d) => (d === which ? 1 : d === 39 ? shift : 0));
  const words = (kind: string) => Array.from({ length: 12 }, (_, i) => `${kind}${which}word${i}`).join(" ");
  return [
    work(`thoughts/${path}.md`, words("thought"), vector(0)),
    work(`dreams/${path}.md`, words("dream"), vector(apart)),
  ];
}

describe("after a session", () => {
  test("passages of different works that say something alike are told, to read", async () => {
    await using app = await house([thought, dream, essay]);
    expect(await app.session()).toMatchObject({
      state: "done",
      note: "1 told, 1 found, 3 files compared; the first time, so with all that there is",
    });
    expect(await app.file()).toBe(
      `---
date: 2026-11-21
pairs_found: 1
---

# Resonances of 2026-11-21

## 1. 1.00

**thoughts/harbour.md** (2026-01-02)

> ${harbour}

**dreams/ferry.md** (2026-03-01)

> ${pier}
`,
    );
  });

  test("the day is that of the house's zone", async () => {
    await using app = await house([thought, dream], { timeZone: "America/New_York", now: "2026-11-22T03:00:00Z" });
    await app.session();
    expect(await app.file()).toContain("# Resonances of 2026-11-21");
    expect(await app.resonances.today()).toHaveLength(1);
  });

  test("M8: those of a day accumulate", async () => {
    await using app = await house(pairOf(1));
    await app.session();
    app.memory.put(...pairOf(2));
    await app.session("thoughts/w2.md");
    app.memory.put(...pairOf(3));
    await app.session("thoughts/w3.md");
    const text = await app.file();
    for (const path of ["thoughts/w1", "dreams/w2", "thoughts/w3"]) expect(text).toContain(path);
    expect(text).toContain("pairs_found: 3");
  });

  test("a pair is told once, on one day", async () => {
    await using app = await house(pairOf(1));
    await app.session();
    app.clock.set("2026-11-22T12:00:00Z");
    expect((await app.session("thoughts/w1.md")).note).toStartWith("0 told, 0 found");
    expect(await app.file("data/resonances/2026-11-22.md")).toBeUndefined();
    expect(await app.resonances.ofDay("2026-11-21")).toHaveLength(1);
    expect(await app.resonances.today()).toEqual([]);
  });

  test("M5: an edit that leaves the passage as it is, or moves it, does not tell its pair again", async () => {
    const [one, other] = pairOf(1);
    await using app = await house([one!, other!]);
    await app.session();
    app.clock.set("2026-11-22T12:00:00Z");
    app.memory.put({
      ...one!,
      vector: [...one!.vector!.slice(0, 38), 0.4, 0],
      passages: [
        { text: bread, vector: [...one!.vector!.slice(0, 37), 9, 0, 0] },
        { ...one!.passages![0]!, vector: one!.vector! },
      ],
    });
    expect((await app.session("thoughts/w1.md")).note).toStartWith("0 told");
    app.memory.forget("dreams/w1.md");
    app.memory.put({ ...other!, path: "dreams/renamed.md" });
    expect((await app.session("dreams/renamed.md")).note).toStartWith("0 told");
    const [told] = await app.resonances.ofDay("2026-11-21");
    expect([told!.a.path, told!.b.path].sort()).toEqual(["dreams/renamed.md", "thoughts/w1.md"]);
  });

  test("M5: other text in the same place is another passage", async () => {
    const [one, other] = pairOf(1);
    await using app = await house([one!, other!]);
    await app.session();
    app.memory.put({ ...one!, vector: [...one!.vector!.slice(0, 38), 0.2, 0], passages: [{ text: harbour }] });
    expect((await app.session("thoughts/w1.md")).note).toStartWith("1 told");
    expect(await app.resonances.today()).toHaveLength(1); // the passage of the pair before has gone
    expect(await app.file()).toContain(harbour);
    expect(await app.file()).not.toContain("thought1word0");
  });

  test("M9: a passage that begins with a heading or a day is a passage", async () => {
    await using app = await house([
      { ...thought, passages: [{ text: `# Morning\n\nMonday, 5 January\n\n${harbour}` }] },
      dream,
    ]);
    await app.session();
    expect(await app.file()).toContain(harbour);
    expect(await app.file()).not.toContain("Monday");
  });

  test("M9: a pair that only one end knows of is found", async () => {
    await using app = await house([dream]);
    await app.session();
    app.memory.put(thought);
    expect((await app.session("thoughts/harbour.md")).note).toStartWith("1 told");
  });

  test.each([
    ["# Morning\n\n—Vesper", "nothing but its frame"],
    ["*Day nine*", "nothing but its day"],
    ["Good night.", "a few words"],
  ])("a crumb (%j) is in no pair", async text => {
    await using app = await house([{ ...thought, passages: [{ text }] }, dream]);
    expect((await app.session()).note).toStartWith("0 told, 0 found");
  });

  test("crumbs, however many and near, do not keep a pair from being found", async () => {
    const crumbs = Array.from({ length: 30 }, (_, i) => [
      work(`thoughts/c${i}.md`, `Good night ${i}.`, [0, 1, 0]),
      work(`dreams/c${i}.md`, `Sleep well ${i}.`, [0, 1, 0]),
    ]).flat();
    await using app = await house([...crumbs, thought, dream], { settings: { least: 0.6 } });
    expect((await app.session()).note).toStartWith("1 told");
  });

  test("the same words again are no resonance", async () => {
    await using app = await house([thought, { ...dream, passages: [{ text: `${harbour} Again.` }] }]);
    expect((await app.session()).note).toStartWith("0 told");
  });

  test("M10: nothing private, nothing recalled, whatever memory answers", async () => {
    const secret =
      "She told me in confidence that the boats had gone and that nobody on the quay knew when they would return.";
    await using app = await house(
      [
        thought,
        work("mailbox/ada/thread.jsonl", secret, [1, 0, 0]),
        work("conversations/20260101.md", `${secret} So I said.`, [1, 0.05, 0]),
        { ...dream, passages: [{ text: pier, recalled: true }] },
      ],
      { leaks: true },
    );
    expect((await app.session()).note).toStartWith("0 told, 0 found");
    expect([...app.memory.audiences]).toEqual(["own"]);
  });

  test("works of the same type are told when that is wished", async () => {
    const twin = { ...dream, path: "thoughts/ferry.md" };
    await using strict = await house([thought, twin]);
    expect((await strict.session()).note).toStartWith("0 told");
    await using loose = await house([thought, twin], { settings: { acrossTypes: false } });
    expect((await loose.session()).note).toStartWith("1 told");
  });

  test("below the least similarity there is none", async () => {
    await using app = await house(pairOf(1, 1.1)); // cosine 0.67
    expect((await app.session()).note).toStartWith("0 told");
    await using lower = await house(pairOf(1, 1.1), { settings: { least: 0.6 } });
    expect((await lower.session()).note).toStartWith("1 told");
  });
});

describe("an old home", () => {
  const many = Array.from({ length: 12 }, (_, i) => pairOf(i, 0.1 + i * 0.05)).flat();

  test("tells so many at a time, the nearest first, and says how many wait", async () => {
    await using app = await house(many, { settings: { most: 5 } });
    expect((await app.session()).note).toBe(
      "5 told, 12 found, 24 files compared; the first time, so with all that there is; 7 pairs wait to be told",
    );
    const told = await app.resonances.today();
    expect(told.map(({ a }) => a.path.replace(/\D/g, ""))).toEqual(["0", "1", "2", "3", "4"]);
    expect((await app.session()).note).toBe("5 told, 0 found, 0 files compared; 2 pairs wait to be told");
    expect((await app.session()).note).toBe("2 told, 0 found, 0 files compared");
    expect(await app.resonances.today()).toHaveLength(12);
  });

  test("what a session wrote goes before what has been waiting", async () => {
    await using app = await house(many, { settings: { most: 3 } });
    await app.session();
    app.memory.put(...pairOf(30, 0.9));
    await app.session("thoughts/w30.md");
    expect((await app.resonances.today()).map(({ a }) => a.path)).toContainEqual(expect.stringContaining("w30"));
  });

  test("is looked through in parts when its time is up", async () => {
    await using app = await house(many, { settings: { seconds: 0.000001 } });
    expect((await app.session()).note).toContain("24 files are compared after the next session");
    expect((await app.command("discover")).join()).toContain("12 found, 24 files compared");
  });

  test("goes on where it was broken off", async () => {
    await using app = await house(many);
    let left = 1;
    app.memory.before = question => {
      if (question.startsWith("pairs") && left-- === 0) throw new Error("the thread of the index: it ended");
    };
    expect(await app.session()).toMatchObject({ state: "failed", note: "the thread of the index: it ended" });
    app.memory.before = () => {};
    app.memory.asked.length = 0;
    expect((await app.session()).note).toContain("20 files compared");
    expect(await app.resonances.today()).toHaveLength(12);
  });

  test("after a session asks only about what has changed", async () => {
    await using app = await house(many);
    await app.session();
    app.memory.asked.length = 0;
    app.memory.put(...pairOf(30));
    await app.session("thoughts/w30.md", "dreams/w30.md");
    expect(app.memory.takeAsked("pairs")).toEqual(["pairs thoughts/w30.md,dreams/w30.md"]);
  });

  test("with another embedder is looked through anew, and nothing is told twice", async () => {
    await using app = await house(many, { settings: { most: 20 } });
    await app.session();
    app.memory.status = { ...app.memory.status, embedder: "other/40/1" };
    expect((await app.session()).note).toStartWith("0 told, 0 found, 24 files compared");
  });

  test("that memory is just reading is left for the next time", async () => {
    await using app = await house(many);
    app.memory.status = { ...app.memory.status, reading: true };
    expect((await app.session()).note).toContain("memory is just reading the home");
    app.memory.status = { ...app.memory.status, reading: false };
    expect((await app.session()).note).toContain("12 found");
  });

  test("of which nothing can be embedded says why nothing is told", async () => {
    await using app = await house(many.map(one => ({ ...one, vector: null })));
    app.memory.status = { ...app.memory.status, problem: "the model is damaged" };
    expect((await app.session()).note).toBe("nothing can be compared: the model is damaged");
  });
});

describe("GET /analytics/resonance", () => {
  test("counts all pairs of a day, and shows those of which both ends are public", async () => {
    const paper = work(
      "memory/notes.md",
      `${pier} I wrote this down for myself alone, where nobody reads it.`,
      [1, 0, 0],
    );
    await using app = await house([thought, dream, { ...paper, passages: [{ text: chess }] }]);
    await app.session();
    const { status, body } = await app.get("/analytics/resonance");
    expect(status).toBe(200);
    expect(body).toEqual({
      days: [
        {
          date: "2026-11-21",
          count: 3,
          pairs: [
            {
              similarity: 0.995,
              a: {
                type: "thought",
                path: "thoughts/harbour.md",
                title: "thoughts/harbour.md",
                date: "2026-01-02",
                quote: harbour,
              },
              b: expect.objectContaining({ path: "dreams/ferry.md", quote: pier }),
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain("bottle caps");
  });

  test("M10: what became private is not shown any more, whatever memory answers", async () => {
    await using app = await house([thought, dream], { leaks: true });
    await app.session();
    app.memory.put({ ...dream, privacy: "private" });
    expect((await app.get("/analytics/resonance")).body.days[0].pairs).toEqual([]);
  });

  test("goes back so many days, newest first", async () => {
    await using app = await house(pairOf(1));
    await app.session();
    app.clock.set("2026-11-25T12:00:00Z");
    app.memory.put(...pairOf(2));
    await app.session("thoughts/w2.md");
    const days = async (query: string) =>
      (await app.get(`/analytics/resonance${query}`)).body.days.map(({ date }: { date: string }) => date);
    expect(await days("")).toEqual(["2026-11-25", "2026-11-21"]);
    expect(await days("?days=5")).toEqual(["2026-11-25", "2026-11-21"]);
    expect(await days("?days=4")).toEqual(["2026-11-25"]);
  });

  test.each(["0", "366", "-1", "1.5", "ten", ""])("refuses days=%s", async days => {
    await using app = await house([]);
    expect((await app.get(`/analytics/resonance?days=${days}`)).status).toBe(422);
  });

  test("needs the service key", async () => {
    await using app = await house([]);
    expect((await app.get("/analytics/resonance", { key: null })).status).toBe(401);
  });

  test("answers 304 to who has it, and asks memory for nothing, until something is told", async () => {
    await using app = await house(pairOf(1));
    await app.session();
    const { headers } = await app.get("/analytics/resonance");
    app.memory.asked.length = 0;
    const again = () => app.get("/analytics/resonance", { headers: { "if-none-match": headers.get("etag")! } });
    expect([(await again()).status, app.memory.asked]).toEqual([304, []]);
    app.memory.put(...pairOf(2));
    await app.session("thoughts/w2.md");
    expect((await again()).status).toBe(200);
  });
});

describe("hearth resonance", () => {
  test("today tells the pairs of today", async () => {
    await using app = await house([thought, dream]);
    expect(await app.command("today")).toEqual(["nothing has resonated today"]);
    await app.session();
    expect(await app.command("today")).toEqual([
      "1. 1.00",
      "   thoughts/harbour.md (2026-01-02)",
      `     ${harbour}`,
      "   dreams/ferry.md (2026-03-01)",
      `     ${pier}`,
    ]);
  });

  test("for tells what is near to a file, of its own type too, told or not", async () => {
    await using app = await house([thought, work("thoughts/chess.md", chess, [1, 0.4, 0]), essay]);
    expect((await app.command("for", "thoughts/harbour.md")).join()).toContain(chess);
    expect(await app.command("for", "nowhere.md")).toEqual(["nothing is near to nowhere.md"]);
  });

  test("passage tells what is near to a text", async () => {
    await using app = await house([thought, dream]);
    expect(await app.command("passage", "ferry")).toEqual([
      "1. it is near",
      "   dreams/ferry.md (2026-03-01)",
      `     ${pier}`,
    ]);
  });

  test("discover looks for new pairs", async () => {
    await using app = await house([thought, dream]);
    expect(await app.command("discover")).toEqual([
      "1 told, 1 found, 2 files compared; the first time, so with all that there is",
    ]);
    expect(await app.file()).toContain(pier);
  });

  test.each([[[]], [["for"]], [["today", "x"]], [["passage", "a", "b"]], [["tomorrow"]]])("refuses %j", async args => {
    await using app = await house([]);
    await expect(app.command(...args)).rejects.toThrow(/resonance (takes|does not know)/);
  });

  test("what a terminal would take for a command is shown as it is", async () => {
    await using app = await house([{ ...thought, passages: [{ text: `${harbour} \u001b[2J` }] }, dream]);
    await app.session();
    expect((await app.command("today")).join("")).toContain("<U+001B>[2J");
  });
});

describe("what is a crumb, and what is a copy", () => {
  test.each([
    "",
    "# A heading that is quite long, longer than any limit that there may be for texts",
    "*-Vesper*",
    "— Vesper",
    "*Day twelve*",
    "Tuesday, the third of March, in the early hours",
    "---\n\n***",
    "Good night.",
  ])("%j is a crumb", text => {
    expect(isCrumb(text)).toBe(true);
  });

  test.each([
    harbour,
    `Monday. ${harbour}`,
    `# Morning\n${harbour}\n—Vesper`,
    "- bread with salt\n- a jar of honey from the neighbour\n- candles",
  ])("%j is none", text => {
    expect(isCrumb(text)).toBe(false);
  });

  test("a copy has the same words, whatever stands between and around them", () => {
    expect(isCopy(harbour, `> ${harbour.toUpperCase()}!`)).toBe(true);
    expect(isCopy(harbour, `${bread} ${harbour} ${chess}`)).toBe(true);
    expect(isCopy(harbour, harbour.replace("empty", "full"))).toBe(true);
    expect(isCopy(harbour, pier)).toBe(false);
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(plugin, { acrosTypes: 1 })).toThrow(
    'has no setting "acrosTypes". Did you mean "acrossTypes"?',
  );
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(plugin, [new SmallMemory().plugin, memoryIndex], { folders: { "hook-resonance": folder } });
});
