import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ailments, type HomeFolder } from "hearth";
import { expectClean, HeldClock, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import { Content, type PageType, pageTypes } from "hearth-plugins/content";
import { Searchables } from "hearth-plugins/search";
import plugin from "../../plugins/content/plugin";
import { listShape, pageShape } from "../../plugins/content/shapes";

let house: { readonly home: HomeFolder } & Disposable;
beforeEach(async () => {
  house = await temporaryHome();
  for (const type of pageTypes) await mkdir(join(house.home.path, type));
});
afterEach(() => house[Symbol.dispose]());

const file = (type: PageType, slug: string) => join(house.home.path, type, `${slug}.md`);
const put = (type: PageType, slug: string, front: string, text = "The text.\n") =>
  writeFile(file(type, slug), `---\n${front}\n---\n\n${text}`);
const start = () => testKernel([plugin], { home: house.home });
const get = async (app: TestKernel, path: string) => {
  const { status, body } = await app.get(`/content/${path}`);
  return { status, body };
};

/** Of each type: what is written, and what is shown of it, in the order of the contract. */
const kinds: [PageType, string, Record<string, unknown>, string, string][] = [
  ["thoughts", "mood: quiet", { mood: "quiet" }, "Thought not found", "thought"],
  ["dreams", "type: poetry\nimmersive: true", { type: "poetry", immersive: true }, "Dream not found", "dream"],
  ["scores", "mood: quiet", {}, "Score not found", "score"],
  ["letters", "topic: x", {}, "Letter not found", "letter"],
  ["essays", "topic: light", { topic: "light" }, "Essay not found", "essay"],
  ["bookshelf", "purpose: rest", { purpose: "rest" }, "Bookshelf entry not found", "bookshelf"],
];

describe.each(kinds)("%s", (type, front, more, missing, noun) => {
  const meta = { date: "2026-01-02", title: "One", ...more };
  beforeEach(() => put(type, "one", `title: One\nextra: 1\n${front}\ndate: "2026-01-02"`));

  test("a list is a bare array of the contract's fields, in its order", async () => {
    await using app = await start();
    const answer = await app.fetch(`/content/${type}`, { headers: { "x-api-key": "test-service-key" } });
    const text = await answer.text();
    expect(text).toBe(JSON.stringify([{ slug: "one", ...meta }]));
    expect(answer.headers.get("content-type")).toStartWith("application/json");
    expect(listShape(type).parse(JSON.parse(text))).toEqual(JSON.parse(text));
  });

  test("a page is slug, meta and content", async () => {
    await using app = await start();
    const { status, body } = await get(app, `${type}/one`);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe(JSON.stringify({ slug: "one", meta, content: "The text.\n" }));
    expect(pageShape(type).parse(body)).toEqual(body);
  });

  test("what is not there is 404 in its own words, and what can be no slug 400", async () => {
    await using app = await start();
    expect(await get(app, `${type}/nope`)).toEqual({ status: 404, body: { detail: missing } });
    expect(await get(app, `${type}/${"a".repeat(400)}`)).toEqual({ status: 404, body: { detail: missing } });
    expect(await get(app, `${type}/a..b`)).toEqual({ status: 400, body: { detail: "Invalid slug" } });
  });

  test("both have a strong ETag that changes with the page, and are 304 to who has them", async () => {
    await using app = await start();
    for (const path of [`/content/${type}`, `/content/${type}/one`]) {
      await put(type, "one", `title: One\n${front}\ndate: 2026-01-02`);
      const first = await app.get(path);
      const etag = first.headers.get("etag")!;
      expect(etag).toMatch(/^"[0-9a-z]+"$/);
      const again = await app.get(path, { headers: { "if-none-match": etag } });
      expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", etag]);
      const head = await app.call("HEAD", path);
      const length = Buffer.byteLength(JSON.stringify(first.body));
      expect([head.status, head.body, head.headers.get("etag")]).toEqual([200, "", etag]);
      expect(head.headers.get("content-length")).toBe(String(length));
      await put(type, "one", `title: Other\n${front}\ndate: 2026-01-02`);
      const changed = await app.get(path, { headers: { "if-none-match": etag } });
      expect([changed.status, JSON.stringify(changed.body).includes("Other")]).toEqual([200, true]);
    }
  });

  test("needs the service key", async () => {
    await using app = await start();
    for (const path of [`/content/${type}`, `/content/${type}/one`])
      expect((await app.get(path, { key: null })).status).toBe(401);
  });

  test("is told to other plugins, with its text when they ask for it", async () => {
    await using app = await start();
    const content = app.service(Content);
    const [entry] = await content.list(type);
    expect(entry).toEqual({ type, slug: "one", meta, hash: expect.any(String) } as any);
    expect(await content.page(type, "one")).toEqual({ ...entry!, content: "The text.\n" });
    for (const slug of ["two", "..", "../one", "a/b", "\0"]) expect(await content.page(type, slug)).toBeUndefined();
  });

  test("can be searched", async () => {
    await using app = await start();
    const found = app.items(Searchables).find(({ id }) => id === noun)!;
    const [entry] = await app.service(Content).list(type);
    expect(await found.versions()).toEqual(new Map([["one", entry!.hash]]));
    const extra =
      type === "thoughts" ? { more: { mood: "quiet" } } : type === "dreams" ? { more: { dream_type: "poetry" } } : {};
    expect(await found.read("one")).toEqual({
      slug: "one",
      title: "One",
      body: "The text.\n",
      date: "2026-01-02",
      ...extra,
    });
    expect(await found.read("two")).toBeUndefined();
  });
});

test("a list is newest first by date as text, then by time of change, of every type", async () => {
  for (const [type, front] of kinds) {
    for (const [slug, date, changed] of [
      ["b", "2026-01-02", 2000],
      ["c", "2026-01-02", 1000],
      ["a", "2026-01-03", 500],
      ["d", "someday", 1],
    ] as const) {
      await put(type, slug, `title: x\ndate: ${date}\n${front}`);
      await utimes(file(type, slug), changed, changed);
    }
  }
  await using app = await start();
  for (const type of pageTypes) {
    const { body } = await get(app, type);
    expect([type, ...body.map(({ slug }: { slug: string }) => slug)]).toEqual([type, "d", "a", "b", "c"]);
  }
});

test("a page that is touched and not changed goes to its new place", async () => {
  await put("letters", "a", "title: a\ndate: 2026-01-02");
  await put("letters", "b", "title: b\ndate: 2026-01-02");
  await utimes(file("letters", "a"), 1000, 1000);
  await utimes(file("letters", "b"), 2000, 2000);
  await using app = await start();
  const slugs = async () => (await get(app, "letters")).body.map(({ slug }: { slug: string }) => slug);
  expect(await slugs()).toEqual(["b", "a"]);
  await utimes(file("letters", "a"), 3000, 3000);
  expect(await slugs()).toEqual(["a", "b"]);
});

describe("W-43: what people write without quotes is shown", () => {
  const rows: [PageType, string, Record<string, unknown>][] = [
    ["thoughts", "date: 2026-01-03", { date: "2026-01-03" }],
    ["thoughts", 'date: "2026-01-03"', { date: "2026-01-03" }],
    ["thoughts", "date: 2026-01-03 10:00:00", { date: "2026-01-03 10:00:00" }],
    ["thoughts", "date: 12:30", { date: "12:30" }],
    ["thoughts", "date: 20260103", { date: "20260103" }],
    ["letters", "title: 1984", { title: "1984" }],
    ["letters", "title: 007", { title: "007" }],
    ["letters", "title: 1.10", { title: "1.10" }],
    ["letters", "title: true", { title: "true" }],
    ["letters", "title: no", { title: "no" }],
    ["letters", "title: 0x10", { title: "0x10" }],
    ["letters", "title: |\n  Two\n  lines", { title: "Two\nlines\n" }],
    ["thoughts", "mood: [calm, 7, no]", { mood: "calm, 7, no" }],
    ["thoughts", "mood:\n  - calm\n  - awake", { mood: "calm, awake" }],
    ["thoughts", "mood: []", { mood: null }],
    ["thoughts", "mood:", { mood: null }],
    ["thoughts", "mood: ~", { mood: null }],
    ["thoughts", 'mood: "null"', { mood: "null" }],
    ["thoughts", 'mood: ""', { mood: "" }],
    ["thoughts", "", { mood: null }],
    ["essays", "topic: [light, dark]", { topic: "light, dark" }],
    ["essays", "topic: 42", { topic: "42" }],
    ["essays", "", { topic: null }],
    ["bookshelf", "purpose: [a]", { purpose: "a" }],
    ["bookshelf", "", { purpose: null }],
    ["dreams", "type: poetry", { type: "poetry", immersive: false }],
    ["dreams", "type: Poetry", { type: "poetry" }],
    ["dreams", 'type: " ASCII "', { type: "ascii" }],
    ["dreams", "type: MIXED", { type: "mixed" }],
    ...["yes", "Yes", "true", '"true"', "on", "1", "y", "T"].map(
      word => ["dreams", `type: prose\nimmersive: ${word}`, { immersive: true }] as [PageType, string, object],
    ),
    ...["no", "NO", "false", "off", "0", "n", "", "~"].map(
      word => ["dreams", `type: prose\nimmersive: ${word}`, { immersive: false }] as [PageType, string, object],
    ),
  ] as [PageType, string, Record<string, unknown>][];
  test.each(rows)("of %s: %j", async (type, front, meant) => {
    const rest = ["date: 2026-01-02", "title: t"].filter(line => !front.startsWith(line.split(":")[0]!));
    await put(type, "a", [...rest, front].filter(Boolean).join("\n"));
    await using app = await start();
    const { body } = await get(app, `${type}/a`);
    expect(body.meta).toMatchObject(meant);
    expect((await get(app, type)).body).toEqual([{ slug: "a", ...body.meta }]);
  });
});

describe("W-43: a file that cannot be shown", () => {
  const bomb = `a: &a [x]\nb: &b [${"*a,".repeat(30)}]\nc: &c [${"*b,".repeat(30)}]\nd: [${"*c,".repeat(30)}]`;
  const good = "date: 2026-01-02\ntitle: x";
  const rows: [string, PageType, string | Uint8Array, string][] = [
    ["no front matter", "thoughts", "Just text.\n", "has no front matter"],
    ["nothing at all", "thoughts", "", "has no front matter"],
    ["an empty block", "thoughts", "---\n---\ntext\n", "has no front matter"],
    ["broken YAML", "thoughts", "---\ndate: [\n---\ntext\n", ""],
    ["a key twice", "thoughts", `---\n${good}\ntitle: y\n---\n`, "unique"],
    ["front matter that never closes", "thoughts", "---\ndate: 2026-01-02\n", "never closed"],
    ["front matter that is a list", "thoughts", "---\n- a\n---\n", "not a list of keys"],
    [
      "more front matter than anybody writes",
      "thoughts",
      `---\n${good}\nx: ${"y".repeat(20_000)}\n---\n`,
      "longer than",
    ],
    ["a bomb of aliases", "thoughts", `---\n${good}\n${bomb}\n---\n`, "alias"],
    ["no date", "thoughts", "---\ntitle: x\n---\ntext\n", "date is missing"],
    ["a date that is nothing", "letters", "---\ntitle: x\ndate:\n---\ntext\n", "date is missing"],
    ["no title", "scores", "---\ndate: 2026-01-02\n---\ntext\n", "title is missing"],
    ["an empty title", "essays", '---\ndate: 2026-01-02\ntitle: ""\n---\n', "title is empty"],
    ["a title that is a mapping", "bookshelf", "---\ndate: 2026-01-02\ntitle: {a: b}\n---\n", "title is not text"],
    ["a mood that is a mapping", "thoughts", `---\n${good}\nmood: {a: b}\n---\n`, "mood is not text"],
    ["moods that are lists", "thoughts", `---\n${good}\nmood: [[a], b]\n---\n`, "mood is not text"],
    ["a dream without a type", "dreams", `---\n${good}\n---\n`, "type is missing"],
    [
      "a dream of another type",
      "dreams",
      `---\n${good}\ntype: opera\n---\n`,
      "type is none of poetry, ascii, prose, mixed",
    ],
    [
      "a dream that is immersive in its own way",
      "dreams",
      `---\n${good}\ntype: prose\nimmersive: maybe\n---\n`,
      "immersive is neither yes nor no",
    ],
    ["bytes that are not UTF-8", "letters", new Uint8Array([45, 45, 45, 10, 0xff, 0xfe]), "is not UTF-8"],
    ["more than 4 MiB", "letters", `---\n${good}\n---\n${"x".repeat(4 * 1024 * 1024)}`, "is larger than 4194304 bytes"],
  ];
  const told = (app: TestKernel) => app.log.filter(({ message }) => message === "a file cannot be shown as it is");
  const ailments = (app: TestKernel) => app.items(Ailments).flatMap(source => source.list());

  test.each(rows)("%s: in no list, 404, told once, and an ailment", async (_, type, text, problem) => {
    const missing = kinds.find(([one]) => one === type)![3];
    await writeFile(file(type, "bad"), text);
    await put(type, "good", `${good}\ntype: prose`);
    await using app = await start();
    for (let n = 0; n < 2; n++) {
      expect((await get(app, type)).body).toHaveLength(1);
      expect(await get(app, `${type}/bad`)).toEqual({ status: 404, body: { detail: missing } });
    }
    expect(told(app)).toMatchObject([{ level: "warn", plugin: "content", path: `${type}/bad.md` }]);
    expect(told(app)[0]!["problem"]).toContain(problem);
    const since = "2026-11-21T12:00:00.000Z";
    expect(ailments(app)).toEqual([{ path: `${type}/bad.md`, problem: told(app)[0]!["problem"] as string, since }]);
  });

  test("is shown as soon as it is mended, and no ailment is left", async () => {
    await put("thoughts", "a", "date: 2026-01-02");
    await using app = await start();
    expect((await get(app, "thoughts")).body).toEqual([]);
    expect(ailments(app)).toHaveLength(1);
    await put("thoughts", "a", good);
    expect((await get(app, "thoughts")).body).toHaveLength(1);
    expect(ailments(app)).toEqual([]);
  });

  test("is no ailment any more when it has gone", async () => {
    await put("thoughts", "a", "date: 2026-01-02");
    await using app = await start();
    await get(app, "thoughts");
    await unlink(file("thoughts", "a"));
    await get(app, "thoughts");
    expect(ailments(app)).toEqual([]);
  });

  test("keeps the time when its problem was first seen, and is told again when it has another", async () => {
    const clock = new HeldClock("2026-11-21T12:00:00Z");
    await put("thoughts", "a", "title: x");
    await using app = await testKernel([plugin], { home: house.home, clock });
    await get(app, "thoughts");
    clock.advance(60_000);
    await put("thoughts", "a", "title: y");
    await get(app, "thoughts");
    expect(ailments(app)).toMatchObject([{ problem: "date is missing", since: "2026-11-21T12:00:00.000Z" }]);
    await put("thoughts", "a", "date: 2026-01-02");
    await get(app, "thoughts");
    expect(ailments(app)).toMatchObject([{ problem: "title is missing", since: "2026-11-21T12:01:00.000Z" }]);
    expect(told(app)).toHaveLength(2);
  });
});

test("turned off, all its routes, searchables and ailments are gone", async () => {
  await using app = await start();
  await app.kernel.disable("content");
  for (const type of pageTypes) expect((await app.get(`/content/${type}`)).status).toBe(404);
  expect([app.items(Searchables), app.items(Ailments)]).toEqual([[], []]);
  await expectClean(plugin);
});
