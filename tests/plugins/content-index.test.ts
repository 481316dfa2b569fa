import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rename, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ailments, type HomeFolder } from "hearth";
import { type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import { Content, PageChanged } from "hearth-plugins/content";
import plugin from "../../plugins/content/plugin";
import { until } from "../fixtures/until";

let house: { readonly home: HomeFolder } & Disposable;
beforeEach(async () => {
  house = await temporaryHome();
  await mkdir(file("thoughts"));
});
afterEach(() => house[Symbol.dispose]());

const file = (path: string) => join(house.home.path, path);
const page = (title: string, text = `The text of ${title}.\n`) =>
  `---\ndate: 2026-01-02\ntitle: ${title}\n---\n${text}`;
const put = (slug: string, text: string) => writeFile(file(`thoughts/${slug}.md`), text);
const start = () => testKernel([plugin], { home: house.home });
const indexOf = (app: TestKernel) => join(app.state, "content.db");

/** What was said each time when all pages were known. */
const lives = (app: TestKernel) => app.log.filter(({ message }) => message === "the pages are known");
const trouble = (app: TestKernel) => app.log.filter(({ message }) => message.startsWith("the index of the pages"));

/** Waits for the pages of this life, and answers how many files were read for them. */
async function readsOf(app: TestKernel, life: number): Promise<unknown> {
  await until(() => lives(app).length === life);
  return lives(app)[life - 1]!["read"];
}

/** Stops the plugin, lets something happen, and starts it again in the same place. */
async function restart(app: TestKernel, meanwhile: () => unknown = () => {}): Promise<void> {
  await app.kernel.disable("content");
  await meanwhile();
  await app.kernel.enable("content");
}

/** What changed so lately that it may change again unseen is read again by the next life: this waits until nothing is. */
const untilOld = (path: string) =>
  until(async () => Date.now() - (await Bun.file(file(path)).stat()).ctimeMs > 60 && existsSync(file(path)));

const titlesOf = async (app: TestKernel) =>
  (await app.get("/content/thoughts")).body.map(({ title }: { title: string }) => title).toSorted();

async function home(...titles: string[]): Promise<void> {
  for (const title of titles) await put(title, page(title));
  await untilOld(`thoughts/${titles.at(-1)}.md`);
}

describe("after a restart", () => {
  test("what has not changed is not read again, and all is shown as before", async () => {
    await home("a", "b", "c");
    await using app = await start();
    expect(await readsOf(app, 1)).toBe(3);
    const before = [await app.get("/content/thoughts"), await app.get("/content/thoughts/a")];
    await restart(app);
    expect(await readsOf(app, 2)).toBe(0);
    const after = [await app.get("/content/thoughts"), await app.get("/content/thoughts/a")];
    expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    expect(after.map(({ headers }) => headers.get("etag"))).toEqual(before.map(({ headers }) => headers.get("etag")));
  });

  test("only what changed meanwhile is read", async () => {
    await home("a", "b", "c", "d", "e");
    await using app = await start();
    await readsOf(app, 1);
    await restart(app, async () => {
      await put("a", page("A"));
      await unlink(file("thoughts/b.md"));
      await rename(file("thoughts/c.md"), file("thoughts/f.md"));
      await put("g", page("g"));
      await untilOld("thoughts/g.md");
    });
    expect(await readsOf(app, 2)).toBe(3);
    expect(await titlesOf(app)).toEqual(["A", "c", "d", "e", "g"]);
    expect((await app.get("/content/thoughts/f")).body.content).toBe("The text of c.\n");
  });

  test("a file whose length and time of change were put back is read all the same", async () => {
    await home("a");
    await using app = await start();
    await readsOf(app, 1);
    const { mtime } = await Bun.file(file("thoughts/a.md")).stat();
    await restart(app, async () => {
      await put("a", page("b", "The text of b.\n"));
      await utimes(file("thoughts/a.md"), mtime, mtime);
    });
    expect(await titlesOf(app)).toEqual(["b"]);
  });

  test("nothing that is found then is told as a change", async () => {
    await home("a", "b");
    await using app = await start();
    const told: unknown[] = [];
    app.kernel.bus.on("test", PageChanged, change => told.push(change));
    await readsOf(app, 1);
    await restart(app, () => Promise.all([put("a", page("A")), put("c", page("c")), unlink(file("thoughts/b.md"))]));
    await readsOf(app, 2);
    expect(await titlesOf(app)).toEqual(["A", "c"]);
    expect(told).toEqual([]);
  });

  test("a file that cannot be shown is not read again, nor told in the log again, and is still an ailment since then", async () => {
    await put("bad", "Just text.\n");
    await home("a");
    await using app = await start();
    expect(await readsOf(app, 1)).toBe(2);
    const ailments = () => app.items(Ailments).flatMap(source => source.list());
    const before = ailments();
    await restart(app);
    expect(await readsOf(app, 2)).toBe(0);
    expect([before.length, ailments()]).toEqual([1, before]);
    expect(app.log.filter(({ message }) => message === "a file cannot be shown as it is")).toHaveLength(1);
    expect((await app.get("/content/thoughts/bad")).status).toBe(404);
  });

  test("a link leads where it leads now", async () => {
    await home("a", "b");
    await symlink(file("thoughts/a.md"), file("thoughts/l.md"));
    await using app = await start();
    await readsOf(app, 1);
    await restart(app, async () => {
      await unlink(file("thoughts/l.md"));
      await symlink(file("thoughts/b.md"), file("thoughts/l.md"));
    });
    expect((await app.get("/content/thoughts/l")).body.meta.title).toBe("b");
  });

  test("more pages than are taken over at a time all come back", async () => {
    for (let n = 0; n < 2100; n++) writeFileSync(file(`thoughts/t${n}.md`), page(`"${n}"`));
    await untilOld("thoughts/t2099.md");
    await using app = await start();
    expect(await readsOf(app, 1)).toBe(2100);
    await restart(app);
    expect(await readsOf(app, 2)).toBe(0);
    expect(await titlesOf(app)).toHaveLength(2100);
  });
});

describe("the index can be lost", () => {
  const spoilers: [string, (file: string) => void][] = [
    ["deleted", file => rmSync(file)],
    ["no database", file => writeFileSync(file, "nonsense ".repeat(2000))],
    ["empty", file => writeFileSync(file, "")],
    ["torn", file => writeFileSync(file, new Uint8Array(40_000).fill(7), { flag: "r+" })],
    [
      "of another version",
      file => {
        using db = new Database(file);
        db.run("drop table page_text; alter table page rename column meta to other; pragma user_version = 999");
      },
    ],
    [
      "without a table",
      file => {
        using db = new Database(file);
        db.run("drop table page");
      },
    ],
    [
      "with front matter that is no JSON",
      file => {
        using db = new Database(file);
        db.run("update page set meta = '{'");
      },
    ],
  ];
  test.each(spoilers)("%s: all is read again, and kept again", async (_, spoil) => {
    await home("a", "b");
    await using app = await start();
    await readsOf(app, 1);
    await restart(app, () => spoil(indexOf(app)));
    expect(await readsOf(app, 2)).toBe(2);
    expect(await titlesOf(app)).toEqual(["a", "b"]);
    expect((await app.get("/content/thoughts/a")).body.content).toBe("The text of a.\n");
    await restart(app);
    expect(await readsOf(app, 3)).toBe(0);
    expect(app.log.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("while it is in use: texts come from the files then, and are kept again", async () => {
    await home("a", "b");
    await using app = await start();
    await readsOf(app, 1);
    const db = new Database(indexOf(app));
    db.run("delete from page_text");
    expect((await app.get("/content/thoughts/a")).body.content).toBe("The text of a.\n");
    expect(db.query("select slug from page_text").all()).toEqual([{ slug: "a" }]);
    db.run("drop table page_text");
    db.close();
    expect((await app.get("/content/thoughts/b")).body.content).toBe("The text of b.\n");
    expect(await app.service(Content).page("thoughts", "a")).toMatchObject({ content: "The text of a.\n" });
    expect(trouble(app)).toHaveLength(1);
  });

  test("a text that belongs to other bytes of the page is not used", async () => {
    await home("a");
    await using app = await start();
    await readsOf(app, 1);
    using db = new Database(indexOf(app));
    db.run("update page_text set hash = 'other', content = 'other'");
    expect((await app.get("/content/thoughts/a")).body.content).toBe("The text of a.\n");
  });

  test("where it cannot be written, all is read from the files, and that is told once", async () => {
    await home("a", "b");
    await using app = await start();
    await readsOf(app, 1);
    await restart(app, () => {
      rmSync(indexOf(app));
      mkdirSync(indexOf(app));
    });
    expect(await readsOf(app, 2)).toBe(2);
    expect(await titlesOf(app)).toEqual(["a", "b"]);
    for (const title of ["a", "b", "a"])
      expect((await app.get(`/content/thoughts/${title}`)).body.content).toBe(`The text of ${title}.\n`);
    await put("c", page("c"));
    expect(await titlesOf(app)).toEqual(["a", "b", "c"]);
    expect(trouble(app)).toMatchObject([{ level: "warn", plugin: "content", file: indexOf(app) }]);
  });
});

test("what the index holds of a page: where it stood, its hash, its front matter and its text", async () => {
  await home("a");
  await put("bad", "Just text.\n");
  await using app = await start();
  await readsOf(app, 1);
  using db = new Database(indexOf(app), { readonly: true });
  const { ino, size } = await Bun.file(file("thoughts/a.md")).stat();
  const { hash } = (await app.service(Content).list("thoughts"))[0]!;
  const meta = JSON.stringify({ date: "2026-01-02", title: "a", mood: null });
  expect(db.query("select type, slug, ino, size, hash, meta, problem from page order by slug").all()).toEqual([
    { type: "thoughts", slug: "a", ino, size, hash, meta, problem: null },
    expect.objectContaining({ slug: "bad", hash: null, meta: null, problem: "has no front matter" }),
  ] as any);
  expect(db.query("select * from page_text").all()).toEqual([
    { type: "thoughts", slug: "a", hash, content: "The text of a.\n" },
  ]);
});
