import { afterEach, describe, expect, test } from "bun:test";
import { configured, expectClean, type TestKernel, testKernel } from "hearth/testing";
import plugin from "../../plugins/search/plugin";
import { Shelf } from "../fixtures/shelf";

let app: TestKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

/** Starts the plugin with some shelves. */
async function start(...shelves: readonly Shelf[]): Promise<void> {
  app = await testKernel([...shelves.map(shelf => shelf.plugin), plugin]);
}
const ask = (query: string) => app.get(`/search?${query}`, { key: null });
const find = async (q: string, more = "") => (await ask(`q=${encodeURIComponent(q)}${more}`)).body;
const slugs = async (q: string, more = ""): Promise<string[]> =>
  (await find(q, more)).results.map(({ slug }: { slug: string }) => slug);
const suggest = async (q: string, more = "") =>
  (await app.get(`/search/suggest?q=${encodeURIComponent(q)}${more}`, { key: null })).body;

describe("GET /search", () => {
  test("answers everyone, with the fields of the contract in their order", async () => {
    const more = { mood: "quiet, warm" };
    await start(new Shelf("thought", { "first-light": { title: "First light", body: "The **lamp** is on.\n", more } }));
    const { status, body } = await ask("q=lamp");
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["query", "results", "total", "limit", "offset"]);
    const { score, ...result } = body.results[0];
    expect({ ...body, results: [result] }).toEqual({
      query: "lamp",
      results: [
        {
          slug: "first-light",
          title: "First light",
          result_type: "thought",
          date: "2026-01-02",
          snippet: "The <mark>lamp</mark> is on.",
          mood: "quiet, warm",
          dream_type: null,
        },
      ],
      total: 1,
      limit: 20,
      offset: 0,
    });
    expect(Object.keys(body.results[0])).toEqual([
      "slug",
      "title",
      "result_type",
      "date",
      "snippet",
      "score",
      "mood",
      "dream_type",
    ]);
    expect(score).toBeLessThanOrEqual(0);
    expect(Math.round(score * 10_000) / 10_000).toBe(score);
  });
  test("without a query is the 422 of the contract", async () => {
    await start();
    const { status, body } = await ask("");
    expect([status, body]).toEqual([
      422,
      { detail: [{ type: "missing", loc: ["query", "q"], msg: "Field required", input: null }] },
    ]);
  });
  test.each(["!!!", "   ", '"', "🦊", "-", "* ( ) { } [ ] ^ ~ :", "\u{E000}\u{E001}", "\u0301"])(
    "finds nothing for a query without a word: %j",
    async q => {
      await start(new Shelf("thought", { a: { body: "fox" } }));
      expect(await find(q)).toEqual({ query: q, results: [], total: 0, limit: 20, offset: 0 });
    },
  );
  test("what a result says beside the usual comes after it, and never in its place", async () => {
    const more = { mood: null, dream_type: "prose", place: "attic", slug: "other" };
    await start(new Shelf("dream", { a: { body: "lamp", more } }));
    const [result] = (await find("lamp")).results;
    expect(result).toMatchObject({ slug: "a", mood: null, dream_type: "prose", place: "attic" });
    expect(Object.keys(result).at(-1)).toBe("place");
  });
  test("a document without a title is called by its slug", async () => {
    await start(new Shelf("thought", { "no<name": { title: "", body: "lamp" } }));
    expect((await find("lamp")).results[0].title).toBe("no&lt;name");
  });
  test("long titles and texts are cut to what is around the hits", async () => {
    const filler = "word ".repeat(60);
    await start(new Shelf("thought", { a: { title: `${filler}lamp ${filler}`, body: `${filler}lamp ${filler}` } }));
    const [{ title, snippet }] = (await find("lamp")).results;
    for (const [text, most] of [
      [title, 16],
      [snippet, 32],
    ] as const) {
      expect(text).toMatch(/^\.\.\.(word )+<mark>lamp<\/mark>( word)+ ?\.\.\.$/);
      expect(text.match(/word|lamp/g)!.length).toBeLessThanOrEqual(most);
    }
  });
});

describe("what is found", () => {
  test("a title counts more than a text", async () => {
    const body = "lamp ".repeat(5);
    const others = Array.from({ length: 9 }, (_, n) => [`other${n}`, { body: "Evening" }]);
    const both = { text: { title: "Evening", body }, title: { title: "The lamp", body: "Evening" } };
    await start(new Shelf("thought", { ...both, ...Object.fromEntries(others) }));
    expect(await slugs("lamp")).toEqual(["title", "text"]);
    const [first, second] = (await find("lamp")).results;
    expect(first.score).toBeLessThan(second.score);
  });
  test("other endings of a word, capitals and accents make no difference", async () => {
    await start(new Shelf("thought", { a: { body: "She was RUNNING to the café in Việt Nam" } }));
    for (const q of ["run", "runs", "running", "cafe", "CAFÉ", "cafe\u0301", "viet"])
      expect(await slugs(q)).toEqual(["a"]);
    expect((await find("cafe")).results[0].snippet).toContain("<mark>café</mark>");
  });
  test("all words have to be there, the last as a beginning", async () => {
    await start(new Shelf("thought", { a: { body: "quick brown fox" }, b: { body: "quick grey fox" } }));
    expect(await slugs("quick bro")).toEqual(["a"]);
    expect(await slugs("qui brown")).toEqual([]);
    expect((await slugs("fox quick")).toSorted()).toEqual(["a", "b"]);
  });
  test("a word that is typed half is found although its stem is shorter", async () => {
    await start(
      new Shelf("thought", { h: { body: "happiness" }, r: { body: "a dog is running home" }, t: { body: "old ties" } }),
    );
    for (const q of ["happin", "happine", "happines", "happiness"]) expect(await slugs(q)).toEqual(["h"]);
    for (const q of ["runn", "runni", "runnin", "dog runnin", "home dog runni"]) expect(await slugs(q)).toEqual(["r"]);
    expect(await slugs("tie")).toEqual(["t"]);
    expect((await find("runnin")).results[0].snippet).toContain("<mark>running</mark>");
    expect(await slugs("quick runnin")).toEqual([]);
  });
  test.each([
    "quick brown.",
    "brown;",
    "quick AND",
    "quick OR",
    "quick NOT",
    "NEAR brown",
    "'brown'",
    "brown/",
    "quick -brown",
    "title:quick",
    "quick + brown",
    "quick & brown, and: 'or' {not}",
    'qu"ick',
    "brown*",
    "a.b",
    "C++",
    "quick, brown",
    "[quick]",
    '["quick"]',
    '{"quick": "brown"}',
    "q#1 $brown %brown brown\\ <brown> brown= @brown |brown !brown ?brown `brown`",
  ])("W-45: %s is words like any others", async q => {
    const body = "quick brown and or not near title qu ick a.b c q 1";
    await start(new Shelf("thought", { a: { body }, b: { body: "something else" } }));
    expect(await slugs(q)).toEqual(["a"]);
  });
  test("a word with a sign in it is found as it is written", async () => {
    await start(new Shelf("thought", { a: { body: "I don't know" }, b: { body: "don quixote, t" } }));
    expect(await slugs("don't know")).toEqual(["a"]);
    expect(await slugs("don't")).toEqual(["a"]);
  });
  test("W-45: every kind of page is found, alone and with the others", async () => {
    const kinds = ["thought", "dream", "score", "letter", "essay", "bookshelf"];
    await start(...kinds.map(kind => new Shelf(kind, { one: { body: `lamp ${kind}` } })));
    for (const kind of kinds) {
      const { results, total } = await find("lamp", `&type=${kind}`);
      expect([total, results.length, results[0].result_type, results[0].slug]).toEqual([1, 1, kind, "one"]);
    }
    const { results, total } = await find("lamp");
    expect(total).toBe(kinds.length);
    expect(results.map((one: any) => one.result_type).toSorted()).toEqual(kinds.toSorted());
    expect((await find("essay", "&type=dream")).total).toBe(0);
  });
  test("in pages, with the number of all hits on each", async () => {
    const all = Array.from({ length: 25 }, (_, n) => `d${n}`);
    await start(new Shelf("thought", Object.fromEntries(all.map(slug => [slug, { body: "lamp" }]))));
    const first = await find("lamp", "&limit=10");
    expect([first.total, first.limit, first.offset, first.results.length]).toEqual([25, 10, 0, 10]);
    const pages = await Promise.all([0, 10, 20].map(offset => slugs("lamp", `&limit=10&offset=${offset}`)));
    expect(pages.map(page => page.length)).toEqual([10, 10, 5]);
    expect(new Set(pages.flat())).toEqual(new Set(all));
    for (const offset of [25, 1000, Number.MAX_SAFE_INTEGER])
      expect(await find("lamp", `&offset=${offset}`)).toEqual({
        query: "lamp",
        results: [],
        total: 25,
        limit: 20,
        offset,
      });
  });
});

describe("W-21: what the agent wrote is text, never HTML", () => {
  test("in titles and excerpts everything but the marks is escaped", async () => {
    const title = `<img src=x onerror="lamp()"> & 'co'`;
    await start(new Shelf("thought", { a: { title, body: "`<script>lamp</script>` 1 < 2 & so on" } }));
    const [result] = (await find("lamp")).results;
    expect(result.title).toBe("&lt;img src=x onerror=&quot;<mark>lamp</mark>()&quot;&gt; &amp; &#39;co&#39;");
    expect(result.snippet).toBe("&lt;script&gt;<mark>lamp</mark>&lt;/script&gt; 1 &lt; 2 &amp; so on");
  });
  test("marks that somebody wrote are text, and the characters that stand for them are left out", async () => {
    await start(
      new Shelf("thought", { a: { title: "\u{E000}x\u{E001}", body: "\\<mark>lamp\\</mark> \u{E000}end\u{E001}\0" } }),
    );
    const [result] = (await find("lamp")).results;
    expect(result).toMatchObject({ title: "x", snippet: "&lt;mark&gt;<mark>lamp</mark>&lt;/mark&gt; end" });
  });
});

describe("what is asked for", () => {
  const items = async (query: string) => {
    const { status, body } = await ask(query);
    return { status, types: body.detail?.map(({ type }: any) => type), body };
  };
  test("lengths are counted in code points", async () => {
    await start();
    expect((await items(`q=${encodeURIComponent("🦊".repeat(200))}`)).status).toBe(200);
    const long = await items(`q=${encodeURIComponent("🦊".repeat(201))}`);
    expect(long).toMatchObject({ status: 422, types: ["string_too_long"] });
    expect(long.body.detail[0]).toMatchObject({
      loc: ["query", "q"],
      msg: "String should have at most 200 characters",
      ctx: { max_length: 200 },
    });
    expect(await items("q=")).toMatchObject({ status: 422, types: ["string_too_short"] });
  });
  test("a type that nobody can search is the 422 of a pattern, which names those that there are", async () => {
    await start(new Shelf("thought"), new Shelf("dream"));
    const { status, body } = await ask("q=x&type=visitor");
    expect([status, body.detail]).toEqual([
      422,
      [
        {
          type: "string_pattern_mismatch",
          loc: ["query", "type"],
          msg: "String should match pattern '^(all|thought|dream)$'",
          ctx: { pattern: "^(all|thought|dream)$" },
          input: "visitor",
        },
      ],
    ]);
  });
  test("a query is what was written, commas and brackets too; of two, the last counts", async () => {
    await start();
    for (const q of ["a,b", "[1]", "{}", "a+b"]) expect((await find(q)).query).toBe(q);
    expect((await ask("q=a+b&q=c%20d+e")).body.query).toBe("c d e");
  });
  test.each([
    ["limit=0", "greater_than_equal"],
    ["limit=51", "less_than_equal"],
    ["limit=ten", "int_parsing"],
    ["limit=1.5", "int_parsing"],
    ["limit=", "int_parsing"],
    ["limit=1e1", "int_parsing"],
    ["limit=0x10", "int_parsing"],
    ["offset=-1", "greater_than_equal"],
    ["offset=x", "int_parsing"],
  ])("%s is refused: %s", async (query, type) => {
    await start();
    expect(await items(`q=x&${query}`)).toMatchObject({ status: 422, types: [type] });
  });
  test("all that is wrong is told at once", async () => {
    await start();
    expect((await items("limit=0&offset=-1&type=x")).types).toHaveLength(4);
  });
});

test("whatever is asked, the answer is 200 or 422", async () => {
  await start(new Shelf("thought", { a: { body: "lamp and happiness" } }));
  const signs = [
    ..."\"'*()[]{}^~:-+.,;!?/\\|&%$#@<>=`_ \0\n\té🦊ß中a1\u{E000}\u0301\u200d\ufeff",
    "lamp",
    "NEAR",
    "AND ",
    "OR ",
    "NOT ",
  ];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const counts = new Map<number, number>();
  for (let n = 0; n < 1500; n++) {
    const q = Array.from({ length: random(n % 10 === 0 ? 260 : 12) }, () => signs[random(signs.length)]).join("");
    const path = n % 3 === 0 ? "/search/suggest" : "/search";
    const { status } = await app.get(`${path}?q=${encodeURIComponent(q)}`, { key: null });
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  for (const raw of [
    "q=%ff%fe",
    "q=%",
    "q=a&q=b",
    "q[]=a",
    "q=a&limit=1e999",
    "q=a&type=",
    "q=a&type=a%00",
    "q=%ED%A0%80",
  ]) {
    const { status } = await ask(raw);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual([200, 422]);
  expect(counts.get(200)).toBeGreaterThan(1000);
});

describe("GET /search/suggest", () => {
  const shelf = () =>
    new Shelf("thought", {
      a: { title: "The silent lamp", body: "silence, silence and signals of the Hämärä" },
      b: { title: "Evening", body: "silence again; sing" },
      c: { title: "Signals <b>", body: "nothing" },
    });
  test("completes the last word, the most frequent first, and names titles that match", async () => {
    await start(shelf());
    const { query, suggestions } = await suggest("si");
    expect(query).toBe("si");
    const of = (kind: string) => suggestions.filter((one: any) => one.kind === kind);
    expect(
      of("term")
        .map(({ text }: any) => text)
        .slice(0, 2),
    ).toEqual(["signals", "silence"]);
    expect(of("title")).toContainEqual({ text: "Signals <b>", kind: "title", type: "thought", slug: "c" });
    expect(
      of("title")
        .map(({ slug }: any) => slug)
        .toSorted(),
    ).toEqual(["a", "c"]);
  });
  test("keeps what was typed before the last word, and offers only what can be found", async () => {
    await start(shelf());
    const texts = async (q: string) =>
      (await suggest(q)).suggestions.filter((one: any) => one.kind === "term").map(({ text }: any) => text);
    expect(await texts("Evening  si")).toEqual(["Evening  silence", "Evening  sing"]);
    expect(await texts("evening sig")).toEqual([]);
    expect(await texts("ham")).toEqual(["hämärä"]);
    expect(await texts("silence")).toEqual([]);
    expect(await texts("!!!")).toEqual([]);
  });
  test("gives no more than asked for", async () => {
    await start(shelf());
    for (const limit of [1, 2, 3]) expect((await suggest("si", `&limit=${limit}`)).suggestions).toHaveLength(limit);
    expect((await app.get("/search/suggest?q=a&limit=21")).status).toBe(422);
    expect((await app.get("/search/suggest")).body.detail[0].type).toBe("missing");
  });
  test("forgets the words of what has gone", async () => {
    const thoughts = shelf();
    await start(thoughts);
    expect((await suggest("sin", "&limit=1")).suggestions[0].text).toBe("sing");
    await thoughts.remove(app, "b");
    expect((await suggest("sin")).suggestions).toEqual([]);
    expect(await slugs("silenc")).toEqual(["a"]);
    await thoughts.remove(app, "a");
    expect(await slugs("silenc")).toEqual([]);
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(plugin, { waits: 1 })).toThrow('has no setting "waits". Did you mean "wait"?');
});

test("turned off, it leaves nothing behind", () =>
  expectClean(plugin, [new Shelf("thought", { a: { body: "lamp" } }).plugin]));
