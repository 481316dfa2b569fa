import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFile, mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin, type HomeFolder } from "hearth";
import { configured, expectClean, type TestKernel, temporaryFolder, temporaryHome, testKernel } from "hearth/testing";
import { FileChanged, Forerunners, Watches } from "hearth-plugins/watcher";
import plugin from "../../plugins/watcher/plugin";
import { until } from "../fixtures/until";

let house: { readonly home: HomeFolder } & Disposable;
let home: string;
let told: string[];

beforeEach(async () => {
  house = await temporaryHome({ "thoughts/old.md": "old", "mailbox/.keep": "" });
  home = house.home.path;
  told = [];
});
afterEach(() => house[Symbol.dispose]());

/** Keeps what is told. */
const listener = definePlugin({
  id: "listener",
  summary: "keeps what the watcher tells",
  setup: ctx => ctx.on(FileChanged, ({ change, path }) => told.push(`${change} ${path}`)),
});

/** A watcher whose watch stands. */
async function start(settings: Record<string, unknown> = {}): Promise<TestKernel> {
  const app = await testKernel([listener, configured(plugin, { debounceMs: 20, ...settings })], { home: house.home });
  await until(() => app.items(Watches).length === 1);
  return app;
}

const hears = (line: string) => until(() => told.includes(line));
const put = (path: string, text = "text") => writeFile(join(home, path), text);

/** Everything that was told up to a last file, written now. */
async function allUpToNow(): Promise<string[]> {
  await put("thoughts/last.md");
  await hears("created thoughts/last.md");
  return told.filter(line => line !== "created thoughts/last.md");
}

describe("its settings", () => {
  test("have a default for everything", () => {
    const { paths, debounceMs } = plugin.config!.parse({});
    expect(paths).toEqual(expect.arrayContaining(["thoughts", "dreams", "scores", "letters", "essays", "mailbox"]));
    expect(debounceMs).toBe(50);
  });
  test("refuse what they do not know or cannot use, by name", () => {
    expect(() => configured(plugin, { path: [] })).toThrow('no setting "path". Did you mean "paths"?');
    expect(() => configured(plugin, { debounceMs: -1 })).toThrow("plugins.watcher.debounceMs");
    expect(() => configured(plugin, { paths: [] })).toThrow("plugins.watcher.paths");
  });
  test("the environment may name them, as lists with commas and as numbers", () => {
    const [paths, readPaths] = plugin.env!["API_WATCH_PATHS_RAW"]!;
    const [debounce, readDebounce] = plugin.env!["API_EVENT_DEBOUNCE_MS"]!;
    expect([paths, readPaths("thoughts, dreams,,")]).toEqual(["paths", ["thoughts", "dreams"]]);
    expect([debounce, readDebounce("80")]).toEqual(["debounceMs", 80]);
  });
  test("a folder may be named absolutely, as long as it is inside the home", async () => {
    await using _ = await start({ paths: [join(home, "thoughts")] });
    await put("thoughts/a.md");
    await hears("created thoughts/a.md");
  });
  test.each(["/etc", "../elsewhere", "thoughts/../.."])("a folder outside the home is refused: %s", async path => {
    await expect(start({ paths: [path] })).rejects.toThrow(`plugins.watcher.paths: "${path}" is not inside the home`);
  });
  test("a link that leads out of the home is refused", async () => {
    await symlink("/etc", join(home, "dreams"));
    await expect(start({ paths: ["dreams"] })).rejects.toThrow('"dreams" is not inside the home');
  });
});

describe("what it tells", () => {
  test("created, modified and deleted, with the path in the home", async () => {
    await using _ = await start();
    await put("thoughts/new.md");
    await hears("created thoughts/new.md");
    await put("thoughts/new.md", "another text");
    await hears("modified thoughts/new.md");
    await unlink(join(home, "thoughts/new.md"));
    await hears("deleted thoughts/new.md");
  });
  test("a file that is replaced by another was modified", async () => {
    await using _ = await start();
    await house.home.write("thoughts/old.md", "new");
    await hears("modified thoughts/old.md");
    expect(await allUpToNow()).toEqual(["modified thoughts/old.md"]);
  });
  test("files in folders that come and go with their folders", async () => {
    await using _ = await start();
    await mkdir(join(home, "mailbox/ann/attachments"), { recursive: true });
    await put("mailbox/ann/attachments/a.png");
    await hears("created mailbox/ann/attachments/a.png");
    await rm(join(home, "mailbox/ann"), { recursive: true });
    await hears("deleted mailbox/ann/attachments/a.png");
  });
  test("a burst loses nothing", async () => {
    await using _ = await start();
    const names = Array.from({ length: 500 }, (_, n) => `thoughts/burst-${n}.md`);
    await Promise.all(names.map(name => put(name)));
    await until(() => told.length >= names.length);
    expect(told.toSorted()).toEqual(names.map(name => `created ${name}`).toSorted());
  });
  test("nothing outside its folders, and nothing that is there when it starts", async () => {
    await using _ = await start({ paths: ["thoughts", "dreams"] });
    await put("prompt.md");
    await put("mailbox/a.md");
    expect(await allUpToNow()).toEqual([]);
  });
  test("nothing through a link that leads out", async () => {
    await using _ = await start();
    using outside = temporaryFolder();
    await symlink(outside.path, join(home, "thoughts/away"));
    await hears("created thoughts/away");
    await writeFile(join(outside.path, "secret.md"), "text");
    expect(await allUpToNow()).toEqual(["created thoughts/away"]);
  });
  test.each(["temple.md", "temporary.md", "tmp-notes.md", "git-notes.md", "swan.md", "4913-days.md", "a.tmp.md"])(
    "W-46: %s is told",
    async name => {
      await using _ = await start();
      await put(`thoughts/${name}`);
      await hears(`created thoughts/${name}`);
    },
  );
  test("W-46: temporary and hidden files are not", async () => {
    await using _ = await start();
    await mkdir(join(home, "thoughts/.git"));
    for (const name of [".a.md.swp", "a.swp", "a.md~", "a.tmp", "a.TEMP", ".hidden.md", "4913", "#a.md#", ".git/HEAD"])
      await put(`thoughts/${name}`);
    expect(await allUpToNow()).toEqual([]);
  });
  test("what tools fill by the thousand is passed over", async () => {
    await using _ = await start();
    for (const folder of ["node_modules/a", "__pycache__"]) {
      await mkdir(join(home, `thoughts/${folder}`), { recursive: true });
      await put(`thoughts/${folder}/a.md`);
    }
    expect(await allUpToNow()).toEqual([]);
  });
  test("W-47: a file that is written without end is told while it is being written", async () => {
    await using _ = await start();
    while (told.length === 0) {
      await appendFile(join(home, "thoughts/long.md"), "more ");
      await Bun.sleep(1);
    }
    expect(told[0]).toBe("created thoughts/long.md");
  });
  test("W-47: a file that is made and deleted at once was never there", async () => {
    await using _ = await start({ debounceMs: 500 });
    await put("thoughts/gone.md");
    await Bun.sleep(20); // long enough for the system to tell of both
    await unlink(join(home, "thoughts/gone.md"));
    expect(await allUpToNow()).toEqual([]);
  });
  test("W-47: a file that is deleted, made again and written is there", async () => {
    await using _ = await start({ debounceMs: 500 });
    await unlink(join(home, "thoughts/old.md"));
    await Bun.sleep(20);
    await put("thoughts/old.md", "");
    await Bun.sleep(20);
    await appendFile(join(home, "thoughts/old.md"), "more");
    expect(await allUpToNow()).toEqual(["created thoughts/old.md"]);
  });
  test("W-47: a renamed file is deleted under its old name and created under its new", async () => {
    await using _ = await start();
    await rename(join(home, "thoughts/old.md"), join(home, "thoughts/new.md"));
    expect((await allUpToNow()).toSorted()).toEqual(["created thoughts/new.md", "deleted thoughts/old.md"]);
  });
});

describe("folders that are not there", () => {
  test("W-55: a missing folder is watched when it appears, and again when it comes back", async () => {
    await using _ = await start({ paths: ["thoughts", "essays"] });
    for (const name of ["one", "two"]) {
      await mkdir(join(home, "essays"));
      await put(`essays/${name}.md`);
      await hears(`created essays/${name}.md`);
      await rm(join(home, "essays"), { recursive: true });
      await hears(`deleted essays/${name}.md`);
    }
  });
});

describe("its life", () => {
  test("says in the log and in its slot when the watch stands, and what it sees", async () => {
    await using app = await start({ paths: ["thoughts"] });
    const [watch] = app.items(Watches);
    const seen = ["thoughts/a.md", "thoughts/.a.md", "thoughts/a.md~", "dreams/a.md"].map(path => watch!.sees(path));
    expect(seen).toEqual([true, false, false, false]);
    expect(app.log).toContainEqual(expect.objectContaining({ plugin: "watcher", message: "the watch stands" }));
  });
  test("is not calm while a change waits to be told", async () => {
    await using app = await start({ paths: ["thoughts"], debounceMs: 100 });
    const [watch] = app.items(Watches);
    expect(watch!.calm).toBe(true);
    await put("thoughts/a.md");
    await until(() => !watch!.calm);
    await hears("created thoughts/a.md");
    expect(watch!.calm).toBe(true);
  });
  test("lets those who read the home first go before it, as long as its patience lasts", async () => {
    const read = Promise.withResolvers<void>();
    const reader = definePlugin({
      id: "reader",
      summary: "reads the home at the start",
      setup: ctx => ctx.add(Forerunners, { id: "reader", over: read.promise }),
    });
    const stands = (app: TestKernel) => app.items(Watches).length === 1;
    await using patient = await testKernel([reader, plugin], { home: house.home });
    await using hasty = await testKernel([reader, configured(plugin, { patience: 0.01 })], { home: house.home });
    await until(() => stands(hasty));
    expect(stands(patient)).toBe(false);
    read.resolve();
    await until(() => stands(patient));
  });
  test("is not kept from stopping by those who read", async () => {
    const reader = definePlugin({
      id: "reader",
      summary: "never ends",
      setup: ctx => ctx.add(Forerunners, { id: "reader", over: new Promise(() => {}) }),
    });
    await using app = await testKernel([reader, configured(plugin, { patience: 600 })], { home: house.home });
    await app.kernel.disable("watcher");
    expect(app.kernel.activity.running(["watcher"])).toEqual([]);
  });
  test("a kernel for one command does not watch", async () => {
    await using app = await testKernel([listener, plugin], { home: house.home, mode: "command" });
    await app.kernel.activity.rest(["watcher"], 5);
    expect(app.items(Watches)).toEqual([]);
  });
  test("starts one watch, however often the plugins settle", async () => {
    await using app = await start();
    await app.kernel.disable("listener");
    await app.kernel.enable("listener");
    await app.kernel.activity.rest(["watcher"], 5);
    expect(app.items(Watches)).toHaveLength(1);
  });
  test("turned off, it tells nothing more", async () => {
    await using app = await start();
    await put("thoughts/a.md");
    await hears("created thoughts/a.md");
    await app.kernel.disable("watcher");
    expect(app.items(Watches)).toEqual([]);
    await put("thoughts/b.md");
    await app.kernel.enable("watcher");
    await until(() => app.items(Watches).length === 1);
    expect(await allUpToNow()).toEqual(["created thoughts/a.md"]);
  });
  test("turned off, it leaves nothing behind", () => expectClean(plugin));
});
