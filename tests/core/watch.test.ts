import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type WatchOptions, watchFiles, writeAtomic } from "hearth";
import { temporaryFolder } from "hearth/testing";
import { until } from "../fixtures/until";

let folder: ReturnType<typeof temporaryFolder>;
let told: string[];
const cleanUp: (() => unknown)[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(at("home"));
  told = [];
});
afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
  folder[Symbol.dispose]();
});

const at = (path: string) => join(folder.path, path);

async function watch(paths: string[], options: Partial<WatchOptions> = {}) {
  const watch = await watchFiles(paths.map(at), { settle: 20, ...options }, (change, path) =>
    told.push(`${change} ${relative(folder.path, path)}`),
  );
  cleanUp.push(watch.close);
  return watch;
}

/** Waits until a file that is written last has been told; all that came before has been told by then. */
async function settled(folderName = "home") {
  const last = `${folderName}/the-last`;
  writeFileSync(at(last), "x");
  await until(() => told.includes(`created ${last}`));
  told = told.filter(line => !line.endsWith("/the-last"));
}

test("what is there when the watch begins is not told", async () => {
  writeFileSync(at("home/old.md"), "x");
  await watch(["home"]);
  await settled();
  expect(told).toEqual([]);
});

test("a file that is made, changed and deleted is told each time", async () => {
  await watch(["home"]);
  writeFileSync(at("home/note.md"), "1");
  await until(() => told.includes("created home/note.md"));
  appendFileSync(at("home/note.md"), "2");
  await until(() => told.includes("modified home/note.md"));
  unlinkSync(at("home/note.md"));
  await until(() => told.includes("deleted home/note.md"));
  expect(told).toEqual(["created home/note.md", "modified home/note.md", "deleted home/note.md"]);
});

test("files in new folders, however deep, are told", async () => {
  await watch(["home"]);
  mkdirSync(at("home/a/b/c"), { recursive: true });
  writeFileSync(at("home/a/b/c/note.md"), "1");
  await until(() => told.includes("created home/a/b/c/note.md"));
});

test("a file that is replaced by another is modified", async () => {
  writeFileSync(at("home/note.md"), "1");
  await watch(["home"], { ignored: path => path.endsWith(".tmp") }); // a draft that lives long enough is a file like any other
  await writeAtomic(at("home/note.md"), "2");
  await until(() => told.includes("modified home/note.md"));
  writeFileSync(at("draft"), "3");
  renameSync(at("draft"), at("home/note.md"));
  await until(() => told.length === 2);
  expect(told).toEqual(["modified home/note.md", "modified home/note.md"]);
});

test("a file that moves is deleted here and created there", async () => {
  mkdirSync(at("home/a"));
  mkdirSync(at("home/b"));
  writeFileSync(at("home/a/note.md"), "1");
  await watch(["home"]);
  renameSync(at("home/a/note.md"), at("home/b/note.md"));
  await until(() => told.length === 2);
  expect(told.sort()).toEqual(["created home/b/note.md", "deleted home/a/note.md"]);
});

test("many writes of one file in a short time are one change", async () => {
  await watch(["home"], { settle: 150 });
  for (let write = 0; write < 30; write++) writeFileSync(at("home/note.md"), String(write));
  await settled();
  expect(told).toEqual(["created home/note.md"]);
});

test("a file that is made and deleted within the time is not told at all", async () => {
  await watch(["home"], { settle: 300 });
  writeFileSync(at("home/note.md"), "1");
  unlinkSync(at("home/note.md"));
  await settled();
  expect(told).toEqual([]);
});

test("of two hundred files that come at once, each is told once", async () => {
  await watch(["home"]);
  const names = Array.from({ length: 200 }, (_, index) => `home/n${index}.md`);
  for (const name of names) writeFileSync(at(name), "x");
  await until(() => told.length >= 200);
  await settled();
  expect(told.sort()).toEqual(names.map(name => `created ${name}`).sort());
});

test("of two hundred files that go at once, each is told once", async () => {
  const names = Array.from({ length: 200 }, (_, index) => `home/n${index}.md`);
  for (const name of names) writeFileSync(at(name), "x");
  await watch(["home"]);
  for (const name of names) rmSync(at(name));
  await until(() => told.length >= 200);
  expect(told.sort()).toEqual(names.map(name => `deleted ${name}`).sort());
});

test("what is to be ignored is not told", async () => {
  await watch(["home"], { ignored: path => path.endsWith(".tmp") || path.includes("/.git") });
  mkdirSync(at("home/.git"));
  writeFileSync(at("home/.git/HEAD"), "x");
  writeFileSync(at("home/note.tmp"), "x");
  await settled();
  expect(told).toEqual([]);
});

test("one file alone can be watched, and is still when it is replaced", async () => {
  writeFileSync(at("home/home.toml"), "1");
  await watch(["home/home.toml"]);
  for (let times = 1; times <= 3; times++) {
    await writeAtomic(at("home/home.toml"), `${times}`);
    await until(() => told.length === times);
  }
  expect(new Set(told)).toEqual(new Set(["modified home/home.toml"]));
});

test("links are not followed out when they are not to be", async () => {
  mkdirSync(at("elsewhere"));
  symlinkSync(at("elsewhere"), at("home/link"));
  await watch(["home"], { followLinks: false });
  writeFileSync(at("elsewhere/note.md"), "1");
  await settled();
  expect(told).toEqual([]);
});

test("is calm when all that was noted has been told", async () => {
  const standing = await watch(["home"], { settle: 100 });
  expect(standing.calm).toBe(true);
  writeFileSync(at("home/note.md"), "1");
  await until(() => !standing.calm);
  expect(told).toEqual([]);
  await until(() => standing.calm);
  expect(told).toEqual(["created home/note.md"]);
});

test("after its end nothing is told, not even what was about to be", async () => {
  const toldAtFirst: string[] = [];
  const first = await watchFiles([at("home")], { settle: 400 }, (_, path) => toldAtFirst.push(path));
  const noted = await watchFiles([at("home")], { settle: 1 }, () => first.close()); // however busy the machine is, before it would be told
  cleanUp.push(first.close, noted.close);
  await watch(["home"], { settle: 600 });
  writeFileSync(at("home/note.md"), "1");
  await until(() => told.length === 1);
  await settled();
  expect([told, toldAtFirst]).toEqual([["created home/note.md"], []]);
});
