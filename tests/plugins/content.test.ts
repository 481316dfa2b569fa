import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HomeFolder } from "hearth";
import { configured, expectClean, type TestKernel, temporaryFolder, temporaryHome, testKernel } from "hearth/testing";
import { Content } from "hearth-plugins/content";
import { FileChanged, Watches } from "hearth-plugins/watcher";
import { Fresh } from "../../plugins/content/fresh";
import plugin from "../../plugins/content/plugin";
import watcher from "../../plugins/watcher/plugin";
import { until } from "../fixtures/until";

let house: { readonly home: HomeFolder } & Disposable;

beforeEach(async () => {
  house = await temporaryHome({ "thoughts/.keep": "" });
});
afterEach(() => house[Symbol.dispose]());

const file = (path: string) => join(house.home.path, path);
const thought = (date: string, title: string, rest = "") =>
  `---\ndate: ${date}\ntitle: ${title}\n${rest}---\n\nThe text.\n`;
const put = (slug: string, text: string | Uint8Array) => writeFile(file(`thoughts/${slug}.md`), text);
const start = () => testKernel([plugin], { home: house.home });

async function listOf(app: TestKernel): Promise<any[]> {
  const { status, body } = await app.get("/content/thoughts");
  expect(status).toBe(200);
  return body;
}
const slugsOf = async (app: TestKernel) => (await listOf(app)).map(({ slug }) => slug);

async function detail(slug: string) {
  await using app = await start();
  const { status, body } = await app.get(`/content/thoughts/${slug}`);
  return { status, body };
}
const problems = (app: TestKernel) => app.log.filter(({ message }) => message === "a file cannot be shown as it is");

describe("its settings", () => {
  test("there are none yet, and one is refused by name", () => {
    expect(() => configured(plugin, { cache: true })).toThrow('no setting "cache"');
  });
});

describe("the list", () => {
  test("is a bare array with exactly the fields of the contract", async () => {
    await put("a", thought('"2026-01-02"', '"First light"', 'mood: "quiet"\nextra: 1\n'));
    await using app = await start();
    expect(await listOf(app)).toEqual([{ slug: "a", date: "2026-01-02", title: "First light", mood: "quiet" }]);
  });
  test("is newest first by date as text, then by time of change", async () => {
    await put("b", thought("2026-01-02", "b"));
    await put("c", thought("2026-01-02", "c"));
    await put("a", thought("2026-01-03", "a"));
    await put("d", thought("someday", "d"));
    await utimes(file("thoughts/b.md"), 2000, 2000);
    await utimes(file("thoughts/c.md"), 1000, 1000);
    await using app = await start();
    expect(await slugsOf(app)).toEqual(["d", "a", "b", "c"]);
  });
  test("shows a mood that is not there as null", async () => {
    await put("a", thought("2026-01-02", "a"));
    await using app = await start();
    expect((await listOf(app))[0].mood).toBeNull();
  });
  test("is empty when the folder is missing, and filled when it comes", async () => {
    await rm(file("thoughts"), { recursive: true });
    await using app = await start();
    expect(await listOf(app)).toEqual([]);
    await mkdir(file("thoughts"));
    await put("a", thought("2026-01-02", "a"));
    expect(await slugsOf(app)).toEqual(["a"]);
    await rm(file("thoughts"), { recursive: true });
    expect(await listOf(app)).toEqual([]);
  });
  test("holds regular files that end in .md only, README.md and hidden ones too when they are thoughts", async () => {
    for (const name of ["a.md", "README.md", ".hidden.md", "b.MD", "c.markdown", ".md", "My File.v2.md"])
      await writeFile(file(`thoughts/${name}`), thought("2026-01-02", "x"));
    await mkdir(file("thoughts/folder.md"));
    await mkdir(file("thoughts/sub"));
    await writeFile(file("thoughts/sub/deep.md"), thought("2026-01-02", "x"));
    await using app = await start();
    expect((await slugsOf(app)).toSorted()).toEqual([".hidden", "My File.v2", "README", "a"]);
  });
  test("W-49: a home of a thousand thoughts is read while other requests are answered", async () => {
    for (let n = 0; n < 1000; n++) await put(`t${n}`, thought("2026-01-02", `"${n}"`));
    await using app = await start();
    let over = false;
    const list = listOf(app).finally(() => {
      over = true;
    });
    let meanwhile = 0;
    while (!over) {
      await new Promise(resolve => setImmediate(resolve));
      meanwhile++;
    }
    expect(await list).toHaveLength(1000);
    expect(meanwhile).toBeGreaterThan(10);
  });
});

describe("a detail", () => {
  test("is slug, meta and content, the text without the blank lines before it and whole at its end", async () => {
    await put("a", "---\r\ndate: 2026-01-02\r\ntitle: A\r\n---\r\n\r\n  Indented.\r\n\r\n");
    expect(await detail("a")).toEqual({
      status: 200,
      body: { slug: "a", meta: { date: "2026-01-02", title: "A", mood: null }, content: "  Indented.\n\n" },
    });
  });
  test("takes slugs with blanks, dots and other letters", async () => {
    await put("My File.v2 ü", thought("2026-01-02", "x"));
    expect((await detail(encodeURIComponent("My File.v2 ü"))).status).toBe(200);
  });
  test("W-56: an overlong slug is not there", async () => {
    const slugs = ["a".repeat(252), "a".repeat(253), "a".repeat(10_000), "%C3%BC".repeat(127)];
    for (const slug of slugs)
      expect(await detail(slug)).toEqual({ status: 404, body: { detail: "Thought not found" } });
  });
  test.each(["nope", "A", "%E0%A4%A", "-"])("404 for what is not there: %s", async slug => {
    await put("a", thought("2026-01-02", "a"));
    expect(await detail(slug)).toEqual({ status: 404, body: { detail: "Thought not found" } });
  });
  test.each(["a..b", "...", "..%2fsecret", "a%00"])("400 for what can be no slug: %s", async slug => {
    expect(await detail(slug)).toEqual({ status: 400, body: { detail: "Invalid slug" } });
  });
  test("404 for a slug with a slash", async () => {
    await mkdir(file("thoughts/sub"));
    await writeFile(file("thoughts/sub/deep.md"), thought("2026-01-02", "x"));
    expect(await detail("sub%2Fdeep")).toEqual({ status: 404, body: { detail: "Not Found" } });
  });
  test("is what the file says now", async () => {
    await put("a", thought("2026-01-02", "before"));
    await using app = await start();
    await listOf(app);
    await put("a", thought("2026-01-02", "after"));
    expect((await app.get("/content/thoughts/a")).body.meta.title).toBe("after");
  });
});

describe("the door", () => {
  test.each(["/content/thoughts", "/content/thoughts/a"])("%s asks for the service key", async path => {
    await using app = await start();
    const { status, body } = await app.get(path, { key: null });
    expect({ status, body }).toEqual({ status: 401, body: { error: "Missing X-API-Key header" } });
    const wrong = await app.get(path, { key: "wrong" });
    expect([wrong.status, wrong.body]).toEqual([401, { error: "Invalid API key" }]);
  });
  test("other methods are refused, HEAD is answered", async () => {
    await using app = await start();
    const post = await app.call("POST", "/content/thoughts", { body: {} });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await app.call("HEAD", "/content/thoughts")).status).toBe(200);
  });
});

describe("links", () => {
  test("that stay inside are followed, those that lead out are in no list and 400", async () => {
    using outside = temporaryFolder();
    await writeFile(join(outside.path, "secret.md"), thought("2026-01-02", "secret"));
    await put("a", thought("2026-01-02", "a"));
    await symlink(file("thoughts/a.md"), file("thoughts/same.md"));
    await symlink(join(outside.path, "secret.md"), file("thoughts/out.md"));
    await symlink(file("thoughts/nowhere"), file("thoughts/dangling.md"));
    await using app = await start();
    expect((await slugsOf(app)).toSorted()).toEqual(["a", "same"]);
    const out = await app.get("/content/thoughts/out");
    expect([out.status, out.body]).toEqual([400, { detail: "Invalid slug" }]);
    expect((await app.get("/content/thoughts/dangling")).status).toBe(404);
    expect(problems(app)).toHaveLength(1);
  });
  test("a folder that is a link out of the home is no folder", async () => {
    using outside = temporaryFolder();
    await writeFile(join(outside.path, "secret.md"), thought("2026-01-02", "secret"));
    await rm(file("thoughts"), { recursive: true });
    await symlink(outside.path, file("thoughts"));
    await using app = await start();
    expect(await listOf(app)).toEqual([]);
    expect((await app.get("/content/thoughts/secret")).status).toBe(404);
  });
});

/** Changes files in every way, and asks for the list at once after each. */
async function followsEveryChange(app: TestKernel): Promise<void> {
  const titles = async () => (await listOf(app)).map(({ title }) => title).toSorted();
  expect(await titles()).toEqual([]);
  await put("a", thought("2026-01-02", "one"));
  expect(await titles()).toEqual(["one"]);
  await put("b", thought("2026-01-02", "two"));
  expect(await titles()).toEqual(["one", "two"]);
  await rename(file("thoughts/b.md"), file("thoughts/c.md"));
  expect(await slugsOf(app)).toEqual(expect.arrayContaining(["a", "c"]));
  await house.home.write("thoughts/c.md", thought("2026-01-02", "three"));
  expect(await titles()).toEqual(["one", "three"]);
  await unlink(file("thoughts/c.md"));
  expect(await titles()).toEqual(["one"]);
}

describe("without a watcher", () => {
  test("every list is right", async () => {
    await using app = await start();
    await followsEveryChange(app);
  });
  test("a file that is written in place is read again, also within the same moment and with the same length", async () => {
    await using app = await start();
    for (const title of ["aaa", "bbb", "ccc", "ddd"]) {
      await put("a", thought("2026-01-02", title));
      expect((await listOf(app))[0].title).toBe(title);
    }
  });
});

describe("with the watcher", () => {
  const watched = async (debounceMs = 10) => {
    const app = await testKernel([plugin, configured(watcher, { debounceMs })], { home: house.home });
    await until(() => app.items(Watches).length === 1);
    return app;
  };
  /** Waits until the first thought has a title. */
  const untilTitled = (app: TestKernel, title: string) => until(async () => (await listOf(app))[0].title === title);

  test("what comes and goes is seen at once", async () => {
    await using app = await watched();
    await followsEveryChange(app);
  });
  test("what is written in place is seen when it was told", async () => {
    await put("a", thought("2026-01-02", "before"));
    await using app = await watched();
    await untilTitled(app, "before");
    await put("a", thought("2026-01-02", "after!"));
    await untilTitled(app, "after!");
  });
  test("a change that was noted is in its page before it is told", async () => {
    await put("a", thought("2026-01-02", "before"));
    await using app = await watched(5000);
    await untilTitled(app, "before");
    await put("a", thought("2026-01-02", "after!"));
    await until(() => !app.items(Watches)[0]!.calm);
    expect((await app.get("/content/thoughts/a")).body.meta.title).toBe("after!");
  });
  test("what the watcher does not see is looked at for every list", async () => {
    await put(".hidden", thought("2026-01-02", "before"));
    await using app = await watched();
    expect((await listOf(app))[0].title).toBe("before");
    await put(".hidden", thought("2026-01-02", "after!"));
    expect((await listOf(app))[0].title).toBe("after!");
  });
  test("when the watcher is turned off and on again, nothing written meanwhile is missed", async () => {
    await put("a", thought("2026-01-02", "before"));
    await using app = await watched();
    await untilTitled(app, "before");
    await app.kernel.disable("watcher");
    await put("a", thought("2026-01-02", "between"));
    await untilTitled(app, "between");
    await put("a", thought("2026-01-02", "later"));
    await app.kernel.enable("watcher");
    await until(() => app.items(Watches).length === 1);
    expect((await listOf(app))[0].title).toBe("later");
  });
  test("hears of changes by event, whoever tells them", async () => {
    await put("a", thought("2026-01-02", "a"));
    await using app = await start();
    await listOf(app);
    await app.emit(FileChanged, { path: "thoughts/sub/a.md", change: "modified" });
    await app.emit(FileChanged, { path: "thoughts/gone.md", change: "deleted" });
    await app.emit(FileChanged, { path: "thoughts/a.md", change: "modified" });
    expect(await slugsOf(app)).toEqual(["a"]);
  });
});

describe("a check for many", () => {
  test("who asks while one runs gets the next, which begins later; never two at once", async () => {
    const begun: (() => void)[] = [];
    const fresh = new Fresh(() => new Promise<void>(resolve => begun.push(resolve)));
    const first = fresh.run();
    const second = fresh.run();
    const third = fresh.run();
    expect([begun.length, second === third, first === second]).toEqual([1, true, false]);
    begun[0]!();
    await first;
    while (begun.length < 2) await Promise.resolve();
    const fourth = fresh.run();
    expect(fourth).not.toBe(second);
    begun[1]!();
    await Promise.all([second, third]);
    while (begun.length < 3) await Promise.resolve();
    begun[2]!();
    await fourth;
    expect(begun).toHaveLength(3);
  });
  test("one that fails does not keep the next from running", async () => {
    let runs = 0;
    const fresh = new Fresh(async () => {
      runs++;
      if (runs === 1) throw new Error("once");
    });
    const [first, second] = await Promise.allSettled([fresh.run(), fresh.run()]);
    expect([first.status, second.status]).toEqual(["rejected", "fulfilled"]);
  });
});

describe("its life", () => {
  test("setup waits for no file; the pages are read behind it, and nobody has to ask", async () => {
    for (let n = 0; n < 200; n++) await put(`t${n}`, thought("2026-01-02", `"${n}"`));
    await using app = await start();
    const known = () => app.log.find(({ message }) => message === "the pages are known");
    expect(known()).toBeUndefined();
    expect(await until(known)).toMatchObject({ plugin: "content", pages: 200, read: 200 });
  });
  test("a command reads nothing by itself, and gets its answer when it asks", async () => {
    await put("bad", "Just text.\n");
    await using app = await testKernel([plugin], { home: house.home, mode: "command" });
    await app.kernel.activity.rest(["content"], 5);
    expect([problems(app), existsSync(join(app.state, "content.db"))]).toEqual([[], false]);
    expect(await app.service(Content).list("thoughts")).toEqual([]);
    expect(problems(app)).toHaveLength(1);
  });
  test("turned off while it reads a large home, it ends at once and tells who waits", async () => {
    for (let n = 0; n < 2000; n++) await put(`t${n}`, thought("2026-01-02", `"${n}"`));
    await using app = await start();
    const waiting = app.get("/content/thoughts");
    await app.kernel.disable("content");
    const { status, body } = await waiting;
    expect({ status, body }).toEqual({ status: 503, body: { detail: "Hearth is stopping" } });
    expect(app.log.filter(({ level }) => level === "error")).toEqual([]);
  });
  test("turned off, its routes are gone and it leaves nothing behind", async () => {
    await using app = await start();
    await app.kernel.disable("content");
    expect((await app.get("/content/thoughts")).status).toBe(404);
    await expectClean(plugin);
  });
});
