import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Draft } from "hearth";
import { temporaryFolder } from "hearth/testing";
import { copyNew } from "../../core/draft";

let folder: ReturnType<typeof temporaryFolder>;
let at: string;
beforeEach(() => {
  folder = temporaryFolder();
  at = join(folder.path, "letters");
});
afterEach(() => folder[Symbol.dispose]());

const text = (name: string) => readFile(join(at, name), "utf8");

test("is hidden until it gets its name, and gone afterwards; its folder is made", async () => {
  {
    await using draft = await Draft.in(at, "words", 0o600);
    expect((await readdir(at)).filter(name => !name.startsWith("."))).toEqual([]);
    expect(await draft.publish("letter.md")).toBe(true);
  }
  expect(await readdir(at)).toEqual(["letter.md"]);
  expect(await text("letter.md")).toBe("words");
  expect((await stat(join(at, "letter.md"))).mode & 0o777).toBe(0o600);
});

test("takes no name that is taken, and can have another", async () => {
  await using first = await Draft.in(at, "first");
  await using second = await Draft.in(at, "second");
  expect([await first.publish("a.md"), await second.publish("a.md")]).toEqual([true, false]);
  expect(await second.publish("b.md")).toBe(true);
  expect([await text("a.md"), await text("b.md")]).toEqual(["first", "second"]);
});

test("of many that want one name at once, one gets it", async () => {
  const drafts = await Promise.all(Array.from({ length: 20 }, (_, number) => Draft.in(at, String(number))));
  const got = await Promise.all(drafts.map(draft => draft.publish("one.md")));
  expect(got.filter(Boolean)).toHaveLength(1);
  expect(await text("one.md")).toBe(String(got.indexOf(true)));
  for (const draft of drafts) await draft[Symbol.asyncDispose]();
  expect(await readdir(at)).toEqual(["one.md"]);
});

test("leaves nothing where it cannot be written", async () => {
  await writeFile(at, "a file where the folder should be");
  expect(await Draft.in(at, "words").catch(error => error.code)).toMatch(/ENOTDIR|EEXIST/);
  expect(await readdir(folder.path)).toEqual(["letters"]);
});

test("where a file system has no links, a copy takes their place, and takes no name that is taken", async () => {
  const [from, to] = [join(folder.path, "from"), join(folder.path, "to")];
  await writeFile(from, "new");
  const then = new Date("2026-01-02T03:04:05Z");
  await utimes(from, then, then);
  await copyNew(from, to);
  expect((await stat(to)).mtime).toEqual(then);
  await writeFile(from, "newer");
  expect(await copyNew(from, to).catch(error => error.code)).toBe("EEXIST");
  expect(await readFile(to, "utf8")).toBe("new");
});
