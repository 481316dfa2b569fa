import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { appendFile, chmod, chown, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Commands } from "hearth";
import { configured, expectClean, HeldClock, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import plugin from "../../plugins/retention/plugin";
import { until } from "../fixtures/until";

const NOW = "2026-11-21T12:00:00Z";
const DAY = 86_400_000;

let place: Awaited<ReturnType<typeof temporaryHome>>;
let app: TestKernel | undefined;
beforeEach(async () => {
  place = await temporaryHome();
});
afterEach(async () => {
  await app?.[Symbol.asyncDispose]();
  app = undefined;
  place[Symbol.dispose]();
});

const home = (path: string) => join(place.home.path, path);
const has = (path: string) => existsSync(home(path));

/** A file that was changed so many days ago. */
async function old(path: string, days: number, text = "x"): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  const time = new Date(Date.parse(NOW) - days * DAY);
  await utimes(path, time, time);
}

async function house(settings: Record<string, unknown> = {}, clock = new HeldClock(NOW)): Promise<TestKernel> {
  app = await testKernel([configured(plugin, settings)], { home: place.home, clock });
  return app;
}

/** What `hearth retention` prints, by kind and by place, and its exit code. */
async function retention(...args: string[]) {
  const lines: string[] = [];
  const command = app!.items(Commands).find(({ id }) => id === "retention")!;
  const code = await command.run(args, { print: line => void lines.push(line), signal: new AbortController().signal });
  const told = Object.fromEntries(
    lines.flatMap(line => {
      const [, kind = "", where = "", what] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(line)!;
      return [kind, where].map(key => [key, what ?? ""]);
    }),
  );
  return { told, code };
}

describe("what goes", () => {
  test("S13: 30 days are 30 days, of the visitors' archive and of the audit; the rest is kept", async () => {
    const minute = 1 / 1440;
    await old(home("visitors/archive/2026-10/over.md"), 30 + minute);
    await old(home("visitors/archive/2026-10/fresh.md"), 30 - minute);
    await old(home("moderation/2026-10-21-235959-api.json"), 30 + minute);
    await old(home("moderation/2026-10-20-235959.json"), 31);
    await old(home("moderation/2026-11-20-070000-visitors-2.json"), 1);
    for (const path of ["conversations/a.md", "transcripts/a.md", "logs/session-1.log", "thoughts/a.md"])
      await old(home(path), 3000);
    await house();
    const { told, code } = await retention();
    expect(told).toMatchObject({
      visitorsArchive: "30 days: 1 file, 1 KiB gone",
      moderation: "30 days: 2 files, 1 KiB gone",
      conversations: "kept",
      webLog: "kept",
    });
    expect(code).toBe(0);
    expect(has("visitors/archive/2026-10/over.md")).toBe(false);
    expect(has("visitors/archive/2026-10/fresh.md")).toBe(true);
    expect(has("moderation/2026-10-21-235959-api.json") || has("moderation/2026-10-20-235959.json")).toBe(false);
    for (const path of [
      "moderation/2026-11-20-070000-visitors-2.json",
      "conversations/a.md",
      "transcripts/a.md",
      "logs/session-1.log",
      "thoughts/a.md",
    ])
      expect(has(path)).toBe(true);
  });

  test("S13: each kind has its own days", async () => {
    const files = {
      visitorsArchive: "visitors/archive/2026-01/a.md",
      moderation: "moderation/2026-01-01-000000-mailbox.json",
      conversations: "conversations/a.md",
      transcripts: "transcripts/session-a.md",
      logs: "logs/session-20260101.log",
      images: "telegram/Ada/images/a.JPG",
    };
    for (const path of Object.values(files)) await old(home(path), 6);
    for (const [kind, path] of Object.entries(files)) {
      const all = Object.fromEntries(Object.keys(files).map(other => [other, other === kind ? 5 : 7]));
      await house(all);
      expect((await retention("--dry-run")).told[kind]).toStartWith("5 days: 1 file");
      await retention();
      await app![Symbol.asyncDispose]();
      expect(Object.values(files).filter(one => !has(one))).toEqual([path]);
      await old(home(path), 6);
    }
  });

  test("logs of sessions and transcripts of the CLI, in the state folder", async () => {
    const { state } = await house({ sessionLogs: 5, cliTranscripts: 5 });
    const gone = ["sessions/20260101-000000-000.jsonl", "claude/projects/-home/3f.jsonl"].map(path =>
      join(state, path),
    );
    const stay = ["sessions/notes.jsonl", "sessions.db", "claude/.credentials.json", "claude/projects/-home/a.db"];
    for (const path of [...gone, ...stay.map(one => join(state, one))]) await old(path, 6);
    await retention();
    expect(gone.filter(existsSync)).toEqual([]);
    expect(stay.filter(path => !existsSync(join(state, path)))).toEqual([]);
  });

  test("folders of the archive go when they are empty, the archive itself does not", async () => {
    await old(home("visitors/archive/2026-01/a.md"), 60);
    await old(home("visitors/archive/2026-02/b.md"), 60);
    await old(home("visitors/archive/2026-02/kept.txt"), 60);
    await mkdir(home("visitors/archive/2025-12"));
    await house();
    expect((await retention()).told["visitorsArchive"]).toBe("30 days: 2 files, 2 folders, 1 KiB gone");
    expect(["2025-12", "2026-01"].filter(month => has(`visitors/archive/${month}`))).toEqual([]);
    expect(has("visitors/archive/2026-02/kept.txt")).toBe(true);
    await rm(home("visitors/archive/2026-02"), { recursive: true });
    await retention();
    expect(has("visitors/archive")).toBe(true);
  });

  test("a dry run says the same and deletes nothing", async () => {
    await old(home("visitors/archive/2026-01/a.md"), 60);
    await old(home("logs/web.log"), 0, `{"timestamp":"2026-01-01T00:00:00Z"}\n`);
    await house({ webLog: 5 });
    const { told } = await retention("--dry-run");
    expect(told["visitorsArchive"]).toBe("30 days: 1 file, 1 folder, 1 KiB would go");
    expect(told["webLog"]).toBe("5 days: 1 line, 1 KiB would go");
    expect(has("visitors/archive/2026-01/a.md")).toBe(true);
    expect(await readFile(home("logs/web.log"), "utf8")).toContain("2026-01-01");
  });

  test("folders that are not there are fine", async () => {
    await house({ logs: 1, images: 1, sessionLogs: 1, cliTranscripts: 1, webLog: 1, moodHistory: 1, chatHistory: 1 });
    const { told, code } = await retention();
    expect(code).toBe(0);
    expect(Object.values(told).filter(line => !line.includes("nothing") && line !== "kept")).toEqual([]);
  });
});

describe("what never goes", () => {
  test("S13: files of another kind, hidden ones, a README, and what lies deeper where nothing should", async () => {
    const stay = [
      "visitors/archive/2026-01/README.md",
      "visitors/archive/2026-01/.hidden.md",
      "visitors/archive/2026-01/picture.png",
      "visitors/archive/.git/a.md",
      "visitors/waiting.md",
      "moderation/notes.md",
      "moderation/2020-01-01.json",
      "moderation/2020-01-01-000000-api.json.bak",
      "moderation/2020-01-01-000000_api.json",
      "moderation/deeper/2020-01-01-000000.json",
      "logs/web.log",
      "logs/a.txt",
    ];
    for (const path of stay) await old(home(path), 500);
    await house({ logs: 1 });
    await retention();
    expect(stay.filter(path => !has(path))).toEqual([]);
  });

  test("S13: what lies behind a link, in the home or out of it", async () => {
    const { state } = await house({ conversations: 1, logs: 1, images: 1, webLog: 1 });
    await old(home("thoughts/a.md"), 60);
    await old(home("letters/2026-01/a.md"), 60);
    await old(join(state, "outside/a.json"), 60);
    await old(join(state, "outside/x.log"), 60);
    await old(join(state, "outside/web.log"), 60, `{"timestamp":"2026-01-01T00:00:00Z"}\n`);
    await mkdir(home("visitors/archive"), { recursive: true });
    await mkdir(home("logs"), { recursive: true });
    await symlink(home("letters/2026-01"), home("visitors/archive/2026-01")); // a month that is a link
    await symlink(home("thoughts"), home("conversations")); // a folder that is one, within the home
    await symlink(join(state, "outside"), home("moderation")); // and out of it
    await symlink(join(state, "outside"), home("telegram")); // a folder above
    await mkdir(join(state, "outside/images"));
    await old(join(state, "outside/images/a.png"), 60);
    await symlink(join(state, "outside/x.log"), home("logs/x.log")); // a file
    await symlink(join(state, "outside/web.log"), home("logs/web.log"));
    const { told, code } = await retention();
    expect(code).toBe(1);
    for (const kind of ["conversations", "moderation", "images", "webLog"])
      expect(told[kind]).toMatch(/^not seen to: .* is a link, or lies behind one$/);
    expect(told["visitorsArchive"]).toBe("30 days: nothing gone");
    for (const path of [
      home("thoughts/a.md"),
      home("letters/2026-01/a.md"),
      ...["a.json", "x.log", "images/a.png"].map(one => join(state, "outside", one)),
    ])
      expect(existsSync(path)).toBe(true);
    expect(await readFile(join(state, "outside/web.log"), "utf8")).not.toBe("");
    expect(app!.log.filter(({ message }) => message === "what is old could not be deleted")).toHaveLength(4);
  });

  test("one kind that cannot be seen to keeps none of the others", async () => {
    await writeFile(home("moderation"), "a file where a folder should be");
    await old(home("conversations/a.md"), 6);
    await house({ conversations: 5 });
    const { told, code } = await retention();
    expect([told["moderation"], code]).toEqual([
      `not seen to: ENOTDIR: not a directory, scandir '${place.home.path}/moderation'`,
      1,
    ]);
    expect(has("conversations/a.md")).toBe(false);
  });
});

describe("files of lines", () => {
  const line = (days: number, more: object = {}) =>
    `${JSON.stringify({ timestamp: new Date(Date.parse(NOW) - days * DAY).toISOString(), ...more })}\n`;
  const FILE = "logs/web.log";

  test("S13: lose their old lines, and those without a time between them; the rest stays to the byte", async () => {
    const rest = `${line(4, { query: "é\\n\u2028" })}no json\n${line(9)}{"timestamp":"half a li`;
    await place.home.write(FILE, `${line(9)}no json\n${line(6)}no json\n${rest}`);
    await chmod(home(FILE), 0o640);
    await house({ webLog: 5 });
    expect((await retention()).told["webLog"]).toBe("5 days: 3 lines, 1 KiB gone");
    expect(await readFile(home(FILE), "utf8")).toBe(`no json\n${rest}`);
    expect((await stat(home(FILE))).mode & 0o777).toBe(0o640);
  });

  test("the history of moods too", async () => {
    await place.home.write("data/mood-history.jsonl", line(9) + line(1));
    await house({ moodHistory: 5 });
    await retention();
    expect(await readFile(home("data/mood-history.jsonl"), "utf8")).toBe(line(1));
  });

  test("S13: each chat of Telegram too, and one that an older system wrote; one behind a link keeps none of the others", async () => {
    const chats = ["telegram/Ada/chat.jsonl", "telegram/Zoe/chat.jsonl", "telegram/chat-history.jsonl"];
    for (const path of [...chats, "thoughts/mine/chat.jsonl"]) await place.home.write(path, line(9) + line(1));
    await place.home.write("telegram/Ada/chat.md", "x");
    await symlink(home("thoughts/mine"), home("telegram/Bo"));
    await house({ chatHistory: 5 });
    const { told, code } = await retention("--dry-run");
    expect(Object.entries(told).filter(([key]) => key.startsWith("telegram/"))).toEqual([
      [chats[0]!, "5 days: 1 line, 1 KiB would go"],
      ["telegram/Bo/chat.jsonl", "not seen to: telegram/Bo/chat.jsonl is a link, or lies behind one"],
      [chats[1]!, "5 days: 1 line, 1 KiB would go"],
      [chats[2]!, "5 days: 1 line, 1 KiB would go"],
    ]);
    expect(code).toBe(1);
    await retention();
    for (const path of chats) expect(await readFile(home(path), "utf8")).toBe(line(1));
    expect(await readFile(home("thoughts/mine/chat.jsonl"), "utf8")).toBe(line(9) + line(1));
  });

  test("S14: the file keeps its owner and its rights", async () => {
    await place.home.write(FILE, line(9) + line(1));
    if (process.getuid!() === 0) await chown(home(FILE), 12_345, 23_456); // nobody else may
    await chmod(home(FILE), 0o604);
    const { uid, gid, mode, ino } = await stat(home(FILE));
    await house({ webLog: 5 });
    await retention();
    const after = await stat(home(FILE));
    expect(after.ino).not.toBe(ino);
    expect([after.uid, after.gid, after.mode]).toEqual([uid, gid, mode]);
  });

  test("a file without old lines is not touched", async () => {
    await place.home.write(FILE, line(1));
    const { ino, mtimeMs } = await stat(home(FILE));
    await house({ webLog: 5 });
    expect((await retention()).told["webLog"]).toBe("5 days: nothing gone");
    expect(await stat(home(FILE))).toMatchObject({ ino, mtimeMs });
  });

  test("what is appended while the old lines go is kept", async () => {
    await place.home.write(FILE, line(9).repeat(2000) + line(1));
    await house({ webLog: 5 });
    let going = true;
    let written = 0;
    const appending = (async () => {
      for (; going; written++) await appendFile(home(FILE), line(0, { n: written }));
    })();
    await retention();
    going = false;
    await appending;
    const kept = (await readFile(home(FILE), "utf8"))
      .trim()
      .split("\n")
      .map(one => JSON.parse(one).n)
      .filter(n => n !== undefined);
    expect(written).toBeGreaterThan(10);
    expect(kept.toSorted((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, n) => n));
  });
});

describe("when", () => {
  test("each day at 04:47 of the house", async () => {
    await old(home("moderation/2026-01-01-000000-mailbox.json"), 60);
    const clock = new HeldClock("2026-11-22T04:46:00Z");
    const scheduler = (await house({}, clock)).schedules();
    expect(has("moderation/2026-01-01-000000-mailbox.json")).toBe(true);
    clock.advance(60_000);
    await until(() => !has("moderation/2026-01-01-000000-mailbox.json"));
    await until(() => app!.log.some(({ message }) => message === "deleted what was old"));
    scheduler.stop();
  });
});

test("refuses other arguments", async () => {
  await house();
  for (const args of [["--force"], ["--dry-run", "x"], ["x"]])
    await expect(retention(...args)).rejects.toThrow("--dry-run or nothing");
});

test.each([
  [{ days: 0 }, "days"],
  [{ logs: -1 }, "logs"],
  [{ logs: true }, "logs"],
  [{ letters: 5 }, "letters"],
])("refuses a wrong setting by its name: %p", (table, name) => {
  expect(() => configured(plugin, table)).toThrow(name);
});

test("turned off, it leaves nothing behind", () => expectClean(plugin));
