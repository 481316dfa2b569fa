import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { appendLines, HomeFolder, inside, readPart, readText, writeAtomic } from "hearth";
import { temporaryFolder, temporaryHome } from "hearth/testing";
import { isWritable } from "../../core/files";

let folder: ReturnType<typeof temporaryFolder>;
let root: string;
beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, "root");
  mkdirSync(root);
});
afterEach(() => folder[Symbol.dispose]());

const at = (...parts: string[]) => join(root, ...parts);
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("a file that is written whole or not at all", () => {
  test("is new, with its folder", async () => {
    await writeAtomic(at("a/b/note.md"), "text — ü");
    expect(readFileSync(at("a/b/note.md"), "utf8")).toBe("text — ü");
    expect(readdirSync(at("a/b"))).toEqual(["note.md"]);
  });

  test("takes the place of the old one", async () => {
    writeFileSync(at("note.md"), "old and long");
    await writeAtomic(at("note.md"), new Uint8Array([110, 101, 119]));
    expect(readFileSync(at("note.md"), "utf8")).toBe("new");
  });

  test("has the mode that was asked for", async () => {
    await writeAtomic(at("note.md"), "x");
    await writeAtomic(at("secret"), "x", 0o600);
    expect([mode(at("note.md")), mode(at("secret"))]).toEqual(["644", "600"]);
  });

  test("is one of the two when two write at once, and never a mixture", async () => {
    const texts = ["a".repeat(200_000), "b".repeat(200_000)];
    await Promise.all(texts.map(text => writeAtomic(at("note.md"), text)));
    expect(texts).toContain(readFileSync(at("note.md"), "utf8"));
    expect(readdirSync(root)).toEqual(["note.md"]);
  });

  test("leaves no draft behind when its place is taken by a folder", async () => {
    mkdirSync(at("note.md/inner"), { recursive: true });
    await expect(writeAtomic(at("note.md"), "x")).rejects.toThrow();
    expect(readdirSync(root)).toEqual(["note.md"]);
  });

  /** Writes 1 MB over a small file in a process that may write no file over 64 KB, as on a full disk. */
  async function writeWhenFull(call: string): Promise<string> {
    const script = `
      process.on("SIGXFSZ", () => {});
      const { writeAtomic, appendLines } = await import(${JSON.stringify(join(import.meta.dir, "../../core/files.ts"))});
      try { await ${call}; console.log("written"); } catch (error) { console.log(error.code); }`;
    const child = Bun.spawn(["bash", "-c", 'ulimit -f 64; exec "$0" -e "$1"', process.execPath, script], {
      stdout: "pipe",
      stderr: "pipe",
      env: { PATH: process.env["PATH"] ?? "", HOME: folder.path },
    });
    await child.exited;
    return (await child.stdout.text()).trim();
  }

  test("leaves the old one as it was when there is no room, without a draft", async () => {
    writeFileSync(at("note.md"), "old");
    const call = `writeAtomic(${JSON.stringify(at("note.md"))}, "x".repeat(1_000_000))`;
    expect(await writeWhenFull(call)).toBe("EFBIG");
    expect(readFileSync(at("note.md"), "utf8")).toBe("old");
    expect(readdirSync(root)).toEqual(["note.md"]);
  });
});

describe("lines that are appended", () => {
  test("make the file and its folder, and follow what is there", async () => {
    await appendLines(at("log/day.jsonl"), "1\n");
    await appendLines(at("log/day.jsonl"), "2\n3\n");
    expect(readFileSync(at("log/day.jsonl"), "utf8")).toBe("1\n2\n3\n");
  });

  test("are whole when many append at once", async () => {
    const lines = Array.from({ length: 40 }, (_, index) => `${index}${"x".repeat(5000)}\n`);
    await Promise.all(lines.map(line => appendLines(at("day.jsonl"), line)));
    const read = readFileSync(at("day.jsonl"), "utf8").split(/(?<=\n)/);
    expect(read.sort()).toEqual([...lines].sort());
  });
});

describe("text that is read", () => {
  const read = async (bytes: string | Uint8Array) => {
    writeFileSync(at("note.md"), bytes);
    return readText(at("note.md"));
  };

  test("is nothing when the file, or its folder, is not there, or is of another kind", async () => {
    writeFileSync(at("file"), "x");
    for (const path of ["nothing.md", "no/where.md", "file/inner.md", "."])
      expect(await readText(at(path))).toBeUndefined();
  });

  test("has plain line ends, whatever the file's are", async () => {
    expect(await read("a\r\nb\rc\n")).toEqual({ text: "a\nb\nc\n", damaged: false });
  });

  test("has no byte order mark", async () => {
    expect(await read("\uFEFFtext")).toEqual({ text: "text", damaged: false });
  });

  test("has a mark in the place of bytes that are not UTF-8, and says so", async () => {
    expect(await read(new Uint8Array([97, 0xff, 98]))).toEqual({ text: "a\uFFFDb", damaged: true });
    expect((await read(new Uint8Array([0xe2, 0x82])))?.damaged).toBe(true);
  });

  test("is not damaged because it holds that mark itself", async () => {
    expect(await read("a\uFFFDb")).toEqual({ text: "a\uFFFDb", damaged: false });
  });

  test("may be empty", async () => {
    expect(await read("")).toEqual({ text: "", damaged: false });
  });
});

describe("a path that comes from outside", () => {
  const outside = (path: string) =>
    expect(inside(root, path)).rejects.toMatchObject({ code: "OUTSIDE", name: "HearthError" });

  beforeEach(() => {
    mkdirSync(at("thoughts"));
    writeFileSync(at("thoughts/a.md"), "a");
    mkdirSync(join(folder.path, "elsewhere"));
    writeFileSync(join(folder.path, "elsewhere/secret"), "s");
  });

  test("is a real path in the root", async () => {
    expect(await inside(root, "thoughts/a.md")).toBe(at("thoughts/a.md"));
    expect(await inside(root, "thoughts/../thoughts/./a.md")).toBe(at("thoughts/a.md"));
    expect(await inside(root, "")).toBe(root);
    expect(await inside(root, ".")).toBe(root);
  });

  test("may not be there yet, however deep", async () => {
    expect(await inside(root, "dreams/2026/b.md")).toBe(at("dreams/2026/b.md"));
  });

  test("cannot go through a file", async () => {
    await expect(inside(root, "thoughts/a.md/b.md")).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  test("cannot climb out", async () => {
    await outside("..");
    await outside("../elsewhere/secret");
    await outside("thoughts/../../elsewhere/secret");
    await outside("nothing/../../elsewhere");
  });

  test("cannot be absolute, not even in the root", async () => {
    await outside("/etc/passwd");
    await outside(at("thoughts/a.md"));
  });

  test("cannot hold a NUL", () => outside("thoughts/a.md\0.png"));

  test("cannot lead to a folder whose name only begins like the root's", async () => {
    mkdirSync(`${root}-2`);
    await outside("../root-2");
  });

  test("cannot follow a link out", async () => {
    symlinkSync(join(folder.path, "elsewhere"), at("link"));
    await outside("link");
    await outside("link/secret");
    await outside("link/not/yet/there");
  });

  test("cannot follow a link out to what is not there yet", async () => {
    symlinkSync(join(folder.path, "elsewhere/new"), at("link"));
    symlinkSync("../elsewhere/newer", at("relative"));
    await outside("link");
    await outside("relative");
    await outside("relative/deeper");
  });

  test("may follow a link that stays in", async () => {
    symlinkSync("thoughts", at("link"));
    symlinkSync("thoughts/new.md", at("new"));
    expect(await inside(root, "link/a.md")).toBe(at("thoughts/a.md"));
    expect(await inside(root, "new")).toBe(at("thoughts/new.md"));
  });

  test("may lie in a root that is itself behind a link", async () => {
    symlinkSync(root, join(folder.path, "front"));
    expect(await inside(join(folder.path, "front"), "thoughts/a.md")).toBe(at("thoughts/a.md"));
  });

  test("is refused when its links go round in a circle", async () => {
    symlinkSync("b", at("a"));
    symlinkSync("a", at("b"));
    await expect(inside(root, "a/x")).rejects.toThrow();
  });
});

describe("the home", () => {
  test("reads, writes, appends and lists", async () => {
    using temporary = await temporaryHome({ "thoughts/one.md": "1", "thoughts/deep/two.md": "2", "prompt.md": "p" });
    const { home } = temporary;
    await home.write("thoughts/.draft", "hidden");
    await home.append("data/log.jsonl", "{}\n");
    expect((await home.read("prompt.md"))?.text).toBe("p");
    expect(await home.list("thoughts")).toMatchObject([{ path: "thoughts/one.md", name: "one.md", size: 1 }]);
    expect((await home.read("data/log.jsonl"))?.text).toBe("{}\n");
  });

  test("has nothing in a folder that is not there, or in a file", async () => {
    using temporary = await temporaryHome({ "prompt.md": "p" });
    expect(await temporary.home.list("dreams")).toEqual([]);
    expect(await temporary.home.list("prompt.md")).toEqual([]);
    expect(await temporary.home.list("prompt.md/part")).toEqual([]);
    expect(await temporary.home.read("prompt.md/part")).toBeUndefined();
  });

  test("lets nothing out and nobody in", async () => {
    using temporary = await temporaryHome({});
    const { home } = temporary;
    symlinkSync(join(folder.path, "new"), join(home.path, "link"));
    await expect(home.read("../x")).rejects.toMatchObject({ code: "OUTSIDE" });
    await expect(home.write("../x", "x")).rejects.toMatchObject({ code: "OUTSIDE" });
    await expect(home.append("link", "x\n")).rejects.toMatchObject({ code: "OUTSIDE" });
    await expect(home.list("..")).rejects.toMatchObject({ code: "OUTSIDE" });
  });

  test("leaves broken links out of its lists", async () => {
    using temporary = await temporaryHome({ "thoughts/one.md": "1" });
    symlinkSync("nowhere", join(temporary.home.path, "thoughts/broken.md"));
    expect((await temporary.home.list("thoughts")).map(({ name }) => name)).toEqual(["one.md"]);
  });

  test("is a folder like any other to those who ask whether it can be written", async () => {
    expect(await isWritable(root)).toBe(true);
    expect(await isWritable(at("nowhere"))).toBe(false);
    chmodSync(root, 0o700);
    expect(new HomeFolder(root).path).toBe(root);
  });
});

test("a part of a file is its bytes from one offset to another, as far as there are any", async () => {
  writeFileSync(at("log"), "0123456789");
  await using file = await open(at("log"));
  const parts = [readPart(file, 2, 5), readPart(file, 8, 20), readPart(file, 20, 30), readPart(file, 5, 5)];
  expect((await Promise.all(parts)).map(String)).toEqual(["234", "89", "", ""]);
});
