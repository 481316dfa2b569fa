import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ailments, definePlugin } from "hearth";
import { configured, expectClean } from "hearth/testing";
import { Memory, MemoryProgress } from "hearth-plugins/memory";
import { MeaningSearches } from "hearth-plugins/search";
import { FileChanged, WatchBegan } from "hearth-plugins/watcher";
import useLite from "../../plugins/embedder-use-lite/plugin";
import plugin from "../../plugins/memory/plugin";
import { type MemoryKernel, memoryFolder, memoryKernel, smallEmbedder } from "../fixtures/memory-house";
import { until } from "../fixtures/until";

let app: MemoryKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

const files = {
  "thoughts/2026-11-01-morning.md":
    '---\ndate: "2026-11-01"\ntitle: "The lamp"\n---\n\nThe lamp burns by the window until the morning comes and I am awake.\n',
  "dreams/2026-11-02-sea.md": '---\ndate: "2026-11-02"\ntitle: "Water"\n---\n\nThe ocean was calm, and I was on it.\n',
  "memory/memory.md": "# Memory\n\nTom repairs the bicycle.\n",
  "mailbox/ada/thread.jsonl": `${JSON.stringify({ id: "1", from: "ada", body: "My secret is the blue door.", ts: "2026-11-03T10:00:00Z" })}\n`,
};
const change = (path: string, change: FileChanged["change"] = "modified") => app.emit(FileChanged, { path, change });
const said = (level: string) => app.log.filter(line => line.plugin === "memory" && line.level === level);

describe("in step", () => {
  test("what the home holds is found by words and by meaning once all plugins have started", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    expect(await app.paths("lamp")).toEqual(["thoughts/2026-11-01-morning.md"]);
    expect((await app.paths("a calm sea", { mode: "semantic" }))[0]).toBe("dreams/2026-11-02-sea.md");
    expect(await app.memory.status()).toMatchObject({
      files: 4,
      passages: 4,
      pending: 0,
      embedder: "small",
      reading: false,
    });
    expect(said("warn")).toEqual([]);
  });

  test("what comes, changes and goes while Hearth runs is found as it is now", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    await app.write("thoughts/2026-11-05-noon.md", "A kettle sings.\n");
    await change("thoughts/2026-11-05-noon.md", "created");
    await until(async () => (await app.paths("kettle")).length === 1);
    await app.write("thoughts/2026-11-05-noon.md", "A pigeon coos.\n");
    await change("thoughts/2026-11-05-noon.md");
    await until(async () => (await app.paths("pigeon")).length === 1);
    expect(await app.paths("kettle")).toEqual([]);
    await rm(join(app.home.path, "thoughts/2026-11-05-noon.md"));
    await change("thoughts/2026-11-05-noon.md", "deleted");
    await until(async () => (await app.paths("pigeon")).length === 0);
    expect((await app.memory.status()).files).toBe(4);
  });

  test("what changed before the watch stood is found when it does", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    await app.write("essays/new.md", "Marble is heavy.\n");
    await rename(join(app.home.path, "dreams/2026-11-02-sea.md"), join(app.home.path, "dreams/moved.md"));
    await app.emit(WatchBegan, {});
    await until(async () => (await app.paths("marble")).length === 1);
    expect(await app.paths("calm")).toEqual(["dreams/moved.md"]);
  });

  test("a burst of changes is read together, and what no source knows is not read at all", async () => {
    app = await memoryKernel({ files, settings: { quiet: 0.1 } });
    await app.inStep();
    for (let n = 0; n < 200; n++) await app.write(`thoughts/burst-${n % 20}.md`, `Burst number ${n}.\n`);
    for (let n = 0; n < 200; n++)
      app.kernel.bus.emit("test", FileChanged, { path: `thoughts/burst-${n % 20}.md`, change: "modified" });
    app.kernel.bus.emit("test", FileChanged, { path: "sandbox/x.md", change: "created" });
    await until(async () => (await app.memory.status()).files === 24);
    expect((await app.paths("burst", { limit: 50 })).length).toBe(20);
  });

  test("progress is told, and that it is over", async () => {
    const told: MemoryProgress[] = [];
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`thoughts/t${n}.md`, `Number ${n}.\n`]));
    const listener = definePlugin({
      id: "listener",
      summary: "hears",
      setup: ctx => ctx.on(MemoryProgress, progress => void told.push(progress)),
    });
    app = await memoryKernel({ files: many, embedder: smallEmbedder({ slow: 2 }), plugins: [listener] });
    await until(() => told.at(-1)?.phase === "done");
    expect(told[0]).toMatchObject({ phase: "text", total: 60 });
    expect(told.at(-1)).toEqual({ phase: "done", done: 60, total: 60, secondsLeft: null });
    expect(told.length).toBeLessThan(6);
    const lines = said("info").map(({ message }) => message);
    expect(lines).toEqual(["memory has read the home", "memory has made its vectors"]);
  });

  test("M11: a bad record costs that record, and is told as a problem until it is mended", async () => {
    const path = "projects/memories.json";
    const good = { text: "The jar holds a pebble from the river.", date: "2026-11-01" };
    app = await memoryKernel({ files: { [path]: JSON.stringify([good, null, 7, { text: null }]) } });
    await app.inStep();
    expect(await app.paths("pebble")).toEqual([path]);
    const ailments = () =>
      app
        .items(Ailments)
        .find(({ id }) => id === "memory")!
        .list();
    expect(ailments()).toEqual([
      { path, problem: expect.stringContaining("not all of it is remembered: "), since: "2026-11-21T12:00:00.000Z" },
    ]);
    await app.write(path, JSON.stringify([good]));
    await change(path);
    await until(() => ailments().length === 0);
  });

  test("a home that is in step is not read again, nor embedded", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    await until(() => said("info").some(({ message }) => message === "memory has made its vectors"));
    const before = said("info").length;
    await app.emit(WatchBegan, {});
    await until(async () => !(await app.memory.status()).reading);
    expect(said("info").length).toBe(before);
  });
});

describe("the thread of the index", () => {
  const file = () => join(app.state, "memory/small-64-1.db");

  test("a damaged index is made anew, and the next question is answered from it", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    await app.kernel.disable("memory");
    await writeFile(file(), "this is no database, and longer than a page of one".repeat(200));
    await app.kernel.enable("memory");
    const memory = app.service(Memory);
    await until(async () => (await memory.search({ text: "lamp", audience: "all", mode: "text" })).hits.length === 1);
  });

  test("an index that was deleted is made anew", async () => {
    app = await memoryKernel({ files });
    await app.inStep();
    await app.kernel.disable("memory");
    await rm(join(app.state, "memory"), { recursive: true });
    await app.kernel.enable("memory");
    const memory = app.service(Memory);
    await until(async () => (await memory.search({ text: "lamp", audience: "all", mode: "text" })).hits.length === 1);
  });

  test("questions beyond those that may wait are refused with 503, and the others answered", async () => {
    app = await memoryKernel({ files, settings: { maxWaiting: 3 } });
    await app.inStep();
    const all = await Promise.all(Array.from({ length: 10 }, () => app.get("/memory/search?q=lamp")));
    const codes = all.map(({ status }) => status).sort();
    expect(codes.filter(code => code === 200).length).toBeGreaterThanOrEqual(3);
    expect(codes).toContain(503);
    expect(all.find(({ status }) => status === 503)!.headers.get("retry-after")).toBe("1");
    expect((await app.get("/memory/search?q=lamp")).status).toBe(200);
  });

  test("the index lies in the state folder, for nobody else's eyes", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    expect(existsSync(file())).toBe(true);
    expect(statSync(join(app.state, "memory")).mode & 0o777).toBe(0o700);
  });
});

describe("routes", () => {
  const search = async (query: string) => (await app.get(`/memory/search?${query}`)).body;

  test("GET /memory/search answers passages with their place, their reason and who wrote them", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    const { status, body } = await app.get("/memory/search?q=the+lamp");
    expect(status).toBe(200);
    expect(body).toMatchObject({ query: "the lamp", mode: "hybrid", audience: "own", note: null });
    expect(body.hits[0]).toMatchObject({
      path: "thoughts/2026-11-01-morning.md",
      line: 6,
      last_line: 6,
      type: "thought",
      title: "The lamp",
      date: "2026-11-01",
      text: "The lamp burns by the window until the morning comes and I am awake.",
      privacy: "public",
      words: expect.arrayContaining(["lamp"]),
      provenance: { who: "agent", name: null, session: null, at: "2026-11-21T12:00:00.000Z" },
    });
    expect(body.hits[0].reason).not.toBe("");
  });

  test("M10: what a person confided is answered only when it is asked for", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    const paths = async (query: string) => (await search(query)).hits.map(({ path }: { path: string }) => path);
    for (const mode of ["hybrid", "text", "semantic"]) {
      expect(await paths(`q=secret+blue+door&mode=${mode}&audience=all`)).toContain("mailbox/ada/thread.jsonl");
      expect(await paths(`q=secret+blue+door&mode=${mode}`)).not.toContain("mailbox/ada/thread.jsonl");
      expect(await paths(`q=bicycle+door&mode=${mode}&audience=public`)).not.toContain("memory/memory.md");
    }
    expect(await paths("q=bicycle")).toContain("memory/memory.md");
  });

  test("types are repeated or written with commas, and all filters count before the limit", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    const types = async (query: string) =>
      [
        ...new Set(
          (await search(`q=the&mode=semantic&limit=50&${query}`)).hits.map(({ type }: { type: string }) => type),
        ),
      ].sort();
    expect(await types("")).toEqual(["dream", "memory", "thought"]);
    expect(await types("type=dream&type=memory")).toEqual(["dream", "memory"]);
    expect(await types("type=dream,thought")).toEqual(["dream", "thought"]);
    expect(await types("type=nothing")).toEqual([]);
    expect(await types("from=2026-11-02&to=2026-11-02")).toEqual(["dream"]);
    expect(await types("audience=all&person=ada")).toEqual(["mailbox"]);
  });

  test("what does not fit is a 422, and no question is an error", async () => {
    app = await memoryKernel({ files });
    await app.inStep();
    const bad = ["", "q=", `q=${"x".repeat(501)}`, "q=a&limit=0", "q=a&limit=51", "q=a&mode=magic", "q=a&audience=me"];
    for (const query of [...bad, "q=a&from=2026-13-01", "q=a&to=2026-02-30", "q=a&from=yesterday", "q=a&limit=1e1"])
      expect([query, (await app.get(`/memory/search?${query}`)).status]).toEqual([query, 422]);
    for (const text of ['"', "a AND", "NEAR(", "col:x", "*", "-x", "[1,2]", '{"a":1}', "a,b", "\u0000", "😀", "%"])
      expect([text, (await app.get(`/memory/search?q=${encodeURIComponent(text)}`)).status]).toEqual([text, 200]);
    expect((await search(`q=${encodeURIComponent("lamp, window")}`)).query).toBe("lamp, window");
  });

  test("memory is for those who have the key", async () => {
    app = await memoryKernel({ files });
    for (const path of ["/memory/search?q=lamp", "/memory/status"])
      expect((await app.get(path, { key: null })).status).toBe(401);
  });

  test("GET /memory/status says how much is remembered", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    expect((await app.get("/memory/status")).body).toEqual({
      embedder: "small",
      problem: null,
      files: 4,
      passages: 4,
      pending: 0,
      seconds_left: null,
      tokens_per_second: null,
      reading: false,
      answering: null,
    });
  });
});

describe("for other plugins", () => {
  test("works, near, pairs and passages are answered, and nothing that the audience may not see", async () => {
    app = await memoryKernel({
      files: {
        ...files,
        "thoughts/again.md": "The lamp burns by the window once more until the morning, and I am awake.\n",
      },
      embedder: smallEmbedder(),
    });
    await app.inStep();
    const own = await app.memory.works({ audience: "own" });
    expect(own.map(({ path }) => path)).not.toContain("mailbox/ada/thread.jsonl");
    expect(own.find(({ path }) => path === "thoughts/again.md")!.vector).toHaveLength(64);
    const path = "thoughts/2026-11-01-morning.md";
    const [near] = await app.memory.near({ to: { path }, audience: "public", limit: 3 });
    expect(near!.path).toBe("thoughts/again.md");
    const [text] = await app.memory.near({ to: { text: "lamp window" }, audience: "public", limit: 3 });
    expect(text!.path).toStartWith("thoughts/");
    const pairs = await app.memory.pairs({ audience: "own", least: 0.3, limit: 10 });
    expect(pairs.map(({ a, b }) => [a.path, b.path].sort())).toContainEqual([path, "thoughts/again.md"].sort());
    const passages = await app.memory.passages({ audience: "own", paths: ["mailbox/ada/thread.jsonl", path] });
    expect(passages.map(passage => passage.path)).toEqual([path]);
  });

  test("GET /search is given pages by their meaning, and nothing that is not public", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    const [search] = app.items(MeaningSearches);
    const found = await search!.find({ q: "sea", types: ["dream", "thought", "mailbox", "memory"], limit: 10 });
    expect("hits" in found && found.hits[0]).toMatchObject({ searchable: "dream", slug: "2026-11-02-sea" });
    const all = await search!.find({ q: "secret blue door bicycle", types: ["dream", "mailbox", "memory"], limit: 10 });
    expect("hits" in all && all.hits.map(({ searchable }) => searchable)).toEqual(["dream"]);
  });

  test("without an embedder GET /search is told that nothing is found by meaning", async () => {
    app = await memoryKernel({ files });
    await app.inStep();
    const [search] = app.items(MeaningSearches);
    expect(await search!.find({ q: "sea", types: ["dream"], limit: 5 })).toEqual({
      unavailable: "small: there is no such embedder",
    });
  });
});

test("with the embedder of the house, a question finds what it means", async () => {
  app = await memoryKernel({
    files: {
      ...files,
      "thoughts/garden.md": "I watered the tomatoes and pulled the weeds between them.\n",
      "thoughts/train.md": "The night train was late, and nobody spoke on the platform.\n",
    },
    plugins: [useLite],
    settings: { embedder: ["use-lite"] },
  });
  await app.inStep();
  const { hits, mode } = await app.memory.search({ text: "looking after vegetables", audience: "own" });
  expect(mode).toBe("hybrid");
  expect(hits[0]!.path).toBe("thoughts/garden.md");
  expect(hits[0]!.similarity).toBeGreaterThan(0.25);
});

test("a setting that is none is refused by name", () => {
  expect(() => configured(plugin, { embeder: ["x"] })).toThrow("embeder");
  expect(() => configured(plugin, { workers: 0 })).toThrow("workers");
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(configured(plugin), [useLite], { folders: { memory: memoryFolder } });
});
