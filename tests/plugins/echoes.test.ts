import { describe, expect, spyOn, test } from "bun:test";
import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ailments, Settled } from "hearth";
import { configured, expectClean, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import echoes from "../../plugins/echoes/plugin";
import { until } from "../fixtures/until";

const MANIFEST = "data/echoes_manifest.json";
const OLD = "runner/memory/data/echoes_manifest.json";

const echo = (given: object = {}) => ({
  content_type: "dreams",
  slug: "the-ferry",
  title: "The ferry",
  date: "2026-03-01",
  similarity: 0.83,
  ...given,
});
const manifest = (entries: object, more: object = {}) => JSON.stringify({ ...more, echoes: entries });
const warnings = ({ log }: TestKernel) => log.filter(({ level }) => level === "warn");
const ailments = (app: TestKernel) => app.items(Ailments).flatMap(source => [...source.list()]);

/** A kernel whose home has this manifest. */
async function kernel(text?: string, settings: Record<string, unknown> = {}) {
  const app = await testKernel([configured(echoes, settings)]);
  if (text !== undefined) await app.home.write(MANIFEST, text);
  return Object.assign(app, {
    async echoesOf(page: string) {
      const { status, body } = await app.get(`/echoes/${page}`);
      expect(status).toBe(200);
      return body.echoes;
    },
  });
}

describe("GET /echoes/:content_type/:slug", () => {
  test("tells what a page echoes, in the manifest's order, with the contract's fields alone", async () => {
    const entries = {
      "thoughts/a": [echo({ extra: 1 }), echo({ content_type: "essays", slug: "b", similarity: 0.9 })],
    };
    await using app = await kernel(manifest(entries, { generated: "2026-11-20" }));
    expect((await app.get("/echoes/thoughts/a")).body).toEqual({
      echoes: [echo(), echo({ content_type: "essays", slug: "b", similarity: 0.9 })],
    });
  });

  test("needs the service key", async () => {
    await using app = await kernel();
    expect((await app.get("/echoes/thoughts/a", { key: null })).status).toBe(401);
  });

  test.each(["thoughts", "dreams", "scores", "letters", "essays", "bookshelf"])("knows %s", async type => {
    await using app = await kernel(manifest({ [`${type}/My File.v2`]: [echo({ content_type: type })] }));
    expect(await app.echoesOf(`${type}/My%20File.v2`)).toEqual([echo({ content_type: type })]);
  });

  test.each([
    "thoughts/unknown",
    "news/a",
    "__proto__/constructor",
    "constructor/name",
    "thoughts/..%2Fa",
    "thoughts/%00",
    "thoughts/%",
    "%ff/%ff",
  ])("of %s there are none, and that is no error", async page => {
    await using app = await kernel(manifest({ "thoughts/a": [echo()], "news/a": [echo()] }));
    expect(await app.echoesOf(page)).toEqual([]);
  });

  test("W-56: a slug longer than any file name has none", async () => {
    await using app = await kernel(manifest({ "thoughts/a": [echo()] }));
    expect(await app.echoesOf(`thoughts/${"x".repeat(5000)}`)).toEqual([]);
  });

  test("W-56: a similarity that lies outside by a rounding error is set to the nearest that may be", async () => {
    const entries = { "thoughts/a": [echo({ similarity: 1.0001 }), echo({ similarity: -0.2 })] };
    await using app = await kernel(manifest(entries));
    expect((await app.echoesOf("thoughts/a")).map((one: { similarity: number }) => one.similarity)).toEqual([1, 0]);
  });

  test("leaves out entries that are no echoes, and keeps the others", async () => {
    const wrong = [
      null,
      7,
      "text",
      [],
      {},
      echo({ content_type: "news" }),
      echo({ slug: "" }),
      echo({ title: 5 }),
      echo({ date: null }),
      echo({ similarity: "0.5" }),
      echo({ similarity: null }),
    ];
    await using app = await kernel(
      manifest({ "thoughts/a": [...wrong, echo()], "thoughts/b": "text", "thoughts/c": null }),
    );
    expect(await app.echoesOf("thoughts/a")).toEqual([echo()]);
    expect(await app.echoesOf("thoughts/b")).toEqual([]);
    expect(await app.echoesOf("thoughts/c")).toEqual([]);
  });

  test("hostile keys change nothing but themselves", async () => {
    const text = `{"__proto__":{"echoes":{}},"echoes":{"__proto__":{"thoughts/b":[]},"constructor":1,"thoughts/__proto__":[${JSON.stringify(echo())}]}}`;
    await using app = await kernel(text);
    expect(await app.echoesOf("thoughts/__proto__")).toEqual([echo()]);
    expect(await app.echoesOf("thoughts/b")).toEqual([]);
    expect(({} as Record<string, unknown>)["thoughts/b"]).toBeUndefined();
  });

  test("tells maxEchoes of a page at the most", async () => {
    await using app = await kernel(manifest({ "thoughts/a": Array.from({ length: 9 }, () => echo()) }), {
      maxEchoes: 4,
    });
    expect(await app.echoesOf("thoughts/a")).toHaveLength(4);
  });

  test("answers 304 to who has it, and reads nothing again", async () => {
    await using app = await kernel(manifest({ "thoughts/a": [echo()] }));
    const { headers } = await app.get("/echoes/thoughts/a");
    using resolve = spyOn(app.home, "resolve");
    const again = await app.get("/echoes/thoughts/a", { headers: { "if-none-match": headers.get("etag")! } });
    expect([again.status, again.body, resolve.mock.calls.length]).toEqual([304, "", 0]);
  });
});

describe("the manifest", () => {
  test("is read where the original kept it when the house has none of its own", async () => {
    await using app = await kernel();
    expect(await app.echoesOf("thoughts/a")).toEqual([]);
    await app.home.write(OLD, manifest({ "thoughts/a": [echo({ slug: "old" })] }));
    expect(await app.echoesOf("thoughts/a")).toEqual([echo({ slug: "old" })]);
    await app.home.write(MANIFEST, manifest({ "thoughts/a": [echo({ slug: "new" })] }));
    expect(await app.echoesOf("thoughts/a")).toEqual([echo({ slug: "new" })]);
  });

  test("is read again when it is another, and forgotten when it has gone", async () => {
    await using app = await kernel(manifest({ "thoughts/a": [echo()] }));
    const before = await app.get("/echoes/thoughts/a");
    await app.home.write(MANIFEST, manifest({ "thoughts/a": [echo({ title: "Another ferry" })] }));
    const after = await app.get("/echoes/thoughts/a");
    expect(after.body.echoes).toEqual([echo({ title: "Another ferry" })]);
    expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
    rmSync(join(app.home.path, MANIFEST));
    expect(await app.echoesOf("thoughts/a")).toEqual([]);
  });

  test("is read again when it was replaced by one as long and as old", async () => {
    await using app = await kernel(manifest({ "thoughts/a": [echo({ title: "One" })] }));
    expect(await app.echoesOf("thoughts/a")).toEqual([echo({ title: "One" })]);
    const { mtimeMs } = statSync(join(app.home.path, MANIFEST));
    await app.home.write(MANIFEST, manifest({ "thoughts/a": [echo({ title: "Two" })] }));
    utimesSync(join(app.home.path, MANIFEST), mtimeMs / 1000, mtimeMs / 1000);
    expect(await app.echoesOf("thoughts/a")).toEqual([echo({ title: "Two" })]);
  });

  test("is read again when another was written into it that is as long and as old", async () => {
    await using app = await kernel(manifest({ "thoughts/a": [echo({ title: "One" })] }));
    const file = join(app.home.path, MANIFEST);
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(await app.echoesOf("thoughts/a")).toEqual([echo({ title: "One" })]);
    const { ctimeMs } = statSync(file);
    await until(() => {
      writeFileSync(file, manifest({ "thoughts/a": [echo({ title: "Two" })] }));
      utimesSync(file, 1_700_000_000, 1_700_000_000);
      return statSync(file).ctimeMs !== ctimeMs; // the file system's clock has ticked
    });
    expect(await app.echoesOf("thoughts/a")).toEqual([echo({ title: "Two" })]);
  });

  test.each([
    ["is not JSON", '{"echoes":'],
    ["is not JSON", ""],
    ["is not JSON", "[".repeat(100_000)],
    ['has no object "echoes"', "[]"],
    ['has no object "echoes"', "null"],
    ['has no object "echoes"', '{"echoes":[]}'],
    ['has no object "echoes"', '{"__proto__":{"echoes":{}}}'],
    ["plugins.echoes.maxBytes allows 200000", manifest({ "thoughts/a": "x".repeat(200_000) })],
  ])("that %s is told once; what was known before still holds, until it is mended", async (problem, text) => {
    await using app = await kernel(manifest({ "thoughts/a": [echo()] }), { maxBytes: 200_000 });
    await app.echoesOf("thoughts/a");
    await app.home.write(MANIFEST, text);
    expect(await app.echoesOf("thoughts/a")).toEqual([echo()]);
    expect(await app.echoesOf("thoughts/a")).toEqual([echo()]);
    expect(warnings(app)).toHaveLength(1);
    expect(ailments(app)).toEqual([
      { path: MANIFEST, problem: expect.stringContaining(problem), since: "2026-11-21T12:00:00.000Z" },
    ]);
    await app.home.write(MANIFEST, manifest({}));
    expect(await app.echoesOf("thoughts/a")).toEqual([]);
    expect(ailments(app)).toEqual([]);
  });

  test("in disorder is known before anybody asks", async () => {
    await using app = await kernel("{");
    await app.emit(Settled, {});
    expect(ailments(app)).toHaveLength(1);
  });

  test("that is a folder, a circle or a link out of the home is not read", async () => {
    using elsewhere = await temporaryHome({ "secret.json": manifest({ "thoughts/a": [echo()] }) });
    const kinds = [
      (path: string) => mkdirSync(path),
      (path: string) => symlinkSync(path, path),
      (path: string) => symlinkSync(join(elsewhere.home.path, "secret.json"), path),
    ];
    for (const kind of kinds) {
      await using app = await kernel();
      mkdirSync(join(app.home.path, "data"));
      kind(join(app.home.path, MANIFEST));
      expect(await app.echoesOf("thoughts/a")).toEqual([]);
      expect(await app.echoesOf("thoughts/a")).toEqual([]);
    }
  });

  test("is read once for all who ask at the same time", async () => {
    await using app = await kernel(manifest({ "thoughts/a": [echo()] }));
    using resolve = spyOn(app.home, "resolve");
    const all = await Promise.all(Array.from({ length: 20 }, () => app.echoesOf("thoughts/a")));
    expect(all).toEqual(Array.from({ length: 20 }, () => [echo()]));
    expect(resolve.mock.calls.length).toBe(1);
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(echoes, { maxByte: 1 })).toThrow('has no setting "maxByte". Did you mean "maxBytes"?');
});

test("turned off, it leaves nothing behind", () => expectClean(echoes));
