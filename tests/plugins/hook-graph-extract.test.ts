import { describe, expect, test } from "bun:test";
import { extract } from "../../plugins/hook-graph/extract";
import { namesIn } from "../../plugins/hook-graph/named";
import { linksOf, subjectsIn } from "../../plugins/hook-graph/subjects";
import { courseOf } from "../../plugins/hook-graph/weights";

const namesOf = (text: string) => namesIn(text).map(({ name }) => name);

describe("names", () => {
  test("are words with capitals in the middle of a sentence, together with what belongs to them", () => {
    expect(namesOf("Today I read Virginia Woolf near the Bay of Biscay, with Ada's book.")).toEqual([
      "Virginia Woolf",
      "Bay of Biscay",
      "Ada",
    ]);
  });

  test("at the beginning of a sentence every word has a capital: it counts when it stands elsewhere too", () => {
    expect(namesOf("Gardens are quiet. Silence fell.")).toEqual([]);
    expect(namesOf("Ada came. I like Ada.")).toEqual(["Ada"]);
    expect(namesIn("Ada came. I like Ada.")[0]).toMatchObject({ times: 2 });
    expect(namesOf("Yesterday Ada came. Walking Helsinki streets. Virginia Woolf wrote.")).toEqual([
      "Ada",
      "Helsinki",
      "Virginia Woolf",
    ]);
    expect(namesOf("and on the Night Train to New York, of which The Moth Journal wrote")).toEqual([
      "Night Train",
      "New York",
      "The Moth Journal",
    ]);
  });

  test("days, months, the first person and headings are none", () => {
    expect(namesOf("# The Long Walk\nand so on Monday in January I went, and I'm glad I did.")).toEqual([]);
  });

  test("persons and places are told by the words around them", () => {
    const of = (text: string) =>
      extract("a.md", text, {}, new Set()).named.find(({ key }) => key === "ada" || key === "lisbon");
    expect(of("and then Ada wrote to me")).toMatchObject({ person: 1, place: 0 });
    expect(of("it rained in Lisbon")).toMatchObject({ person: 0, place: 1 });
    expect(extract("a.md", "and with Ada there", {}, new Set(["ada"])).named[0]!.person).toBeGreaterThan(5);
  });

  test("hostile text costs no time that grows with its square", () => {
    for (const bad of ["A ", "Aa ", "[[", "](", "# ", "#a", "Of the ", "a. B"])
      extract("a.md", bad.repeat(50_000), {}, new Set());
    expect(
      extract(
        "a.md",
        Array.from(
          { length: 5000 },
          (_, at) => `so Name${"x".repeat(at % 30)}q${String.fromCharCode(97 + (at % 26))}`,
        ).join(" "),
        {},
        new Set(),
      ).named.length,
    ).toBeLessThanOrEqual(200);
  });
});

describe("subjects", () => {
  const keys = (text: string, data = {}) => subjectsIn(text, data).map(({ key }) => key);

  test("are headings, tags, links and front matter", () => {
    expect(
      keys("# Sea glass\n\nSee [[Night Train]] #slow-travel", {
        tags: ["moss", 3],
        topic: "tides, bread",
        people: ["Ada"],
      }),
    ).toEqual(["sea glass", "slow travel", "night train", "moss", "tide", "bread", "ada"]);
  });

  test("headings that only say when are none, nor numbers, nor whole sentences", () => {
    expect(keys("# Morning\n# 2026-01-15\n## The very long heading of a day like this one\n### Day 12\n")).toEqual([]);
  });

  test("what comes back again and again is one", () => {
    expect(keys("sea glass here, sea glass there, and a lantern.")).toEqual(["sea glass"]);
    expect(keys("lantern, lantern; lantern. lantern")).toEqual(["lantern"]);
  });

  test("links lead to files of the home", () => {
    const text =
      "[a](../essays/b.md) [c](c.md#x) [[d]] [[essays/e|E]] [x](https://x.y/z.md) [up](../../etc/x.md) [[a]]";
    expect(linksOf("thoughts/a.md", text)).toEqual(["essays/b.md", "thoughts/c.md", "thoughts/d.md", "essays/e.md"]);
  });
});

test("golden: a mention counts one and the log of its times, and loses half in a half-life", () => {
  expect(
    courseOf(
      [
        { day: "2026-01-01", times: 1 },
        { day: "2026-01-22", times: 1 },
      ],
      21,
    ),
  ).toEqual({
    days: 2,
    first: "2026-01-01",
    last: "2026-01-22",
    weight: 1.5,
    peak: 1.5,
    peakDay: "2026-01-22",
  });
  expect(courseOf([{ day: null, times: 9 }], 21)).toMatchObject({ days: 0, weight: 0, last: null });
});
