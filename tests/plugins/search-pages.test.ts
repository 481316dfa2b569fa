import { afterEach, expect, test } from "bun:test";
import { rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { configured, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import { Watches } from "hearth-plugins/watcher";
import content from "../../plugins/content/plugin";
import plugin from "../../plugins/search/plugin";
import watcher from "../../plugins/watcher/plugin";
import { until } from "../fixtures/until";

let app: TestKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

const page = (title: string, body: string, more = "") =>
  `---\ndate: 2026-01-02\ntitle: "${title}"\n${more}---\n\n${body}\n`;
const found = async (q: string): Promise<string[]> =>
  (await app.get(`/search?q=${q}`)).body.results
    .map((one: { result_type: string; slug: string }) => `${one.result_type} ${one.slug}`)
    .toSorted();

test("W-45: pages of every kind are found, from the file to the answer, and follow their files", async () => {
  using house = await temporaryHome({
    "thoughts/a.md": page("A", "lamp", 'mood: "quiet, warm"\n'),
    "dreams/b.md": page("B", "lamp", "type: prose\n"),
    "scores/c.md": page("C", "lamp"),
    "letters/d.md": page("D", "lamp"),
    "essays/e.md": page("E", "lamp"),
    "bookshelf/f.md": page("F", "lamp"),
    "thoughts/broken.md": "lamp without front matter",
  });
  app = await testKernel([content, plugin, configured(watcher, { debounceMs: 10 })], { home: house.home });
  const all = ["bookshelf f", "dream b", "essay e", "letter d", "score c", "thought a"];
  expect(await found("lamp")).toEqual(all);
  const { results } = (await app.get("/search?q=lamp")).body;
  const of = (type: string) => results.find((one: { result_type: string }) => one.result_type === type);
  expect(of("thought")).toMatchObject({ date: "2026-01-02", mood: "quiet, warm", dream_type: null });
  expect(of("dream")).toMatchObject({ mood: null, dream_type: "prose" });

  await until(() => app.items(Watches).length > 0);
  const file = (path: string) => join(house.home.path, path);
  const others = all.filter(one => one !== "thought a");
  await rename(file("thoughts/a.md"), file("thoughts/z.md"));
  await until(async () => (await found("lamp")).join() === [...others, "thought z"].join());
  await house.home.write("thoughts/z.md", "lamp, and no front matter any more");
  await until(async () => (await found("lamp")).join() === others.join());
  await house.home.write("thoughts/z.md", page("Z", "candle"));
  await until(async () => (await found("candle")).join() === "thought z");
  await unlink(file("essays/e.md"));
  await until(async () => !(await found("lamp")).includes("essay e"));

  await app.kernel.disable("content");
  expect(await found("lamp")).toEqual([]);
});

test("without a watcher, a page is found once its list, or it itself, was asked for", async () => {
  using house = await temporaryHome({ "thoughts/a.md": page("A", "lamp") });
  app = await testKernel([content, plugin], { home: house.home });
  expect(await found("lamp")).toEqual(["thought a"]);
  await house.home.write("thoughts/b.md", page("B", "lamp"));
  expect(await found("lamp")).toEqual(["thought a"]);
  expect((await app.get("/content/thoughts")).body).toHaveLength(2);
  await until(async () => (await found("lamp")).join() === "thought a,thought b");
  await house.home.write("thoughts/a.md", page("A", "candle"));
  expect((await app.get("/content/thoughts/a")).body.content).toBe("candle\n");
  await until(async () => (await found("candle")).join() === "thought a");
  expect(await found("lamp")).toEqual(["thought b"]);
});
