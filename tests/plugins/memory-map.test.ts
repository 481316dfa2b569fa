import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Settled } from "hearth";
import { configured, expectClean, HeldClock, type TestOptions, temporaryFolder, testKernel } from "hearth/testing";
import { PageChanged } from "hearth-plugins/content";
import { MemoryCommands, MemoryProgress } from "hearth-plugins/memory";
import { openDatabase } from "../../core/database";
import { paperOf } from "../../core/out-file";
import { drawing } from "../../plugins/memory-map/drawing";
import { Places } from "../../plugins/memory-map/places";
import plugin from "../../plugins/memory-map/plugin";
import type { WorksMap } from "../../plugins/memory-map/shapes";
import { SmallContent } from "../fixtures/small-content";
import { SmallMemory, type SmallMemoryOptions, type SmallWork } from "../fixtures/small-memory";
import { until } from "../fixtures/until";

const folder = join(import.meta.dir, "../../plugins/memory-map");

/** So many thoughts and dreams, in two groups. */
const works = (count: number): SmallWork[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `${i % 2 === 0 ? "thoughts" : "dreams"}/w${String(i).padStart(3, "0")}.md`,
    vector: [Math.cos(i), i % 2 === 0 ? 4 : -4, Math.sin(i * 3), 1],
  }));

interface MapOptions extends TestOptions, SmallMemoryOptions {
  readonly settings?: Record<string, unknown>;
  /** What memory says is wrong. */
  readonly problem?: string;
  /** Called before memory answers. */
  readonly before?: () => Promise<void>;
}

/** A kernel with the map, over works that all have pages. */
async function house(given: readonly SmallWork[], options: MapOptions = {}) {
  const { settings = {}, leaks, problem, before, ...test } = options;
  const clock = new HeldClock("2026-11-21T12:00:00Z");
  const memory = new SmallMemory(given, leaks === undefined ? {} : { leaks });
  if (before) memory.before = before;
  if (problem !== undefined) memory.status = { ...memory.status, problem };
  const content = new SmallContent(...given.map(({ path }) => path));
  const app = await testKernel([memory.plugin, content.plugin, configured(plugin, settings)], {
    clock,
    folders: { "memory-map": folder },
    ...test,
  });
  const map = async () => (await app.get("/memory/map")).body as WorksMap;
  return Object.assign(app, {
    clock,
    memory,
    content,
    map,
    /** Lets the quiet time pass and the map be made, if it has to be. */
    async make(holds?: (map: WorksMap) => boolean) {
      clock.advance(60_000);
      expect(await app.kernel.activity.rest(["memory-map"], 20)).toEqual([]);
      return holds ? untilMap(app, holds) : undefined;
    },
    async command(...args: string[]) {
      const lines: string[] = [];
      const io = { print: (line: string) => void lines.push(line), signal: new AbortController().signal };
      const code = await app.items(MemoryCommands)[0]!.run(args, io);
      return { code: code ?? 0, lines };
    },
  });
}

const untilMap = (
  app: { get: (path: string) => Promise<{ status: number; body: any }> },
  holds: (map: WorksMap) => boolean,
) =>
  until(async () => {
    const { status, body } = await app.get("/memory/map");
    return status === 200 && holds(body) && (body as WorksMap);
  });

const slugs = (map: WorksMap) => map.works.map(({ slug }) => slug).sort();
const all = (count: number) => (map: WorksMap) => map.works.length === count;

describe("GET /memory/map", () => {
  test("says of each public work where it lies, once it was laid out", async () => {
    const held = Promise.withResolvers<void>();
    await using app = await house(works(24), { before: () => held.promise });
    const before = await app.get("/memory/map");
    expect([before.status, before.headers.get("retry-after")]).toEqual([503, "10"]);
    held.resolve();
    const map = await untilMap(app, all(24));
    expect(map).toMatchObject({ waiting: 0, made_at: "2026-11-21T12:00:00.000Z" });
    expect(map!.works[0]).toEqual({
      type: "thoughts",
      slug: "w000",
      title: "About thoughts/w000.md",
      date: "2026-11-01",
      x: expect.any(Number),
      y: expect.any(Number),
    });
    for (const { x, y } of map!.works) expect(x >= 0 && x <= 1 && y >= 0 && y <= 1).toBe(true);
  });

  test("needs the service key", async () => {
    await using app = await house([]);
    expect((await app.get("/memory/map", { key: null })).status).toBe(401);
  });

  test("is an empty list where there are no works", async () => {
    await using app = await house([]);
    expect(await app.map()).toEqual({ works: [], waiting: 0, made_at: null });
  });

  test("says why there is none when nothing can be embedded", async () => {
    const given = works(3).map(work => ({ ...work, vector: null }));
    await using app = await house(given, { problem: "the model is damaged" });
    await app.make();
    const { status, body } = await app.get("/memory/map");
    expect([status, body.detail]).toEqual([503, "There is no map yet: the model is damaged"]);
  });

  test("answers 304 to who has it, and asks memory for nothing", async () => {
    await using app = await house(works(9));
    await app.emit(Settled, {});
    await app.make(all(9));
    const { headers } = await app.get("/memory/map");
    app.memory.asked.length = 0;
    const again = await app.get("/memory/map", { headers: { "if-none-match": headers.get("etag")! } });
    expect([again.status, app.memory.asked]).toEqual([304, []]);
  });

  test("M10: what is private or the agent's own is not on it, whatever memory answers", async () => {
    const secrets: SmallWork[] = [
      { path: "mailbox/ada/thread.jsonl", vector: [1, 0, 0, 0] },
      { path: "memory/identity.md", vector: [0, 1, 0, 0] },
      { path: "thoughts/secret.md", vector: [0, 0, 1, 0], privacy: "own" },
    ];
    await using app = await house(works(12), { leaks: true });
    app.memory.put(...secrets);
    app.content.put("thoughts/secret.md");
    await app.emit(Settled, {});
    const map = await app.make(all(12));
    expect(slugs(map!)).not.toContain("secret");
    expect([...app.memory.audiences]).toEqual(["public"]);
  });

  test("a page that is gone, or cannot be shown any more, is gone from it at once", async () => {
    await using app = await house(works(12));
    await app.emit(Settled, {});
    await app.make(all(12));
    app.content.forget("thoughts/w004.md");
    expect(slugs(await app.map())).not.toContain("w004");
  });

  test("titles are those of now", async () => {
    await using app = await house(works(6));
    await app.emit(Settled, {});
    await app.make(all(6));
    app.content.put(["thoughts/w000.md", "Another name"]);
    expect((await app.map()).works.find(({ slug }) => slug === "w000")?.title).toBe("Another name");
  });
});

describe("the map is made anew", () => {
  test("after a change, when it has been quiet for a while; the one of before answers meanwhile", async () => {
    await using app = await house(works(20), { settings: { quiet: 5 } });
    await app.emit(Settled, {});
    const before = await app.make(all(20));
    app.memory.put({ path: "essays/new.md", vector: [1, 4, 0, 1] });
    app.content.put("essays/new.md");
    await app.emit(PageChanged, { type: "essays", slug: "new", change: "created" });
    app.clock.advance(4_000);
    await app.emit(PageChanged, { type: "essays", slug: "new", change: "modified" });
    app.clock.advance(4_000);
    expect(await app.map()).toEqual({ ...before!, waiting: 1 });
    app.clock.advance(1_000);
    const after = await untilMap(app, all(21));
    for (const { slug, x, y } of before!.works) {
      const now = after.works.find(work => work.slug === slug)!;
      expect(Math.hypot(now.x - x, now.y - y)).toBeLessThan(0.25);
    }
  });

  test("when memory has come further, and only then when nothing else changed", async () => {
    await using app = await house(works(10));
    app.memory.put({ path: "thoughts/w000.md", vector: null });
    await app.emit(Settled, {});
    const before = await app.make(all(9));
    expect(before!.waiting).toBe(1);
    await app.emit(MemoryProgress, { phase: "done", done: 1, total: 1, secondsLeft: null });
    await app.make();
    expect((await app.map()).made_at).toBe(before!.made_at);
    app.memory.put({ path: "thoughts/w000.md", vector: [1, 4, 0, 1] });
    await app.emit(MemoryProgress, { phase: "vectors", done: 0, total: 1, secondsLeft: null });
    await app.make();
    expect(slugs(await app.map())).not.toContain("w000");
    await app.emit(MemoryProgress, { phase: "done", done: 1, total: 1, secondsLeft: null });
    await app.make(all(10));
  });

  test("from nothing when another embedder answers", async () => {
    await using app = await house(works(10));
    await app.emit(Settled, {});
    const before = await app.make(all(10));
    app.memory.status = { ...app.memory.status, embedder: "other/2/1" };
    await app.emit(MemoryProgress, { phase: "done", done: 1, total: 1, secondsLeft: null });
    app.clock.advance(60_000);
    const after = await untilMap(app, map => map.made_at !== before!.made_at);
    expect(after.works).toEqual(before!.works);
  });

  test("a fault is told, and the one of before answers on", async () => {
    await using app = await house(works(10));
    await app.emit(Settled, {});
    const before = await app.make(all(10));
    app.memory.before = () => {
      throw new Error("the index has gone");
    };
    await app.emit(MemoryProgress, { phase: "done", done: 1, total: 1, secondsLeft: null });
    app.clock.advance(60_000);
    await until(() => app.log.some(({ level, error }) => level === "warn" && String(error).includes("has gone")));
    expect(await app.map()).toEqual(before!);
  });
});

test("the layout is kept for the next life, whole", () => {
  using place = temporaryFolder();
  mkdirSync(join(place.path, "state"));
  const file = join(place.path, "state/map.db");
  const layout = {
    print: "p",
    basis: "b",
    madeAt: "2026-11-21T12:00:00.000Z",
    places: new Map([["a", { x: 1, y: -2 }]]),
  };
  for (const print of ["p", "q"]) {
    const db = openDatabase(file, join(folder, "migrations"));
    const places = new Places(db);
    places.save({ ...layout, print });
    expect(places.load()).toEqual({ ...layout, print });
    db.close();
  }
});

describe("hearth memory map", () => {
  test("makes the map when there is none, and says how many works are on it", async () => {
    await using app = await house(works(8), { mode: "command" });
    expect(await app.command()).toEqual({ code: 0, lines: ["8 works on the map. --svg FILE draws it"] });
  });

  test("--svg prints the drawing, which the caller's program writes to the file", async () => {
    await using app = await house(works(8), { mode: "command" });
    using place = temporaryFolder();
    const file = join(place.path, "map.svg");
    const paper = paperOf(["map", "--svg", file], () => {});
    if (typeof paper === "string") throw new Error(paper);
    expect(paper.args).toEqual(["map", "--svg"]);
    const { lines } = await app.command(...paper.args.slice(1));
    for (const line of lines) paper.print(line);
    await paper.done(0);
    expect(await Bun.file(file).text()).toStartWith('<svg xmlns="http://www.w3.org/2000/svg"');
    expect(paperOf(["map", "--svg"], () => {})).toBe("--svg needs the name of a file");
  });

  test("refuses what it does not know", async () => {
    await using app = await house([], { mode: "command" });
    expect(app.command("--png")).rejects.toThrow("map takes --svg FILE or nothing");
  });
});

describe("the drawing", () => {
  const work = (over: Partial<WorksMap["works"][number]> = {}): WorksMap["works"][number] => ({
    type: "thoughts",
    slug: "a",
    title: "A",
    date: "2026-11-01",
    x: 0.5,
    y: 0.5,
    ...over,
  });
  const draw = (...list: WorksMap["works"]) => drawing({ works: list, waiting: 0, made_at: null });

  /** What an XML parser would say is wrong, as far as this drawing can be wrong. */
  function faultsOf(xml: string): string[] {
    const faults: string[] = [];
    const open: string[] = [];
    const body = xml.replace(/<style>[\s\S]*?<\/style>/g, "");
    for (const [tag, close, name, , self] of body.matchAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
      if (close) {
        if (open.pop() !== name) faults.push(`${tag} closes nothing`);
      } else if (!self) open.push(name!);
    }
    if (open.length > 0) faults.push(`${open.join()} stays open`);
    const between = body.replace(/<\/?[a-z]+(?:\s[\w:-]+="[^"<]*")*\s*\/?>/g, "");
    if (/[<>]|&(?!#\d+;)/.test(between)) faults.push("a bare mark");
    if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml))
      faults.push("a character that XML does not know");
    return faults;
  }

  test("has a dot for each work with its title, a legend of its types, and the names of some", () => {
    const svg = draw(work({ title: "The ferry" }), work({ type: "dreams", title: "Rain", x: 0.9 }));
    expect(svg).toContain(
      '<circle class="thoughts" cx="540.0" cy="540.0" r="5"><title>The ferry (2026-11-01)</title></circle>',
    );
    expect(svg).toContain(">Thoughts (1)</text>");
    expect(svg).toContain(">Dreams (1)</text>");
    expect(svg).not.toContain("Essays (");
    expect(svg).toMatch(/<text class="label"[^>]*>The ferry<\/text>/);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(faultsOf(svg)).toEqual([]);
  });

  test.each([
    `</title><script>alert(1)</script>`,
    `" onload="alert(1)`,
    `&lt;b&gt; &amp; ' "`,
    `]]> <![CDATA[ <!-- -- --> <?xml?>`,
    "a\u0000b\u0008c\u001bd\ufffee\uffff",
    "\ud800 half \udc00 pairs",
    "\u202eturned\u2066 round",
    "line\nends\tand tabs",
    "👩‍👩‍👧 and 𝔘𝔫𝔦𝔠𝔬𝔡𝔢".repeat(20),
    "",
  ])("stays XML with the title %j", title => {
    const svg = draw(work({ title }), work({ title, date: title }));
    expect(faultsOf(svg)).toEqual([]);
    expect(svg).not.toContain("<script");
    expect(svg).not.toContain("\u202e");
  });

  test("a hand that writes wrong XML is noticed", () => {
    expect(faultsOf("<svg><title>a & b</title></svg>")).toEqual(["a bare mark"]);
    expect(faultsOf("<svg><g></svg>")).not.toEqual([]);
  });

  test("of no works is a drawing, too", () => {
    expect(faultsOf(draw())).toEqual([]);
  });

  test("names few works, and none on top of another", () => {
    const crowd = Array.from({ length: 400 }, (_, i) =>
      work({ slug: `${i}`, x: (i % 20) / 20, y: Math.floor(i / 20) / 20 }),
    );
    const labels = [...draw(...crowd).matchAll(/<text class="label" x="([\d.]+)" y="([\d.]+)"/g)];
    expect(labels.length).toBeGreaterThan(3);
    expect(labels.length).toBeLessThanOrEqual(12);
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(plugin, { quit: 1 })).toThrow('has no setting "quit". Did you mean "quiet"?');
});

test("turned off, it leaves nothing behind", async () => {
  const memory = new SmallMemory(works(5));
  const content = new SmallContent(...works(5).map(({ path }) => path));
  await expectClean(plugin, [memory.plugin, content.plugin], { folders: { "memory-map": folder } });
});
