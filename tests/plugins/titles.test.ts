import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Ailments } from "hearth";
import {
  configured,
  expectClean,
  HeldClock,
  type TestKernel,
  type TestOptions,
  temporaryHome,
  testKernel,
} from "hearth/testing";
import titles from "../../plugins/titles/plugin";
import { Registry } from "../../plugins/titles/registry";
import { takeOver } from "../../plugins/titles/take-over";

const folder = join(import.meta.dir, "../../plugins/titles");
const OLD = "data/memory-registry.json";

const given = (more: object = {}) => ({
  hash: "abc123",
  title: "The Weight of Almost",
  model: "claude",
  original_path: "/home/thoughts/a.md",
  ...more,
});
const kernel = (settings: Record<string, unknown> = {}, options: TestOptions = {}): Promise<TestKernel> =>
  testKernel([configured(titles, settings)], { folders: { titles: folder }, ...options });
const post = (app: TestKernel, body: unknown) => app.call("POST", "/titles", { body });

describe("titles", () => {
  test("a title is given, and found by its hash", async () => {
    await using app = await kernel();
    const answer = await post(app, given());
    const title = { ...given(), created: "2026-11-21T12:00:00.000Z" };
    expect([answer.status, answer.body]).toEqual([201, title]);
    const found = await app.get("/titles/abc123");
    expect([found.status, found.body]).toEqual([200, title]);
  });

  test("who was first stays: the second gets 409 and the first title, and nothing is changed", async () => {
    const clock = new HeldClock("2026-11-21T12:00:00Z");
    await using app = await kernel({}, { clock });
    const first = (await post(app, given())).body;
    clock.set("2026-11-22T12:00:00Z");
    const second = await post(app, given({ title: "Another", model: "other" }));
    expect([second.status, second.body]).toEqual([409, first]);
    expect((await app.get("/titles/abc123")).body).toEqual(first);
  });

  test("many at once give it one title", async () => {
    await using app = await kernel();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post(app, given({ title: `Title ${n}` }))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.title)).size).toBe(1);
  });

  test("both routes need the service key", async () => {
    await using app = await kernel();
    expect((await app.get("/titles/abc123", { key: null })).status).toBe(401);
    expect((await app.call("POST", "/titles", { body: given(), key: null })).status).toBe(401);
  });

  test.each(["nope", "x".repeat(5000), "..%2F..", "%00", "%", "%ff", "__proto__", "'; drop table title"])(
    "a hash that nobody knows is 404: %s",
    async hash => {
      await using app = await kernel();
      await post(app, given());
      const { status, body } = await app.get(`/titles/${encodeURI(hash).replaceAll("%25", "%")}`);
      expect([status, body]).toEqual([404, { detail: "Title not found" }]);
    },
  );

  test("W-36: asking for a title writes nothing in the home", async () => {
    await using app = await kernel();
    await app.get("/titles/abc123");
    await post(app, given());
    await app.get("/titles/abc123");
    expect(readdirSync(app.home.path)).toEqual([".keep"]);
  });

  test("answers 304 to who has it", async () => {
    await using app = await kernel();
    await post(app, given());
    const { headers } = await app.get("/titles/abc123");
    const again = await app.get("/titles/abc123", { headers: { "if-none-match": headers.get("etag")! } });
    expect([again.status, again.body]).toEqual([304, ""]);
  });

  test("titles in any script, and empty ones, come back as they were", async () => {
    await using app = await kernel();
    const texts = ["静けさ 🕯️", 'quotes " and \\', "two\nlines", ""];
    for (const [n, title] of texts.entries()) {
      expect((await post(app, given({ hash: `h${n}`, title, model: "", original_path: "" }))).status).toBe(201);
      expect((await app.get(`/titles/h${n}`)).body.title).toBe(title);
    }
  });

  test("a hash of base64 is found too", async () => {
    await using app = await kernel();
    const hash = "sha256:aGVsbG8/d29ybGQ+Zm9v==";
    expect((await post(app, given({ hash: hash.replace("?", "/") }))).status).toBe(201);
    expect((await post(app, given({ hash: "a/b+c==" }))).status).toBe(201);
    expect((await app.get(`/titles/${encodeURIComponent("a/b+c==")}`)).body.hash).toBe("a/b+c==");
  });
});

describe("W-38: what may be written is bounded:", () => {
  test.each([
    [{ hash: "" }, "string_too_short", "hash"],
    [{ hash: "x".repeat(129) }, "string_too_long", "hash"],
    [{ hash: "a b" }, "string_pattern_mismatch", "hash"],
    [{ hash: "a\u0000" }, "string_pattern_mismatch", "hash"],
    [{ title: "x".repeat(501) }, "string_too_long", "title"],
    [{ model: "x".repeat(201) }, "string_too_long", "model"],
    [{ original_path: "x".repeat(1025) }, "string_too_long", "original_path"],
    [{ title: undefined }, "missing", "title"],
    [{ title: 7 }, "string_type", "title"],
  ])("%j is a 422: %s", async (more, type, field) => {
    await using app = await kernel();
    const { status, body } = await post(app, given(more));
    expect(status).toBe(422);
    expect(body.detail).toContainEqual(expect.objectContaining({ type, loc: ["body", field] }));
  });

  test.each(["[]", "null", "7", '"text"', "{", "[".repeat(50_000)])("a body of %.10s is a 422", async body => {
    await using app = await kernel();
    expect((await post(app, body)).status).toBe(422);
  });

  test.each(["application/x-www-form-urlencoded", "text/plain", "application/jsonx"])(
    "a body that says it is %s is a 422",
    async type => {
      await using app = await kernel();
      const forms = new URLSearchParams(given()).toString();
      for (const body of [JSON.stringify(given()), forms]) {
        const { status } = await app.call("POST", "/titles", { body, headers: { "content-type": type } });
        expect(status).toBe(422);
      }
    },
  );

  test("the longest that may be is taken", async () => {
    await using app = await kernel();
    const longest = given({
      hash: "x".repeat(128),
      title: "x".repeat(500),
      model: "x".repeat(200),
      original_path: "x".repeat(1024),
    });
    expect((await post(app, longest)).status).toBe(201);
  });

  test("a full registry says so, finds what it has, and still says who was first", async () => {
    await using app = await kernel({ maxTitles: 2 });
    await post(app, given({ hash: "one" }));
    await post(app, given({ hash: "two" }));
    const third = await post(app, given({ hash: "three" }));
    expect([third.status, third.body.detail]).toEqual([403, expect.stringContaining("plugins.titles.maxTitles")]);
    expect((await post(app, given({ hash: "one" }))).status).toBe(409);
    expect((await app.get("/titles/two")).status).toBe(200);
    expect((await app.get("/titles/three")).status).toBe(404);
  });
});

describe("the registry of an earlier system", () => {
  const entry = (more: object = {}) => ({
    title: "Old",
    model: "claude-2",
    created: "2026-11-21T07:08:53.447506+00:00",
    originalPath: "/old/a.md",
    ...more,
  });
  const registry = (memories: object) => JSON.stringify({ registryVersion: 1, memories }, null, 2);
  const ailments = (app: TestKernel) => app.items(Ailments).flatMap(source => [...source.list()]);

  test("is taken over at the start, and stays as it is", async () => {
    const text = registry({ h1: entry(), h2: entry({ created: "2026-01-01T00:00:00+02:00" }) });
    using place = await temporaryHome({ [OLD]: text });
    await using app = await kernel({}, { home: place.home });
    expect((await app.get("/titles/h1")).body).toEqual({
      hash: "h1",
      title: "Old",
      model: "claude-2",
      created: "2026-11-21T07:08:53.447506Z",
      original_path: "/old/a.md",
    });
    expect((await app.get("/titles/h2")).body.created).toBe("2025-12-31T22:00:00.000Z");
    expect((await post(app, given({ hash: "h1" }))).status).toBe(409);
    expect((await place.home.read(OLD))!.text).toBe(text);
    expect(readdirSync(join(place.home.path, "data"))).toEqual(["memory-registry.json"]);
  });

  test("in disorder is told, and never harmed", async () => {
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      '{"memories":[]}',
      '{"__proto__":{"memories":{}}}',
      "[".repeat(90_000),
    ]) {
      using place = await temporaryHome({ [OLD]: text });
      await using app = await kernel({}, { home: place.home });
      expect(app.log.filter(({ level }) => level === "warn")).toHaveLength(1);
      expect(ailments(app)).toEqual([expect.objectContaining({ path: OLD, since: "2026-11-21T12:00:00.000Z" })]);
      expect(readFileSync(join(place.home.path, OLD), "utf8")).toBe(text);
      expect((await post(app, given())).status).toBe(201);
    }
  });

  test("gives what it can: entries that are no titles are counted and left out", async () => {
    const wrong = {
      a: null,
      b: "text",
      c: entry({ title: 5 }),
      d: entry({ created: "some day" }),
      e: entry({ created: "2026-02-31T99:00:00Z" }),
      "": entry(),
    };
    const text = registry({ ...wrong, good: entry() }).replace('"a"', '"__proto__"');
    using place = await temporaryHome({ [OLD]: text });
    await using app = await kernel({}, { home: place.home });
    expect((await app.get("/titles/good")).status).toBe(200);
    expect(app.log.find(({ message }) => message === "titles were taken over")).toMatchObject({ new: 1, skipped: 6 });
    expect(ailments(app)).toEqual([]);
  });

  test("that is a folder, or a link out of the home, is not read", async () => {
    using elsewhere = await temporaryHome({ "secret.json": registry({ h1: entry() }) });
    const kinds = [
      (path: string) => mkdirSync(path),
      (path: string) => symlinkSync(join(elsewhere.home.path, "secret.json"), path),
    ];
    for (const kind of kinds) {
      using place = await temporaryHome({ "data/other.json": "{}" });
      kind(join(place.home.path, OLD));
      await using app = await kernel({}, { home: place.home });
      expect((await app.get("/titles/h1")).status).toBe(404);
      expect(ailments(app)).toHaveLength(1);
    }
  });

  test("is taken over once as it is, and again when it has grown; known titles stay", async () => {
    using place = await temporaryHome({ [OLD]: registry({ h1: entry() }) });
    const db = new Database(":memory:", { strict: true });
    db.run(readFileSync(join(folder, "migrations/0001_titles.sql"), "utf8"));
    const clock = new HeldClock("2026-11-21T12:00:00Z");
    const held = new Registry(db, clock, 10);
    const said: string[] = [];
    const note = (message: string) => void said.push(message);
    const log = { debug: note, info: note, warn: note, error: note };
    const start = () => takeOver({ home: place.home, registry: held, clock, log });
    expect(await start()).toBeUndefined();
    expect(await start()).toBeUndefined();
    expect(said).toEqual(["titles were taken over"]);
    await place.home.write(OLD, registry({ h1: entry({ title: "Changed" }), h2: entry() }));
    await start();
    expect([held.find("h1")?.title, held.find("h2")?.title, held.count()]).toEqual(["Old", "Old", 2]);
  });

  test("is left alone by a command", async () => {
    using place = await temporaryHome({ [OLD]: registry({ h1: entry() }) });
    await using app = await kernel({}, { home: place.home, mode: "command" });
    expect((await app.get("/titles/h1")).status).toBe(404);
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(titles, { maxTitle: 1 })).toThrow('has no setting "maxTitle". Did you mean "maxTitles"?');
});

test("turned off, it leaves nothing behind", () => expectClean(titles, [], { folders: { titles: folder } }));
