import { expect, test } from "bun:test";
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "hearth/testing";
import { RememberingHome } from "hearth-plugins/watcher";

const pages = { "thoughts/a.md": "a", "thoughts/b.md": "b" };
const names = async (home: RememberingHome) => (await home.list("thoughts")).map(({ name }) => name).sort();
const sizeOf = async (home: RememberingHome, name: string) =>
  (await home.list("thoughts")).find(file => file.name === name)!.size;

test("a folder that a watch sees is read once", async () => {
  using place = await temporaryHome(pages);
  const home = new RememberingHome(place.home, () => true);
  await home.list("thoughts");
  const folder = join(place.home.path, "thoughts");
  writeFileSync(join(folder, "a.md"), "written in place, and not told");
  expect(await sizeOf(home, "a.md")).toBe(1);
  expect(home.forget("thoughts")).toBe(true);
  expect(await sizeOf(home, "a.md")).toBe(30);
});

test("a file that comes, goes or is replaced is seen at once, told or not", async () => {
  using place = await temporaryHome(pages);
  const home = new RememberingHome(place.home, () => true);
  utimesSync(join(place.home.path, "thoughts"), 1, 1);
  expect(await names(home)).toEqual(["a.md", "b.md"]);
  await place.home.write("thoughts/c.md", "c");
  expect(await names(home)).toEqual(["a.md", "b.md", "c.md"]);
  await place.home.write("thoughts/a.md", "replaced");
  expect(await sizeOf(home, "a.md")).toBe(8);
});

test("without a watch nothing is remembered", async () => {
  using place = await temporaryHome(pages);
  const home = new RememberingHome(place.home, () => false);
  await home.list("thoughts");
  writeFileSync(join(place.home.path, "thoughts/a.md"), "written in place");
  expect(await sizeOf(home, "a.md")).toBe(16);
});
