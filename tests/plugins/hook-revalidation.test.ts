import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type HomeFolder, Secrets } from "hearth";
import {
  configured,
  expectClean,
  type TestKernel,
  type TestOptions,
  temporaryFolder,
  temporaryHome,
  testKernel,
} from "hearth/testing";
import { PostSession } from "hearth-plugins/sessions";
import { FileChanged, Watches } from "hearth-plugins/watcher";
import { openDatabase } from "../../core/database";
import admin from "../../plugins/admin/plugin";
import plugin from "../../plugins/hook-revalidation/plugin";
import { movedTo } from "../../plugins/hook-revalidation/redirect";
import { Told } from "../../plugins/hook-revalidation/told";
import watcher from "../../plugins/watcher/plugin";
import { doing } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";
import { ended } from "./hook-session";

const secret = "the-word-between-us";
const folder = join(import.meta.dir, "../../plugins/hook-revalidation");
const options = (): TestOptions => ({ home, folders: { "hook-revalidation": folder } });

/** A call as the frontend saw it. */
interface Call {
  readonly method: string;
  readonly path: string;
  readonly secret: string | null;
  readonly type: string | null;
  readonly body: any;
}

/** A frontend on loopback that notes its calls and answers as it is told. */
function frontend(answer: (call: Call, count: number) => Response | Promise<Response> = () => new Response()) {
  const calls: Call[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const call = {
        method: request.method,
        path: new URL(request.url).pathname,
        secret: request.headers.get("x-revalidate-secret"),
        type: request.headers.get("content-type"),
        body: await request.json().catch(() => null),
      };
      calls.push(call);
      return answer(call, calls.length);
    },
  });
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    calls,
    origin,
    url: `${origin}/api/revalidate`,
    tags: () => calls.map(({ body }) => body.tags.join(" ")),
    [Symbol.dispose]: () => void server.stop(true),
  };
}

let place: Awaited<ReturnType<typeof temporaryHome>>;
let home: HomeFolder;
let app: TestKernel | undefined;

beforeEach(async () => {
  place = await temporaryHome();
  home = place.home;
});
afterEach(async () => {
  await app?.[Symbol.asyncDispose]();
  app = undefined;
  place[Symbol.dispose]();
});

const start = async (table: Record<string, unknown>, ...others: Parameters<typeof testKernel>[0][number][]) => {
  app = await testKernel([...others, configured(plugin, { secret, ...table })], options());
  return app;
};
/** What became of the hook after a session that changed these files. */
async function run(changed: string[] = []) {
  const report = await app!.run(PostSession, ended({ changed }));
  const { state, note, attempts } = report.outcomes.find(({ id }) => id === "revalidation")!;
  return { state, note, attempts };
}

describe("after a session", () => {
  test("the frontend is told the tags, sorted, with the secret in its header", async () => {
    using site = frontend();
    await start({ url: site.url });
    await home.write("thoughts/b.md", "b");
    await home.write("dreams/a.md", "a");
    expect(await run()).toEqual({ state: "done", note: "told: dreams, echoes, thoughts", attempts: 1 });
    expect(site.calls).toEqual([
      {
        method: "POST",
        path: "/api/revalidate",
        secret,
        type: "application/json",
        body: { tags: ["dreams", "echoes", "thoughts"] },
      },
    ]);
  });

  test.each([
    ["about", "about"],
    ["bookshelf", "bookshelf"],
    ["dreams", "dreams"],
    ["essays", "essays"],
    ["essays-description", "essays"],
    ["gifts", "gifts"],
    ["landing-page", "landing"],
    ["landing-summary", "landing"],
    ["letters", "letters"],
    ["letters-description", "letters"],
    ["news", "news"],
    ["projects", "projects"],
    ["sandbox", "sandbox"],
    ["scores", "scores"],
    ["scores-description", "scores"],
    ["thoughts", "thoughts"],
    ["visitor-greeting", "visitors"],
  ])("what changes in %s/ goes by the tag %s, and echoes with it", async (name, tag) => {
    using site = frontend();
    await start({ url: site.url });
    await home.write(`${name}/deep/down/file.bin`, "x");
    await run();
    expect(site.calls.map(({ body }) => body.tags)).toEqual([[tag, "echoes"].sort()]);
  });

  test("what a session says it changed is told again, even when it has been told", async () => {
    using site = frontend();
    await start({ url: site.url });
    await home.write("thoughts/a.md", "a");
    await run();
    await run(["thoughts/a.md", "memory/x.md", "voice.md"]);
    expect(site.tags()).toEqual(["echoes thoughts", "echoes thoughts"]);
  });

  test("nobody is called when nothing changed, or nothing that is shown", async () => {
    using site = frontend();
    await start({ url: site.url });
    await home.write("readings/a.md", "a");
    await home.write("thoughts-old/a.md", "a");
    await home.write("thoughts/.draft.md", "a");
    await home.write("projects/node_modules/x/index.js", "a");
    expect(await run(["readings/a.md", "toString/a.md", "a.md"])).toEqual({
      state: "done",
      note: "nothing changed",
      attempts: 1,
    });
    expect(site.calls).toEqual([]);
  });

  test("a folder is known by the beginning of its path, not by a part of it", async () => {
    using site = frontend();
    await start({ url: site.url });
    await home.write("sandbox/thoughts/dreams/a.md", "a");
    await run();
    expect(site.tags()).toEqual(["echoes sandbox"]);
  });

  test("H9: what was deleted is told, and files of every kind", async () => {
    using site = frontend();
    await start({ url: site.url });
    for (const path of ["letters/a.md", "letters/b.md", "sandbox/pixel.png"]) await home.write(path, "x");
    await run();
    await rm(join(home.path, "letters/a.md"));
    await run();
    await rm(join(home.path, "letters"), { recursive: true });
    await home.write("sandbox/pixel.png", "more");
    await run();
    await run();
    expect(site.tags()).toEqual(["echoes letters sandbox", "echoes letters", "echoes letters sandbox"]);
  });

  test("what lies behind a link is nobody's business", async () => {
    using site = frontend();
    using outside = temporaryFolder();
    await Bun.write(join(outside.path, "a.md"), "x");
    await symlink(outside.path, join(home.path, "thoughts"));
    await home.write("dreams/.keep", "");
    await symlink(join(outside.path, "a.md"), join(home.path, "dreams/a.md"));
    await start({ url: site.url });
    expect((await run()).note).toBe("nothing changed");
    expect(site.calls).toEqual([]);
  });

  test("H8: it comes after the hooks that change what is shown, and those that draw echoes from it", async () => {
    using site = frontend();
    const over: string[] = [];
    const hooks = ["thoughts", "echoes", "visitors-archive"].map(id =>
      doing(`hook-${id}`, ctx =>
        ctx.add(PostSession, {
          id,
          async run() {
            await Bun.sleep(20);
            over.push(`${id} after ${site.calls.length} calls`);
          },
        }),
      ),
    );
    await start({ url: site.url }, ...hooks);
    await home.write("thoughts/a.md", "a");
    await run();
    expect(over.sort()).toEqual(["echoes after 0 calls", "thoughts after 0 calls", "visitors-archive after 0 calls"]);
    expect(site.calls).toHaveLength(1);
  });
});

describe("a call that fails", () => {
  beforeEach(() => home.write("thoughts/a.md", "a"));

  test("H9: an answer that is not 2xx is tried again: 500, then 200", async () => {
    using site = frontend((_, count) => new Response("", { status: count === 1 ? 500 : 200 }));
    await start({ url: site.url });
    expect(await run()).toEqual({ state: "done", note: "told: echoes, thoughts", attempts: 2 });
    expect(site.calls).toHaveLength(2);
  });

  test("H9: after three tries the hook has failed, and the next session makes it good", async () => {
    let status = 401;
    using site = frontend(() => new Response(secret, { status }));
    await start({ url: site.url });
    expect(await run()).toEqual({ state: "failed", note: `${site.origin} answered 401`, attempts: 3 });
    status = 204;
    expect(await run()).toMatchObject({ state: "done", note: "told: echoes, thoughts" });
    expect((await run()).note).toBe("nothing changed");
  });

  test("one that takes too long is given up", async () => {
    const open = Promise.withResolvers<Response>();
    using site = frontend(() => open.promise);
    await start({ url: site.url, timeout: 0.05 });
    expect(await run()).toEqual({ state: "failed", note: `${site.origin} did not answer within 0.05 s`, attempts: 3 });
    open.resolve(new Response());
  });

  test("where nobody listens, that is what is said", async () => {
    const gone = frontend();
    gone[Symbol.dispose]();
    await start({ url: gone.url });
    const { state, note } = await run();
    expect([state, note]).toEqual(["failed", expect.stringContaining(`${gone.origin} cannot be reached`)]);
  });

  test("the secret and the address's path are in no report and no log", async () => {
    using site = frontend(call => new Response(`you said ${call.secret}`, { status: 500, statusText: secret }));
    await start({ url: `${site.origin}/hidden-path?token=hidden-token` });
    const { note } = await run();
    const said = JSON.stringify([note, app!.log]);
    expect(said).toContain("answered 500");
    expect(app!.service(Secrets).redact(`it is ${secret}.`)).not.toContain(secret);
    for (const hidden of [secret, "hidden-path", "hidden-token"]) expect(said).not.toContain(hidden);
  });
});

describe("a redirect", () => {
  beforeEach(() => home.write("thoughts/a.md", "a"));

  test.each([301, 302, 307, 308])("%d within the site is followed, with the same call", async status => {
    using site = frontend((_, count) =>
      count === 1 ? new Response("", { status, headers: { location: "/elsewhere/" } }) : new Response(),
    );
    await start({ url: site.url });
    expect((await run()).state).toBe("done");
    expect(site.calls[1]).toEqual({ ...site.calls[0]!, path: "/elsewhere/" });
  });

  test("to another site gets no secret: it is a failure that names the site", async () => {
    using other = frontend();
    using site = frontend(() => new Response("", { status: 307, headers: { location: `${other.origin}/x` } }));
    await start({ url: site.url });
    const { state, note } = await run();
    expect(state).toBe("failed");
    expect(note).toContain(`${site.origin} sends on to ${other.origin}, which is not given the secret`);
    expect(other.calls).toEqual([]);
  });

  test.each([
    ["https://home.example/a", "/b", "https://home.example/b"],
    ["http://home.example/a", "https://home.example/a", "https://home.example/a"],
    ["http://home.example:3000/a", "https://www.home.example/a", "https://www.home.example/a"],
    ["https://www.home.example/a", "https://home.example/a", "https://home.example/a"],
  ])("from %s to %s keeps to the site", (from, location, to) => {
    expect(movedTo(new URL(from), location).href).toBe(to);
  });

  test.each([
    "http://home.example/a",
    "https://home.example:8443/a",
    "https://evil.example/a",
    "https://home.example.evil.example/a",
    "https://api.home.example/a",
    "//evil.example",
    "javascript:alert(1)",
  ])("from https://home.example to %s is refused", location => {
    expect(() => movedTo(new URL("https://home.example/x"), location)).toThrow(/which is not given the secret/);
  });

  test("without end, or to nowhere, is a failure", async () => {
    using round = frontend(() => new Response("", { status: 302, headers: { location: "/again" } }));
    await start({ url: round.url });
    expect((await run()).note).toBe(`${round.origin} sends on more than 5 times`);
    await app![Symbol.asyncDispose]();
    using broken = frontend(() => new Response("", { status: 307, headers: { location: "http://[" } }));
    await start({ url: broken.url });
    expect((await run()).note).toBe(`${broken.origin} sends on to no address`);
    await app![Symbol.asyncDispose]();
    using nowhere = frontend(() => new Response("", { status: 303, headers: { location: "/done" } }));
    await start({ url: nowhere.url });
    expect((await run()).note).toBe(`${nowhere.origin} answered 303`);
  });
});

describe("uploads", () => {
  const told = (path: string) => app!.emit(FileChanged, { path, change: "created" });

  test("news and gifts are told at once, and what comes together in one call", async () => {
    using site = frontend();
    await start({ url: site.url, quiet: 0.05 });
    await home.write("news/a.md", "a");
    await told("news/a.md");
    await home.write("gifts/a.png", "a");
    await told("gifts/a.png");
    await home.write("thoughts/a.md", "a");
    await told("thoughts/a.md");
    await until(() => site.calls.length === 1);
    expect(site.tags()).toEqual(["echoes gifts news"]);
    await run();
    expect(site.tags()).toEqual(["echoes gifts news", "echoes thoughts"]);
  });

  test("no other folder is told before a session is over", async () => {
    using site = frontend();
    await start({ url: site.url, quiet: 0.001 });
    await home.write("thoughts/a.md", "a");
    await told("thoughts/a.md");
    await home.write("news/a.md", "a");
    await told("news/a.md");
    await until(() => site.calls.length === 1);
    expect(site.tags()).toEqual(["echoes news"]);
  });

  test("a call that failed is tried again, later and later; then the next session tells", async () => {
    let status = 500;
    using site = frontend(() => new Response("", { status }));
    await start({ url: site.url, quiet: 0.001 });
    await home.write("news/a.md", "a");
    await told("news/a.md");
    await until(() => app!.log.some(({ message }) => message.startsWith("the frontend could not be told of uploads")));
    expect(site.calls).toHaveLength(4);
    status = 200;
    await run();
    expect(site.tags().at(-1)).toBe("echoes news");
  });

  test("what an upload route writes reaches the frontend", async () => {
    using site = frontend();
    await start(
      { url: site.url, quiet: 0.05 },
      configured(watcher, { paths: ["news", "gifts"], debounceMs: 10 }),
      admin,
    );
    await until(() => app!.items(Watches).length > 0);
    await app!.call("POST", "/admin/news", { body: { title: "Rain", content: "It rains." } });
    await until(() => site.tags().includes("echoes news"));
    const gift = { title: "t", filename: "a.py", content: "1", contentType: "text/x-python" };
    await app!.call("POST", "/admin/gifts", { body: gift });
    await until(() => site.tags().includes("echoes gifts"));
  });
});

describe("hook-revalidation", () => {
  test.each([
    [{ secret: undefined }, "url and secret"],
    [{}, "url"],
    [{ url: "http://127.0.0.1:1/", secret: undefined }, "secret"],
  ])("without a frontend it is skipped, and says what is missing: %j", async (table, missing) => {
    await start(table);
    await home.write("thoughts/a.md", "a");
    const { state, note } = await run(["thoughts/a.md"]);
    expect([state, note]).toEqual([
      "skipped",
      `there is no frontend to tell: plugins.hook-revalidation has no ${missing}`,
    ]);
  });

  test("what was told is known after a restart, for this frontend and no other", () => {
    using place = temporaryFolder();
    const open = () => openDatabase(join(place.path, "own.db"), join(folder, "migrations"));
    const before = open();
    new Told(before, "https://a.example/").keep(new Map([["thoughts", "x"]]));
    before.close();
    const db = open();
    expect(new Told(db, "https://a.example/").print("thoughts")).toBe("x");
    expect(new Told(db, "https://b.example/").print("thoughts")).toBe("");
    db.close();
  });

  test("the environment names it, by the names of before", () => {
    expect(Object.entries(plugin.env!).map(([name, [key]]) => [name, key])).toEqual([
      ["VERCEL_REVALIDATE_URL", "url"],
      ["VERCEL_REVALIDATE_SECRET", "secret"],
    ]);
  });

  test.each([
    [{ url: "not an address" }, "url"],
    [{ url: "ftp://host/x" }, "url"],
    [{ url: "https://user:hunter22@host/x" }, "url"],
    [{ secret: "hunter22\n" }, "secret"],
    [{ secret: "hünter22" }, "secret"],
    [{ timeout: 0 }, "timeout"],
    [{ hurry: true }, "hurry"],
  ])("refuses wrong settings by name, without repeating a secret: %j", (table, name) => {
    let said = "";
    try {
      configured(plugin, table);
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain(name);
    expect(said).not.toContain("nter22");
  });

  test("leaves nothing behind", async () => {
    await expectClean(configured(plugin), [], options());
    await expectClean(configured(plugin, { url: "http://127.0.0.1:1/", secret }), [], options());
  });

  test("turned off, it tells nobody of what was about to be told", async () => {
    using site = frontend();
    await start({ url: site.url, quiet: 0.03 });
    await home.write("news/a.md", "a");
    await app!.emit(FileChanged, { path: "news/a.md", change: "created" });
    await app!.kernel.disable("hook-revalidation");
    await Bun.sleep(60);
    expect(site.calls).toEqual([]);
  });
});
