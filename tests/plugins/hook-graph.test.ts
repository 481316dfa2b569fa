import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { configured, expectClean, HeldClock, temporaryHome, testKernel } from "hearth/testing";
import { Graph } from "hearth-plugins/hook-graph";
import { Memory, MemoryCommands, MemoryProgress } from "hearth-plugins/memory";
import { PostSession } from "hearth-plugins/sessions";
import { FileChanged } from "hearth-plugins/watcher";
import { Keeper } from "../../plugins/hook-graph/keeper";
import plugin from "../../plugins/hook-graph/plugin";
import { Tables } from "../../plugins/hook-graph/tables";
import { daysAfter, diary, indexed, type Leaf, memoryOf } from "../fixtures/diary";
import { until } from "../fixtures/until";
import { ended } from "./hook-session";

const NOW = "2026-05-10T12:00:00Z";
const folders = { "hook-graph": join(import.meta.dir, "../../plugins/hook-graph") };

/** Text without any name, so that what a test says stands alone. */
const filler = "there was something more to it, and it went on for a while.";
const leaf = (date: string, text: string, more: Partial<Leaf> = {}): Leaf => ({
  path: `thoughts/${date}.md`,
  date,
  text: `${text} And ${filler}`,
  ...more,
});

/** A thing that is named on so many days in a row. */
const named = (name: string, from: string, days: number, more: Partial<Leaf> = {}) =>
  Array.from({ length: days }, (_, at) => {
    const date = daysAfter(from, at);
    return leaf(date, `I thought of ${name} today.`, {
      path: `thoughts/${date}-${name.toLowerCase().replaceAll(" ", "-")}.md`,
      ...more,
    });
  });

async function house(
  start: readonly Leaf[],
  { files = {} as Record<string, string>, table = {}, now = NOW, mode = "serve" as "serve" | "command" } = {},
) {
  const place = await temporaryHome(files);
  let leaves = start;
  const asked: string[] = [];
  const clock = new HeldClock(now);
  const app = await testKernel([memoryOf(() => leaves, asked), indexed, configured(plugin, table)], {
    home: place.home,
    clock,
    folders,
    mode,
  });
  const graph = app.service(Graph);
  const hook = async (...changed: string[]) =>
    (await app.run(PostSession, ended({ changed }))).outcomes.find(({ id }) => id === "graph")!;
  const command = async (...args: string[]) => {
    const lines: string[] = [];
    const io = { print: (line: string) => void lines.push(line), signal: new AbortController().signal };
    await app
      .items(MemoryCommands)
      .find(({ id }) => id === "graph")!
      .run(args, io);
    return lines.join("\n");
  };
  return {
    app,
    clock,
    graph,
    asked,
    home: place.home,
    hook,
    command,
    change: (next: readonly Leaf[]) => {
      leaves = next;
    },
    /** Compares everything, as when memory has learned something. */
    settle: () => app.emit(MemoryProgress, { phase: "done", done: 1, total: 1, secondsLeft: null }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    },
  };
}

describe("threads", () => {
  const works = [
    ...named("Lantern Festival", "2026-05-01", 5),
    ...named("Night Train", "2026-02-01", 6),
    ...named("Passing Word", "2026-05-02", 2),
    ...diary({ seed: 1, from: "2026-01-01", days: 100, perDay: () => 1 }).map(one => ({
      ...one,
      path: `x/${one.path}`,
    })),
  ];

  test("that are alive are those that returned over several days and lately", async () => {
    await using at = await house(works);
    await at.settle();
    const active = await at.graph.active();
    expect(active[0]).toMatchObject({
      name: "Lantern Festival",
      kind: "name",
      works: 5,
      days: 5,
      first: "2026-05-01",
      last: "2026-05-05",
      latest: [
        "thoughts/2026-05-05-lantern-festival.md",
        "thoughts/2026-05-04-lantern-festival.md",
        "thoughts/2026-05-03-lantern-festival.md",
      ],
    });
    const names = active.map(({ name }) => name);
    expect(names).not.toContain("Night Train");
    expect(names).not.toContain("Passing Word");
  });

  test("that were strong and are silent are forgotten, until they return", async () => {
    await using at = await house(works);
    await at.settle();
    const forgotten = await at.graph.forgotten();
    expect(forgotten.find(({ name }) => name === "Night Train")).toMatchObject({ works: 6, last: "2026-02-06" });
    at.change([...works, leaf("2026-05-10", "Again I thought of Night Train, and of nothing else.")]);
    await at.hook("thoughts/2026-05-10.md");
    expect((await at.graph.forgotten()).map(({ name }) => name)).not.toContain("Night Train");
    expect((await at.graph.active()).map(({ name }) => name)).toContain("Night Train");
  });

  test("fade as days go by, by the house's clock", async () => {
    await using at = await house(works);
    await at.settle();
    const [before] = await at.graph.active();
    at.clock.set("2026-05-17T12:00:00Z");
    const [after] = await at.graph.active();
    expect(after!.weight).toBeCloseTo(before!.weight * 0.5 ** (7 / 21), 1);
    at.clock.set("2026-07-01T12:00:00Z");
    expect(await at.graph.active()).toEqual([]);
    expect((await at.graph.forgotten()).map(({ name }) => name)).toContain("Lantern Festival");
  });

  test("names in the same works are one thread; a longer name holds a shorter one", async () => {
    const together = Array.from({ length: 4 }, (_, at) =>
      leaf(daysAfter("2026-05-01", at), "I saw the Old Observatory, and Halley with its Great Telescope."),
    );
    await using at = await house([...together, ...works]);
    await at.settle();
    const thread = (await at.graph.active()).find(({ name }) => /Observatory|Halley|Telescope/.test(name))!;
    expect([thread.name, ...thread.beside].sort()).toEqual(["Great Telescope", "Halley", "Old Observatory"]);
  });

  test("what stands in every work is no thread", async () => {
    const every = works.map(work => ({ ...work, text: `${work.text} Here with Hearth again.` }));
    await using at = await house(every);
    await at.settle();
    expect((await at.graph.active()).at(0)!.name).not.toBe("Hearth");
    expect((await at.graph.active()).find(({ name }) => name === "Hearth")?.weight ?? 0).toBeGreaterThanOrEqual(0);
  });

  test("what is dated in the future counts from its day on", async () => {
    const future = named("Comet", "2026-05-08", 6);
    await using at = await house([...future, ...works]);
    await at.settle();
    expect((await at.graph.active()).find(({ name }) => name === "Comet")).toMatchObject({
      works: 3,
      last: "2026-05-10",
    });
    at.clock.set("2026-05-13T12:00:00Z");
    await at.hook();
    expect((await at.graph.active()).find(({ name }) => name === "Comet")).toMatchObject({
      works: 6,
      last: "2026-05-13",
    });
  });

  test("what has no date is named and in no thread", async () => {
    await using at = await house([...named("Lantern", "2026-05-01", 4).map(one => ({ ...one, date: null })), ...works]);
    await at.settle();
    expect((await at.graph.active()).map(({ name }) => name)).not.toContain("Lantern");
    expect((await at.graph.cluster("Lantern")).works.length).toBeGreaterThan(3);
  });
});

describe("what is alike and apart", () => {
  const sea = [1, 0, 0.05];
  const music = [0, 1, 0.05];
  const works = [
    leaf("2026-05-01", "About Driftwood I wrote.", { path: "thoughts/a.md", title: "A", vector: sea }),
    leaf("2026-05-02", "About Seaweed I wrote.", { path: "dreams/b.md", title: "B", vector: [0.99, 0.02, 0.05] }),
    leaf("2026-05-03", "About Seaweed again.", { path: "dreams/c.md", title: "C", vector: music }),
  ];

  test("works that share no name and no link", async () => {
    await using at = await house(works);
    await at.settle();
    expect(await at.graph.discover()).toEqual([
      { kind: "works", a: "thoughts/a.md", b: "dreams/b.md", similarity: expect.closeTo(1, 2), titles: ["A", "B"] },
    ]);
  });

  test("not those that share a name, or of which one links to the other", async () => {
    const [a, b, c] = works as [Leaf, Leaf, Leaf];
    await using shared = await house([a, { ...b, text: "Of Driftwood and of Driftwood." }, c]);
    await shared.settle();
    expect(await shared.graph.discover()).toEqual([]);
    await using linked = await house([{ ...a, text: "Look at [it](../dreams/b.md)." }, b, c]);
    await linked.settle();
    expect(await linked.graph.discover()).toEqual([]);
  });

  test("names whose works are alike and that no work names together", async () => {
    const near = [
      ...named("Driftwood", "2026-05-01", 3, { vector: sea }),
      ...named("Harbour", "2026-04-01", 3, { vector: [0.98, 0.1, 0.05] }),
      ...named("Sonata", "2026-03-01", 3, { vector: music }),
      ...named("Cello", "2026-02-01", 3, { vector: music }).map(one => ({
        ...one,
        text: `${one.text} It was the Sonata.`,
      })),
    ];
    await using at = await house(near);
    await at.settle();
    const pairs = (await at.graph.discover())
      .filter(({ kind }) => kind === "entities")
      .map(({ a, b }) => [a, b].sort());
    expect(pairs).toEqual([["Driftwood", "Harbour"]]);
  });
});

describe("a neighbourhood", () => {
  const works = [
    leaf("2026-05-01", "I met Ada in Lisbon.", { vector: [1, 0] }),
    leaf("2026-05-02", "Then Ada sent me the Moth Journal. See [it](2026-05-03.md).", { vector: [0, 1] }),
    leaf("2026-05-03", "The Moth Journal, about moths.", { vector: [0, 1] }),
    leaf("2026-05-04", "I met Bo in Lisbon.", { vector: [0.9, 0.1] }),
  ];

  test("of a name: works that name it, works that are alike, and what they name", async () => {
    await using at = await house(works);
    await at.settle();
    const { works: found, entities } = await at.graph.cluster("ada");
    expect(found.filter(({ because }) => because === "names it").map(({ path }) => path)).toEqual([
      "thoughts/2026-05-02.md",
      "thoughts/2026-05-01.md",
    ]);
    expect(entities.map(({ name }) => name)).toContain("Moth Journal");
    expect(entities.map(({ name }) => name)).not.toContain("Ada");
  });

  test("of a work: what it links to, what links to it, what is alike; never itself", async () => {
    await using at = await house(works);
    await at.settle();
    const { works: found } = await at.graph.cluster("thoughts/2026-05-03.md");
    expect(found[0]).toMatchObject({ path: "thoughts/2026-05-02.md", because: "linked" });
    expect(found.map(({ path }) => path)).not.toContain("thoughts/2026-05-03.md");
  });

  test("of a text by its meaning", async () => {
    await using at = await house(works);
    await at.settle();
    expect((await at.graph.cluster("I met Bo")).works.some(({ because }) => because === "alike")).toBe(true);
  });

  test.each(["%", "'", '"', "\0", "a".repeat(500), "[", "../..", "🙂", " "])("of %j is an answer", async query => {
    await using at = await house(works);
    await at.settle();
    expect(await at.graph.cluster(query)).toMatchObject({ works: expect.any(Array), entities: expect.any(Array) });
  });
});

describe("who sees what", () => {
  const secret = (more: Partial<Leaf>) => [
    ...named("Quicksilver", "2026-05-01", 5, { ...more, vector: [1, 0] }),
    ...named("Lantern", "2026-05-01", 5, { vector: [0.9, 0.1] }),
  ];

  test.each([
    ["what a person confided", { privacy: "private" }],
    ["what was only written down again", { recalled: true }],
    ["what somebody else wrote", { who: "visitor" }],
  ] as const)("M10: %s never enters", async (_, more) => {
    await using at = await house(secret(more));
    await at.settle();
    await at.hook(...secret(more).map(({ path }) => path));
    const all = JSON.stringify([
      await at.graph.active(100),
      await at.graph.forgotten(100),
      (await at.graph.discover(100)).filter(({ kind }) => kind === "entities"),
      (await at.graph.cluster("Quicksilver")).entities,
    ]);
    expect(all).not.toMatch(/quicksilver/i);
    expect(all).toMatch(/lantern/i);
  });

  test("what becomes private goes", async () => {
    await using at = await house(secret({}));
    await at.settle();
    expect((await at.graph.active()).map(({ name }) => name)).toContain("Quicksilver");
    at.change(secret({ privacy: "private" }));
    await at.settle();
    expect(JSON.stringify([await at.graph.active(), await at.graph.cluster("Quicksilver")])).not.toMatch(
      /quicksilver/i,
    );
  });

  test("the front matter of what is no page is not read", async () => {
    const files = { "conversations/a.md": "---\ntags: [hidden]\n---\nx", "dreams/a.md": "---\ntags: [shown]\n---\nx" };
    const works = ["conversations/a.md", "dreams/a.md"].map(path => leaf("2026-05-01", "Hello.", { path }));
    await using at = await house(works, { files });
    await at.settle();
    expect((await at.graph.cluster("hidden")).works.filter(({ because }) => because === "names it")).toEqual([]);
    expect((await at.graph.cluster("shown")).works[0]).toMatchObject({ path: "dreams/a.md", because: "names it" });
  });

  test("a visitor whom the agent writes about is a person", async () => {
    const files = { "visitors/archive/2026-01/2026-01-15-120000-ada.md": "hello" };
    await using at = await house(named("Ada", "2026-05-01", 4), { files });
    await at.settle();
    expect((await at.graph.active())[0]).toMatchObject({ name: "Ada", kind: "person" });
  });
});

describe("in step", () => {
  const works = named("Lantern", "2026-05-01", 6);

  test("after a session only what it changed is read, and what is gone goes", async () => {
    await using at = await house(works);
    await at.settle();
    at.asked.length = 0;
    at.change([...works.slice(1), leaf("2026-05-09", "Now the Meteor.")]);
    expect(await at.hook("thoughts/2026-05-09.md", works[0]!.path)).toMatchObject({
      state: "done",
      note: expect.stringMatching(/^1 works read, 1 gone/),
    });
    expect(at.asked).toEqual(["works", "passages 1"]);
    expect((await at.graph.active())[0]).toMatchObject({ name: "Lantern", works: 5 });
  });

  test("what is written again with the same words is not read as new", async () => {
    await using at = await house(works);
    await at.settle();
    expect((await at.hook(...works.map(({ path }) => path))).note).toBe("0 works read, 0 gone, 0 names weighed");
  });

  test("what others changed between sessions is read with the next one", async () => {
    await using at = await house(works);
    await at.settle();
    at.change([...works, leaf("2026-05-09", "Now the Meteor.")]);
    await at.app.emit(FileChanged, { path: "thoughts/2026-05-09.md", change: "created" });
    expect((await at.hook()).note).toMatch(/^1 works read/);
  });

  test("files that look as they did are not asked for again", async () => {
    const files = Object.fromEntries(works.map(({ path }) => [path, "x"]));
    await using at = await house(works, { files });
    await at.settle();
    at.asked.length = 0;
    await at.settle();
    expect(at.asked).toEqual(["works"]);
    await utimes(join(at.home.path, works[2]!.path), new Date(), new Date(1e9));
    await at.settle();
    expect(at.asked).toEqual(["works", "works", "passages 1"]);
  });

  test("is made again when the way of reading or weighing is another, and says the same", async () => {
    using place = await temporaryHome();
    await using app = await testKernel([memoryOf(works)]);
    const db = new Database(":memory:", { strict: true });
    db.run(readFileSync(join(folders["hook-graph"], "migrations/001-graph.sql"), "utf8"));
    const update = async (halfLife: number) => {
      const parts = { db, home: place.home, memory: app.service(Memory), clock: new HeldClock(NOW), timeZone: "UTC" };
      const done = await new Keeper({ ...parts, tables: new Tables(db), halfLife }).all();
      return { ...done, rows: db.query("select key, works, days, last from entity order by key").all() };
    };
    const first = await update(21);
    expect(first).toMatchObject({ changed: 6, entities: 1 });
    expect(await update(21)).toEqual({ ...first, changed: 0, entities: 0 });
    expect(await update(30)).toEqual({ ...first, changed: 0, entities: 1 });
    db.run("update fact set value = 'older' where name = 'reading'");
    expect(await update(30)).toEqual(first);
  });

  test("H19: a large home is read in pieces: others have their turns meanwhile", async () => {
    await using at = await house(diary({ seed: 3, from: "2026-01-01", days: 100 }));
    let turns = 0;
    let running = true;
    const tick = () => {
      turns++;
      if (running) setImmediate(tick);
    };
    setImmediate(tick);
    await at.settle();
    running = false;
    expect(turns).toBeGreaterThan(10);
  });

  test("begins by itself when everything has started, but not for one command", async () => {
    await using at = await house(works);
    const { Settled } = await import("hearth");
    await at.app.emit(Settled, {});
    await until(async () => (await at.graph.active()).length > 0);
    await using command = await house(works, { mode: "command" });
    await command.app.emit(Settled, {});
    expect(await command.graph.active()).toEqual([]);
    expect(await command.command("active")).toMatch(/^Lantern: name, 6 works on 6 days/);
  });
});

describe("GET /memory/graph", () => {
  const works = named("Lantern", "2026-05-01", 6);

  test("answers each view, with a strong ETag that holds as long as nothing changes", async () => {
    await using at = await house(works);
    await at.settle();
    const { status, body, headers } = await at.app.get("/memory/graph?view=active");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      view: "active",
      threads: [{ name: "Lantern" }],
      discoveries: [],
      works: [],
      entities: [],
    });
    const again = () => at.app.get("/memory/graph?view=active", { headers: { "if-none-match": headers.get("etag")! } });
    expect((await again()).status).toBe(304);
    at.change([...works, leaf("2026-05-09", "Now the Lantern.")]);
    await at.hook("thoughts/2026-05-09.md");
    expect(await again()).toMatchObject({ status: 200, body: { threads: [{ works: 7 }] } });
    for (const view of ["discover", "forgotten", "cluster&q=Lantern,%20or%20[x]"])
      expect((await at.app.get(`/memory/graph?view=${view}`)).status).toBe(200);
  });

  test.each([
    "view=x",
    "view=cluster",
    "view=cluster&q=",
    `view=cluster&q=${"x".repeat(501)}`,
    "limit=0",
    "limit=101",
    "limit=1e1",
  ])("refuses %s", async query => {
    await using at = await house(works);
    expect((await at.app.get(`/memory/graph?${query}`)).status).toBe(422);
  });

  test("needs the service key: unpublished papers are in it", async () => {
    await using at = await house(works);
    expect((await at.app.get("/memory/graph", { key: null })).status).toBe(401);
  });
});

describe("hearth memory graph", () => {
  test("prints what there is, or that there is nothing", async () => {
    await using at = await house([...named("Lantern", "2026-05-01", 6), ...named("Night Train", "2026-01-01", 6)]);
    await at.settle();
    expect(await at.command()).toMatch(
      /^Lantern: name, 6 works on 6 days, 2026-05-01 to 2026-05-06, weight [\d.]+; thoughts/,
    );
    expect(await at.command("forgotten")).toMatch(/^Night Train/);
    expect(await at.command("cluster", "lantern")).toMatch(/2026-05-06-lantern.md, 2026-05-06: .*\(names it\)/);
    expect(await at.command("discover")).toBe("nothing that is alike is apart");
  });

  test("refuses what it does not know", async () => {
    await using at = await house([]);
    expect(at.command("actve")).rejects.toThrow(/Did you mean "active"|did you mean/i);
    expect(at.command("cluster")).rejects.toThrow(/in quotes/);
    expect(at.command("cluster", "a", "b")).rejects.toThrow(/in quotes/);
    expect(at.command("active", "a")).rejects.toThrow(/takes nothing/);
    expect(await at.command("active")).toBe("no thread is alive");
  });
});

test("refuses wrong settings by name", () => {
  expect(() => configured(plugin, { halfLifeDays: 0 })).toThrow(/halfLifeDays/);
  expect(() => configured(plugin, { least: 2 })).toThrow(/least/);
});

test("leaves nothing behind", () => expectClean(plugin, [memoryOf([]), indexed], { folders }));
