import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Draft, type HomeFolder } from "hearth";
import {
  configured,
  expectClean,
  fake,
  HeldClock,
  type TestKernel,
  temporaryFolder,
  temporaryHome,
  testKernel,
} from "hearth/testing";
import { parseFrontMatter } from "hearth-plugins/content";
import { type Gathering, PostSession, Sessions, WakeContext } from "hearth-plugins/sessions";
import plugin from "../../plugins/admin/plugin";
import contextHome from "../../plugins/context-home/plugin";
import conversation from "../../plugins/hook-conversation/plugin";
import { ended, settings } from "./hook-session";

let place: Awaited<ReturnType<typeof temporaryHome>>;
let home: HomeFolder;
let app: TestKernel;

beforeEach(async () => {
  place = await temporaryHome();
  home = place.home;
  // In Auckland it is already the 22nd.
  app = await testKernel([plugin, configured(conversation)], {
    home,
    clock: new HeldClock("2026-11-21T12:00:00Z"),
    timeZone: "Pacific/Auckland",
  });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const post = (what: string, body: unknown) => app.call("POST", `/admin/${what}`, { body });
const text = async (path: string) => (await home.read(path))!.text;
const names = (folder: string) => readdir(join(home.path, folder)).then(list => list.sort());
const png = Buffer.from("89504e470d0a1a0a00", "hex");
const picture = { title: "A picture", filename: "sun.png", content: png.toString("base64"), contentType: "image/png" };

describe("POST /admin/news", () => {
  test("writes a page under its day and title, and says where", async () => {
    const { status, body } = await post("news", { title: "Hello: World! __Ünï", content: "It rains." });
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        filename: "2026-11-22-hello-world-ünï.md",
        path: `${home.path}/news/2026-11-22-hello-world-ünï.md`,
      },
    ]);
    expect(await readFile(body.path, "utf8")).toBe(
      '---\ndate: "2026-11-22"\ntitle: "Hello: World! __Ünï"\ntype: "news"\n---\n\nIt rains.',
    );
    expect((await stat(body.path)).mode & 0o777).toBe(0o644);
  });

  test("posts of one title at once all stay, each under a name of its own", async () => {
    const posted = await Promise.all(
      Array.from({ length: 20 }, (_, at) => post("news", { title: "Same", content: `${at}` })),
    );
    const filenames = posted.map(({ body }) => body.filename);
    expect(filenames).toContain("2026-11-22-same.md");
    expect(filenames).toContain("2026-11-22-same-19.md");
    expect(await names("news")).toEqual([...filenames].sort());
    const contents = await Promise.all(filenames.map(async name => (await text(`news/${name}`)).split("\n\n")[1]));
    expect(contents).toEqual(Array.from({ length: 20 }, (_, at) => `${at}`));
  });

  test("a file that was there before is never written over", async () => {
    await home.write("news/2026-11-22-rain.md", "mine");
    expect((await post("news", { title: "Rain", content: "theirs" })).body.filename).toBe("2026-11-22-rain-1.md");
    expect(await text("news/2026-11-22-rain.md")).toBe("mine");
  });

  test.each([
    ["x\ndate: 1999-01-01\n---\n# forged", "announcement"],
    ["\"quoted\" 'and' \\ # : - [ ] { } & * ! | > % @ `", "personal"],
    ["--- ", "news"],
    ["yes", "news"],
    ["\u2028\u0085\u0007 ends", "news"],
  ] as const)("W-22: a title is a title, whatever it holds: %j", async (title, type) => {
    const { body } = await post("news", { title, type, content: "---\nnot: this\n---\n" });
    const page = parseFrontMatter(await text(`news/${body.filename}`));
    expect(page.data).toEqual({ date: "2026-11-22", title, type });
    expect(page.body).toBe("\n---\nnot: this\n---\n");
  });

  test.each([
    ["  A  b_c--d  ", "a-b-c-d"],
    ["!!!", ""],
    ["../../etc/passwd", "etcpasswd"],
    ["a/b\\c\0d", "abcd"],
    ["नमस्ते दुनिया", "नमस्ते-दुनिया"],
    ["U\u0308ber ❤️ 1️⃣", "über-1"],
    [".env", "env"],
    [`${"𝔘".repeat(60)}`, "𝔘".repeat(50)],
    ["x".repeat(200), "x".repeat(50)],
    ["\ud83dalone", "alone"],
  ])("every title makes a name that is safe: %j", async (title, slug) => {
    const { status, body } = await post("news", { title, content: "c" });
    expect([status, body.filename]).toEqual([200, `2026-11-22-${slug}.md`]);
    expect(await names("news")).toEqual([body.filename]);
  });

  test("lengths are counted in characters, as readers count them", async () => {
    expect((await post("news", { title: "🌙".repeat(200), content: "c" })).status).toBe(200);
    const { status, body } = await post("news", { title: "🌙".repeat(201), content: "" });
    expect(status).toBe(422);
    expect(body.detail).toEqual([
      {
        type: "string_too_long",
        loc: ["body", "title"],
        msg: "String should have at most 200 characters",
        input: "🌙".repeat(201),
        ctx: { max_length: 200 },
      },
      {
        type: "string_too_short",
        loc: ["body", "content"],
        msg: "String should have at least 1 character",
        input: "",
        ctx: { min_length: 1 },
      },
    ]);
  });

  test("refuses what it does not know, naming each field", async () => {
    const { status, body } = await post("news", { title: 7, type: "gossip" });
    expect(status).toBe(422);
    expect(body.detail.map(({ type, loc }: any) => [type, loc.join(".")])).toEqual([
      ["string_type", "body.title"],
      ["enum", "body.type"],
      ["missing", "body.content"],
    ]);
    for (const wrong of ["{", "[]", '"x"', "null", ""]) expect((await post("news", wrong)).status).toBe(422);
    expect(await names(".")).toEqual([]);
  });

  test.each(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""])(
    "a body that does not say that it is JSON is none: %j",
    async type => {
      const body = type.startsWith("application") ? "title=x&content=y" : '{"title":"x","content":"y"}';
      const answer = await app.call("POST", "/admin/news", { body, headers: { "content-type": type } });
      expect([answer.status, answer.body.detail[0]]).toMatchObject([
        422,
        { type: "model_attributes_type", loc: ["body"], input: body },
      ]);
    },
  );

  test.each(["application/json; charset=utf-8", "application/ld+json"])("one that says so is: %s", async type => {
    const body = { title: "x", content: "y" };
    expect((await app.call("POST", "/admin/news", { body, headers: { "content-type": type } })).status).toBe(200);
    const torn = await app.call("POST", "/admin/news", { body: "{", headers: { "content-type": type } });
    expect([torn.status, torn.body.detail[0].type]).toEqual([422, "json_invalid"]);
  });

  test("takes 200,000 characters, and not one more", async () => {
    expect((await post("news", { title: "Long", content: "ü".repeat(200_000) })).status).toBe(200);
    expect((await post("news", { title: "Long", content: "ü".repeat(200_001) })).status).toBe(422);
  });

  test("W-37: without a folder to write in it says so, and leaves nothing", async () => {
    await writeFile(join(home.path, "news"), "a file in its place");
    const { status, body } = await post("news", { title: "x", content: "y" });
    expect([status, body]).toEqual([500, { detail: "Failed to save news" }]);
    expect(app.log.find(({ message }) => message === "an upload could not be saved")).toMatchObject({
      level: "error",
      folder: "news",
    });
    expect(await names(".")).toEqual(["news"]);
  });

  test("is never written through a link that leads out of the home", async () => {
    using outside = temporaryFolder();
    await symlink(outside.path, join(home.path, "news"));
    expect((await post("news", { title: "x", content: "y" })).status).toBe(500);
    expect(await readdir(outside.path)).toEqual([]);
  });
});

describe("POST /admin/readings", () => {
  test("writes a page with its source, or without one", async () => {
    const first = await post("readings", { title: "On rain", source: "An: old #book", content: "Drops." });
    expect([first.status, first.body.path]).toEqual([200, `${home.path}/readings/2026-11-22-on-rain.md`]);
    expect(await text("readings/2026-11-22-on-rain.md")).toBe(
      '---\ndate: "2026-11-22"\ntitle: "On rain"\nsource: "An: old #book"\n---\n\nDrops.',
    );
    await post("readings", { title: "On rain", source: null, content: "More." });
    expect(await text("readings/2026-11-22-on-rain-1.md")).toBe(
      '---\ndate: "2026-11-22"\ntitle: "On rain"\n---\n\nMore.',
    );
  });

  test("refuses what is too long", async () => {
    const { status, body } = await post("readings", {
      title: "t",
      source: "s".repeat(201),
      content: "c".repeat(100_001),
    });
    expect([status, body.detail.length]).toEqual([422, 2]);
  });
});

describe("POST /admin/gifts", () => {
  test("prose carries title, giver and description at its head", async () => {
    const gift = {
      title: "A poem: for you",
      from: "Ann\nB: c",
      description: "Two\nlines",
      filename: "poem.txt",
      content: "roses",
      contentType: "text/plain",
    };
    const { status, body } = await post("gifts", gift);
    expect([status, body]).toEqual([200, { success: true, filename: "poem.txt", path: `${home.path}/gifts/poem.txt` }]);
    expect(await text("gifts/poem.txt")).toBe(
      '---\ndate: "2026-11-22"\ntitle: "A poem: for you"\ntype: "text/plain"\nfrom: "Ann\\nB: c"\n---\n\n> Two\n> lines\n\nroses',
    );
    expect(await names("gifts")).toEqual(["poem.txt"]);
  });

  test("a picture stays as it is, with the text about it beside it", async () => {
    const { status } = await post("gifts", { ...picture, from: "Ann", description: "The sun" });
    expect(status).toBe(200);
    expect(await readFile(join(home.path, "gifts/sun.png"))).toEqual(png);
    expect(await text("gifts/sun.png.meta.md")).toBe(
      '---\ndate: "2026-11-22"\ntitle: "A picture"\ntype: "image/png"\nfrom: "Ann"\n---\n\nThe sun\n',
    );
    expect(await names("gifts")).toEqual(["sun.png", "sun.png.meta.md"]);
  });

  test("so do a page and a program", async () => {
    await post("gifts", { title: "t", filename: "a.html", content: "<b>é</b>", contentType: "text/html" });
    await post("gifts", { title: "t", filename: "a.py", content: "print(1)", contentType: "text/x-python" });
    expect(await text("gifts/a.html")).toBe("<b>é</b>");
    expect(await text("gifts/a.py")).toBe("print(1)");
    expect(await text("gifts/a.py.meta.md")).toBe('---\ndate: "2026-11-22"\ntitle: "t"\ntype: "text/x-python"\n---\n');
  });

  test("the giver is `from`, not another word", async () => {
    await post("gifts", { ...picture, from_name: "Ann", content_type: "text/plain" });
    expect(await text("gifts/sun.png.meta.md")).not.toContain("Ann");
  });

  test.each([
    ".env",
    ".hidden",
    "..",
    "a..b",
    "a/b",
    "a\\b",
    "key.pem",
    "id.KEY",
    "prod.env",
    "node_modules",
    "__pycache__",
    "x.png.meta.md",
    "x.META.md",
    "a\nb",
    "a\0b",
    "\ud800",
    " ",
    "ü".repeat(124),
  ])("W-22: nothing is given under a name that is hidden, reserved or no name: %j", async filename => {
    const { status, body } = await post("gifts", { ...picture, filename });
    expect([status, body.detail[0]]).toEqual([
      422,
      {
        type: "value_error",
        loc: ["body", "filename"],
        msg: "Value error, Invalid filename",
        input: expect.any(String),
        ctx: { error: {} },
      },
    ]);
    expect(await names(".")).toEqual([]);
  });

  test("other names are fine as they are", async () => {
    for (const filename of ["My File.v2.PNG", "ünï 🌙.png", "-rf", "x.md", "a.meta", "ü".repeat(123)])
      expect((await post("gifts", { ...picture, filename })).body.filename).toBe(filename);
  });

  test.each(["@@@", "abc", "ab=c", "====", "data:image/png;base64,aaaa", "a-_b", " \n"])(
    "what is not base64 is refused, and nothing is written: %j",
    async content => {
      const { status, body } = await post("gifts", { ...picture, content });
      expect([status, body]).toEqual([400, { detail: "Invalid base64 content" }]);
      expect(await names(".")).toEqual([]);
    },
  );

  test("base64 in lines is base64", async () => {
    await post("gifts", { ...picture, content: `${picture.content.slice(0, 4)}\r\n${picture.content.slice(4)}\n` });
    expect(await readFile(join(home.path, "gifts/sun.png"))).toEqual(png);
  });

  test.each(["image/gif", "text/markdown", "text/html"])(
    "W-22: more than 2 MB is too large, whatever it is: %s",
    async contentType => {
      const bytes = Buffer.alloc(2 * 1024 * 1024, "a");
      const content = (extra: string) =>
        contentType.startsWith("image/")
          ? Buffer.concat([bytes, Buffer.from(extra)]).toString("base64")
          : `${bytes}${extra}`;
      const gift = { ...picture, contentType };
      expect((await post("gifts", { ...gift, content: content("") })).status).toBe(200);
      const { status, body } = await post("gifts", { ...gift, filename: "more", content: content("a") });
      expect([status, body]).toEqual([413, { detail: "File too large (max 2MB)" }]);
      expect(await names("gifts")).not.toContain("more");
    },
  );

  test("a name that is taken is 409, and neither the file nor the text about it is written over", async () => {
    await post("gifts", { ...picture, description: "first" });
    const { status, body } = await post("gifts", { ...picture, content: "AAAA", description: "second" });
    expect([status, body]).toEqual([409, { detail: "File already exists" }]);
    expect(await readFile(join(home.path, "gifts/sun.png"))).toEqual(png);
    expect(await text("gifts/sun.png.meta.md")).toContain("first");
    expect(await names("gifts")).toEqual(["sun.png", "sun.png.meta.md"]);
  });

  test("a text that lies where the one about it would is not written over either", async () => {
    await home.write("gifts/sun.png.meta.md", "somebody's own");
    expect((await post("gifts", picture)).status).toBe(409);
    expect(await text("gifts/sun.png.meta.md")).toBe("somebody's own");
    expect(await names("gifts")).toEqual(["sun.png.meta.md"]);
  });

  test.each(["image/gif", "text/markdown"])(
    "W-37: the draft of a gift goes only once the gift has its name: %s",
    async contentType => {
      const seen: string[] = [];
      const { publish, [Symbol.asyncDispose]: dispose } = Draft.prototype;
      using published = spyOn(Draft.prototype, "publish").mockImplementation(async function (this: Draft, name) {
        const done = await publish.call(this, name);
        seen.push(`${name} is there`);
        return done;
      });
      using gone = spyOn(Draft.prototype, Symbol.asyncDispose).mockImplementation(function (this: Draft) {
        seen.push("a draft goes");
        return dispose.call(this);
      });
      expect((await post("gifts", { ...picture, contentType, content: "R0lG" })).status).toBe(200);
      expect(seen.at(-1)).toBe("a draft goes");
      expect(seen.at(-2)).toBe("sun.png is there");
      expect(gone).toHaveBeenCalledTimes(published.mock.calls.length);
    },
  );

  test("of many that want one name at once, one has it, whole", async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        post("gifts", { ...picture, content: Buffer.from(`${at}`).toString("base64"), description: `${at}` }),
      ),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 11 }, () => 409)]);
    const winner = `${all.findIndex(({ status }) => status === 200)}`;
    expect(await text("gifts/sun.png")).toBe(winner);
    expect(await text("gifts/sun.png.meta.md")).toEndWith(`\n${winner}\n`);
    expect(await names("gifts")).toEqual(["sun.png", "sun.png.meta.md"]);
  });

  test("W-37: what a crash left of a gift is no obstacle to giving it again", async () => {
    await post("gifts", picture);
    const about = await text("gifts/sun.png.meta.md");
    await app[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    place = await temporaryHome({ "gifts/sun.png.meta.md": about });
    home = place.home;
    app = await testKernel([plugin], {
      home,
      clock: new HeldClock("2026-11-21T12:00:00Z"),
      timeZone: "Pacific/Auckland",
    });
    expect((await post("gifts", picture)).status).toBe(200);
    expect(await names("gifts")).toEqual(["sun.png", "sun.png.meta.md"]);
  });
});

test("what is sent in is what the agent hears of when it wakes", async () => {
  const others = fake(Sessions, { list: () => [] });
  await using house = await testKernel([plugin, others, configured(contextHome)], { home });
  const send = (what: string, body: unknown) => house.call("POST", `/admin/${what}`, { body });
  await send("news", { title: "Rain is near", content: "c" });
  await send("gifts", picture);
  const gathering: Gathering = {
    session: "s",
    type: "visit",
    settings,
    messages: [],
    now: new Date(),
    timeZone: "UTC",
    dryRun: false,
    sections: new Map(),
  };
  await house.run(WakeContext, gathering);
  expect(gathering.sections.get("news")?.text).toBe("In news/, newest first: 2026-11-21-rain-is-near.md.");
  expect(gathering.sections.get("gifts")?.text).toBe("In gifts/, newest first: sun.png.");
});

describe("GET /admin/conversations", () => {
  const list = async (query = "") => (await app.get(`/admin/conversations${query}`)).body;
  const put = (name: string, content: string) => home.write(`conversations/${name}`, content);

  test("is an empty list where there are none", async () => {
    expect(await list()).toEqual({ conversations: [], total: 0 });
  });

  test("shows what the house itself kept of a session", async () => {
    const message = { text: "Hello\n## Response\nforged", at: "2026-01-15T13:59:00Z" };
    const session = ended({ type: "visit", settings: { ...settings, conversation: true }, messages: [message] });
    await app.run(PostSession, session);
    expect(await list()).toEqual({
      conversations: [
        {
          filename: `${session.id}.md`,
          date: "2026-01-16T03:00:00+13:00",
          session_type: "visit",
          message: "Hello\n## Response\nforged",
          response: "I am done.",
        },
      ],
      total: 1,
    });
  });

  test("the newest by name come first, as many as are asked for", async () => {
    for (let day = 10; day < 25; day++)
      await put(`202601${day}.md`, `---\ndate: "${day}"\ntype: "visit"\n---\n\n## Message\n\nhi\n`);
    await put("notes.txt", "no conversation");
    await mkdir(join(home.path, "conversations/folder.md"));
    const { conversations, total } = await list();
    expect([conversations.length, total, conversations[0].filename]).toEqual([10, 15, "20260124.md"]);
    const three = (await list("?limit=3")).conversations;
    expect(three.map(({ date }: any) => date)).toEqual(["24", "23", "22"]);
    expect((await list("?limit=50")).conversations).toHaveLength(15);
  });

  test.each(["0", "51", "-1", "x", "1.5", "1e1", "0x10", ""])("a limit of %s is refused", async limit => {
    const { status, body } = await app.get(`/admin/conversations?limit=${limit}`);
    expect([status, body.detail[0].loc, body.detail[0].input]).toEqual([422, ["query", "limit"], limit]);
  });

  test("files of any kind are read as far as they go", async () => {
    await put(
      "5-crlf.md",
      "---\r\ndate: '2025-01-01'\r\ntype: telegram\r\n---\r\n\r\n## Message\r\n\r\na\r\n\r\n## Response\r\n\r\nb\r\n",
    );
    await put("4-talk.md", '---\ndate: "2025"\ntype: "talk"\n---\n\nJust a talk.\n');
    await put("3-bare.md", "## Message\n\nhi\n");
    await put(
      "2-heading.md",
      "---\ndate: a\n---\n## Message\n\nm\n\n## Response\n\none\n## Response\ntwo\n## Message\nthree\n",
    );
    await put("1-broken.md", "---\n[\n---\n## Response\n\nonly this");
    expect((await list()).conversations).toEqual([
      { filename: "5-crlf.md", date: "2025-01-01", session_type: "telegram", message: "a", response: "b" },
      { filename: "4-talk.md", date: "2025", session_type: "talk", message: "", response: "" },
      { filename: "3-bare.md", date: "", session_type: "unknown", message: "hi", response: "" },
      {
        filename: "2-heading.md",
        date: "a",
        session_type: "unknown",
        message: "m",
        response: "one\n## Response\ntwo\n## Message\nthree",
      },
      { filename: "1-broken.md", date: "", session_type: "unknown", message: "", response: "only this" },
    ]);
  });

  test("what cannot be read is passed over, and another takes its place", async () => {
    await put("1.md", "## Message\n\nfine\n");
    await home.write("conversations/2.md", new Uint8Array([...Buffer.from("## Message\n\n"), 0xff, 0x0a]));
    await symlink("/etc/hostname", join(home.path, "conversations/3.md"));
    await symlink("nowhere", join(home.path, "conversations/4.md"));
    await writeFile(join(home.path, "conversations/5.md"), Buffer.alloc(4 * 1024 * 1024 + 1));
    Bun.spawnSync(["mkfifo", join(home.path, "conversations/6.md")]);
    const { conversations, total } = await list("?limit=2");
    expect(conversations.map(({ filename, message }: any) => [filename, message])).toEqual([
      ["2.md", "\ufffd"],
      ["1.md", "fine"],
    ]);
    expect(total).toBe(6);
  });

  test("a folder that cannot be listed is told", async () => {
    await writeFile(join(home.path, "conversations"), "a file");
    const { status, body } = await app.get("/admin/conversations");
    expect([status, body]).toEqual([500, { detail: "Failed to list conversations" }]);
  });

  test("whoever has the list already is told so", async () => {
    await put("1.md", "## Message\n\nfine\n");
    const etag = (await app.get("/admin/conversations")).headers.get("etag")!;
    const again = () => app.get("/admin/conversations", { headers: { "if-none-match": etag } });
    expect((await again()).status).toBe(304);
    await put("2.md", "## Message\n\nnew\n");
    expect((await again()).status).toBe(200);
  });
});

describe("admin", () => {
  test("is for those who have the key", async () => {
    const asked = [
      app.call("POST", "/admin/news", { body: { title: "t", content: "c" }, key: null }),
      app.call("POST", "/admin/gifts", { body: picture, key: "wrong" }),
      app.call("POST", "/admin/readings", { body: { title: "t", content: "c" }, key: null }),
      app.get("/admin/conversations", { key: null }),
    ];
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(await names(".")).toEqual([]);
  });

  test("has no settings", () => expect(() => configured(plugin, { folder: "x" })).toThrow(/folder/));
  test("leaves nothing behind", () => expectClean(configured(plugin)));
});
