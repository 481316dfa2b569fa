import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openIndex } from "../../plugins/memory/keeping/index-file";
import { type Dice, dice } from "../fixtures/dice";
import { KeptHome, vectorFor, wordCounter } from "../fixtures/memory-keeper";
import { noSmallDisk, onSmallDisk } from "../fixtures/small-disk";

const words = (count: number, word: string) => Array.from({ length: count }, (_, n) => `${word}${n}`).join(" ");
/** Paragraphs that are a passage each. */
const page = (...paragraphs: string[]) => paragraphs.map(word => words(40, word)).join("\n\n");

/** What must hold of every index: each passage has its words, vectors have their passage in both forms, and the listener knows the same. */
function expectSound(home: KeptHome): void {
  const nos = (query: string) =>
    home.database
      .query<{ no: number }, []>(query)
      .all()
      .map(({ no }) => no);
  const passages = nos("select no from passage order by no");
  expect(nos("select id as no from words_docsize order by id")).toEqual(passages);
  const vectors = nos("select passage as no from vector order by passage");
  expect(nos("select passage as no from coarse order by passage")).toEqual(vectors);
  expect(vectors.filter(no => !passages.includes(no))).toEqual([]);
  const heard = [...home.heard.passages.values()].toSorted((a, b) => a.no - b.no);
  const facts = home.database
    .query("select no, file, type, date, privacy, person, name, recalled from passage order by no")
    .all();
  expect(heard as unknown[]).toEqual(
    facts.map(row => ({ ...(row as object), recalled: (row as { recalled: number }).recalled === 1 })),
  );
  expect([...home.heard.vectors.keys()].toSorted((a, b) => a - b)).toEqual(vectors);
  const waiting = new Set(home.keeper.pending(1e6).map(({ no }) => no));
  expect([...waiting].toSorted((a, b) => a - b)).toEqual(passages.filter(no => !vectors.includes(no)));
  expect(home.keeper.counts()).toMatchObject({ passages: passages.length, pending: waiting.size });
}
/** All of an index but its numbers and when things were first seen. */
const content = (home: KeptHome) =>
  home.rows().map(({ no, at, session, who, name, ...row }) => ({ ...row, file: undefined }));

describe("learning a file again", () => {
  test("M5: the id of a passage is of its text alone, wherever it stands", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two"), "dreams/b.md": page("two") });
    home.sync();
    const [one, two] = home.rows("thoughts/a.md");
    expect(one!.id).toMatch(/^[0-9a-f]{16}$/);
    expect(home.rows("dreams/b.md")[0]!.id).toBe(two!.id);
    home.write("thoughts/a.md", `# Before\n\n${page("zero", "one", "two")}`);
    home.sync();
    expect(
      home
        .rows("thoughts/a.md")
        .slice(1)
        .map(({ id }) => id),
    ).toEqual([one!.id, two!.id]);
  });
  test("M4: passages whose text is the same keep number and vector; only what is new waits", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two", "three") });
    home.sync();
    home.embed();
    const before = home.rows();
    home.write("thoughts/a.md", page("zero", "one", "three"));
    expect(home.sync()).toEqual({ files: 1, added: 1, kept: 2, removed: 1, recalled: 0, notes: [] });
    const after = home.rows();
    expect(after.map(({ no }) => no)).toEqual([4, before[0]!.no, before[2]!.no]);
    expect(after.map(({ line, last_line }) => [line, last_line])).toEqual([
      [1, 1],
      [3, 3],
      [5, 5],
    ]);
    expect(home.keeper.pending(9).map(({ no }) => no)).toEqual([4]);
    expectSound(home);
  });
  test("what a text was written by stays, who changes the file beside it", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one") });
    home.sync({ session: "s1", who: "agent" });
    home.write("thoughts/a.md", page("one", "two"));
    home.sync({ who: "owner" });
    expect(home.rows().map(({ who, session }) => [who, session])).toEqual([
      ["agent", "s1"],
      ["owner", null],
    ]);
    expect(home.rows()[0]!.at < home.rows()[1]!.at).toBe(true);
  });
  test("title, date and type follow the file, and a title is found", () => {
    using home = new KeptHome({ "thoughts/a.md": `---\ntitle: Harbour\ndate: 2026-01-02\n---\n${page("one")}` });
    home.sync();
    home.embed();
    home.write("thoughts/a.md", `---\ntitle: Lighthouse\ndate: 2026-01-03\n---\n${page("one")}`);
    expect(home.sync()).toMatchObject({ added: 0, kept: 1 });
    expect(home.rows()).toMatchObject([{ title: "Lighthouse", date: "2026-01-03", heading: "Lighthouse" }]);
    expect([home.withWord("harbour"), home.withWord("lighthouse").length]).toEqual([[], 1]);
    expect(home.keeper.pending(9)).toMatchObject([{ text: `Lighthouse\n\n${page("one")}` }]); // what is embedded is another text now
    expectSound(home);
  });
  test("a passage that comes twice in a file is twice in the index", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "one", "one") });
    home.sync();
    home.write("thoughts/a.md", page("one", "one"));
    expect(home.sync()).toMatchObject({ added: 0, kept: 2, removed: 1 });
    expectSound(home);
  });
  test("the vector of the same text elsewhere is taken, also when a file is renamed", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two") });
    home.sync();
    home.embed();
    home.write("dreams/b.md", page("two"));
    home.sync();
    expect(home.keeper.counts().pending).toBe(0);
    renameSync(home.path("thoughts/a.md"), home.path("thoughts/c.md"));
    expect(home.sync()).toMatchObject({ added: 2 });
    expect(home.keeper.counts()).toEqual({ files: 2, passages: 3, pending: 0 });
    expectSound(home);
  });
  test("what cannot be read as text any more leaves nothing but a note", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one") });
    home.sync();
    home.write("thoughts/a.md", new Uint8Array(10));
    expect(home.sync()).toMatchObject({ removed: 1, notes: [{ path: "thoughts/a.md", note: "is not text" }] });
    expect(home.database.query("select note from file").all()).toEqual([{ note: "is not text" }]);
    expectSound(home);
  });
  test("what has gone is forgotten, and what no source knows is passed over", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two") });
    home.sync();
    home.write("sandbox/a.md", page("one"));
    expect(home.learn(["sandbox/a.md", "no/such.md"])).toMatchObject({ files: 0, added: 0 });
    renameSync(home.path("thoughts/a.md"), home.path("away.md"));
    expect(home.learn(["thoughts/a.md"])).toMatchObject({ files: 1, removed: 2 });
    expect([home.keeper.forget(["thoughts/a.md", "x"]), home.keeper.counts().files]).toEqual([0, 0]);
    expectSound(home);
  });
});

describe("privacy", () => {
  const file = "conversations/20260301-100000-000.md";
  const conversation = "---\ntype: telegram\nstatus: done\n---\n## Message\n\nA secret.\n\n## Response\n\nI keep it.\n";
  const labels = (home: KeptHome) => home.rows().map(({ privacy, person, who, name }) => [privacy, person, who, name]);
  test("M10: a conversation is private, of one person when one took part, and nobody's else", () => {
    using home = new KeptHome({ [file]: conversation });
    home.sync();
    expect(labels(home)).toEqual([
      ["private", null, "visitor", null],
      ["private", null, "agent", null],
    ]);
    home.learn([file], { persons: ["telegram/Ada"], session: "s1" });
    expect(labels(home)).toEqual([
      ["private", "telegram/Ada", "visitor", "Ada"],
      ["private", "telegram/Ada", "agent", null],
    ]);
    home.learn([file], { persons: ["telegram/Ada", "telegram/Bo"] });
    expect(labels(home)).toEqual([
      ["private", null, "visitor", null],
      ["private", null, "agent", null],
    ]);
    home.learn([file], { persons: [] });
    expect(labels(home)).toEqual([
      ["own", null, "system", null],
      ["own", null, "agent", null],
    ]);
    expectSound(home);
  });
  test("M10: less that is known later opens nothing, and closes nothing", () => {
    using home = new KeptHome({ [file]: conversation });
    home.learn([file], { persons: ["telegram/Ada"] });
    home.write(file, `${conversation}\nAnd more.\n`);
    home.sync();
    expect(labels(home)[0]).toEqual(["private", "telegram/Ada", "visitor", "Ada"]);
    expect(labels(home)[1]).toEqual(["private", null, "agent", null]);
  });
  test("M10: letters belong to the person of the folder, whoever wrote them", () => {
    using home = new KeptHome({
      "mailbox/ada/thread.jsonl": '{"from":"Ada L.","body":"Dear Wren"}\n{"from":"WREN","body":"Dear Ada"}\n',
    });
    home.sync({ who: "system" });
    expect(labels(home)).toEqual([
      ["private", "mailbox/ada", "visitor", "Ada L."],
      ["private", "mailbox/ada", "agent", null],
    ]);
  });
});

describe("vectors", () => {
  test("the newest files come first, as they are embedded, with their tokens", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two") });
    home.sync();
    home.write("thoughts/b.md", `# New\n\n${page("three")}`);
    home.sync();
    const pending = home.keeper.pending(2);
    expect(pending.map(({ text }) => text)).toEqual([`# New\n\n${page("three")}`, page("one")]);
    for (const { text, tokens } of pending) expect(tokens).toBe(wordCounter.count(text));
    home.reopen();
    expect(home.keeper.pending(9).map(({ no }) => no)).toEqual([3, 1, 2]);
  });
  test("those of passages that have gone are dropped, and none is kept twice", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two") });
    home.sync();
    const vectors = home.keeper.pending(9).map(({ no, text }) => ({ no, vector: vectorFor(text) }));
    home.write("thoughts/a.md", page("two"));
    home.sync();
    expect([home.keeper.put(vectors), home.keeper.put(vectors), home.keeper.put([])]).toEqual([1, 0, 0]);
    expectSound(home);
  });
  test.each([
    ["another size", new Float32Array(3), "a vector of 3 dimensions; it says that it makes 4"],
    ["no numbers", new Float32Array([1, 0, Number.NaN, 0]), "not made of numbers"],
  ])("one of %s is refused, with all that came with it", (_, vector, message) => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two") });
    home.sync();
    const [a, b] = home.keeper.pending(2);
    expect(() =>
      home.keeper.put([
        { no: a!.no, vector: vectorFor("a") },
        { no: b!.no, vector },
      ]),
    ).toThrow(message);
    expect(home.keeper.counts().pending).toBe(2);
  });
  test("without an embedder nothing waits, and all is found by words", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one") }, { embedder: undefined as never });
    home.sync();
    expect([home.keeper.pending(9), home.keeper.counts().pending]).toEqual([[], 0]);
    expect(home.withWord("one7")).toHaveLength(1);
  });
});

describe("whatever happens to a home", () => {
  const any = (chance: Dice) =>
    page(...Array.from({ length: chance.int(5) }, () => chance.pick(["one", "two", "three", "four"])));
  test("the index is what an index made from nothing would be", () => {
    using home = new KeptHome();
    const chance = dice(7);
    const paths = ["thoughts/a.md", "thoughts/b.md", "dreams/c.md"];
    for (let round = 0; round < 60; round++) {
      const path = chance.pick(paths);
      if (chance.now(0.2)) home.learn([path]);
      else
        home.write(path, `${chance.now(0.5) ? `---\ntitle: ${chance.pick(["Sea", "Sky"])}\n---\n` : ""}${any(chance)}`);
      if (chance.now(0.6)) home.sync();
      if (chance.now(0.4)) home.embed();
      expectSound(home);
    }
    home.sync();
    using fresh = new KeptHome(Object.fromEntries(paths.map(path => [path, readFileSync(home.path(path), "utf8")])));
    fresh.sync();
    expect(content(home)).toEqual(content(fresh));
  });
  test("M3: killed at any moment, it is sound at the next start, and the rest is made up for", async () => {
    const text = (n: number) => page(`a${n}`, `b${n}`);
    using home = new KeptHome(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`thoughts/${n}.md`, text(n)])));
    home.database.close();
    for (const kills of [3, 40, 150]) {
      const child = Bun.spawn(
        [
          process.execPath,
          join(import.meta.dir, "../fixtures/memory-learner.ts"),
          home.options.home,
          home.options.file,
        ],
        { stdout: "pipe" },
      );
      let told = 0;
      for await (const chunk of child.stdout) {
        told += chunk.length;
        if (told >= kills) break;
      }
      child.kill("SIGKILL");
      await child.exited;
      home.reopen();
      const count = (query: string) =>
        home.database.query<{ count: number }, []>(`select count(*) as count from ${query}`).get()!.count;
      expect(count("file")).toBeGreaterThanOrEqual(kills);
      expect(count("passage")).toBe(2 * count("file"));
      expect(count("words_docsize")).toBe(count("passage"));
      expect(count("coarse")).toBe(count("vector"));
      expect(count("vector where passage not in (select no from passage)")).toBe(0);
      expect(home.database.query("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      home.database.close();
    }
    home.reopen();
    home.sync();
    expect(home.keeper.counts()).toMatchObject({ files: 200, passages: 400 });
  });
});

describe("the file of the index", () => {
  test("what is learned is there after a restart", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one", "two") });
    home.sync();
    home.embed();
    const rows = home.rows();
    home.reopen();
    expect(home.rows()).toEqual(rows);
    expect(home.keeper.counts()).toEqual({ files: 1, passages: 2, pending: 0 });
  });
  test("M3: one of another schema, and a damaged one, are begun anew", () => {
    using home = new KeptHome({ "thoughts/a.md": page("one") });
    const spoilers = [
      () =>
        writeFileSync(
          home.options.file,
          "this is no database at all, but it is long enough to be looked at".repeat(99),
        ),
      () => writeFileSync(home.options.file, readFileSync(home.options.file).fill(0x5a, 4096)),
      () => writeFileSync(home.options.file, readFileSync(home.options.file).subarray(0, 9000)),
      () => new Database(home.options.file).run("pragma user_version = 99"),
    ];
    for (const spoil of spoilers) {
      home.sync();
      home.database.run("pragma wal_checkpoint(truncate)");
      home.database.close();
      spoil();
      home.database = openIndex(home.options.file);
      home.reopen();
      expect([home.keeper.counts().files, home.keeper.compare().changed]).toEqual([0, ["thoughts/a.md"]]);
    }
  });
  test("M3: what strange hands took from one table is put right at the next start", () => {
    using home = new KeptHome({
      "thoughts/a.md": page("one"),
      "thoughts/b.md": page("two"),
      "thoughts/c.md": page("three"),
      "thoughts/d.md": page("four"),
    });
    home.sync();
    home.embed();
    const [a, b, c] = home.rows().map(({ no }) => no);
    home.database.close();
    const database = new Database(home.options.file);
    database.run("pragma foreign_keys = off");
    database.run(`delete from words where rowid = ${a}`);
    database.run(`delete from coarse where passage = ${b}`);
    database.run(`delete from passage where no = ${c}`);
    database.close();
    home.reopen();
    expect(home.keeper.compare().changed).toEqual(["thoughts/a.md", "thoughts/b.md"]);
    home.sync();
    for (const path of ["thoughts/a.md", "thoughts/b.md", "thoughts/d.md"])
      expect(home.withWord(home.texts(path)[0]!.split(" ")[3]!)).toHaveLength(1);
    const left = (query: string) => home.database.query(query).all();
    expect(left("select passage from vector except select no from passage")).toEqual([]);
    expect(left("select id from words_docsize except select no from passage")).toEqual([]);
  });
  test.skipIf(noSmallDisk)("a full disk is told, with what to do, and leaves the index as it was", async () => {
    using home = new KeptHome({
      "thoughts/a.md": page("one"),
      "thoughts/b.md": Array.from({ length: 2000 }, (_, n) => page(`w${n}`)).join("\n\n"),
    });
    const folder = join(home.options.home, "../small");
    expect(existsSync(folder)).toBe(false);
    Bun.spawnSync(["mkdir", folder]);
    const child = Bun.spawn(
      [
        ...onSmallDisk(folder, 1200),
        process.execPath,
        join(import.meta.dir, "../fixtures/memory-learner.ts"),
        home.options.home,
        join(folder, "index.db"),
      ],
      { stdout: "pipe", stderr: "pipe" },
    );
    const [told, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    expect(error).toContain(
      `the index of memory cannot be written: the disk is full; make room in ${folder}, then it goes on (SQLITE_FULL)`,
    );
    expect(told).toBe(".left: 1 file, 1 passage");
  });
});
