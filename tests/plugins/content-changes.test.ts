import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, renameSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HomeFolder } from "hearth";
import { configured, type TestKernel, temporaryFolder, temporaryHome, testKernel } from "hearth/testing";
import { Content, PageChanged, pageTypes } from "hearth-plugins/content";
import { DocumentChanged } from "hearth-plugins/search";
import { FileChanged, WatchBegan, Watches } from "hearth-plugins/watcher";
import plugin from "../../plugins/content/plugin";
import { bytesOf, readSteady } from "../../plugins/content/reading";
import { isSame, lookAtFile } from "../../plugins/content/sight";
import watcher from "../../plugins/watcher/plugin";
import { until } from "../fixtures/until";

let house: { readonly home: HomeFolder } & Disposable;
beforeEach(async () => {
  house = await temporaryHome();
  for (const type of pageTypes) await mkdir(file(type));
});
afterEach(() => house[Symbol.dispose]());

const file = (path: string) => join(house.home.path, path);
const page = (title: string, text = "The text.\n") =>
  `---\ndate: 2026-01-02\ntitle: ${title}\ntype: prose\n---\n${text}`;
const put = (path: string, text: string) => writeFile(file(`${path}.md`), text);
const isKnown = (app: TestKernel) => app.log.some(({ message }) => message === "the pages are known");

async function start(): Promise<TestKernel> {
  const app = await testKernel([plugin], { home: house.home });
  await until(() => isKnown(app));
  return app;
}
async function startWatched(): Promise<TestKernel> {
  const app = await testKernel([plugin, configured(watcher, { debounceMs: 10 })], { home: house.home });
  await until(() => isKnown(app) && app.items(Watches).length === 1);
  for (const type of pageTypes) await app.get(`/content/${type}`); // from now on the watch is trusted
  return app;
}

/** Notes every change that is told from now on: "thoughts/a created". */
function hear(app: TestKernel): string[] {
  const told: string[] = [];
  app.kernel.bus.on("test", PageChanged, ({ type, slug, change }) => told.push(`${type}/${slug} ${change}`));
  return told;
}

describe("PageChanged", () => {
  test("is told of what came before the watch stood, when it begins to", async () => {
    await put("thoughts/a", page("a"));
    await using app = await start();
    const told = hear(app);
    await put("thoughts/b", page("b"));
    await app.emit(WatchBegan, {});
    expect(told).toEqual(["thoughts/b created"]);
  });

  test("is told when a request notices a change, and not twice", async () => {
    await put("thoughts/a", page("a"));
    await using app = await start();
    const told = hear(app);
    await put("thoughts/b", page("b"));
    await app.get("/content/thoughts");
    expect(told).toEqual(["thoughts/b created"]);
    await put("thoughts/a", page("A"));
    await app.get("/content/thoughts/a");
    expect(told.slice(1)).toEqual(["thoughts/a modified"]);
    await rename(file("thoughts/b.md"), file("thoughts/c.md"));
    await app.get("/content/thoughts");
    expect(told.slice(2)).toEqual(["thoughts/b deleted", "thoughts/c created"]);
    await unlink(file("thoughts/c.md"));
    await app.get("/content/thoughts/c");
    for (const path of ["/content/thoughts", "/content/thoughts/a", "/content/thoughts"]) await app.get(path);
    expect(told.slice(4)).toEqual(["thoughts/c deleted"]);
  });

  test("is told by the watcher's word alone, of every type", async () => {
    await using app = await startWatched();
    const told = hear(app);
    for (const type of pageTypes) await put(`${type}/a`, page("a"));
    await until(() => told.length === 6);
    expect(told.toSorted()).toEqual(pageTypes.map(type => `${type}/a created`).toSorted());
    await put("dreams/a", page("b"));
    await until(() => told.length === 7);
    await unlink(file("scores/a.md"));
    await until(() => told.length === 8);
    expect(told.slice(6)).toEqual(["dreams/a modified", "scores/a deleted"]);
  });

  test("a page that can be shown no more has gone, and one that is mended has come", async () => {
    await put("essays/a", page("a"));
    await using app = await start();
    const told = hear(app);
    await put("essays/a", "Just text.\n");
    await app.get("/content/essays");
    await put("essays/a", page("a"));
    await app.get("/content/essays");
    expect(told).toEqual(["essays/a deleted", "essays/a created"]);
  });

  test("a file that is written anew with the same bytes has not changed", async () => {
    await put("letters/a", page("a"));
    await using app = await start();
    const told = hear(app);
    await house.home.write("letters/a.md", page("a"));
    await app.get("/content/letters");
    expect(told).toEqual([]);
  });

  test("whoever hears of it finds it in the list, in the page and by search already", async () => {
    await using app = await start();
    const seen: Promise<unknown>[] = [];
    const content = app.service(Content);
    const titles = async () => (await content.list("thoughts")).map(({ meta }) => meta.title);
    const titleOf = async (slug: string) => (await content.page("thoughts", slug))?.meta.title;
    app.kernel.bus.on("test", PageChanged, ({ slug }) => seen.push(titles(), titleOf(slug)));
    app.kernel.bus.on("test", DocumentChanged, changed => seen.push(Promise.resolve(changed)));
    await put("thoughts/a", page("a"));
    await app.get("/content/thoughts");
    expect(await Promise.all(seen)).toEqual([["a"], "a", { searchable: "thought", slug: "a" }]);
  });

  test("FileChanged of what is no page tells nothing", async () => {
    await using app = await start();
    const told = hear(app);
    const paths = [
      "thoughts",
      "thoughts/sub/a.md",
      "thoughts/a.txt",
      "thoughts/.md",
      "constructor/a.md",
      "news/a.md",
      "a.md",
      "",
    ];
    for (const path of paths) await app.emit(FileChanged, { path, change: "created" });
    await app.emit(FileChanged, { path: "thoughts/nowhere.md", change: "created" });
    expect(told).toEqual([]);
  });
});

describe("while everything is known", () => {
  test("a list and a page are answered without a promise, and without being made again", async () => {
    await put("thoughts/a", page("a"));
    await using app = await startWatched();
    const answers = () => {
      const store = app.service(Content) as any;
      return [store.keptList("thoughts"), store.keptPage("thoughts", "a")];
    };
    await until(async () => {
      await Promise.all(answers()); // what was written a moment ago is looked at again
      return answers().every(answer => !(answer instanceof Promise));
    });
    const [list, one] = answers();
    expect(answers()).toEqual([list, one]);
    expect(answers()[0]).toBe(list);
    expect(answers()[1]).toBe(one);
  });
});

describe("what takes a page's place", () => {
  test("a folder: the page has gone, until a file comes back", async () => {
    await put("thoughts/a", page("a"));
    await using app = await startWatched();
    const told = hear(app);
    await unlink(file("thoughts/a.md"));
    await mkdir(file("thoughts/a.md"));
    expect((await app.get("/content/thoughts/a")).status).toBe(404);
    expect((await app.get("/content/thoughts")).body).toEqual([]);
    await rm(file("thoughts/a.md"), { recursive: true });
    await put("thoughts/a", page("b"));
    expect((await app.get("/content/thoughts/a")).body.meta.title).toBe("b");
    expect(told).toEqual(["thoughts/a deleted", "thoughts/a created"]);
  });

  test("a link out of the folder: 400, in no list; back in: shown", async () => {
    using outside = temporaryFolder();
    await writeFile(join(outside.path, "secret.md"), page("secret"));
    await put("thoughts/b", page("b"));
    await put("thoughts/a", page("a"));
    await using app = await startWatched();
    const place = async (target: string) => {
      await unlink(file("thoughts/a.md"));
      await symlink(target, file("thoughts/a.md"));
      const [one, list] = [await app.get("/content/thoughts/a"), await app.get("/content/thoughts")];
      return [one.status, one.body.meta?.title, list.body.length];
    };
    expect(await place(join(outside.path, "secret.md"))).toEqual([400, undefined, 1]);
    expect(await place(file("thoughts/b.md"))).toEqual([200, "b", 2]);
    expect(await place(file("dreams"))).toEqual([400, undefined, 1]);
    expect(await place(file("thoughts/nowhere.md"))).toEqual([404, undefined, 1]);
    expect(await place(file("thoughts/a.md"))).toEqual([404, undefined, 1]);
  });

  test("a link's target that changes is seen through the link", async () => {
    await mkdir(file("thoughts/deep"));
    await put("thoughts/deep/a", page("before"));
    await symlink("deep/a.md", file("thoughts/l.md"));
    await using app = await startWatched();
    expect((await app.get("/content/thoughts/l")).body.meta.title).toBe("before");
    await put("thoughts/deep/a", page("after"));
    expect((await app.get("/content/thoughts")).body).toMatchObject([{ slug: "l", title: "after" }]);
    expect((await app.get("/content/thoughts/l")).body.meta.title).toBe("after");
  });

  test("a link in the folder's place that leads out of the home: nothing is shown; within the home: what is there", async () => {
    using outside = temporaryFolder();
    await writeFile(join(outside.path, "a.md"), page("secret"));
    await put("thoughts/a", page("a"));
    await put("dreams/a", page("dream"));
    await using app = await startWatched();
    await app.get("/content/thoughts/a");
    await rename(file("thoughts"), file("old"));
    await symlink(outside.path, file("thoughts"));
    expect((await app.get("/content/thoughts/a")).status).toBe(404);
    expect((await app.get("/content/thoughts")).body).toEqual([]);
    await unlink(file("thoughts"));
    await symlink(file("dreams"), file("thoughts"));
    expect((await app.get("/content/thoughts/a")).body.meta.title).toBe("dream");
    expect((await app.get("/content/thoughts")).body).toHaveLength(1);
  });

  test("a page in a folder that was missing is found without asking for the list", async () => {
    await rm(file("thoughts"), { recursive: true });
    await using app = await startWatched();
    expect((await app.get("/content/thoughts/a")).status).toBe(404);
    await mkdir(file("thoughts"));
    await put("thoughts/a", page("a"));
    expect((await app.get("/content/thoughts/a")).status).toBe(200);
  });
});

test("a file that is replaced while it is read is the old page or the new one, never a mixture", async () => {
  const text = (name: string) => page(name, `${name} `.repeat(100_000));
  await put("thoughts/a", text("old"));
  await using app = await start();
  let over = false;
  const replacing = (async () => {
    for (let n = 0; n < 150; n++) {
      writeFileSync(file("thoughts/draft"), text(n % 2 ? "old" : "new"));
      renameSync(file("thoughts/draft"), file("thoughts/a.md"));
      await Bun.sleep(n % 3);
    }
    over = true;
  })();
  const seen = new Map<string, Set<string>>();
  while (!over) {
    await new Promise(resolve => setImmediate(resolve)); // what is known is answered without ever letting a timer come between
    const { status, body, headers } = await app.get("/content/thoughts/a");
    expect([status, new Set(body.content.trim().split(" "))]).toEqual([200, new Set([body.meta.title])]);
    seen.set(body.meta.title, (seen.get(body.meta.title) ?? new Set()).add(headers.get("etag")!));
  }
  await replacing;
  expect([...seen.values()].map(etags => etags.size)).toEqual([1, 1]);
});

describe("reading a file", () => {
  const path = () => file("thoughts/a.md");
  const look = () => lookAtFile(path(), file("thoughts"));
  /** Reads a file in halves, and writes it over between them as often as it is asked to. */
  function halves(times: number) {
    let letter = 0;
    return async () => {
      const first = readFileSync(path()).subarray(0, 2);
      if (letter < times) writeFileSync(path(), "bcdefghij"[letter++]!.repeat(4));
      utimesSync(path(), letter, letter);
      return Buffer.concat([first, readFileSync(path()).subarray(2)]);
    };
  }
  test("that is written over meanwhile goes on until it stands still, so that it is no mixture", async () => {
    writeFileSync(path(), "aaaa");
    const steady = (await readSteady(path(), look, halves(2))) as { bytes: Uint8Array };
    expect(Buffer.from(steady.bytes).toString()).toBe("cccc");
  });
  test("that never stands still ends all the same, and the next look does not match", async () => {
    writeFileSync(path(), "aaaa");
    const steady = (await readSteady(path(), look, halves(9)))!;
    expect(isSame({ ...steady.sight, sure: true }, look())).toBe(false);
  });
  test("that goes away meanwhile finds nothing", async () => {
    writeFileSync(path(), "aaaa");
    const going = async () => {
      unlinkSync(path());
      return { code: "ENOENT" };
    };
    expect(await readSteady(path(), look, going)).toBeUndefined();
  });
  test.each(["a link", "a pipe"])("that becomes %s meanwhile neither follows it nor waits", async kind => {
    await put("dreams/secret", "secret");
    if (kind === "a link") await symlink(file("dreams/secret.md"), path());
    else Bun.spawnSync(["mkfifo", path()]);
    const bytes = await bytesOf(path());
    expect(bytes).toEqual(kind === "a link" ? { code: "ELOOP" } : (Buffer.alloc(0) as any));
  });
});

describe("a look at a file", () => {
  test("is not sure just after a change, whatever it looks like, and is sure later", async () => {
    const path = file("thoughts/a.md");
    const look = () => lookAtFile(path, file("thoughts"))!;
    const young = await until(() => {
      writeFileSync(path, "x");
      return [look()].find(({ sure }) => !sure);
    });
    expect([isSame(young, look()), isSame(young, young)]).toEqual([false, false]);
    const old = await until(() => [look()].find(({ sure }) => sure));
    expect(isSame(old, look())).toBe(true);
  });
});

test("10,000 files that appear at once are all told and listed, and requests are answered meanwhile", async () => {
  const COUNT = 10_000;
  await put("dreams/a", page("a"));
  await using app = await startWatched();
  const told = new Set<string>();
  app.kernel.bus.on("test", PageChanged, ({ type, slug }) => told.add(`${type}/${slug}`));
  await mkdir(file("drafts"));
  for (let n = 0; n < COUNT; n++) writeFileSync(file(`drafts/${n}.md`), page(`"${n}"`));
  await rm(file("thoughts"), { recursive: true });
  await rename(file("drafts"), file("thoughts"));
  let [answers, last] = [0, 0];
  const list = app.get("/content/thoughts").then(({ status, body }) => [status, body.length]);
  const waiting = list.then(() => true);
  while (!(await Promise.race([waiting, new Promise(resolve => setImmediate(resolve, false))]))) {
    const [one, all] = [await app.get("/content/dreams/a"), await app.get("/content/dreams")];
    expect([one.status, all.status, all.body.length]).toEqual([200, 200, 1]);
    answers++;
    last = told.size;
  }
  expect(await list).toEqual([200, COUNT]);
  expect(answers).toBeGreaterThan(20);
  expect(last).toBeGreaterThan(0);
  await until(() => told.size === COUNT);
  expect((await app.get("/content/thoughts/9999")).body.meta.title).toBe("9999");
}, 60_000);
