import { describe, expect, test } from "bun:test";
import { between, EAST, indexOf, NORTH } from "../fixtures/memory-index";

describe("works", () => {
  test("are the direction of their passages together; what was only written down again is not in them", () => {
    using index = indexOf(
      { path: "b.md", text: "one", vector: EAST, date: "2025-01-01", title: "Two", privacy: "own" },
      { path: "b.md", text: "two", vector: NORTH, date: "2025-02-01", title: "Two", privacy: "own" },
      { path: "b.md", text: "three", vector: [-1], recalled: true },
      { path: "a.md", text: "four", type: "dream" },
      { path: "c.md", text: "five", vector: EAST, recalled: true },
    );
    expect(index.reader.works({ audience: "all" })).toEqual([
      { path: "a.md", type: "dream", title: "a.md", date: null, privacy: "public", passages: 1, vector: null },
      {
        path: "b.md",
        type: "thought",
        title: "Two",
        date: "2025-02-01",
        privacy: "own",
        passages: 2,
        vector: between(0.5),
      },
    ]);
    expect(index.reader.works({ audience: "all", vectors: false }).map(({ vector }) => vector)).toEqual([null, null]);
    expect(index.reader.works({ audience: "all", paths: ["b.md", "z.md"] }).map(({ path }) => path)).toEqual(["b.md"]);
    expect(index.reader.works({ audience: "all", types: ["dream"] }).map(({ path }) => path)).toEqual(["a.md"]);
    expect(index.reader.works({ audience: "all", from: "2025-02-01" })).toMatchObject([{ path: "b.md", passages: 1 }]);
  });
  test("follow their files", () => {
    using index = indexOf({ path: "a.md", text: "one", vector: EAST });
    const vector = () => index.reader.works({ audience: "all" })[0]?.vector;
    expect(vector()).toEqual(EAST);
    const [no] = index.add({ path: "a.md", text: "two" });
    expect(vector()).toEqual(EAST);
    index.embed(no!, NORTH);
    expect(vector()).toEqual(between(0.5));
    index.database.run("update passage set title = 'New'");
    index.database.run("update file set hash = 'another'");
    expect(index.reader.works({ audience: "all" })[0]!.title).toBe("New");
    index.remove(no!);
    expect(vector()).toEqual(EAST);
  });
  test("are near each other, nearest first, and never near themselves", () => {
    using index = indexOf(
      { path: "a.md", text: "one", vector: EAST },
      { path: "b.md", text: "two", vector: between(0.2), type: "dream" },
      { path: "c.md", text: "three", vector: between(0.6) },
      { path: "d.md", text: "four" },
    );
    const near = (to: { path: string } | { id: string } | { text: string }, more = {}, vector?: Float32Array) =>
      index.reader.near({ to, audience: "all", limit: 5, ...more }, vector).map(({ path }) => path);
    expect(near({ path: "a.md" })).toEqual(["b.md", "c.md"]);
    expect(near({ id: index.reader.passages({ audience: "all", paths: ["a.md"] })[0]!.id })).toEqual(["b.md", "c.md"]);
    expect(near({ text: "one" }, {}, EAST)).toEqual(["a.md", "b.md", "c.md"]);
    expect(near({ text: "one" })).toEqual([]);
    expect(near({ path: "a.md" }, { types: ["dream"] })).toEqual(["b.md"]);
    expect(near({ path: "a.md" }, { least: 0.9 })).toEqual(["b.md"]);
    expect(near({ path: "a.md" }, { limit: 1 })).toEqual(["b.md"]);
    expect([near({ path: "d.md" }), near({ path: "z.md" }), near({ id: "none" })]).toEqual([[], [], []]);
  });
});

test("passages come in the order of files and lines, with all that is known of them", () => {
  using index = indexOf(
    { path: "b.md", text: "third", line: 1 },
    {
      path: "a.md",
      text: "first",
      line: 1,
      name: "Ada",
      person: "mailbox/ada",
      privacy: "private",
      date: "2025-01-01",
    },
    { path: "a.md", text: "second", line: 9, recalled: true },
  );
  const { reader } = index;
  const found = reader.passages({ audience: "all", paths: ["b.md", "a.md", "none.md"] });
  expect(found.map(({ text, line }) => [text, line])).toEqual([
    ["first", 1],
    ["second", 9],
    ["third", 1],
  ]);
  expect(found[0]).toMatchObject({
    path: "a.md",
    person: "mailbox/ada",
    privacy: "private",
    recalled: false,
    provenance: { who: "agent", name: "Ada", at: "2026-01-01T00:00:00.000Z" },
  });
  expect(reader.passages({ audience: "all", ids: [found[2]!.id, "none"] })).toEqual([found[2]!]);
  expect(reader.passages({ audience: "all" })).toEqual([]);
});
