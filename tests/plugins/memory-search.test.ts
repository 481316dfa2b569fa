import { describe, expect, test } from "bun:test";
import type { Audience, MemoryQuestion } from "hearth-plugins/memory";
import { ago, daysSince } from "../../plugins/memory/finding/days";
import { telling, termsOf } from "../../plugins/memory/finding/terms";
import { type Dice, dice } from "../fixtures/dice";
import { anyVector, between, EAST, HandmadeIndex, indexOf, NORTH, unit, type Written } from "../fixtures/memory-index";

const NOW = "2026-05-05T09:00:00.000Z";

type Asked = Partial<MemoryQuestion> & { readonly now?: string };
const search = (index: HandmadeIndex, text: string, more: Asked = {}, vector?: Float32Array) =>
  index.reader.search({ text, audience: "all", now: NOW, ...more }, vector);
const paths = (index: HandmadeIndex, text: string, more: Asked = {}, vector?: Float32Array): string[] =>
  search(index, text, more, vector).hits.map(({ path }) => path);

describe("who may see what", () => {
  const written: readonly Written[] = [
    { path: "public.md", text: "the lamp is public", privacy: "public", vector: [2, 1] },
    { path: "own.md", text: "the lamp is own", privacy: "own", vector: [2, 0, 1] },
    { path: "ada.jsonl", text: "the lamp is ada's", privacy: "private", person: "mailbox/ada", vector: [2, 0, 0, 1] },
    {
      path: "ada-2.jsonl",
      text: "a lamp of another ada",
      privacy: "private",
      person: "mailbox/ada-2",
      vector: [2, 0, 0, 0, 1],
    },
    { path: "nobody.md", text: "a lamp in confidence", privacy: "private", vector: [2, 0, 0, 0, 0, 1] },
  ].map(one => ({ ...one, text: `${one.text}, with words enough that it is more than a crumb` }) as Written);
  const all = written.map(({ path }) => path).sort();
  const cases: readonly (readonly [Audience, readonly string[]])[] = [
    ["public", ["public.md"]],
    ["own", ["own.md", "public.md"]],
    [{ person: "mailbox/ada" }, ["ada.jsonl", "own.md", "public.md"]],
    [{ person: "mailbox/ad" }, ["own.md", "public.md"]],
    [{ person: "" }, ["own.md", "public.md"]],
    ["all", all],
  ];
  describe.each(cases)("%j", (audience, visible) => {
    test.each(["text", "semantic", "hybrid"] as const)("search by mode %s", mode => {
      using index = indexOf(...written);
      expect(paths(index, "lamp", { audience, mode }, EAST).sort()).toEqual([...visible]);
    });
    test("passages, by paths and by ids", () => {
      using index = indexOf(...written);
      const everything = index.reader.passages({ audience: "all", paths: all });
      const ids = everything.map(({ id }) => id);
      expect(index.reader.passages({ audience, paths: all }).map(({ path }) => path)).toEqual([...visible]);
      expect(index.reader.passages({ audience, ids }).map(({ path }) => path)).toEqual([...visible]);
    });
    test("works, and what is near", () => {
      using index = indexOf(...written);
      expect(index.reader.works({ audience }).map(({ path }) => path)).toEqual([...visible]);
      const near = index.reader.near({ to: { text: "lamp" }, audience, limit: 10 }, EAST);
      expect(near.map(({ path }) => path).sort()).toEqual([...visible]);
    });
    test("what it may not see tells nothing of itself by what is near it", () => {
      using index = indexOf(...written);
      for (const { id, path } of index.reader.passages({ audience: "all", paths: all })) {
        const isVisible = visible.includes(path);
        for (const to of [{ id }, { path }]) {
          const near = index.reader.near({ to, audience, limit: 10 }).map(work => work.path);
          expect(near.sort()).toEqual(isVisible ? visible.filter(other => other !== path) : []);
        }
      }
    });
    test("pairs", () => {
      using index = indexOf(...written);
      const pairs = index.reader.pairs({ audience, least: 0.1, limit: 100 });
      expect(pairs).toHaveLength((visible.length * (visible.length - 1)) / 2);
      for (const { a, b } of pairs) expect([visible.includes(a.path), visible.includes(b.path)]).toEqual([true, true]);
      const asked = index.reader.pairs({ audience, paths: ["nobody.md"], least: 0.1, limit: 100 });
      expect(asked.length).toBe(visible.includes("nobody.md") ? visible.length - 1 : 0);
    });
  });
  test("M10: a letter surfaces for the person who wrote it and for the agent alone", () => {
    using index = indexOf(...written);
    const seen = ([audience]: (typeof cases)[number]) => paths(index, "lamp", { audience }, EAST).includes("ada.jsonl");
    expect(cases.filter(seen).map(([audience]) => audience)).toEqual([{ person: "mailbox/ada" }, "all"]);
  });
  test("a file of several persons is one work for each of them, of what each may see", () => {
    using index = indexOf(
      { path: "talk.md", text: "one", privacy: "private", person: "telegram/ada", vector: EAST },
      { path: "talk.md", text: "two", privacy: "private", person: "telegram/bob", vector: NORTH },
    );
    const works = (audience: Audience) =>
      index.reader.works({ audience }).map(({ vector, passages }) => [vector, passages]);
    expect(works({ person: "telegram/ada" })).toEqual([[EAST, 1]]);
    expect(works("all")).toEqual([[expect.anything(), 2]]);
    expect(works({ person: "telegram/bob" })).toEqual([[NORTH, 1]]);
    expect(works("own")).toEqual([]);
  });
});

describe("filters", () => {
  test.each(["text", "semantic", "hybrid"] as const)(
    "M7: what is wanted is found behind any number of nearer ones that are not: %s",
    mode => {
      const nearer = Array.from({ length: 500 }, (_, n) => ({
        path: `near/${n}.md`,
        text: `lamp lamp ${n}`,
        vector: [1, n / 9e4],
      }));
      using index = indexOf(...nearer, {
        path: "far.md",
        text: "a single lamp among quite some other words that make the text longer",
        type: "dream",
        vector: between(0.4),
        date: "2020-01-01",
      });
      for (const filter of [{ types: ["dream"] }, { from: "2019-12-31", to: "2020-01-01" }])
        expect(paths(index, "lamp", { mode, ...filter }, EAST)).toEqual(["far.md"]);
    },
  );
  test("M7: days are compared as days, first and last included; what has no date is in none", () => {
    using index = indexOf(
      ...["2025-01-31", "2025-02-01", "2025-02-28", "2025-03-01", null].map(date => ({
        path: `${date}.md`,
        text: "lamp",
        id: String(date),
        date,
      })),
    );
    const found = (filter: Asked) => paths(index, "lamp", filter).sort();
    expect(found({ from: "2025-02-01", to: "2025-02-28" })).toEqual(["2025-02-01.md", "2025-02-28.md"]);
    expect(found({ from: "2025-02-28" })).toEqual(["2025-02-28.md", "2025-03-01.md"]);
    expect(found({ to: "2025-01-31" })).toEqual(["2025-01-31.md"]);
    expect(found({})).toHaveLength(5);
    expect(found({ from: "2026-01-01", to: "2020-01-01" })).toEqual([]);
  });
  test("a person is a part of a name or of a key, whatever its capitals", () => {
    using index = indexOf(
      { path: "a", text: "lamp", id: "a", person: "mailbox/ada" },
      { path: "b", text: "lamp", id: "b", name: "Ádám" },
      { path: "c", text: "lamp", id: "c" },
    );
    const found = (person: string) => paths(index, "lamp", { person }).sort();
    expect([found("ADA"), found("mail"), found("ádám"), found("á"), found("zoe"), found("")]).toEqual([
      ["a"],
      ["a"],
      ["b"],
      ["b"],
      [],
      ["a", "b"],
    ]);
  });
  test("what was only written down again is found when it is asked for", () => {
    using index = indexOf(
      { path: "old", text: "a lamp", vector: EAST },
      { path: "again", text: "once more the lamp", recalled: true, vector: between(0.5) },
    );
    for (const mode of ["text", "semantic", "hybrid"] as const) {
      expect(paths(index, "lamp", { mode }, EAST)).toEqual(["old"]);
      expect(paths(index, "lamp", { mode, recalled: true }, EAST).sort()).toEqual(["again", "old"]);
    }
  });
});

describe("words", () => {
  const vocabulary = [
    "lamp",
    "Garden",
    "x",
    "don't",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "title",
    "é",
    "日本",
    "🦊",
    "1984",
    "\0",
    "\u0301",
    "\ud800",
  ];
  const signs = [
    " ",
    '"',
    "*",
    "(",
    ")",
    "-",
    "+",
    "^",
    ":",
    "~",
    "{",
    "}",
    "“",
    "”",
    "'",
    "’",
    ",",
    "\n",
    "\\",
    ";",
    "--",
    "/*",
  ];
  const anyText = (chance: Dice) =>
    Array.from({ length: chance.int(12) }, () => chance.pick(chance.now(0.5) ? vocabulary : signs)).join(
      chance.now(0.5) ? " " : "",
    );
  test("any text is a question", () => {
    using index = indexOf(
      { path: "a", text: "A lamp in the garden; don't NOT near 日本 é 1984" },
      { path: "b", text: "title" },
    );
    const chance = dice(1);
    let found = 0;
    for (let n = 0; n < 2000; n++) found += paths(index, anyText(chance), { mode: "text" }).length;
    expect(found).toBeGreaterThan(500);
  });
  test.each(["", "   ", "!!!", "🦊", "\u0301", '""', "“”"])(
    "a question without a word finds nothing by words: %j",
    text => {
      using index = indexOf({ path: "a", text: "lamp", vector: EAST });
      expect(paths(index, text, { mode: "text" })).toEqual([]);
      expect(paths(index, text, {}, EAST)).toEqual(["a"]);
    },
  );
  test("one of them is enough; more of them, and rarer ones, are better", () => {
    using index = indexOf(
      ...Array.from({ length: 20 }, (_, n) => ({ path: `common-${n}`, text: `a garden with number ${n} in it` })),
      { path: "rare", text: "the lamp stands in it" },
      { path: "both", text: "the lamp in the garden" },
    );
    expect(paths(index, "lamp garden", { limit: 5 }).slice(0, 2)).toEqual(["both", "rare"]);
    expect(paths(index, "lamp nowhere").sort()).toEqual(["both", "rare"]);
  });
  test("endings, capitals and accents make no difference; a title counts more", () => {
    using index = indexOf(
      { path: "a", text: "She was RUNNING to the café" },
      { path: "b", text: "something else", title: "Cafe runs" },
    );
    expect(paths(index, "run")).toEqual(["b", "a"]);
    expect(paths(index, "CAFÉ")).toEqual(["b", "a"]);
  });
  test("usual words are looked for when there are no others", () => {
    using index = indexOf({ path: "a", text: "what is that" }, { path: "b", text: "the lamp" });
    expect(paths(index, "what is the lamp")).toEqual(["b"]);
    expect(paths(index, "what is that")).toEqual(["a"]);
    const terms = (text: string) => telling(termsOf(text)).map(({ shown }) => shown);
    expect([terms("Where was the lamp?"), terms("who am I"), terms("I don't Lamp LAMP")]).toEqual([
      ["lamp"],
      ["who", "am", "I"],
      ["Lamp"],
    ]);
  });
  test("what stands in quotes is found as a whole", () => {
    using index = indexOf({ path: "apart", text: "a lamp that is blue" }, { path: "whole", text: "a blue lamp" });
    expect(paths(index, '"blue lamp"')).toEqual(["whole"]);
    expect(paths(index, "“Blue lamps”")).toEqual(["whole"]);
    expect(paths(index, "blue lamp").sort()).toEqual(["apart", "whole"]);
    expect(search(index, '"blue lamp" garden').hits[0]!.words).toEqual(["blue lamp"]);
  });
  test("a hit names the words of the question that it holds, as they stand there", () => {
    using index = indexOf(
      { path: "a", text: "Running lamps, and she doesn't" },
      { path: "b", text: "nothing", title: "The Lamp" },
    );
    const words = new Map(
      search(index, "LAMP Ran runs doesn't, elsewhere; the lamp").hits.map(hit => [hit.path, hit.words]),
    );
    expect(words.get("a")).toEqual(["LAMP", "runs"]);
    expect(words.get("b")).toEqual(["LAMP"]);
  });
});

describe("words in a large memory", () => {
  const ROWS = 16_000;
  /** Every other passage is private; a word is in all of them, one in a few of both kinds. */
  function large(): HandmadeIndex {
    const list = Array.from({ length: ROWS }, (_, n) => ({
      path: `${n % 400}.md`,
      text: `common often ${n % 1000 < 2 ? "seldom" : "even"} n${n}`,
      id: `${n}`,
      privacy: n % 2 ? ("private" as const) : ("own" as const),
    }));
    return indexOf(...list, { path: "rare.md", text: "common rarely" });
  }
  test("a rare word is found among common ones, a common one alone finds the newest, and filters hold for both", () => {
    using index = large();
    expect(paths(index, "common often rarely")).toEqual(["rare.md"]);
    expect(paths(index, "common", { limit: 2 })).toEqual(["rare.md", `${(ROWS - 1) % 400}.md`]);
    expect(paths(index, "the common", { limit: 1 })).toEqual(["rare.md"]);
    for (const question of ["common", "seldom", "common seldom"]) {
      const kinds = (audience: Audience) =>
        new Set(search(index, question, { audience, limit: 50 }).hits.map(({ privacy }) => privacy));
      expect(kinds("all").has("private")).toBe(true);
      expect(kinds("own").has("own")).toBe(true);
      expect(kinds("own").has("private")).toBe(false);
    }
  });
  test("among few passages a common word is looked for as any other", () => {
    using index = large();
    index.add({ path: "best.md", text: "common, common and once more common", type: "dream" });
    index.add({ path: "newest.md", text: "something that is common among so many other words", type: "dream" });
    expect(paths(index, "common", { types: ["dream"] })).toEqual(["best.md", "newest.md"]);
    expect(paths(index, "common", { limit: 1 })).toEqual(["newest.md"]);
  });
});

describe("order", () => {
  test("what is good in both ways comes before what is good in one", () => {
    using index = indexOf(
      { path: "meaning", text: "quite another thing", vector: EAST },
      { path: "both", text: "a lamp in the garden", vector: between(0.4) },
      { path: "words", text: "a garden with its lamp", vector: NORTH },
      ...Array.from({ length: 8 }, (_, n) => ({ path: `other-${n}`, text: `number ${n}`, vector: unit([0, n, 9]) })),
    );
    expect(paths(index, "garden lamp", { limit: 3 }, EAST)).toEqual(["both", "words", "meaning"]);
    expect(paths(index, "garden lamp", { mode: "semantic", limit: 2 }, EAST)).toEqual(["meaning", "both"]);
    expect(paths(index, "garden lamp", { mode: "text" }, EAST).sort()).toEqual(["both", "words"]);
  });
  test("a single word of several is no evidence against the meaning", () => {
    using index = indexOf(
      { path: "meaning", text: "an evening by the fire", vector: EAST },
      { path: "word", text: "the second garden", vector: between(0.6) },
      ...Array.from({ length: 8 }, (_, n) => ({ path: `other-${n}`, text: `number ${n}`, vector: NORTH })),
    );
    expect(paths(index, "warm garden hours beside burning logs", {}, EAST)[0]).toBe("meaning");
  });
  test("of equal ones the newer comes first, and a clock that moved back or a day in the future changes nothing else", () => {
    const dated = (date: string | null) => ({
      path: String(date),
      text: `lamp ${date}`,
      date,
      title: "",
      vector: EAST,
    });
    using index = new HandmadeIndex();
    const [past, future, none] = [dated("2024-05-05"), dated("2031-01-01"), dated(null)];
    index.add(none, past, future);
    for (const now of [NOW, "1999-01-01", "2040-01-01T00:00:00Z"]) {
      const { hits } = search(index, "lamp", { mode: "text", now });
      for (const { score } of hits) expect(score).toBeWithin(0, 1.000001);
    }
    expect([daysSince("2031-01-01", NOW), daysSince("2026-05-04", NOW), daysSince("2026-05-05", NOW)]).toEqual([
      0, 1, 0,
    ]);
    using equal = indexOf(
      { ...past, text: "lamp lit" },
      { ...future, text: "lamp out", vector: NORTH },
      { ...none, text: "no word", vector: between(0.5) },
    );
    expect(paths(equal, "lamp", { mode: "text" })).toEqual(["2031-01-01", "2024-05-05"]);
    expect(paths(equal, "lamp", { mode: "text", now: "2024-05-05" })[0]).toBe("2031-01-01");
  });
  test("scores fall from 1 at the most, and a hit says why it is there", () => {
    using index = indexOf(
      { path: "a", text: "lamp in the garden", date: "2026-05-03", vector: EAST },
      { path: "b", text: "one two three four five six", date: "2024-05-03", vector: between(0.6) },
      { path: "c", text: "lamp", vector: unit([0, 0, 1]) },
    );
    const { hits } = search(index, "lamp garden", {}, EAST);
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(hits[0]!.score).toBeWithin(0.9, 1.000001);
    expect(hits.map(({ reason }) => reason)).toEqual([
      "close in meaning (1.00); has “lamp” and “garden”; two days old",
      "somewhat close in meaning (0.55); two years old",
      "not close in meaning (0.00); has “lamp”",
    ]);
  });
  test("how long ago is said as people say it", () => {
    expect([0, 1, 5, 20, 90, 365, 800].map(ago)).toEqual([
      "of today",
      "a day old",
      "five days old",
      "three weeks old",
      "three months old",
      "twelve months old",
      "two years old",
    ]);
  });
});

describe("variety", () => {
  test("of one file only some are shown, and others behind them are found", () => {
    const verbose = Array.from({ length: 700 }, (_, n) => ({
      path: "verbose.md",
      text: `lamp lamp ${n}`,
      vector: unit([1, 0, 0, (n % 97) / 20, (n % 89) / 20]),
    }));
    using index = indexOf(...verbose, {
      path: "other.md",
      text: "some lamp that stands behind all of those",
      vector: between(0.5),
    });
    for (const mode of ["text", "semantic", "hybrid"] as const) {
      const found = paths(index, "lamp", { mode }, EAST);
      expect(found.toSorted()).toEqual(["other.md", "verbose.md", "verbose.md"]);
    }
    expect(paths(index, "lamp", { perFile: 5 }, EAST).filter(path => path === "verbose.md")).toHaveLength(5);
  });
  test("the same text is shown once, and so is what is almost the same", () => {
    using index = indexOf(
      { path: "a", text: "lamp", vector: EAST },
      { path: "b", text: "lamp", vector: EAST },
      { path: "c", text: "lamp!", vector: between(0.1) },
      { path: "d", text: "lamp?", vector: between(0.5) },
    );
    expect(paths(index, "lamp", {}, EAST)).toHaveLength(2);
    expect(paths(index, "lamp", { mode: "text" })).toHaveLength(2);
  });
  test("no more than the limit, ten when none is told", () => {
    const chance = dice(3);
    using index = indexOf(
      ...Array.from({ length: 60 }, (_, n) => ({ path: `${n}`, text: `lamp ${n}`, vector: anyVector(chance) })),
    );
    for (const mode of ["text", "semantic", "hybrid"] as const)
      expect(
        [1, undefined, 50].map(limit => paths(index, "lamp", { mode, ...(limit && { limit }) }, EAST).length),
      ).toEqual([1, 10, 50]);
  });
});

describe("what is not there yet", () => {
  test("without a vector of the question it is searched by words, and said", () => {
    using index = indexOf({ path: "a", text: "lamp", vector: EAST });
    for (const mode of ["hybrid", "semantic"] as const)
      expect(search(index, "lamp", { mode })).toMatchObject({
        mode: "text",
        hits: [{ path: "a" }],
        note: expect.stringContaining("words alone"),
      });
    expect(search(index, "lamp", { mode: "text" }).note).toBeUndefined();
    expect(search(index, "lamp", { mode: "text" }, EAST).hits[0]!.similarity).toBeNull();
  });
  test("without an embedder a vector of the question is of no use", () => {
    using index = new HandmadeIndex(null);
    index.add(
      { path: "a", text: "lamp with words enough for a pair of its own, and some more" },
      { path: "b", text: "lamp" },
    );
    expect(search(index, "lamp", {}, EAST)).toMatchObject({ mode: "text", hits: [{}, {}] });
    expect(index.reader.pairs({ audience: "all", least: 0, limit: 9 })).toEqual([]);
    expect(index.reader.works({ audience: "all" }).map(({ vector }) => vector)).toEqual([null, null]);
  });
  test("how many have no vector yet is said, of those that could have been found; they are found by their words", () => {
    const waiting = Array.from({ length: 1200 }, (_, n) => ({ path: `${n}`, text: `waiting ${n}` }));
    using index = indexOf(
      ...waiting,
      { path: "own", text: "a secret lamp", privacy: "own" },
      { path: "a", text: "lamp", vector: EAST },
    );
    const answer = search(index, "secret lamp", {}, EAST);
    expect(answer.note).toBe("1,201 of 1,202 passages have no vector yet");
    expect(answer.hits.map(({ path, similarity }) => [path, similarity])).toEqual([
      ["own", null],
      ["a", expect.closeTo(1, 3)],
    ]);
    expect(search(index, "lamp", { audience: "public" }, EAST).note).toBe("1,200 of 1,201 passages have no vector yet");
    expect(search(index, "lamp", { mode: "text" }, EAST).note).toBeUndefined();
  });
});

test("a reader that is told of every change answers as one that has just read the index", () => {
  const chance = dice(11);
  using index = new HandmadeIndex();
  const present: number[] = [];
  const words = ["lamp", "garden", "river", "bread", "clock"];
  const written = (n: number): Written => ({
    path: `${chance.int(12)}.md`,
    text: `${chance.pick(words)} ${chance.pick(words)} ${n}`,
    privacy: chance.pick(["public", "own", "private"] as const),
    person: chance.pick(["mailbox/ada", "mailbox/bob", null]),
    date: chance.pick(["2025-01-01", "2026-05-01", null]),
    type: chance.pick(["thought", "dream"]),
    recalled: chance.now(0.2),
    ...(chance.now(0.7) && { vector: anyVector(chance) }),
  });
  for (let round = 0; round < 300; round++) {
    if (chance.now(0.6) || present.length === 0) present.push(...index.add(written(round)));
    else if (chance.now(0.5)) index.embed(chance.pick(present), anyVector(chance));
    else index.remove(...present.splice(chance.int(present.length), 1 + chance.int(3)));
    if (round % 10 > 0) continue;
    const [fresh, query] = [index.fresh(), anyVector(chance)];
    for (const audience of ["public", "own", "all", { person: "mailbox/ada" }] as const) {
      const question = { text: chance.pick(words), audience, now: NOW, ...(chance.now(0.5) && { types: ["dream"] }) };
      expect(index.reader.search(question, query)).toEqual(fresh.search(question, query));
      expect(index.reader.works({ audience })).toEqual(fresh.works({ audience }));
      expect(index.reader.pairs({ audience, least: 0.3, limit: 20 })).toEqual(
        fresh.pairs({ audience, least: 0.3, limit: 20 }),
      );
    }
  }
});
