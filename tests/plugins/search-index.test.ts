import { Database } from "bun:sqlite";
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin } from "hearth";
import { configured, type TestKernel, temporaryFolder, testKernel } from "hearth/testing";
import { DocumentChanged, Searchables } from "hearth-plugins/search";
import { IndexClient } from "../../plugins/search/index-client";
import plugin from "../../plugins/search/plugin";
import { unlessStopped } from "../../plugins/search/stopping";
import { Shelf } from "../fixtures/shelf";
import { until } from "../fixtures/until";

let app: TestKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

const file = () => join(app.state, "search.db");
const slugs = async (q: string, more = ""): Promise<string[]> =>
  (await app.get(`/search?q=${encodeURIComponent(q)}${more}`)).body.results
    .map(({ slug }: { slug: string }) => slug)
    .toSorted();
/** Turns the plugin off, does something to what it left on disk, and turns it on again. */
async function restart(between: () => unknown = () => {}): Promise<void> {
  await app.kernel.disable("search");
  await between();
  await app.kernel.enable("search");
}
const warnings = () => app.log.filter(({ level }) => level === "warn" || level === "error");
const three = () =>
  new Shelf("thought", { a: { body: "lamp one" }, b: { body: "lamp two" }, c: { body: "lamp three" } });

describe("in step", () => {
  test("what comes, changes and goes is found as it is now", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    await shelf.change(app, "d", { body: "lamp four" });
    expect(await slugs("lamp")).toEqual(["a", "b", "c", "d"]);
    await shelf.change(app, "a", { title: "Changed", body: "candle" });
    expect([await slugs("lamp"), await slugs("candle"), await slugs("one")]).toEqual([["b", "c", "d"], ["a"], []]);
    await shelf.remove(app, "b");
    expect(await slugs("lamp")).toEqual(["c", "d"]);
    expect(warnings()).toEqual([]);
  });
  test("W-45: a document that is renamed leaves no ghost", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    expect(await slugs("two")).toEqual(["b"]);
    const { title, body } = shelf.documents.get("b")!;
    shelf.drop("b");
    await shelf.change(app, "renamed", { title, body });
    await app.emit(DocumentChanged, { searchable: "thought", slug: "b" });
    expect(await slugs("two")).toEqual(["renamed"]);
    await restart();
    expect(await slugs("two")).toEqual(["renamed"]);
  });
  test("a document that can be shown no more disappears, in whichever way that is said", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    await shelf.remove(app, "a"); // no version any more
    shelf.put("b", {});
    shelf.documents.delete("b"); // a version, and nothing to read
    await app.emit(DocumentChanged, { searchable: "thought", slug: "b" });
    expect(await slugs("lamp")).toEqual(["c"]);
  });
  test("a burst of changes is read once each, and none is lost", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    await slugs("lamp");
    shelf.wasRead.length = 0;
    for (let n = 0; n < 1000; n++) {
      shelf.put(`n${n % 400}`, { body: `burst ${n}` });
      app.kernel.bus.emit("test", DocumentChanged, { searchable: "thought", slug: `n${n % 400}` });
    }
    await app.kernel.activity.rest(["search"], 20);
    expect((await app.get("/search?q=burst")).body.total).toBe(400);
    expect(await slugs("999")).toEqual(["n199"]);
    expect(shelf.wasRead).toHaveLength(400);
  });
  test("what was told of a document that did not change is not read", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    await slugs("lamp");
    shelf.wasRead.length = 0;
    await app.emit(DocumentChanged, { searchable: "thought", slug: "a" });
    await app.emit(DocumentChanged, { searchable: "thought", slug: "nobody" });
    await app.emit(DocumentChanged, { searchable: "nothing", slug: "a" });
    expect(shelf.wasRead).toEqual([]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
  });
  test("other requests are answered while a large home is read", async () => {
    const many = Array.from({ length: 2000 }, (_, n) => [`n${n}`, { body: `lamp ${n} `.repeat(50) }]);
    app = await testKernel([new Shelf("thought", Object.fromEntries(many)).plugin, plugin]);
    let over = false;
    const found = app.get("/search?q=lamp").finally(() => {
      over = true;
    });
    let meanwhile = 0;
    while (!over) {
      await new Promise(resolve => setImmediate(resolve));
      meanwhile++;
    }
    expect((await found).body.total).toBe(2000);
    expect(meanwhile).toBeGreaterThan(100);
  });
});

describe("what can be searched comes and goes", () => {
  test("a stranger's kind of thing is found while its plugin runs, and no longer", async () => {
    const moons = new Shelf("moon", { full: { body: "lamp of the night" } });
    app = await testKernel([three().plugin, moons.plugin, plugin]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c", "full"]);
    expect(await slugs("lamp", "&type=moon")).toEqual(["full"]);
    await app.kernel.disable("shelf-moon");
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    expect((await app.get("/search?q=lamp&type=moon")).status).toBe(422);
    expect((await app.get("/search/suggest?q=nigh")).body.suggestions).toEqual([]);
    await app.kernel.enable("shelf-moon");
    expect(await slugs("lamp")).toEqual(["a", "b", "c", "full"]);
  });
  test("one that is added later is found without anybody saying so", async () => {
    let add = () => {};
    const later = new Shelf("later", { x: { body: "lamp" } });
    const host = definePlugin({
      id: "host",
      summary: "adds something later",
      setup(ctx) {
        add = () => ctx.add(Searchables, later);
      },
    });
    app = await testKernel([host, plugin]);
    expect(await slugs("lamp")).toEqual([]);
    add();
    expect(await slugs("lamp")).toEqual(["x"]);
  });
  test("what is gone is taken out of the file too", async () => {
    const moons = new Shelf("moon", { full: { body: "secretmoon" } });
    app = await testKernel([moons.plugin, three().plugin, plugin]);
    await slugs("lamp");
    await app.kernel.disable("shelf-moon");
    using db = new Database(file(), { readonly: true });
    const left = () =>
      db
        .query("select id from kind where id = 'moon' union all select folded from word where folded = 'secretmoon'")
        .all();
    await until(() => left().length === 0);
    expect(db.query("select count(*) as n from document").get()).toEqual({ n: 3 });
  });
  test("one that is turned off and on again is there again", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    await slugs("lamp");
    await app.kernel.disable("shelf-thought");
    expect(await slugs("lamp")).toEqual([]);
    await app.kernel.enable("shelf-thought");
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
  });
  test("two that are called the same are refused, naming both", async () => {
    const other = definePlugin({
      id: "other",
      summary: "the same again",
      setup: ctx => ctx.add(Searchables, new Shelf("thought")),
    });
    await expect(testKernel([three().plugin, other])).rejects.toThrow(
      'the searchable "thought", by shelf-thought and other',
    );
  });
});

describe("the file", () => {
  test("a restart reads only what differs", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    expect(shelf.wasRead.toSorted()).toEqual(["a", "b", "c"]);
    shelf.wasRead.length = 0;
    await restart();
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    expect(shelf.wasRead).toEqual([]);
    await restart(() => {
      shelf.put("b", { body: "candle" });
      shelf.put("d", { body: "lamp" });
      shelf.drop("c");
    });
    expect(await slugs("lamp")).toEqual(["a", "d"]);
    expect(shelf.wasRead.toSorted()).toEqual(["b", "d"]);
  });
  test("one of another schema is made anew", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    await slugs("lamp");
    shelf.wasRead.length = 0;
    await restart(() => {
      using db = new Database(file());
      db.run("delete from document");
      db.run("pragma user_version = 999");
    });
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    expect(shelf.wasRead).toHaveLength(3);
    using db = new Database(file(), { readonly: true });
    expect((db.query("pragma user_version").get() as any).user_version).toBeLessThan(999);
  });
  test.each([
    ["is no database", () => writeFile(file(), "not a database at all ".repeat(500))],
    ["is a database of somebody else", () => foreign()],
    ["is empty", () => writeFile(file(), "")],
    ["has damage in its schema", () => overwrite(file(), 100, 4000)],
    ["has damage in its pages", () => overwrite(file(), 4096, 2_000_000)],
  ])("one that %s is made anew", async (_, damage) => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    await slugs("lamp");
    await restart(damage);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    expect((await app.get("/search?q=lam")).body.total).toBe(3);
    await shelf.change(app, "d", { body: "lamp" });
    expect(await slugs("lamp")).toEqual(["a", "b", "c", "d"]);
  });
  test("one that is damaged while it is used is made anew, and the request that finds out is answered", async () => {
    const shelf = three();
    app = await testKernel([shelf.plugin, plugin]);
    await slugs("lamp");
    using other = new Database(file());
    other.run("pragma wal_checkpoint(truncate)");
    await overwrite(file(), 4096, 2_000_000);
    other.run("pragma user_version = 1"); // so that whoever has read the file reads it again
    expect(await slugs("lamp two")).toEqual(["b"]);
    expect(warnings().map(({ message }) => message)).toContain("the index is made anew");
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
  });
  test("a folder that cannot be written is told, and tried again with the next question", async () => {
    using folder = temporaryFolder();
    const index = new IndexClient(join(folder.path, "later", "search.db"), () => {});
    await expect(index.ask("kinds")).rejects.toMatchObject({
      message: "the thread of the index: unable to open database file",
      code: "SQLITE_CANTOPEN",
    });
    await until(async () => (await index.ask("kinds").catch(() => undefined)) === undefined);
    await mkdir(join(folder.path, "later"));
    expect(await until(() => index.ask("kinds").catch(() => undefined))).toEqual([]);
    await index.close();
    await expect(index.ask("kinds")).rejects.toThrow("the index is closed");
  });
  test("a command makes none", async () => {
    app = await testKernel([three().plugin, plugin], { mode: "command" });
    await app.kernel.activity.rest(["search"], 5);
    expect(existsSync(file())).toBe(false);
  });
});

/** Writes nonsense over a part of a file that is there. */
async function overwrite(path: string, from: number, length: number): Promise<void> {
  const handle = await open(path, "r+");
  const { size } = await handle.stat();
  await handle.write(Buffer.alloc(Math.min(length, size - from), 0xa5), 0, null, from);
  await handle.close();
}

async function foreign(): Promise<void> {
  for (const end of ["", "-wal", "-shm"])
    await Bun.file(file() + end)
      .delete()
      .catch(() => {});
  const db = new Database(file());
  db.run("create table theirs (x)");
  db.close();
}

describe("a searchable that fails", () => {
  /** A shelf that does what a test says instead of answering. */
  class Bad extends Shelf {
    readonly trouble: Partial<Pick<Shelf, "versions" | "read">> = {};
    override versions() {
      return this.trouble.versions?.() ?? super.versions();
    }
    override read(slug: string) {
      return this.trouble.read?.(slug) ?? super.read(slug);
    }
  }
  const bad = () => new Bad("bad", { x: { body: "lamp" }, y: { body: "lamp" } });

  test("to say its versions is told, holds up nobody, and is read when it can", async () => {
    const shelf = bad();
    shelf.trouble.versions = () => Promise.reject(new Error("no memory"));
    app = await testKernel([shelf.plugin, three().plugin, plugin]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    expect(warnings()[0]).toMatchObject({ plugin: "search", searchable: "bad", error: "no memory" });
    delete shelf.trouble.versions;
    await app.emit(DocumentChanged, { searchable: "bad", slug: "x" });
    expect(await slugs("lamp")).toEqual(["a", "b", "c", "x", "y"]);
  });
  test("to read a document keeps what was known of it", async () => {
    const shelf = bad();
    app = await testKernel([shelf.plugin, plugin]);
    expect(await slugs("lamp")).toEqual(["x", "y"]);
    shelf.trouble.read = () => Promise.reject(new Error("torn"));
    await shelf.change(app, "x", { body: "candle" });
    expect(await slugs("lamp")).toEqual(["x", "y"]);
    expect(warnings()[0]).toMatchObject({ searchable: "bad", slug: "x", error: "torn" });
    delete shelf.trouble.read;
    await app.emit(DocumentChanged, { searchable: "bad", slug: "x" });
    expect([await slugs("lamp"), await slugs("candle")]).toEqual([["y"], ["x"]]);
  });
  test("to answer at all is waited for as long as the setting says, and keeps nothing from stopping", async () => {
    const shelf = bad();
    shelf.trouble.versions = () => new Promise(() => {});
    app = await testKernel([shelf.plugin, three().plugin, configured(plugin, { wait: 0.2 })]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    await app.kernel.disable("search");
    expect(warnings()).toEqual([]);
  });
  test("to read a document after all has ended is heard by nobody", async () => {
    const ended = AbortSignal.abort(new Error("it has gone"));
    const work = unlessStopped(ended, Promise.reject(new Error("an error that nobody caught"))); // it fails this test
    await expect(work).rejects.toThrow("it has gone");
  });

  test("a first reading is waited for", async () => {
    const shelf = bad();
    const { promise, resolve } = Promise.withResolvers<void>();
    shelf.trouble.read = async slug => {
      await promise;
      return shelf.documents.get(slug);
    };
    app = await testKernel([shelf.plugin, plugin]);
    const found = slugs("lamp");
    await until(() => app.kernel.activity.running(["search"]) && shelf.documents.size > 0);
    resolve();
    expect(await found).toEqual(["x", "y"]);
  });
});

describe("too many questions", () => {
  const many = () => Array.from({ length: 40 }, (_, n) => app.get(`/search?q=lamp${n}`));
  const statuses = async (answers: Promise<{ status: number }>[]) =>
    (await Promise.all(answers)).map(({ status }) => status);

  test("more than may wait for the index are 503 with Retry-After, and the others are answered", async () => {
    app = await testKernel([three().plugin, configured(plugin, { maxWaiting: 2 })]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    const answers = await Promise.all(many());
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length + answers.filter(({ status }) => status === 200).length).toBe(answers.length);
    expect(refused[0]!.headers.get("retry-after")).toBe("1");
    expect(refused[0]!.body.detail).toContain("Too many searches are waiting");
    expect(await slugs("lamp two")).toEqual(["b"]);
    expect((await app.get("/search/suggest?q=lam")).status).toBe(200);
  });
  test("the same question of many is one, and what is known needs no seat", async () => {
    app = await testKernel([three().plugin, configured(plugin, { maxWaiting: 1 })]);
    expect(await slugs("lamp")).toEqual(["a", "b", "c"]);
    const same = await statuses(Array.from({ length: 40 }, () => app.get("/search?q=two")));
    expect(new Set(same)).toEqual(new Set([200]));
    const [known, ...others] = await statuses([...many(), app.get("/search?q=two")].toReversed());
    expect(known).toBe(200);
    expect(others).toContain(503);
  });
  test("those who wait for a first reading have seats too", async () => {
    const shelf = three();
    const { promise, resolve } = Promise.withResolvers<void>();
    const versions = shelf.versions.bind(shelf);
    shelf.versions = async () => {
      await promise;
      return versions();
    };
    app = await testKernel([shelf.plugin, configured(plugin, { maxWaiting: 2 })]);
    const waiting = [slugs("lamp"), slugs("two")];
    expect(await statuses([app.get("/search?q=three"), app.get("/search/suggest?q=la")])).toEqual([503, 503]);
    resolve();
    expect(await Promise.all(waiting)).toEqual([["a", "b", "c"], ["b"]]);
    expect(await slugs("three")).toEqual(["c"]);
  });
});
