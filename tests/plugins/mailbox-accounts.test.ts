import { describe, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { configured, expectClean, HeldClock } from "hearth/testing";
import { Senders } from "hearth-plugins/letterbox";
import { Messengers } from "hearth-plugins/sessions";
import mailbox from "../../plugins/mailbox/plugin";
import { folders, KEYS, mailboxKernel, surroundings } from "../fixtures/mailbox";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const alice = { username: "alice", display_name: "Alice" };

test("turned off, it leaves nothing behind", async () => {
  await expectClean(mailbox, surroundings(), { folders, clock: new HeldClock("2026-11-21T07:00:00Z") });
});

test("refuses a setting that it does not know, by name", () => {
  expect(() => configured(mailbox, { agentname: "x" })).toThrow("agentname");
});

describe("POST /mailbox/register", () => {
  test("makes an account for a trusted key, with its folder; the password is told here only", async () => {
    await using app = await mailboxKernel();
    const answer = await app.ask("POST", "/mailbox/register", { body: alice, headers: bearer(KEYS[0]) });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      username: "alice",
      display_name: "Alice",
      web_password: expect.stringMatching(/^mb_alice_[0-9a-f]{32}$/),
    });
    expect((await stat(join(app.home.path, "mailbox/alice"))).isDirectory()).toBe(true);
    expect(JSON.stringify(app.log)).not.toContain(answer.body.web_password);
  });

  test("a key without the word Bearer is a key too", async () => {
    await using app = await mailboxKernel();
    const answer = await app.ask("POST", "/mailbox/register", { body: alice, headers: { authorization: KEYS[0] } });
    expect(answer.status).toBe(200);
  });

  test("401 for another key, 409 for a key that has an account and for a name that is taken", async () => {
    await using app = await mailboxKernel();
    const call = (key: string, username: string) =>
      app.ask("POST", "/mailbox/register", { body: { ...alice, username }, headers: bearer(key) });
    expect(await call("nobody's key", "alice")).toMatchObject({ status: 401, body: { detail: "Invalid API key" } });
    await app.register("alice", KEYS[0]);
    expect(await call(KEYS[0], "alice2")).toMatchObject({
      status: 409,
      body: { detail: "API key already registered" },
    });
    expect(await call(KEYS[1], "alice")).toMatchObject({ status: 409, body: { detail: "Username already taken" } });
  });

  test("a missing header is a 422 that names it", async () => {
    await using app = await mailboxKernel();
    const { status, body } = await app.ask("POST", "/mailbox/register", { body: alice });
    expect(status).toBe(422);
    expect(body.detail).toEqual([
      { type: "missing", loc: ["header", "authorization"], msg: "Field required", input: null },
    ]);
  });

  test.each([
    "claudie",
    "claude",
    "hearth",
    "admin",
    "system",
    "owner",
    "visitor",
    "visitors",
    "api",
    "root",
    "mailbox",
    "archive",
  ])("W-14: nobody can be %s", async username => {
    await using app = await mailboxKernel();
    const answer = await app.ask("POST", "/mailbox/register", {
      body: { ...alice, username },
      headers: bearer(KEYS[0]),
    });
    expect(answer).toMatchObject({ status: 409, body: { detail: "Username already taken" } });
  });

  test("W-14: nor whatever the agent is called, nor what the owner adds", async () => {
    await using app = await mailboxKernel({ settings: { agentName: "iris", reserved: ["mum"] } });
    for (const username of ["iris", "mum"])
      expect(
        await app.ask("POST", "/mailbox/register", { body: { ...alice, username }, headers: bearer(KEYS[0]) }),
      ).toMatchObject({ status: 409 });
    expect(await app.register("claudie")).toStartWith("mb_claudie_");
  });

  test.each(["bob\n", "\nbob", "Bob", "b", "-bob", "bob-", "a".repeat(21), "bo b", "bob/../x", "böb", ".bob", ""])(
    "W-14: %j is no username",
    async username => {
      await using app = await mailboxKernel();
      const { status, body } = await app.ask("POST", "/mailbox/register", {
        body: { ...alice, username },
        headers: bearer(KEYS[0]),
      });
      expect(status).toBe(422);
      expect(body.detail).toEqual([
        {
          type: "value_error",
          loc: ["body", "username"],
          msg: "Value error, Username must be 2-20 lowercase alphanumeric characters or hyphens",
          input: username,
          ctx: { error: {} },
        },
      ]);
    },
  );

  test.each([
    ["a line end", "Al\nice"],
    ["a control character", "Al\u0007ice"],
    ["a mark that turns the direction", "Al\u202Eice"],
    ["a line separator", "Al\u2028ice"],
    ["letters that only machines read", `Alice${String.fromCodePoint(0xe0069, 0xe0067, 0xe006e)}`],
    ["a blank that nobody sees", "Al\u200Bice"],
    ["letters that fill a place and show nothing", "\u3164\u3164"],
    ["a pile of accents", `A${"\u0301".repeat(5)}lice`],
    ["blanks alone", "   "],
    ["nothing", ""],
    ["51 characters", "x".repeat(51)],
    ["10,000 accents", `A${"\u0301".repeat(10_000)}`],
  ])("a display name with %s is a 422", async (_, display_name) => {
    await using app = await mailboxKernel();
    const { status, body } = await app.ask("POST", "/mailbox/register", {
      body: { username: "alice", display_name },
      headers: bearer(KEYS[0]),
    });
    expect(status).toBe(422);
    expect(body.detail[0].loc).toEqual(["body", "display_name"]);
  });

  test("display names of all people are kept, composed", async () => {
    await using app = await mailboxKernel();
    const answer = await app.ask("POST", "/mailbox/register", {
      body: { username: "alice", display_name: " Zoe\u0308 Nguye\u0302\u0303n 👩‍👩‍👧 " },
      headers: bearer(KEYS[0]),
    });
    expect(answer.body.display_name).toBe("Zo\u00EB Nguy\u1EC5n 👩‍👩‍👧");
  });

  test("a name of which letters lie in the home is taken: they are somebody's", async () => {
    await using app = await mailboxKernel();
    await app.lines("alice", { id: "msg_20261101_u_001", from: "alice", ts: "2026-11-01T00:00:00+00:00", body: "x" });
    await expect(app.register("alice")).rejects.toThrow("Username already taken");
    expect(await app.register("alicia")).toStartWith("mb_");
  });

  test("two that ask for one name at once: one gets it", async () => {
    await using app = await mailboxKernel();
    const call = (key: string) => app.ask("POST", "/mailbox/register", { body: alice, headers: bearer(key) });
    const statuses = (await Promise.all(KEYS.map(call))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
  });

  test("W-15: ten tries an hour of one household, right or wrong, then 429 with Retry-After", async () => {
    await using app = await mailboxKernel();
    const call = (address: string) =>
      app.ask("POST", "/mailbox/register", {
        body: alice,
        headers: { ...bearer("guess"), "x-forwarded-for": address },
      });
    for (let n = 0; n < 10; n++) expect((await call(`2001:db8::${n}`)).status).toBe(401);
    const refused = await call("2001:db8::ff");
    expect(refused).toMatchObject({ status: 429, body: { detail: "Too many attempts. Try again later." } });
    expect(refused.headers.get("retry-after")).toBe("3600");
    expect((await call("2001:db8:1::1")).status).toBe(401);
    app.clock.advance(3_600_001);
    expect((await call("2001:db8::1")).status).toBe(401);
  });

  test("W-15: ten tries an hour of one key, from wherever", async () => {
    await using app = await mailboxKernel();
    const call = (n: number) =>
      app.ask("POST", "/mailbox/reset-password", {
        headers: { ...bearer(KEYS[0]), "x-forwarded-for": `198.51.100.${n}` },
      });
    for (let n = 0; n < 10; n++) expect((await call(n)).status).toBe(404);
    expect((await call(10)).status).toBe(429);
  });
});

describe("POST /mailbox/reset-password", () => {
  test("gives a new password; the old one and all sessions are over", async () => {
    await using app = await mailboxKernel();
    const old = await app.register("alice");
    const session = await app.logIn(old);
    const answer = await app.ask("POST", "/mailbox/reset-password", { headers: bearer(KEYS[0]) });
    expect(answer).toMatchObject({ status: 200, body: { username: "alice" } });
    expect((await app.ask("GET", "/mailbox/status", { headers: session })).status).toBe(401);
    expect((await app.ask("POST", "/mailbox/login", { body: { password: old } })).status).toBe(401);
    expect(await app.logIn(answer.body.web_password)).toHaveProperty("authorization");
  });

  test("401 for another key, 404 for a key without a mailbox", async () => {
    await using app = await mailboxKernel();
    const call = (key: string) => app.ask("POST", "/mailbox/reset-password", { headers: bearer(key) });
    expect(await call("guess")).toMatchObject({ status: 401, body: { detail: "Invalid API key" } });
    expect(await call(KEYS[0])).toMatchObject({ status: 404, body: { detail: "Not registered for mailbox" } });
  });
});

describe("DELETE /mailbox/account", () => {
  test("wants the password; then account and sessions are gone, and the letters lie aside", async () => {
    await using app = await mailboxKernel();
    const password = await app.register("alice");
    const session = await app.logIn(password);
    await app.ask("POST", "/mailbox/send", { headers: session, body: { message: "keep this" } });
    const bob = await app.register("bob", KEYS[1]);
    for (const wrong of ["x", bob, `mb_alice_${"0".repeat(32)}`])
      expect(
        await app.ask("DELETE", "/mailbox/account", { headers: session, body: { password: wrong } }),
      ).toMatchObject({
        status: 401,
        body: { detail: "Invalid password" },
      });
    const answer = await app.ask("DELETE", "/mailbox/account", { headers: session, body: { password } });
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
    expect((await app.ask("GET", "/mailbox/status", { headers: session })).status).toBe(401);
    expect((await app.ask("POST", "/mailbox/login", { body: { password } })).status).toBe(401);
    expect(await app.thread("alice")).toBe("");
    const aside = await app.home.read("mailbox/.removed/alice-2026-11-21/thread.jsonl");
    expect(aside?.text).toContain("keep this");
  });

  test("no answer to a letter of theirs goes to whoever takes the name next", async () => {
    await using app = await mailboxKernel();
    for (const key of KEYS) {
      const password = await app.register("alice", key);
      const session = await app.logIn(password);
      await app.ask("POST", "/mailbox/send", { headers: session, body: { message: `by ${key}` } });
      if (key === KEYS[0]) await app.ask("DELETE", "/mailbox/account", { headers: session, body: { password } });
    }
    const letters = app.items(Messengers).find(({ type }) => type === "correspondence")!;
    const [[old], [next]] = [letters.take("session-1"), letters.take("session-2")];
    expect(old).toEqual({
      text: `by ${KEYS[0]}`,
      from: "alice (alice)",
      at: expect.any(String),
      warning: "Who wrote this has left since: there is nobody who would read an answer.",
    });
    expect(next).toMatchObject({ text: `by ${KEYS[1]}`, file: "mailbox/alice/thread.jsonl", id: "msg_20261121_u_001" });
    expect(next).not.toHaveProperty("warning");
  });

  test("who takes the name next sees nothing of it, and a second removal of a day has a place of its own", async () => {
    await using app = await mailboxKernel({ letterboxSettings: { cooldown: 0 } });
    for (const key of KEYS) {
      const password = await app.register("alice", key);
      const session = await app.logIn(password);
      expect((await app.ask("GET", "/mailbox/status", { headers: session })).body.total).toBe(0);
      await app.ask("POST", "/mailbox/send", { headers: session, body: { message: `by ${key}` } });
      await app.ask("DELETE", "/mailbox/account", { headers: session, body: { password } });
    }
    expect((await app.home.read("mailbox/.removed/alice-2026-11-21/thread.jsonl"))?.text).toContain(KEYS[0]);
    expect((await app.home.read("mailbox/.removed/alice-2026-11-21-2/thread.jsonl"))?.text).toContain(KEYS[1]);
  });
});

test("W-05: no key is on disk nor in the log, not even a part of it", async () => {
  await using app = await mailboxKernel();
  await app.register("alice");
  await app.ask("POST", "/mailbox/register", { body: alice, headers: bearer("attempted-key-77") });
  const files = [...new Bun.Glob("**/*").scanSync({ cwd: app.home.path, dot: true })];
  const texts = await Promise.all(files.map(file => Bun.file(join(app.home.path, file)).text()));
  for (const text of [...texts, JSON.stringify(app.log)]) {
    expect(text).not.toContain(KEYS[0].slice(0, 8));
    expect(text).not.toContain("attempted");
  }
  expect(app.service(Senders).find(KEYS[0])?.fingerprint).not.toContain(KEYS[0].slice(0, 8));
});
