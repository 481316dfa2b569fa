import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { FileChanged } from "hearth-plugins/watcher";
import { EmbeddingPool, type PoolOptions } from "../../plugins/memory/threads/embedding-pool";
import {
  embedderPlugin,
  type MemoryHouse,
  type MemoryKernel,
  memoryHouse,
  memoryKernel,
  put,
  smallEmbedder,
} from "../fixtures/memory-house";
import { until } from "../fixtures/until";

let app: MemoryKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

/** Texts that share the rain, and little else. */
const text = (n: number) =>
  `The rain and car${"abcdefg"
    .split("")
    .map(letter => ` w${letter}${"x".repeat(n)}`)
    .join("")}.\n`;
const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`thoughts/t${n}.md`, text(n)]));
const indexFiles = (state: string) =>
  readdirSync(join(state, "memory"))
    .filter(name => name.endsWith(".db"))
    .toSorted();
const warnings = () => app.log.filter(({ level }) => level === "warn" || level === "error");
const semantic = async (house: Pick<MemoryHouse, "memory">) =>
  (await house.memory.search({ text: "automobile", audience: "own", mode: "semantic" })).mode;

describe("the choice", () => {
  test("the first of the wanted embedders that can be used makes the vectors", async () => {
    app = await memoryKernel({
      files,
      plugins: [
        embedderPlugin(smallEmbedder({}, { id: "best", unavailable: () => "its model is not there" })),
        embedderPlugin(smallEmbedder({}, { id: "second" })),
        embedderPlugin(smallEmbedder({}, { id: "third" })),
      ],
      settings: { embedder: ["best", "second", "third"] },
    });
    await app.inStep();
    expect((await app.memory.status()).embedder).toBe("second");
    expect(indexFiles(app.state)).toEqual(["second-64-1.db"]);
  });

  test("without any embedder words are found; the answer, the status and the log say why, once", async () => {
    app = await memoryKernel({
      files,
      embedder: smallEmbedder({}, { unavailable: () => "the model's folder is empty; get it with …" }),
    });
    await app.inStep();
    expect(indexFiles(app.state)).toEqual(["words.db"]);
    const why = "small: the model's folder is empty; get it with …";
    expect(await app.memory.status()).toMatchObject({ embedder: null, problem: why, passages: 30, pending: 0 });
    const { mode, hits, note } = await app.memory.search({ text: "rain", audience: "own" });
    expect([mode, hits.length]).toEqual(["text", 10]);
    expect(note).toContain(why);
    expect(warnings().map(({ message, why }) => [message, why])).toEqual([
      ["memory finds words only: there is no embedder", why],
    ]);
  });

  test("an embedder that cannot say in time, or throws, whether it can be used, is not used", async () => {
    app = await memoryKernel({
      files,
      embedder: smallEmbedder({}, { unavailable: () => Promise.reject(new Error("it stumbled")) }),
    });
    await app.inStep();
    expect((await app.memory.status()).problem).toBe("small: it stumbled");
  });

  test("one that comes later takes over from words, and when it goes its passages are found by words", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    await app.kernel.disable("embedder-small");
    await until(async () => (await app.memory.status()).embedder === null);
    expect(await semantic(app)).toBe("text");
    expect(indexFiles(app.state)).toEqual(["small-64-1.db"]); // nothing is thrown away for that
    await app.kernel.enable("embedder-small");
    await until(async () => (await semantic(app)) === "semantic");
    expect((await app.memory.status()).pending).toBe(0);
  });
});

describe("a change of the embedder", () => {
  test("the old index answers until the new one is whole, then its file is deleted", async () => {
    using folder = temporaryFolder();
    const held = join(folder.path, "held");
    for (const [path, text] of Object.entries(files)) put(join(folder.path, "home"), path, text);
    {
      await using old = await memoryHouse(folder.path);
      await old.inStep();
    }
    await writeFile(held, "");
    const next = smallEmbedder({ dims: 96, held }, { version: "2", dims: 96 });
    await using house = await memoryHouse(folder.path, {}, [embedderPlugin(next)]);
    await until(async () => (await house.memory.status()).pending === 30);
    const { answering, embedder } = await house.memory.status();
    expect([answering, embedder]).toEqual(["small-64-1", "small"]);
    const found = await house.memory.search({ text: "rain", audience: "own" });
    expect(found.hits).toHaveLength(10);
    expect(indexFiles(house.state)).toEqual(["small-64-1.db", "small-96-2.db"]);
    await rm(held);
    await until(async () => (await house.memory.status()).answering === null);
    expect(await semantic(house)).toBe("semantic");
    await until(() => indexFiles(house.state).length === 1);
    expect(indexFiles(house.state)).toEqual(["small-96-2.db"]);
  });

  test("the old index answers by meaning while its embedder is there, and learns what is new, as the other does", async () => {
    using folder = temporaryFolder();
    const held = join(folder.path, "held");
    for (const [path, text] of Object.entries(files)) put(join(folder.path, "home"), path, text);
    const old = embedderPlugin(smallEmbedder());
    {
      await using before = await memoryHouse(folder.path, {}, [old]);
      await before.inStep();
    }
    await writeFile(held, "");
    const better = embedderPlugin(smallEmbedder({ dims: 96, held }, { id: "better", dims: 96 }));
    await using house = await memoryHouse(folder.path, { embedder: ["better", "small"] }, [old, better]);
    await until(async () => (await house.memory.status()).answering === "small");
    await until(async () => (await house.memory.status()).pending === 30);
    expect(await semantic(house)).toBe("semantic");
    put(join(folder.path, "home"), "thoughts/new.md", "A kettle sings in the kitchen.\n");
    house.open.kernel.bus.emit("test", FileChanged, { path: "thoughts/new.md", change: "created" });
    const kettle = async () =>
      (await house.memory.search({ text: "kettle", audience: "own", mode: "text" })).hits.length;
    await until(async () => (await kettle()) === 1);
    await until(async () => (await house.memory.status()).pending === 31);
    await rm(held);
    await until(async () => (await house.memory.status()).answering === null);
    expect(await kettle()).toBe(1);
    expect((await house.memory.status()).passages).toBe(31);
  });

  test("a restart in the middle goes on where it was", async () => {
    using folder = temporaryFolder();
    const notes = join(folder.path, "notes");
    for (const [path, text] of Object.entries(files)) put(join(folder.path, "home"), path, text);
    const slow = embedderPlugin(smallEmbedder({ slow: 10, notes }));
    {
      await using house = await memoryHouse(folder.path, {}, [slow]);
      await until(async () => {
        const { pending, passages } = await house.memory.status();
        return passages === 30 && pending < 30;
      });
    }
    await using house = await memoryHouse(folder.path, {}, [slow]);
    await house.inStep();
    const embedded = readFileSync(notes, "utf8")
      .split("\n")
      .map(Number)
      .reduce((sum, count) => sum + count, 0);
    expect(embedded).toBeLessThan(30 + 17); // what was on its way when the first life ended is made again, and no more
    expect((await house.memory.status()).pending).toBe(0);
  });
});

describe("an embedder that fails", () => {
  test("one that cannot be opened gives way to the next, which is told", async () => {
    app = await memoryKernel({
      files,
      plugins: [
        embedderPlugin(smallEmbedder({ broken: "model.bin is cut off; get it anew" }, { id: "best" })),
        embedderPlugin(smallEmbedder()),
      ],
      settings: { embedder: ["best", "small"] },
    });
    await until(async () => (await app.memory.status()).embedder === "small");
    await app.inStep();
    await until(() => indexFiles(app.state).length === 1);
    expect(indexFiles(app.state)).toEqual(["small-64-1.db"]);
  });

  test("one whose tokenizer cannot be opened leaves words", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder({ wordless: "vocab.json is no JSON" }) });
    await app.inStep();
    expect(await app.memory.status()).toMatchObject({ embedder: null, passages: 30 });
    expect((await app.memory.status()).problem).toContain("small: ");
    expect((await app.memory.status()).problem).toContain("vocab.json is no JSON");
    expect(await app.paths("rain")).toHaveLength(10);
  });

  const one = { "thoughts/bad.md": "" };
  test.each([
    ["on which its thread dies", "This text kills threads whenever they read it.\n"],
    ["that it refuses", "This text cannot be embedded by anybody.\n"],
    ["on which it never ends", "This text never ends for whoever reads it.\n"],
  ])("a passage %s is given up after a second try, and all others get their vectors", async (_, text) => {
    app = await memoryKernel({
      files: { ...files, ...one, "thoughts/bad.md": text },
      embedder: smallEmbedder(),
      settings: { patience: 0.5 },
    });
    await until(async () => {
      const { pending, problem } = await app.memory.status();
      return pending === 1 && problem !== undefined;
    });
    expect(await app.memory.status()).toMatchObject({ problem: "1 passage could not be embedded", secondsLeft: null });
    expect(warnings().map(({ message }) => message)).toEqual(["a passage gets no vector"]);
    expect(await app.paths("whoever OR anybody OR threads")).toEqual(["thoughts/bad.md"]);
    const learned = await app.memory.learn({ session: "s", changed: ["thoughts/bad.md"] }); // waits for nothing that does not come
    expect(learned.files).toBe(1);
  });

  test("a question that cannot be embedded is answered by its words, and says so", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    const { mode, hits, note } = await app.memory.search({ text: "rain that cannot be embedded", audience: "own" });
    expect([mode, hits.length]).toEqual(["text", 10]);
    expect(note).toContain("the question cannot be embedded: these words have no meaning");
  });

  test("a question that kills the thread costs that question only", async () => {
    app = await memoryKernel({ files, embedder: smallEmbedder() });
    await app.inStep();
    await expect(app.memory.search({ text: "this kills threads", audience: "own" })).rejects.toThrow(
      "the thread of memory",
    );
    expect(await app.paths("rain")).toHaveLength(10);
    expect((await app.get(`/memory/search?q=rain`)).status).toBe(200);
  });
});

describe("the threads that embed", () => {
  /** A pool over passages that a test holds in its hands. */
  function poolOf(texts: Record<number, string>, over: Partial<PoolOptions> = {}) {
    const waiting = new Map(Object.entries(texts).map(([no, text]) => [Number(no), text]));
    const asked: number[] = [];
    const told: string[] = [];
    const { module, options, dims } = smallEmbedder();
    const pool = new EmbeddingPool({
      embedder: { module, options, dims },
      workers: 2,
      idle: 60,
      patience: 5,
      async pending(most) {
        asked.push(most);
        return [...waiting].slice(0, most).map(([no, text]) => ({ no, text, tokens: 10 }));
      },
      async put(vectors) {
        for (const { no } of vectors) waiting.delete(no);
        return vectors.length;
      },
      embedded: () => {},
      drained: () => told.push("drained"),
      skipped: why => told.push(`skipped: ${why}`),
      broken: why => told.push(`broken: ${why}`),
      failed: error => told.push(`failed: ${(error as Error).message}`),
      ...over,
    });
    return { pool, waiting, asked, told };
  }
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [n + 1, `text ${n}`]));

  test("as many as there may be share the work, and end when there was none for a while", async () => {
    const { pool, waiting, told } = poolOf(many(300), { idle: 0.05 });
    pool.wake();
    await until(() => pool.threads === 2);
    await until(() => waiting.size === 0 && told.includes("drained"));
    await until(() => pool.threads === 0);
    waiting.set(1000, "something new");
    pool.wake();
    await until(() => waiting.size === 0);
    await pool.stop();
  });

  test("they stop at once, whatever they do, and nothing is put afterwards", async () => {
    const { pool, waiting } = poolOf({ ...many(200), 7: "this never ends" });
    pool.wake();
    await until(() => waiting.size < 200);
    await pool.stop();
    const left = waiting.size;
    expect(left).toBeGreaterThan(0);
    expect(pool.threads).toBe(0);
    pool.wake();
    expect(waiting.size).toBe(left);
  });

  test("when the index takes nothing, they rest, and go on when they are woken", async () => {
    let full = true;
    const { pool, waiting, told } = poolOf(many(40), {
      async put(vectors) {
        if (full) throw new Error("the disk is full");
        for (const { no } of vectors) waiting.delete(no);
        return vectors.length;
      },
    });
    pool.wake();
    await until(() => told.filter(line => line === "failed: the disk is full").length > 0 && pool.threads === 0);
    expect(waiting.size).toBe(40);
    full = false;
    pool.wake();
    await until(() => waiting.size === 0);
    await pool.stop();
  });

  test("vectors of the wrong length, or that are no numbers, are not kept", async () => {
    const { module, options } = smallEmbedder();
    const { pool, waiting, told } = poolOf({ 1: "a", 2: "b" }, { embedder: { module, options, dims: 65 } });
    pool.wake();
    await until(() => told.includes("drained"));
    expect(waiting.size).toBe(2);
    expect([...pool.skipped].sort()).toEqual([1, 2]);
    expect(told[0]).toBe("skipped: the embedder made 64 numbers that are no vector of 65");
    await pool.stop();
  });

  test("an embedder that cannot be opened is told once, and not tried for ever", async () => {
    const { module } = smallEmbedder();
    const embedder = { module, options: { dims: 64, broken: "no weights" }, dims: 64 };
    const { pool, told } = poolOf(many(50), { embedder });
    pool.wake();
    await until(() => pool.over);
    expect(told).toEqual(["broken: no weights"]);
    await pool.stop();
  });
});
