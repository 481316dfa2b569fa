import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, readdir, rm, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { Ailments, HomeFolder } from "hearth";
import { type TestKernel, testKernel } from "hearth/testing";
import { momentOf } from "../../plugins/content/moment";
import content from "../../plugins/content/plugin";
import { CANARY, type ContentHome, contentHome, startContent } from "../fixtures/content-home";

let house: ContentHome;
beforeEach(async () => {
  house = await contentHome();
});
afterEach(() => house[Symbol.dispose]());

const NEVER = "1970-01-01T00:00:00Z";
const routes = [
  "about",
  "landing",
  "landing-summary",
  "visitor-greeting",
  "scores-description",
  "letters-description",
  "essays-description",
];
/** Where the text of each comes from. */
const sources: Readonly<Record<string, string>> = {
  about: "about/about.md",
  landing: "landing-page/content.md",
  "landing-summary": "landing-summary/current.md",
  "visitor-greeting": "visitor-greeting/greeting.md",
  "scores-description": "scores-description/scores-description.md",
  "letters-description": "letters-description/letters-description.md",
  "essays-description": "essays-description/essays-description.md",
};
const notUtf8 = new Uint8Array([0x61, 0xff, 0xfe, 0x62]);

async function body(app: TestKernel, route: string) {
  const answer = await app.get(`/content/${route}`);
  expect(answer.status).toBe(200);
  return answer.body;
}
async function answer(route: string) {
  await using app = await house.start();
  return await body(app, route); // as long as the kernel is there
}
const ailments = (app: TestKernel) =>
  app
    .items(Ailments)
    .flatMap(source => source.list())
    .map(({ path, problem }) => ({ path, problem }));
const told = (app: TestKernel) => app.log.filter(({ message }) => message === "a file cannot be shown as it is");
const touch = (path: string, seconds: number) => utimes(house.at(path), seconds, seconds);

describe("GET /content/about", () => {
  test("is the whole file with its front matter, its first heading, its time and the model", async () => {
    const text = "---\na: 1\n---\n\n  # Who I am \n# Later\nText\n\n";
    await house.put("about/about.md", text.replaceAll("\n", "\r\n"));
    await house.put("about/meta.json", '{"modelVersion": "opus-5"}');
    await touch("about/about.md", 1_700_000_000);
    expect(await answer("about")).toEqual({
      title: "Who I am",
      content: text,
      last_updated: "2023-11-14T22:13:20Z",
      model_version: "opus-5",
    });
  });
  test("without a heading it is called About, without a model it is unknown", async () => {
    await house.put("about/about.md", "#No heading\n## Nor this\n");
    expect(await answer("about")).toMatchObject({ title: "About", model_version: "unknown" });
  });
  test("is a placeholder when the file is missing, whatever meta.json says", async () => {
    await house.put("about/meta.json", '{"modelVersion": "opus-5"}');
    const found = await answer("about");
    expect(found).toEqual({
      title: "System Initializing",
      content: expect.stringContaining("Nothing is written here yet"),
      last_updated: NEVER,
      model_version: "unknown",
    });
  });
  test.each([
    ["4.5", "4.5"],
    ["true", "true"],
    ["null", "unknown"],
    ["{}", "unknown"],
    ["[1]", "unknown"],
  ])("a model that is %s is %s", async (value, shown) => {
    await house.put("about/about.md", "x");
    await house.put("about/meta.json", `{"modelVersion": ${value}}`);
    expect((await answer("about")).model_version).toBe(shown);
  });
});

describe("GET /content/landing", () => {
  const words = '{"headline": "Hello", "subheadline": 7}';
  test("is the words and the page, with the time of the page", async () => {
    await house.put("landing-page/landing.json", words);
    await house.put("landing-page/content.md", "\n A page \n");
    await touch("landing-page/content.md", 1_700_000_000.25);
    expect(await answer("landing")).toEqual({
      headline: "Hello",
      subheadline: "7",
      content: "\n A page \n",
      last_updated: "2023-11-14T22:13:20.250000Z",
    });
  });
  test("each missing piece falls back by itself", async () => {
    await house.put("landing-page/content.md", "A page");
    expect(await answer("landing")).toMatchObject({
      headline: "Welcome to Claude's Home",
      subheadline: "A space for thoughts, dreams, and experiments",
      content: "A page",
    });
    await house.put("landing-page/landing.json", '{"headline": ""}');
    expect(await answer("landing")).toMatchObject({
      headline: "",
      subheadline: "A space for thoughts, dreams, and experiments",
    });
  });
  test("W-57: without a page its time is that of the words, not the time of asking", async () => {
    await house.put("landing-page/landing.json", words);
    await touch("landing-page/landing.json", 1_700_000_000);
    expect((await answer("landing")).last_updated).toBe("2023-11-14T22:13:20Z");
  });
});

describe("GET /content/landing-summary", () => {
  test("is trimmed", async () => {
    await house.put("landing-summary/current.md", "\n  Busy days. \n\n");
    await touch("landing-summary/current.md", 1_700_000_000);
    expect(await answer("landing-summary")).toEqual({ content: "Busy days.", last_updated: "2023-11-14T22:13:20Z" });
  });
  test.each(["", " \n\t\n"])("a blank one is as good as none: %j", async text => {
    await house.put("landing-summary/current.md", text);
    expect(await answer("landing-summary")).toEqual({ content: "There is no summary yet.", last_updated: NEVER });
  });
});

describe("GET /content/visitor-greeting", () => {
  test("is not trimmed, and an empty one is empty", async () => {
    await house.put("visitor-greeting/greeting.md", "\n Welcome \n");
    expect((await answer("visitor-greeting")).content).toBe("\n Welcome \n");
    await house.put("visitor-greeting/greeting.md", "");
    const empty = await answer("visitor-greeting");
    expect(empty.content).toBe("");
    expect(empty.last_updated).not.toBe(NEVER);
  });
  test("is a placeholder when it is missing", async () => {
    expect(await answer("visitor-greeting")).toEqual({
      content: expect.stringContaining("Welcome"),
      last_updated: NEVER,
    });
  });
});

describe.each(["scores", "letters", "essays"])("GET /content/%s-description", kind => {
  test("is the whole file, trimmed, with its front matter; empty when it is missing", async () => {
    await using app = await house.start();
    expect(await body(app, `${kind}-description`)).toEqual({ content: "" });
    await house.put(`${kind}-description/${kind}-description.md`, "\n---\ntitle: x\n---\n\nText\n\n");
    expect(await body(app, `${kind}-description`)).toEqual({ content: "---\ntitle: x\n---\n\nText" });
  });
});

test("W-57: what nobody has written has a time that stays, after a restart too", async () => {
  const ofAll = async () => {
    await using app = await startContent({ home: house.home });
    const answers = await Promise.all(routes.map(route => app.get(`/content/${route}`)));
    return answers.map(({ headers, body: one }) => [headers.get("etag"), one.last_updated ?? NEVER]);
  };
  const first = await ofAll();
  expect(first.map(([, time]) => time)).toEqual(routes.map(() => NEVER));
  expect(await ofAll()).toEqual(first);
});

test("times are in UTC, with microseconds unless they are zero; those that no calendar shows are never", () => {
  expect(momentOf(1_700_000_000_000_000_999n)).toBe("2023-11-14T22:13:20Z");
  expect(momentOf(1_700_000_000_000_001_000n)).toBe("2023-11-14T22:13:20.000001Z");
  expect(momentOf(253_402_300_799_999_999_999n)).toBe("9999-12-31T23:59:59.999999Z");
  for (const ns of [-1n, 253_402_300_800_000_000_000n, 10n ** 30n]) expect(momentOf(ns)).toBe(NEVER);
});

describe.each(routes)("GET /content/%s", route => {
  const source = sources[route]!;

  test("asks for the service key", async () => {
    await using app = await house.start();
    expect((await app.get(`/content/${route}`, { key: null })).status).toBe(401);
  });
  test("has a strong ETag that holds until the file changes, and answers HEAD", async () => {
    await house.put(source, "before");
    await using app = await house.start();
    const first = await app.get(`/content/${route}`);
    const etag = first.headers.get("etag")!;
    expect(etag).toMatch(/^"\w+"$/);
    const asked = { headers: { "if-none-match": etag } };
    expect((await app.get(`/content/${route}`, asked)).status).toBe(304);
    const head = await app.call("HEAD", `/content/${route}`);
    expect([head.status, head.headers.get("etag"), head.body]).toEqual([200, etag, ""]);
    await house.put(source, "after!");
    const later = await app.get(`/content/${route}`, asked);
    expect([later.status, later.body.content]).toEqual([200, "after!"]);
  });
  test("a file that is not UTF-8 is shown as far as it can be read, and told once", async () => {
    await house.put(source, notUtf8);
    await using app = await house.start();
    for (let n = 0; n < 2; n++) expect((await body(app, route)).content).toBe("a\uFFFD\uFFFDb");
    expect(ailments(app)).toEqual([{ path: source, problem: expect.stringContaining("is not UTF-8") }]);
    expect(told(app)).toMatchObject([{ level: "warn", plugin: "content", path: source }]);
    await house.put(source, "mended");
    expect((await body(app, route)).content).toBe("mended");
    expect(ailments(app)).toEqual([]);
  });
  test.each<[string, (path: string) => Promise<unknown>, string]>([
    [
      "too large",
      path => house.put(source, new Uint8Array(1_048_577)).then(() => path),
      "is larger than 1048576 bytes",
    ],
    ["a folder", path => mkdir(path), "is no regular file"],
    ["a pipe that nobody writes to", async path => Bun.spawnSync(["mkfifo", path]), "is no regular file"],
    ["a link out of the home", path => symlink(join(house.folder, "canary.txt"), path), "leads out of its folder"],
    ["a link to another folder of the home", path => symlink(house.at("data/x"), path), "leads out of its folder"],
    ["a link to nothing outside", path => symlink("/nowhere/at/all", path), "leads out of its folder"],
  ])("a file that is %s is as good as none, and told once", async (_, make, problem) => {
    await using app = await house.start();
    const none = await body(app, route);
    await house.put("data/x", CANARY);
    await mkdir(house.at(source.split("/")[0]!));
    await make(house.at(source));
    for (let n = 0; n < 2; n++) expect(await body(app, route)).toEqual(none);
    expect(ailments(app)).toEqual([{ path: source, problem: expect.stringContaining(problem) }]);
    expect(told(app)).toHaveLength(1);
    await rm(house.at(source), { recursive: true });
    await body(app, route);
    expect(ailments(app)).toEqual([]);
  });
  test("a folder that is a link out of the home is no folder", async () => {
    const [folder, name] = source.split("/") as [string, string];
    await Bun.write(join(house.folder, "elsewhere", name), CANARY);
    await symlink(join(house.folder, "elsewhere"), house.at(folder));
    expect(JSON.stringify(await answer(route))).not.toContain(CANARY);
  });
  test("a link that leads round in a circle is nothing", async () => {
    await mkdir(house.at(source.split("/")[0]!));
    await symlink(house.at(source), house.at(source));
    await using app = await house.start();
    await body(app, route);
  });
});

describe("JSON beside the texts", () => {
  test.each([
    ["nothing", ""],
    ["no JSON", "nonsense"],
    ["cut off", '{"headline"'],
    ["a list", "[]"],
    ["null", "null"],
    ["a text", '"text"'],
    ["a number", "7"],
    ["nested too deeply", "[".repeat(200_000)],
  ])("that is %s is as good as none, and told once", async (_, text) => {
    await house.put("about/about.md", "x");
    await house.put("about/meta.json", text);
    await house.put("landing-page/landing.json", text);
    await using app = await house.start();
    for (let n = 0; n < 2; n++) {
      expect((await body(app, "about")).model_version).toBe("unknown");
      expect(await body(app, "landing")).toMatchObject({ headline: "Welcome to Claude's Home", last_updated: NEVER });
    }
    const problem = "is no JSON object";
    expect(ailments(app)).toEqual([
      { path: "about/meta.json", problem },
      { path: "landing-page/landing.json", problem },
    ]);
    expect(told(app)).toHaveLength(2);
  });
  test("keys that every object has are no words", async () => {
    await house.put("landing-page/landing.json", '{"__proto__": {"headline": "x"}}');
    expect((await answer("landing")).headline).toBe("Welcome to Claude's Home");
  });
});

test("a home that is a link is a home", async () => {
  await house.put("about/about.md", "# Here\n");
  await symlink(house.home.path, join(house.folder, "link"));
  await using app = await startContent({ home: new HomeFolder(join(house.folder, "link")) });
  expect((await body(app, "about")).title).toBe("Here");
});

test("W-36: asking changes nothing in the home", async () => {
  await house.put("about/about.md", "# Here\n");
  await house.put("sandbox/a/b.txt", "b");
  await using app = await house.start();
  const before = (await readdir(house.home.path, { recursive: true })).toSorted();
  for (const route of [...routes, "sandbox", "projects", "news", "gifts", "files/sandbox/a/b.txt", "files/gifts/x"])
    await app.get(`/content/${route}`);
  expect((await readdir(house.home.path, { recursive: true })).toSorted()).toEqual(before);
});

test("turned off, the routes are gone, and so is what ailed", async () => {
  await house.put("about/about.md", notUtf8);
  await using app = await house.start();
  await body(app, "about");
  await app.kernel.disable("content");
  expect(ailments(app)).toEqual([]);
  for (const route of [...routes, "sandbox", "files/sandbox/x"])
    expect((await app.get(`/content/${route}`)).status).toBe(404);
});

test("two kernels do not share what ails", async () => {
  await house.put("about/about.md", notUtf8);
  await using app = await house.start();
  await body(app, "about");
  await using other = await testKernel([content]);
  expect(ailments(other)).toEqual([]);
});
