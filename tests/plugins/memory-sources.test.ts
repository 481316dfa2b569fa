import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { MemorySource } from "hearth-plugins/memory";
import { globOf, isIn } from "../../plugins/memory/reading/globs";
import { homeSources } from "../../plugins/memory/reading/home-sources";
import { KeptHome } from "../fixtures/memory-keeper";

/** Does something with the rights of any user: root may read everything. */
function humbly<T>(home: KeptHome, work: () => T): T {
  if (process.getuid!() !== 0) return work();
  chmodSync(join(home.options.home, ".."), 0o755);
  process.seteuid!(65_534);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}
const page = "It rains on the harbour.";

describe("the agent's own folders", () => {
  test("every source of a home is found, with its type and its privacy", () => {
    using home = new KeptHome({
      "thoughts/2026-01-02-noon.md": page,
      "dreams/a.md": page,
      "essays/a.md": page,
      "letters/a.md": page,
      "scores/a.md": page,
      "bookshelf/a.md": page,
      "memory/memory.md": page,
      "memory/identity.md": page,
      "readings/a.md": page,
      "voice.md": page,
      "inner-thread/thread.jsonl": '{"body":"It rains on the harbour."}',
      "projects/memories.json": '[{"text":"It rains on the harbour."}]',
      "conversations/a.md": page,
      "mailbox/ada/thread.jsonl": '{"from":"Ada","body":"It rains on the harbour."}',
    });
    home.sync();
    expect(
      home.rows().map(({ path, type, privacy, person, who, name }) => [path, type, privacy, person, who, name]),
    ).toEqual([
      ["bookshelf/a.md", "bookshelf", "public", null, "agent", null],
      ["conversations/a.md", "conversation", "private", null, "agent", null],
      ["dreams/a.md", "dream", "public", null, "agent", null],
      ["essays/a.md", "essay", "public", null, "agent", null],
      ["inner-thread/thread.jsonl", "inner-thread", "own", null, "agent", null],
      ["letters/a.md", "letter", "public", null, "agent", null],
      ["mailbox/ada/thread.jsonl", "mailbox", "private", "mailbox/ada", "visitor", "Ada"],
      ["memory/identity.md", "memory", "own", null, "owner", null],
      ["memory/memory.md", "memory", "own", null, "agent", null],
      ["projects/memories.json", "jar", "own", null, "agent", null],
      ["readings/a.md", "reading", "own", null, "owner", null],
      ["scores/a.md", "score", "public", null, "agent", null],
      ["thoughts/2026-01-02-noon.md", "thought", "public", null, "agent", null],
      ["voice.md", "voice", "own", null, "agent", null],
    ]);
  });
  test("nothing else is: other folders, deeper ones, hidden files, READMEs, other endings", () => {
    using home = new KeptHome({
      "sandbox/a.md": page,
      "telegram/a.md": page,
      "transcripts/a.md": page,
      "thoughts/old/a.md": page,
      "thoughts/.draft.md": page,
      "thoughts/README.md": page,
      "memory/readme.md": page,
      "thoughts/a.txt": page,
      "mailbox/.hidden/thread.jsonl": '{"body":"x"}',
    });
    expect(home.keeper.compare()).toEqual({ changed: [], gone: [], files: 0 });
  });
});

describe("patterns", () => {
  const source = (files: string): MemorySource => ({ id: "x", type: "x", files, format: "prose", privacy: "own" });
  const matches = (files: string, path: string) => isIn(globOf(source(files)), path);
  test("a star is any characters but a slash, and no leading dot", () => {
    expect(["a.md", "+[a] b.md", "ü\n.md"].map(name => matches("x/*.md", `x/${name}`))).toEqual([true, true, true]);
    expect(
      ["x/.a.md", "x/y/a.md", "x/amd", "a.md", "x/a.md/b", "../x/a.md", "x/..", "x/README.md"].map(path =>
        matches("x/*.md", path),
      ),
    ).toEqual(Array(8).fill(false));
    expect(matches("*/thread.jsonl", "../thread.jsonl")).toBe(false);
    expect(matches("a*b*c", "aXbYc")).toBe(true);
    expect(matches("a*b*c", "acb")).toBe(false);
    expect(matches("a/README.md", "a/README.md")).toBe(true);
  });
  test.each(["../a.md", "/etc/*", "a/./b", "a//b", "", "a\0b"])(
    "one that is no path inside the home is refused by the source's name: %j",
    files => {
      expect(() => globOf(source(files))).toThrow('the memory source "x" has');
    },
  );
  test("of two sources that know a file, the first counts", () => {
    const all = [{ ...source("memory/special.md"), type: "special" }, ...homeSources];
    using home = new KeptHome({ "memory/special.md": page, "memory/other.md": page }, { sources: all });
    home.sync();
    expect(home.rows().map(({ type }) => type)).toEqual(["memory", "special"]);
  });
  test("a source that is read differently from now on has its files read again", () => {
    using home = new KeptHome({ "thoughts/a.md": page, "dreams/a.md": page });
    home.sync();
    home.reopen({
      sources: homeSources.map(source => (source.id === "thought" ? { ...source, privacy: "own" } : source)),
    });
    expect(home.keeper.compare().changed).toEqual(["thoughts/a.md"]);
    home.sync();
    expect(home.rows("thoughts/a.md")).toMatchObject([{ privacy: "own" }]);
  });
});

describe("links and strangers", () => {
  test("nothing outside the home is read, by whichever link", () => {
    using home = new KeptHome();
    const outside = join(home.options.home, "../outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "a.md"), page);
    mkdirSync(home.path("thoughts"));
    symlinkSync(join(outside, "a.md"), home.path("thoughts/link.md"));
    symlinkSync(outside, home.path("dreams"));
    expect(home.keeper.compare().files).toBe(0);
    expect(
      home.learn(["thoughts/link.md", "dreams/a.md", "../outside/a.md", "/etc/passwd", "thoughts/../../outside/a.md"]),
    ).toMatchObject({
      added: 0,
      notes: [
        { path: "thoughts/link.md", note: "is a link that leads out of the home" },
        { path: "dreams/a.md", note: "is a link that leads out of the home" },
      ],
    });
  });
  test("a link inside the home is followed, but not to what is hidden or has a label of its own", () => {
    using home = new KeptHome({
      "projects/poem.md": page,
      ".secret.md": page,
      "mailbox/ada/thread.jsonl": '{"from":"Ada","body":"between us"}',
    });
    mkdirSync(home.path("thoughts"));
    symlinkSync("../projects/poem.md", home.path("thoughts/poem.md"));
    symlinkSync("../.secret.md", home.path("thoughts/secret.md"));
    symlinkSync("../mailbox/ada/thread.jsonl", home.path("thoughts/ada.md"));
    symlinkSync("nowhere.md", home.path("thoughts/gone.md"));
    symlinkSync("round.md", home.path("thoughts/round.md"));
    home.sync();
    expect(home.rows().map(({ path, privacy }) => [path, privacy])).toEqual([
      ["mailbox/ada/thread.jsonl", "private"],
      ["thoughts/poem.md", "public"],
    ]);
  });
  test("folders and pipes of the name of a page are none, and nothing waits for them", () => {
    using home = new KeptHome({ "thoughts/a.md/b": "x" });
    Bun.spawnSync(["mkfifo", home.path("thoughts/pipe.md")]);
    expect(home.keeper.compare().files).toBe(0);
    expect(home.learn(["thoughts/pipe.md", "thoughts/a.md"]).notes.map(({ note }) => note)).toEqual([
      "is not a file",
      "is not a file",
    ]);
  });
  test("a page that is larger than 32 MB is noted, and not looked at again", () => {
    using home = new KeptHome({ "thoughts/a.md": page });
    home.sync();
    truncateSync(home.path("thoughts/a.md"), 33 * 1024 * 1024);
    expect(home.sync().notes).toEqual([{ path: "thoughts/a.md", note: "is larger than 32 MB" }]);
    expect([home.rows(), home.keeper.compare().changed]).toEqual([[], []]);
  });
});

describe("what changed", () => {
  const old = new Date("2026-01-01T00:00:00Z");
  /** A home whose files were read long after they were written, as far as the index knows. */
  const settled = (files: Record<string, string>) => {
    const home = new KeptHome(files);
    home.sync();
    home.database.run("update file set mtime = abs(mtime)");
    return home;
  };
  test("M4: files that look the same are not read, and touched ones keep their passages", () => {
    using home = settled({ "thoughts/a.md": page, "thoughts/b.md": page });
    const before = home.rows();
    expect(home.keeper.compare()).toEqual({ changed: [], gone: [], files: 2 });
    utimesSync(home.path("thoughts/a.md"), old, old);
    expect(home.keeper.compare().changed).toEqual(["thoughts/a.md"]);
    expect(home.sync({ who: "owner" })).toMatchObject({ files: 1, added: 0, kept: 1, removed: 0 });
    expect(home.rows()).toEqual(before);
    home.database.run("update file set mtime = abs(mtime)");
    expect(home.keeper.compare().changed).toEqual([]);
  });
  test("what comes, changes and goes is found", () => {
    using home = settled({ "thoughts/a.md": page, "thoughts/b.md": page, "thoughts/c.md": page });
    home.write("thoughts/a.md", "Snow, and more of it.");
    home.write("thoughts/d.md", page);
    rmSync(home.path("thoughts/b.md"));
    expect(home.keeper.compare()).toEqual({
      changed: ["thoughts/a.md", "thoughts/d.md"],
      gone: ["thoughts/b.md"],
      files: 3,
    });
  });
  test("a file that changed within one tick of the clock is found by its bytes", () => {
    using home = new KeptHome({ "thoughts/a.md": "It rains." });
    const mtimeMs = Date.now();
    utimesSync(home.path("thoughts/a.md"), mtimeMs / 1000, mtimeMs / 1000);
    home.sync();
    home.write("thoughts/a.md", "It snows.");
    utimesSync(home.path("thoughts/a.md"), mtimeMs / 1000, mtimeMs / 1000);
    expect(home.keeper.compare().changed).toEqual(["thoughts/a.md"]);
    home.sync();
    expect(home.texts()).toEqual(["It snows."]);
    expect(home.keeper.compare().changed).toEqual([]);
  });
  test("a clock that moved back, or stood in the future, harms nothing", () => {
    using home = new KeptHome({ "thoughts/a.md": "It rains." });
    const tomorrow = new Date(Date.now() + 86_400_000);
    utimesSync(home.path("thoughts/a.md"), tomorrow, tomorrow);
    home.sync();
    expect(home.keeper.compare().changed).toEqual([]);
    home.write("thoughts/a.md", "It snows.");
    utimesSync(home.path("thoughts/a.md"), old, old);
    expect(home.keeper.compare().changed).toEqual(["thoughts/a.md"]);
    home.sync();
    expect(home.texts()).toEqual(["It snows."]);
  });
  test("a file that cannot be read now keeps its passages, and is noted", () => {
    using home = settled({ "thoughts/a.md": page });
    chmodSync(home.path("thoughts/a.md"), 0);
    utimesSync(home.path("thoughts/a.md"), old, old);
    expect(humbly(home, () => home.sync()).notes).toEqual([{ path: "thoughts/a.md", note: "cannot be read (EACCES)" }]);
    expect(home.texts()).toEqual([page]);
  });
  test("a folder that cannot be looked into has not gone", () => {
    using home = settled({ "thoughts/a.md": page, "dreams/a.md": page });
    chmodSync(home.path("thoughts"), 0);
    expect(humbly(home, () => home.keeper.compare())).toEqual({ changed: [], gone: [], files: 1 });
    expect(humbly(home, () => home.learn(["thoughts/a.md"])).notes[0]!.note).toStartWith(
      "cannot be looked at (EACCES)",
    );
    chmodSync(home.path("thoughts"), 0o755);
    expect(home.texts("thoughts/a.md")).toEqual([page]);
  });
  test("a home that has gone is an error, and forgets nothing", () => {
    using home = settled({ "thoughts/a.md": page });
    renameSync(home.options.home, `${home.options.home}-away`);
    expect(() => home.keeper.compare()).toThrow("ENOENT");
    expect(home.texts()).toEqual([page]);
  });
});
