import { describe, expect, test } from "bun:test";
import { appendFile, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ailments, Commands } from "hearth";
import { MemoryWitnesses, recordHash } from "hearth-plugins/memory";
import { FileChanged } from "hearth-plugins/watcher";
import { MailThreads } from "../../plugins/events/mail-threads";
import { momentOf } from "../../plugins/mailbox/moment";
import { KEYS, letter, type MailboxKernel, mailboxKernel } from "../fixtures/mailbox";

type Headers = { authorization: string };

const page = async (app: MailboxKernel, headers: Headers, query = "") =>
  (await app.ask("GET", `/mailbox/thread${query}`, { headers })).body as {
    messages: { id: string; from: string; ts: string; body: string; status: string }[];
    has_more: boolean;
  };
const ids = async (app: MailboxKernel, headers: Headers, query = "") =>
  (await page(app, headers, query)).messages.map(({ id }) => id);
const status = async (app: MailboxKernel, headers: Headers) =>
  (await app.ask("GET", "/mailbox/status", { headers })).body;
const path = (app: MailboxKernel) => join(app.home.path, "mailbox/alice/thread.jsonl");

/** Seven letters, one a second, in turn: m1 of alice, m2 of the agent… */
async function seven(): Promise<{ app: MailboxKernel; headers: Headers } & AsyncDisposable> {
  const app = await mailboxKernel();
  const headers = await app.member("alice");
  await app.lines("alice", ...[1, 2, 3, 4, 5, 6, 7].map(n => letter(`m${n}`, n % 2 ? "alice" : "claudie", n)));
  return { app, headers, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

describe("GET /mailbox/status", () => {
  test("of an empty mailbox", async () => {
    await using app = await mailboxKernel();
    const headers = await app.logIn(await app.register("alice", KEYS[0], "Alice"));
    expect(await status(app, headers)).toEqual({
      username: "alice",
      unread: 0,
      total: 0,
      display_name: "Alice",
      last_message: null,
    });
  });

  test("counts the letters, those of the agent that are new, and tells the newest time", async () => {
    await using house = await seven();
    expect(await status(house.app, house.headers)).toMatchObject({
      unread: 3,
      total: 7,
      last_message: "2026-11-21T07:00:07.000000+00:00",
    });
  });

  test("is 304 for who has it already", async () => {
    await using house = await seven();
    const first = await house.app.ask("GET", "/mailbox/status", { headers: house.headers });
    const known = { ...house.headers, "if-none-match": first.headers.get("etag")! };
    expect((await house.app.ask("GET", "/mailbox/status", { headers: known })).status).toBe(304);
    await house.app.lines("alice", letter("m8", "claudie", 8));
    expect((await house.app.ask("GET", "/mailbox/status", { headers: known })).status).toBe(200);
  });
});

describe("GET /mailbox/thread", () => {
  test("gives the newest letters, the oldest of them first, and says whether there are more", async () => {
    await using house = await seven();
    const { messages, has_more } = await page(house.app, house.headers, "?limit=2");
    expect(messages).toEqual([
      { ...letter("m6", "claudie", 6), status: "unread" },
      { ...letter("m7", "alice", 7), status: "read" },
    ]);
    expect(has_more).toBe(true);
  });

  test("goes back with the first id of the page before", async () => {
    await using house = await seven();
    expect(await page(house.app, house.headers, "?limit=3&before=m6")).toMatchObject({
      messages: [{ id: "m3" }, { id: "m4" }, { id: "m5" }],
      has_more: true,
    });
    expect(await page(house.app, house.headers, "?limit=3&before=m3")).toMatchObject({
      messages: [{ id: "m1" }, { id: "m2" }],
      has_more: false,
    });
    expect((await page(house.app, house.headers, "?before=m1")).messages).toEqual([]);
  });

  test("a page of long letters ends after some MB, and the next one goes on there", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const body = "x".repeat(1_500_000);
    await app.lines("alice", ...[1, 2, 3, 4, 5].map(n => letter(`m${n}`, "claudie", n, { body })));
    const newest = await page(app, headers, "?limit=200");
    expect([newest.messages.map(({ id }) => id), newest.has_more]).toEqual([["m4", "m5"], true]);
    expect(await ids(app, headers, "?before=m4")).toEqual(["m2", "m3"]);
    const oldest = await page(app, headers, "?before=m2");
    expect([oldest.messages.map(({ id }) => id), oldest.has_more]).toEqual([["m1"], false]);
  });

  test("an unknown `before` counts for nothing", async () => {
    await using house = await seven();
    expect(await ids(house.app, house.headers, "?limit=2&before=nope")).toEqual(["m6", "m7"]);
  });

  test.each([
    ["0", 1],
    ["-3", 1],
    ["5", 5],
    ["201", 200],
    ["99999999999999999999", 200],
  ])("W-51: a limit of %s is one of 1 to 200", async (limit, count) => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await app.lines("alice", ...Array.from({ length: 210 }, (_, n) => letter(`m${n}`, "alice", n)));
    const { messages, has_more } = await page(app, headers, `?limit=${limit}`);
    expect([messages.length, has_more]).toEqual([count, true]);
  });

  test.each(["x", "1.5", "", "1e1"])("a limit of %j is a 422", async limit => {
    await using house = await seven();
    const answer = await house.app.ask("GET", `/mailbox/thread?limit=${limit}`, { headers: house.headers });
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ type: "int_parsing", loc: ["query", "limit"] }] } });
  });

  test("letters are in the order of their times, not of the file; all their fields are passed on", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await app.lines(
      "alice",
      letter("late", "alice", 30),
      letter("early", "claudie", 10, { in_reply_to: "x", mood: { warm: true } }),
      { ...letter("middle", "alice", 0), ts: "2026-11-21T09:00:20+02:00" },
    );
    const { messages } = await page(app, headers);
    expect(messages.map(({ id }) => id)).toEqual(["early", "middle", "late"]);
    expect(messages[0]).toMatchObject({ in_reply_to: "x", mood: { warm: true } });
  });
});

describe("the cursor", () => {
  test("the newest page moves it to its end; the answer tells how it was before", async () => {
    await using house = await seven();
    expect((await page(house.app, house.headers)).messages.map(one => one.status)).toEqual([
      "read",
      "unread",
      "read",
      "unread",
      "read",
      "unread",
      "read",
    ]);
    expect(await status(house.app, house.headers)).toMatchObject({ unread: 0 });
    await house.app.lines("alice", letter("m8", "claudie", 8));
    expect(await status(house.app, house.headers)).toMatchObject({ unread: 1 });
  });

  test("W-08: a page of old letters neither moves it back nor on, and shows what was read as read", async () => {
    await using house = await seven();
    await house.app.ask("PATCH", "/mailbox/read", { headers: house.headers, body: { last_read_id: "m5" } });
    const old = await page(house.app, house.headers, "?limit=2&before=m5");
    expect(old.messages.map(one => [one.id, one.status])).toEqual([
      ["m3", "read"],
      ["m4", "read"],
    ]);
    expect(await status(house.app, house.headers)).toMatchObject({ unread: 1 });
    expect((await page(house.app, house.headers, "?before=m7")).messages.at(-1)).toMatchObject({ status: "unread" });
    expect(await status(house.app, house.headers)).toMatchObject({ unread: 1 });
  });

  test("W-36: HEAD does not move it, though GET does", async () => {
    await using house = await seven();
    expect((await house.app.ask("HEAD", "/mailbox/thread", { headers: house.headers })).status).toBe(200);
    expect(await status(house.app, house.headers)).toMatchObject({ unread: 3 });
    await page(house.app, house.headers);
    expect(await status(house.app, house.headers)).toMatchObject({ unread: 0 });
  });

  test("PATCH /mailbox/read moves it on, never back; an unknown id is a 400", async () => {
    await using house = await seven();
    const read = (last_read_id: string) =>
      house.app.ask("PATCH", "/mailbox/read", { headers: house.headers, body: { last_read_id } });
    expect(await read("m4")).toMatchObject({ status: 200, body: { last_read_id: "m4" } });
    expect(await read("m2")).toMatchObject({ status: 200, body: { last_read_id: "m4" } });
    expect(await read("m6")).toMatchObject({ status: 200, body: { last_read_id: "m6" } });
    expect(await read("nope")).toMatchObject({ status: 400, body: { detail: "Invalid message ID" } });
    expect((await read("")).status).toBe(422);
  });

  test("keeps its place when its letter is gone", async () => {
    await using house = await seven();
    await house.app.ask("PATCH", "/mailbox/read", { headers: house.headers, body: { last_read_id: "m4" } });
    const lines = (await house.app.thread("alice")).split("\n").filter(line => !line.includes('"m4"'));
    await house.app.home.write("mailbox/alice/thread.jsonl", lines.join("\n"));
    expect(await status(house.app, house.headers)).toMatchObject({ unread: 1, total: 6 });
    const answer = await house.app.ask("PATCH", "/mailbox/read", {
      headers: house.headers,
      body: { last_read_id: "m2" },
    });
    expect(answer.body).toEqual({ last_read_id: "m4" });
  });

  test("W-13: moving it changes no file, and only a thread that grows is news", async () => {
    await using house = await seven();
    const threads = new MailThreads(house.app.home);
    await threads.learn();
    const files = () => [...new Bun.Glob("**/*").scanSync({ cwd: house.app.home.path, dot: true })].sort();
    const before = files();
    await page(house.app, house.headers);
    expect(files()).toEqual(before);
    const changed = FileChanged.schema.parse({ path: "mailbox/alice/thread.jsonl", change: "modified" });
    expect(threads.news(changed)).toBeUndefined();
    await house.app.ask("POST", "/mailbox/send", { headers: house.headers, body: { message: "new" } });
    expect(threads.news(changed)).toMatchObject({ type: "mailbox:new_message", slug: "alice" });
  });
});

describe("a thread that others write too", () => {
  test("W-33: two letters of one id are two: paging shows each once", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await app.lines("alice", ...[1, 2, 3, 4, 5, 6].map(n => letter(n % 2 ? "twice" : `m${n}`, "claudie", n)));
    const seen: string[] = [];
    for (let before = ""; ; ) {
      const found = await ids(app, headers, `?limit=2${before && `&before=${before}`}`);
      if (found.length === 0) break;
      seen.unshift(...found);
      before = found[0]!;
    }
    expect(seen).toEqual(["twice", "m2", "twice-2", "m4", "twice-3", "m6"]);
    expect((await page(app, headers)).messages.map(({ body }) => body)[2]).toBe("words of twice");
  });

  test("W-39: only what is new in it is read; what is torn waits for its end", async () => {
    await using house = await seven();
    const { app, headers } = house;
    await appendFile(path(app), '{"id":"m8","from":"claudie","ts":"2026-11-21T07:00:08+00:00","bo');
    expect(await status(app, headers)).toMatchObject({ total: 7 });
    expect(app.items(Ailments).flatMap(source => source.list())).toEqual([]);
    await appendFile(path(app), 'dy":"torn"}\n');
    expect((await page(app, headers)).messages.at(-1)).toMatchObject({ id: "m8", body: "torn" });
    expect(await status(app, headers)).toMatchObject({ total: 8 });
  });

  test("a last letter without its line end is a letter, and stays one when it gets it", async () => {
    await using house = await seven();
    const { app, headers } = house;
    await appendFile(path(app), JSON.stringify({ body: "by hand" }));
    const [first] = (await page(app, headers)).messages.slice(-1);
    expect(first).toMatchObject({ id: "msg_20261121_c_001", from: "claudie", body: "by hand" });
    await appendFile(path(app), `\n${JSON.stringify(letter("m9", "claudie", 3600))}\n`);
    const { messages } = await page(app, headers);
    expect(messages).toHaveLength(9);
    expect(messages.find(({ id }) => id === first!.id)).toEqual({ ...first!, status: "read" });
  });

  test("W-39: bad lines are passed over, and told once", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await app.lines(
      "alice",
      letter("m1", "alice", 1),
      "{ not json",
      "",
      "   ",
      "[1]",
      '"text"',
      '{"id":5}',
      letter("m2", "claudie", 2),
    );
    expect(await ids(app, headers)).toEqual(["m1", "m2"]);
    await page(app, headers);
    expect(app.items(Ailments).flatMap(source => source.list())).toMatchObject([
      {
        path: "mailbox/alice/thread.jsonl",
        problem: "line 2 is no letter and is passed over; 4 such lines in all",
      },
    ]);
    expect(app.log.filter(({ plugin, level }) => plugin === "mailbox" && level === "warn")).toHaveLength(1);
    await app.lines("alice", letter("m3", "alice", 3));
    expect(await ids(app, headers)).toEqual(["m1", "m2", "m3"]);
    expect(app.log.filter(({ plugin, level }) => plugin === "mailbox" && level === "warn")).toHaveLength(1);
  });

  test.each([
    ["shortened", async (file: string) => truncate(file, (await Bun.file(file).text()).indexOf("\n") + 1), ["m1"]],
    [
      "replaced by another file",
      async (file: string) => {
        await writeFile(`${file}.new`, `${JSON.stringify(letter("x1", "claudie", 1))}\n`);
        await rename(`${file}.new`, file);
      },
      ["x1"],
    ],
    [
      "rewritten in place and longer",
      async (file: string) => {
        const text = await Bun.file(file).text();
        await writeFile(
          file,
          text.replace("words of m2", "many more words of m2") + JSON.stringify(letter("m8", "claudie", 8)),
        );
      },
      ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"],
    ],
    ["taken away", (file: string) => rm(file), []],
  ])("is read anew when it was %s", async (_, change, expected) => {
    await using house = await seven();
    expect(await ids(house.app, house.headers)).toHaveLength(7);
    await change(path(house.app));
    const { messages } = await page(house.app, house.headers);
    expect(messages.map(({ id }) => id)).toEqual(expected as string[]);
    for (const { id, body } of messages) expect(body).toEndWith(`words of ${id}`);
  });

  test("a letter in a person's name is theirs only when Hearth wrote it down, or when it was there before", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await app.register("bob", KEYS[1]);
    const { body } = await app.ask("POST", "/mailbox/send", { headers, body: { message: "my own words" } });
    const own = (await app.thread("alice")).trim();
    await app.byHand("alice", letter("f1", "alice", 9), letter("f2", "bob", 9), own.replace("my own", "other"));
    await app.byHand("alice", letter("c1", "claudie", 10), { body: "by hand" }, letter("o1", "an old friend", 11));
    const { messages } = await page(app, headers);
    const shown = ["words of c1", "words of o1", "my own words", "by hand"];
    expect(messages.map(one => one.body)).toEqual(shown);
    expect(app.items(Ailments).flatMap(source => source.list())).toMatchObject([
      {
        path: "mailbox/alice/thread.jsonl",
        problem:
          "line 2 names somebody who did not write it and is passed over; 3 such lines in all; if it is right, run `hearth mailbox believe alice`",
      },
    ]);
    expect(app.items(MemoryWitnesses)[0]!.records("mailbox/alice/thread.jsonl")).toEqual([recordHash(own)]);
    expect(messages[2]!.id).toBe(body.id);
    await app.byHand("alice", own); // once more: the same words, at the same time
    const again = (await page(app, headers)).messages.map(({ body, ts }) => [body, ts]);
    expect(again.filter(([said]) => said === "my own words")).toEqual(Array(2).fill(["my own words", messages[2]!.ts]));
  });

  test("of an account that was made over letters, all of these are of whom they name, also after more has come", async () => {
    await using app = await mailboxKernel();
    await app.byHand("carol", letter("m1", "carol", 1), letter("m2", "claudie", 2), letter("m3", "dora", 3));
    const add = app.items(Commands).find(({ id }) => id === "mailbox")!;
    const said: string[] = [];
    await add.run(["add", "carol"], { print: line => said.push(line), signal: AbortSignal.timeout(5000) });
    await app.byHand("carol", letter("m4", "claudie", 4), letter("f5", "carol", 5));
    const headers = await app.logIn(/mb_carol_\w+/.exec(said.join("\n"))![0]);
    expect(await ids(app, headers)).toEqual(["m1", "m2", "m3", "m4"]);
    await app.home.write("mailbox/carol/thread.jsonl", `\n${await app.thread("carol")}`); // read anew
    expect(await ids(app, headers)).toEqual(["m1", "m2", "m3", "m4"]);
  });

  test("letters under a name that nobody has are told, until somebody has it", async () => {
    await using app = await mailboxKernel();
    const problems = () => app.items(Ailments).flatMap(source => source.list());
    await app.byHand("carol", { body: "Dear Carol" });
    await app.home.write("mailbox/.removed/dora-2026-11-20/thread.jsonl", "{}");
    await app.home.write("mailbox/notes.md", "mine");
    const told = {
      path: "mailbox/carol/thread.jsonl",
      problem: expect.stringContaining('nobody has a mailbox called "carol", so these letters reach no one'),
      since: "2026-11-21T07:08:53.447Z",
    };
    expect(problems()).toEqual([told]);
    app.clock.advance(60_000);
    expect(problems()).toEqual([told]);
    const add = app.items(Commands).find(({ id }) => id === "mailbox")!;
    await add.run(["add", "carol"], { print: () => {}, signal: AbortSignal.timeout(5000) });
    expect(problems()).toEqual([]);
  });

  test("a letter without an id and a time gets both, and keeps them", async () => {
    await using house = await seven();
    const { app, headers } = house;
    await page(app, headers);
    await app.lines("alice", { id: "", from: "claudie", body: "by hand", in_reply_to: "m7" });
    await utimes(path(app), new Date(), new Date("2026-11-21T07:05:00Z"));
    const [first] = (await page(app, headers)).messages.slice(-1);
    expect(first).toEqual({
      id: "msg_20261121_c_001",
      from: "claudie",
      ts: "2026-11-21T07:05:00.000000+00:00",
      body: "by hand",
      in_reply_to: "m7",
      status: "unread",
    } as never);
    const text = await app.thread("alice");
    await app.home.write("mailbox/alice/thread.jsonl", `\n${text}`); // another file, at another time
    expect((await page(app, headers)).messages.at(-1)).toEqual({ ...first!, status: "read" });
  });

  test("equal letters without ids are different ones", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await app.lines("alice", { body: "ping" }, { body: "ping" });
    const first = await page(app, headers);
    expect(first.messages.map(({ id }) => id)).toEqual(["msg_20261121_c_001", "msg_20261121_c_002"]);
    await app.home.write("mailbox/alice/thread.jsonl", await app.thread("alice"));
    expect((await page(app, headers)).messages.map(({ id, ts }) => [id, ts])).toEqual(
      first.messages.map(({ id, ts }) => [id, ts]),
    );
  });

  test("a letter that is dated after the file that holds it has the time of the file, so that what follows it can be new", async () => {
    await using house = await seven();
    const { app, headers } = house;
    await app.lines("alice", { ...letter("m8", "claudie", 8), ts: "2031-01-01T00:00:00+00:00" });
    expect((await page(app, headers)).messages.at(-1)).toMatchObject({
      id: "m8",
      ts: expect.stringMatching(/^2026-11-21T07:0/),
    });
    app.clock.advance(60_000);
    await app.ask("POST", "/mailbox/send", { headers, body: { message: "after it" } });
    expect((await page(app, headers)).messages.at(-1)).toMatchObject({ body: "after it" });
  });

  test("a thread that leads out of the home is not read", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await rm(path(app), { force: true });
    await symlink("/etc/passwd", path(app));
    const answer = await app.ask("GET", "/mailbox/thread", { headers });
    expect(answer.status).not.toBe(200);
    expect(JSON.stringify(answer.body)).not.toContain("root:");
  });
});

test.each([
  ["2026-11-21T07:08:53.447506+00:00", "2026-11-21T07:08:53.447506"],
  ["2026-11-21T07:08:53+00:00", "2026-11-21T07:08:53.000000"],
  ["2026-11-21T07:08:53Z", "2026-11-21T07:08:53.000000"],
  ["2026-11-21T07:08:53", "2026-11-21T07:08:53.000000"],
  ["2026-11-21T09:08:53.5+02:00", "2026-11-21T07:08:53.500000"],
  ["2026-13-21T07:08:53Z", undefined],
  ["yesterday", undefined],
  ["1", undefined],
])("the time %s sorts as %s", (ts, moment) => {
  expect(momentOf(ts)).toBe(moment);
});
