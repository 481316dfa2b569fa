import { describe, expect, test } from "bun:test";
import { alike } from "../../plugins/memory/keeping/alike";
import { shinglesOf } from "../../plugins/memory/keeping/shingles";
import { dice } from "../fixtures/dice";
import { KeptHome } from "../fixtures/memory-keeper";

const lighthouse =
  "The lighthouse keeper told me that the lamp is turned by hand when the wind is too strong for the gears, and that he sings while he turns it.";
const bread = "I baked bread with the last of the rye, and the crust broke like ice on a puddle when I leaned on it.";
const garden =
  "The beans have climbed over the fence into the garden of the neighbours, who tie them back every evening.";

/** A home that remembers the lighthouse, and a session that was reminded of it and wrote something. */
function reminded(
  written: string,
  { path = "thoughts/new.md", ids = undefined as readonly string[] | undefined } = {},
) {
  const home = new KeptHome({ "thoughts/old.md": lighthouse, "dreams/old.md": garden });
  home.sync({ session: "s1" });
  const id = home.rows("thoughts/old.md")[0]!.id;
  home.write(path, written);
  const learned = home.learn([path], { session: "s2", reminded: ids ?? [id] });
  return {
    home,
    learned,
    recalled: home
      .rows()
      .filter(row => row.recalled)
      .map(({ text }) => text),
  };
}

describe("what a session only wrote down again", () => {
  test.each([
    ["word for word", lighthouse],
    ["as a quotation with its source", `> ${lighthouse}\n> — thoughts/old.md, 2026-01-02`],
    ["cut off, as it was shown", `> ${lighthouse.slice(0, 110)}…`],
    ["in other capitals and marks", lighthouse.toUpperCase().replaceAll(",", " –")],
    ["with a few words changed", lighthouse.replace("told me", "once said")],
    ["with a word before and after", `I remember. ${lighthouse} Yes.`],
  ])("is recalled: %s", (_, written) => {
    const { home, learned, recalled } = reminded(written);
    using _home = home;
    expect([learned.recalled, recalled]).toEqual([1, [written]]);
    expect([...home.heard.passages.values()].filter(facts => facts.recalled)).toHaveLength(1);
  });
  test.each([
    ["something else", bread],
    [
      "the same thing in other words",
      "He works the light himself on stormy nights, cranking and humming, because the machine cannot hold against the gusts.",
    ],
    [
      "a quotation and a thought of its own beside it",
      `> ${lighthouse.slice(0, 60)}…\n\n${bread}\n\nAnd I thought of him all day, because ${garden}`,
    ],
    ["something older that it was not reminded of", garden],
  ])("is not: %s", (_, written) => {
    const { home, learned, recalled } = reminded(written);
    using _home = home;
    expect([learned.recalled, recalled]).toEqual([0, []]);
  });
  test("nothing is recalled without a reminder, and an unknown id reminds of nothing", () => {
    for (const ids of [[], ["0000000000000000"]]) {
      const { home, recalled } = reminded(lighthouse, { ids });
      using _home = home;
      expect(recalled).toEqual([]);
    }
  });
  test("a person who says it again is not the agent", () => {
    const { home, recalled } = reminded(JSON.stringify({ from: "Ada", body: lighthouse }), {
      path: "mailbox/ada/thread.jsonl",
    });
    using _home = home;
    expect(recalled).toEqual([]);
  });
  test("several reminders count together", () => {
    using home = new KeptHome({ "thoughts/old.md": lighthouse, "dreams/old.md": garden });
    home.sync();
    const ids = home.rows().map(({ id }) => id);
    home.write("memory/notes.md", `> ${lighthouse.slice(0, 120)}\n\n> ${garden.slice(0, 90)}\n`);
    expect(home.learn(["memory/notes.md"], { reminded: ids })).toMatchObject({ recalled: 1 });
  });
});

describe("what is no recollection", () => {
  test("a passage that stays where it was is itself", () => {
    using home = new KeptHome({ "thoughts/old.md": lighthouse });
    home.sync();
    const { id } = home.rows()[0]!;
    home.write("thoughts/old.md", `${lighthouse}\n\n---\n\n${bread} ${garden} ${bread} ${garden} ${bread}`);
    expect(home.learn(["thoughts/old.md"], { reminded: [id] })).toMatchObject({ kept: 1, recalled: 0 });
  });
  test("one that was mended is new, not recalled", () => {
    using home = new KeptHome({ "thoughts/old.md": lighthouse });
    home.sync();
    const { id } = home.rows()[0]!;
    home.write("thoughts/old.md", lighthouse.replace("too strong", "much too strong"));
    expect(home.learn(["thoughts/old.md"], { reminded: [id] })).toMatchObject({ added: 1, removed: 1, recalled: 0 });
  });
  test.each([
    ["old one first", ["thoughts/old.md", "memory/new.md"]],
    ["new one first", ["memory/new.md", "thoughts/old.md"]],
  ])("one that was moved to another file is not, whichever is read first: %s", (_, paths) => {
    using home = new KeptHome({ "thoughts/old.md": lighthouse });
    home.sync();
    const { id } = home.rows()[0]!;
    home.write("thoughts/old.md", bread);
    home.write("memory/new.md", lighthouse);
    expect(home.learn(paths, { reminded: [id] })).toMatchObject({ recalled: 0 });
  });
});

test("the mark and the vector stay when the file is read again, and it goes with the words", () => {
  const { home } = reminded(lighthouse);
  using _home = home;
  home.embed();
  home.write("thoughts/new.md", `${lighthouse}\n`);
  home.learn(["thoughts/new.md"], { session: "s3" });
  expect(home.rows("thoughts/new.md")).toMatchObject([{ recalled: 1, session: "s2" }]);
  expect(home.keeper.counts().pending).toBe(0);
  home.write("thoughts/new.md", bread);
  home.learn(["thoughts/new.md"], { session: "s3" });
  expect(home.rows("thoughts/new.md")).toMatchObject([{ recalled: 0 }]);
});

describe("the audit", () => {
  test("counts what stands twice, what the prompt says anyway, and what was recalled, with examples", () => {
    const { home } = reminded(`> ${lighthouse}`);
    using _home = home;
    home.write("essays/near.md", garden.replace("every evening", "every single evening"));
    home.write("essays/boot.md", "As I always do, I read what I left for myself, then I look at the harbour.");
    home.write("memory/memory.md", "I read what I left for myself, then I look at the harbour.");
    home.write("thoughts/own.md", bread);
    home.sync();
    const audit = home.keeper.audit([
      "Every day: I read what I left for myself, then I look at the harbour. That is all.",
    ]);
    expect(audit).toMatchObject({ passages: 7, duplicates: 4, bootText: 1, recalled: 1 });
    expect(audit.examples.map(({ kind, path, line, of }) => [kind, path, line, of])).toEqual([
      ["duplicate", "thoughts/new.md", 1, "thoughts/old.md:1"],
      ["duplicate", "essays/near.md", 1, "dreams/old.md:1"],
      ["boot", "essays/boot.md", 1, undefined],
      ["recalled", "thoughts/new.md", 1, undefined],
    ]);
  });
  test("an empty memory has nothing twice", () => {
    using home = new KeptHome();
    expect(home.keeper.audit([])).toEqual({ passages: 0, duplicates: 0, bootText: 0, recalled: 0, examples: [] });
  });
  test("pairs that are alike are found among very many, and others are not", () => {
    const chance = dice(3);
    const text = (length: number) => Array.from({ length }, () => chance.int(5000)).join(" ");
    const texts = Array.from({ length: 3000 }, () => text(60));
    const twins = Array.from({ length: 200 }, (_, at) => texts[at]!.replace(/^\S+ \S+/, "x y"));
    const found = alike([...texts, ...twins].map(text => Uint32Array.from(shinglesOf(text))));
    expect(found.every(([one, other]) => other - texts.length === one)).toBe(true);
    expect(found.length).toBeGreaterThan(190);
  });
});
