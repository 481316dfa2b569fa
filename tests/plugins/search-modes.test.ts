import { afterEach, describe, expect, test } from "bun:test";
import { definePlugin, HttpError, type Logger, type Plugin } from "hearth";
import { type TestKernel, testKernel } from "hearth/testing";
import { type MeaningAnswer, type MeaningHit, type MeaningQuestion, MeaningSearches } from "hearth-plugins/search";
import { Meaning } from "../../plugins/search/meaning";
import plugin from "../../plugins/search/plugin";
import { Shelf } from "../fixtures/shelf";

let app: TestKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

/** Finds by meaning whatever a test says, and notes what it was asked. */
class Oracle {
  readonly asked: MeaningQuestion[] = [];
  says: (question: MeaningQuestion) => Promise<MeaningAnswer> | MeaningAnswer = () => ({ hits: [] });

  constructor(...slugs: readonly string[]) {
    this.says = ({ types }) => ({ hits: slugs.map(hit).filter(({ searchable }) => types.includes(searchable)) });
  }
  get plugin(): Plugin {
    return definePlugin({
      id: "oracle",
      summary: "finds by meaning",
      setup: ctx =>
        ctx.add(MeaningSearches, {
          id: "oracle",
          find: async question => {
            this.asked.push(question);
            return this.says(question);
          },
        }),
    });
  }
}
/** "thought/a", or "a" for a thought. */
function hit(name: string, rank: number): MeaningHit {
  const [slug, searchable = "thought"] = name.split("/").reverse() as [string, string?];
  return { searchable, slug, score: 0.9 - rank / 10, excerpt: `Close to **${slug}**, it says.` };
}

const lamps = {
  a: { title: "Alpha", body: "The lamp is lit" },
  b: { title: "Beta", body: "A lamp, a lamp and once more a lamp" },
  c: { title: "Gamma", body: "An evening by the fire" },
  d: { title: "Delta & <co>", body: "Snow on the roof" },
};
const start = async (...plugins: readonly Plugin[]) => {
  app = await testKernel([
    new Shelf("thought", lamps).plugin,
    new Shelf("dream", { e: { body: "a lamp" } }).plugin,
    plugin,
    ...plugins,
  ]);
};
const ask = (query: string) => app.get(`/search?${query}`, { key: null });
const find = async (query: string) => (await ask(query)).body;
const slugs = (body: { results: { slug: string }[] }): string[] => body.results.map(({ slug }) => slug);

describe("mode=semantic", () => {
  test("finds what is near, nearest first, whether it has the words or not", async () => {
    await start(new Oracle("c", "a").plugin);
    const answer = await find("q=lamp&mode=semantic&type=thought");
    expect(answer).toMatchObject({ query: "lamp", total: 2, limit: 20, offset: 0, mode: "semantic" });
    expect(answer.results.map(({ slug, score, snippet }: any) => [slug, score, snippet])).toEqual([
      ["c", -0.9, "Close to c, it says."],
      ["a", -0.8, "Close to a, it says."],
    ]);
    expect(Object.keys(answer.results[0])).toEqual([
      "slug",
      "title",
      "result_type",
      "date",
      "snippet",
      "score",
      "mood",
      "dream_type",
    ]);
  });
  test("shows titles and excerpts escaped, and an excerpt is no longer than any other", async () => {
    const oracle = new Oracle();
    oracle.says = () => ({ hits: [{ ...hit("d", 0), excerpt: `${"word ".repeat(50)}<b>&\u{E000}` }] });
    await start(oracle.plugin);
    const [result] = (await find("q=lamp&mode=semantic")).results;
    expect(result.title).toBe("Delta &amp; &lt;co&gt;");
    expect(result.snippet).toBe(`${"word ".repeat(32).trim()}...`);
  });
  test("asks for what may be shown, and shows nothing else", async () => {
    const oracle = new Oracle();
    oracle.says = () => ({ hits: ["moon/full", "nowhere", "dream/e", "c", "c"].map(hit) });
    await start(oracle.plugin);
    const answer = await find("q=lamp&mode=semantic");
    expect(answer.results.map(({ slug, score }: any) => [slug, score])).toEqual([
      ["e", -0.7],
      ["c", -0.6],
    ]);
    expect(await find("q=lamp&mode=semantic&type=thought")).toMatchObject({ total: 1, results: [{ slug: "c" }] });
    expect(oracle.asked.map(({ q, types }) => [q, types.toSorted()])).toEqual([
      ["lamp", ["dream", "thought"]],
      ["lamp", ["thought"]],
    ]);
    expect(oracle.asked.every(({ limit }) => limit >= 50)).toBe(true);
  });
  test("pages through what is near, and counts all of it", async () => {
    await start(new Oracle("d", "c", "b", "a").plugin);
    const pages = await Promise.all(
      [0, 2, 4].map(offset => find(`q=lamp&mode=semantic&type=thought&limit=2&offset=${offset}`)),
    );
    expect(pages.map(slugs)).toEqual([["d", "c"], ["b", "a"], []]);
    expect(pages.map(({ total, offset }) => [total, offset])).toEqual([
      [4, 0],
      [4, 2],
      [4, 4],
    ]);
  });
  test("a question without a word may mean something", async () => {
    await start(new Oracle("c").plugin);
    expect(slugs(await find(`q=${encodeURIComponent("🔥")}&mode=semantic`))).toEqual(["c"]);
    expect(slugs(await find(`q=${encodeURIComponent("🔥")}&mode=hybrid`))).toEqual(["c"]);
  });
  test("an answer that lacks something says what", async () => {
    const oracle = new Oracle();
    oracle.says = () => ({ hits: [], note: "3 of 10 passages have no vector yet" });
    await start(oracle.plugin);
    expect(await find("q=lamp&mode=semantic")).toMatchObject({ total: 0, note: "3 of 10 passages have no vector yet" });
  });
});

describe("mode=hybrid", () => {
  test("puts what is near and what has the words into one order, each once, and counts all", async () => {
    await start(new Oracle("b", "c").plugin);
    const answer = await find("q=lamp&mode=hybrid");
    expect(slugs(answer)[0]).toBe("b");
    expect(slugs(answer).toSorted()).toEqual(["a", "b", "c", "e"]);
    expect(answer).toMatchObject({ total: 4, mode: "hybrid" });
    const scores: number[] = answer.results.map(({ score }: { score: number }) => score);
    expect(scores).toEqual(scores.toSorted((x, y) => x - y));
  });
  test("what has the words shows them marked; what is only near shows its nearest passage", async () => {
    await start(new Oracle("c", "a").plugin);
    const { results } = await find("q=lamp&mode=hybrid");
    const snippets = new Map(results.map(({ slug, snippet }: any) => [slug, snippet]));
    expect(snippets.get("a")).toBe("The <mark>lamp</mark> is lit");
    expect(snippets.get("c")).toBe("Close to c, it says.");
  });
  test("its pages together are the whole, in the same order", async () => {
    await start(new Oracle("c", "a", "d").plugin);
    const whole = slugs(await find("q=lamp&mode=hybrid"));
    const pages = await Promise.all([0, 2, 4].map(offset => find(`q=lamp&mode=hybrid&limit=2&offset=${offset}`)));
    expect(pages.flatMap(slugs)).toEqual(whole);
    expect(whole).toHaveLength(5);
  });
  test("keeps to its type", async () => {
    await start(new Oracle("c", "dream/e").plugin);
    expect(slugs(await find("q=lamp&mode=hybrid&type=dream"))).toEqual(["e"]);
  });
  test("what is near may change without a document that does", async () => {
    const oracle = new Oracle("c");
    await start(oracle.plugin);
    expect(slugs(await find("q=fire&mode=hybrid"))).toEqual(["c"]);
    oracle.says = () => ({ hits: [hit("d", 0), hit("c", 1)] });
    expect(slugs(await find("q=fire&mode=hybrid")).toSorted()).toEqual(["c", "d"]);
  });
});

describe("when nothing can be found by meaning", () => {
  const broken = () => {
    const oracle = new Oracle();
    oracle.says = () => ({ unavailable: "no model in /secret/folder" });
    return oracle;
  };
  const throwing = () => {
    const oracle = new Oracle();
    oracle.says = () => {
      throw new Error("/secret/folder is gone");
    };
    return oracle;
  };
  test.each([
    ["no plugin does", () => undefined],
    ["it says that it cannot", broken],
    ["it fails", throwing],
  ])("%s: semantic is a 503, hybrid answers with words alone and says so", async (_, make) => {
    const oracle = make();
    await start(...(oracle ? [oracle.plugin] : []));
    const refused = await ask("q=lamp&mode=semantic");
    expect([refused.status, refused.body]).toEqual([
      503,
      { detail: "Nothing can be found by meaning at the moment; mode=text finds words" },
    ]);
    const answer = await find("q=lamp&mode=hybrid");
    const { mode, note, ...rest } = answer;
    expect([mode, note]).toEqual(["text", "found by words alone: nothing can be found by meaning at the moment"]);
    expect(rest).toEqual(await find("q=lamp"));
  });
  test("why stands in the log, once for each reason, and not in the answer", async () => {
    const oracle = broken();
    await start(oracle.plugin);
    for (let n = 0; n < 3; n++) expect(JSON.stringify(await find("q=lamp&mode=hybrid"))).not.toContain("secret");
    expect(JSON.stringify(await find("q=lamp&mode=semantic"))).not.toContain("secret");
    const told = () => app.log.filter(line => JSON.stringify(line).includes("/secret/folder")).length;
    expect(told()).toBe(1);
    oracle.says = () => ({ hits: [] });
    expect((await ask("q=lamp&mode=semantic")).status).toBe(200);
    oracle.says = () => ({ unavailable: "no model in /secret/folder" });
    await ask("q=lamp&mode=semantic");
    expect(told()).toBe(2);
  });
  test("one that never answers is not waited for for ever", async () => {
    const told: unknown[] = [];
    const log = { info: (...line: unknown[]) => told.push(line) } as unknown as Logger;
    const silent = { id: "silent", find: () => new Promise<never>(() => {}) };
    expect(await new Meaning(() => [silent], log, 0.01).find({ q: "lamp", types: [] })).toBeUndefined();
    expect(JSON.stringify(told)).toContain("silent did not answer within 0.01 s");
  });
  test("when too many ask, it says so itself", async () => {
    const oracle = new Oracle();
    oracle.says = () => {
      throw new HttpError(503, "Too many questions are waiting", { "retry-after": "1" });
    };
    await start(oracle.plugin);
    const refused = await ask("q=lamp&mode=hybrid");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  });
});

test("mode=text is what it always was, and asks nobody else", async () => {
  const oracle = new Oracle("c");
  await start(oracle.plugin);
  const answer = await find("q=lamp&mode=text");
  expect(answer).toEqual(await find("q=lamp"));
  expect(Object.keys(answer)).toEqual(["query", "results", "total", "limit", "offset"]);
  expect(oracle.asked).toEqual([]);
});
test("another mode is a 422 that names them", async () => {
  await start();
  const { status, body } = await ask("q=lamp&mode=magic");
  expect(status).toBe(422);
  expect(JSON.stringify(body)).toContain("semantic");
});
