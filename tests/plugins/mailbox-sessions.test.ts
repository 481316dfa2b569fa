import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Commands } from "hearth";
import { configured, fake, HeldClock, testKernel } from "hearth/testing";
import { Letterbox, Limits, Senders } from "hearth-plugins/letterbox";
import { openDatabase } from "../../core/database";
import { Accounts } from "../../plugins/mailbox/accounts";
import { Logins } from "../../plugins/mailbox/logins";
import { Passwords } from "../../plugins/mailbox/passwords";
import mailbox from "../../plugins/mailbox/plugin";
import { Reception, type ReceptionOptions } from "../../plugins/mailbox/reception";
import { folders, KEYS, mailboxKernel, plainPictures } from "../fixtures/mailbox";
import { until } from "../fixtures/until";

const DAY = 86_400_000;
const wrong = (username: string) => `mb_${username}_${"0".repeat(32)}`;

describe("POST /mailbox/login", () => {
  test("gives a session of seven days to whoever knows a password", async () => {
    await using app = await mailboxKernel();
    const password = await app.register("alice", KEYS[0], "Alice");
    const { status, body } = await app.ask("POST", "/mailbox/login", { body: { password } });
    expect(status).toBe(200);
    expect(body).toEqual({
      session_token: expect.stringMatching(/^ses_[0-9a-f]{64}$/),
      expires_in: 604_800,
      username: "alice",
      display_name: "Alice",
    });
  });

  test.each([
    ["of another form", "open sesame"],
    ["of nobody", wrong("nobody")],
    ["of somebody else's making", wrong("alice")],
    ["with a line end", `${wrong("alice")}\n`],
  ])("a password %s is a 401", async (_, password) => {
    await using app = await mailboxKernel();
    await app.register("alice");
    const answer = await app.ask("POST", "/mailbox/login", { body: { password } });
    expect(answer).toMatchObject({ status: 401, body: { detail: "Invalid password" } });
  });

  test.each([[{}], [{ password: "" }], [{ password: 5 }], ["no JSON"]])("%j is a 422", async body => {
    await using app = await mailboxKernel();
    expect((await app.ask("POST", "/mailbox/login", { body })).status).toBe(422);
  });

  test("five failures, then 429 with Retry-After even for the right one; a quarter of an hour later it is well again", async () => {
    await using app = await mailboxKernel();
    const password = await app.register("alice");
    const call = (said: string) => app.ask("POST", "/mailbox/login", { body: { password: said } });
    expect((await call(password)).status).toBe(200);
    for (let n = 0; n < 5; n++) expect((await call(wrong("alice"))).status).toBe(401);
    const refused = await call(password);
    expect(refused).toMatchObject({
      status: 429,
      body: { detail: "Too many failed login attempts. Try again later." },
    });
    expect(refused.headers.get("retry-after")).toBe("900");
    app.clock.advance(900_001);
    expect((await call(password)).status).toBe(200);
  });

  test("W-15: failures for one account of one household shut out nobody else", async () => {
    await using app = await mailboxKernel();
    const [alice, bob] = [await app.register("alice"), await app.register("bob", KEYS[1])];
    const call = (password: string, address: string) =>
      app.ask("POST", "/mailbox/login", { body: { password }, headers: { "x-forwarded-for": address } });
    for (let n = 0; n < 5; n++) await call(wrong("alice"), "192.0.2.1");
    expect((await call(alice, "192.0.2.1")).status).toBe(429);
    expect((await call(bob, "192.0.2.1")).status).toBe(200);
    expect((await call(alice, "192.0.2.2")).status).toBe(200);
  });

  test("who tries many accounts is let in to none, whichever they name; others are", async () => {
    await using app = await mailboxKernel({ settings: { loginFailures: 1 } });
    const password = await app.register("alice");
    const call = (said: string, address: string) =>
      app.ask("POST", "/mailbox/login", { body: { password: said }, headers: { "x-forwarded-for": address } });
    for (let n = 10; n < 30; n++) expect((await call(wrong(`nobody${n}`), "192.0.2.1")).status).toBe(401);
    for (const said of [wrong("nobody30"), password]) {
      const refused = await call(said, "192.0.2.1");
      expect(refused).toMatchObject({
        status: 429,
        body: { detail: "Too many failed login attempts. Try again later." },
      });
      expect(refused.headers.get("retry-after")).toBe("900");
    }
    expect((await call(password, "192.0.2.2")).status).toBe(200);
  });

  test("many tries at once are no more than five", async () => {
    await using app = await mailboxKernel();
    await app.register("alice");
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => app.ask("POST", "/mailbox/login", { body: { password: wrong("alice") } })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter(status => status === 401)).toHaveLength(5);
    expect(statuses.filter(status => status === 429)).toHaveLength(7);
  });

  test("a password that was reset while it was verified opens nothing any more", async () => {
    const db = openDatabase(":memory:", join(folders.mailbox, "migrations"));
    const accounts = new Accounts(db);
    const clock = new HeldClock("2026-11-21T07:00:00Z");
    const row = { username: "alice", displayName: "Alice", fingerprint: null, passwordHash: "old", registeredAt: "x" };
    accounts.insert(row);
    const reception = new Reception({
      accounts,
      clock,
      logins: new Logins(db, clock, { seconds: 60, most: 5 }),
      passwords: { isOld: () => false, verify: async () => accounts.changePassword("alice", "new") ?? true },
      gate: { mayWrite: () => true },
      limits: { check: () => {}, count: () => {} },
    } as unknown as ReceptionOptions);
    expect(await reception.logIn(wrong("alice"), "192.0.2.1").catch(error => error)).toMatchObject({ status: 401 });
  });
});

describe("passwords", () => {
  test("are argon2id", async () => {
    expect(await new Passwords().hash("x")).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  });

  test("W-16: a login looks at one hash, however many accounts there are", async () => {
    await using app = await mailboxKernel();
    const password = await app.register("alice");
    await app.register("bob", KEYS[1]);
    const { verify } = Bun.password;
    const seen: unknown[] = [];
    Bun.password.verify = (...args) => {
      seen.push(args[1]);
      return verify(...args);
    };
    try {
      await app.logIn(password);
      expect(seen).toHaveLength(1);
      await app.ask("POST", "/mailbox/login", { body: { password: wrong("nobody") } });
      expect(seen).toHaveLength(2);
      expect(new Set(seen).size).toBe(2);
    } finally {
      Bun.password.verify = verify;
    }
  });

  test("W-49: verifying one does not hold up the rest of the house", async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash("x");
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await passwords.verify("x", hash);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  test("34 are verified or wait for it; who comes then gets 503 with Retry-After", async () => {
    const { verify } = Bun.password;
    const open: (() => void)[] = [];
    Bun.password.verify = () => new Promise(resolve => open.push(() => resolve(true)));
    try {
      const passwords = new Passwords();
      const inside = Array.from({ length: 34 }, () => passwords.verify("x", "$argon2id$"));
      await until(() => open.length > 0);
      const refused = await passwords.verify("x", "$argon2id$").catch(error => error);
      expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
      for (let n = 0; n < 34; n++) {
        await until(() => open.length > n);
        open[n]!();
      }
      expect(await Promise.all(inside)).toEqual(Array(34).fill(true));
    } finally {
      Bun.password.verify = verify;
      for (const go of open) go(); // whatever went wrong here: the turns are those of all tests
    }
  });
});

describe("a session", () => {
  test.each([
    ["no token", "mb_x", "Invalid session token"],
    ["an unknown token", `ses_${"0".repeat(64)}`, "Invalid or expired session"],
    ["a token after a small bearer", `bearer ses_${"0".repeat(64)}`, "Invalid session token"],
  ])("%s is a 401", async (_, authorization, detail) => {
    await using app = await mailboxKernel();
    for (const [method, path] of [
      ["GET", "/mailbox/status"],
      ["GET", "/mailbox/thread"],
      ["GET", "/mailbox/sessions"],
      ["POST", "/mailbox/logout"],
      ["GET", "/mailbox/attachments/alice/x.jpg"],
    ] as const)
      expect(await app.ask(method, path, { headers: { authorization } })).toMatchObject({
        status: 401,
        body: { detail },
      });
  });

  test("without the header each route says what is missing", async () => {
    await using app = await mailboxKernel();
    const body = { message: "x", last_read_id: "x", password: "x" };
    for (const [method, path] of [
      ["GET", "/mailbox/status"],
      ["GET", "/mailbox/thread"],
      ["PATCH", "/mailbox/read"],
      ["POST", "/mailbox/send"],
      ["POST", "/mailbox/logout"],
      ["GET", "/mailbox/sessions"],
      ["DELETE", "/mailbox/sessions/x"],
      ["DELETE", "/mailbox/account"],
      ["GET", "/mailbox/attachments/alice/x.jpg"],
      ["POST", "/mailbox/reset-password"],
    ] as const) {
      const answer = await app.ask(method, path, method === "GET" ? {} : { body });
      expect([path, answer.status, answer.body.detail?.[0]?.loc]).toEqual([path, 422, ["header", "authorization"]]);
    }
  });

  test("is over after seven days, however much it is used", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const status = async () => (await app.ask("GET", "/mailbox/status", { headers })).status;
    app.clock.advance(4 * DAY);
    expect(await status()).toBe(200);
    app.clock.advance(3 * DAY - 1);
    expect(await status()).toBe(200);
    app.clock.advance(1);
    expect(await status()).toBe(401);
  });

  test("ends with a logout; the others of the account go on", async () => {
    await using app = await mailboxKernel();
    const password = await app.register("alice");
    const [one, two] = [await app.logIn(password), await app.logIn(password)];
    expect(await app.ask("POST", "/mailbox/logout", { headers: one })).toMatchObject({ body: { success: true } });
    expect((await app.ask("GET", "/mailbox/status", { headers: one })).status).toBe(401);
    expect((await app.ask("GET", "/mailbox/status", { headers: two })).status).toBe(200);
  });

  test("GET /mailbox/sessions lists those of the account, and each can be ended; nobody else's", async () => {
    await using app = await mailboxKernel();
    const password = await app.register("alice");
    const old = await app.logIn(password);
    app.clock.advance(3_600_000);
    const headers = await app.logIn(password);
    const bob = await app.member("bob", KEYS[1]);
    await app.ask("GET", "/mailbox/status", { headers: old });
    const { sessions } = (await app.ask("GET", "/mailbox/sessions", { headers })).body;
    expect(sessions).toEqual([
      {
        id: expect.any(String),
        created_at: "2026-11-21T08:08:53.447Z",
        expires_at: "2026-11-28T08:08:53.447Z",
        last_used_at: "2026-11-21T08:08:53.447Z",
        current: true,
      },
      expect.objectContaining({
        created_at: "2026-11-21T07:08:53.447Z",
        last_used_at: "2026-11-21T08:08:53.447Z",
        current: false,
      }),
    ]);
    const end = (who: { authorization: string }) =>
      app.ask("DELETE", `/mailbox/sessions/${sessions[1].id}`, { headers: who });
    expect(await end(bob)).toMatchObject({ status: 404, body: { detail: "Session not found" } });
    expect(await end(headers)).toMatchObject({ status: 200 });
    expect((await app.ask("GET", "/mailbox/status", { headers: old })).status).toBe(401);
    expect(JSON.stringify(sessions)).not.toContain("ses_");
  });

  test("one more than an account may have ends the oldest", async () => {
    await using app = await mailboxKernel({ settings: { sessionsPerAccount: 2 } });
    const password = await app.register("alice");
    const all: { authorization: string }[] = [];
    for (let n = 0; n < 3; n++) {
      all.push(await app.logIn(password));
      app.clock.advance(1000);
    }
    const statuses = all.map(async headers => (await app.ask("GET", "/mailbox/status", { headers })).status);
    expect(await Promise.all(statuses)).toEqual([401, 200, 200]);
  });

  test("W-19: is refused, as the password is, when the key of its account is not trusted any more", async () => {
    const trusted = new Set(["print-of-alice"]);
    const senders = fake(Senders, {
      find: () => ({ fingerprint: "print-of-alice" }),
      trusts: fingerprint => trusted.has(fingerprint),
    });
    const limits = fake(Limits, { check() {}, count() {} });
    await using app = await testKernel([senders, limits, fake(Letterbox, {}), plainPictures, configured(mailbox)], {
      folders,
    });
    const call = (method: string, path: string, body?: object, headers = {}) =>
      app.call(method, path, { key: null, headers, ...(body && { body }) });
    const name = { username: "alice", display_name: "Alice" };
    const { body } = await call("POST", "/mailbox/register", name, { authorization: "k" });
    const password = { password: body.web_password };
    const login = await call("POST", "/mailbox/login", password);
    const headers = { authorization: `Bearer ${login.body.session_token}` };
    expect((await call("GET", "/mailbox/status", undefined, headers)).status).toBe(200);
    trusted.clear();
    expect(await call("GET", "/mailbox/status", undefined, headers)).toMatchObject({
      status: 401,
      body: { detail: "Invalid or expired session" },
    });
    expect(await call("POST", "/mailbox/login", password)).toMatchObject({
      status: 401,
      body: { detail: "Invalid password" },
    });
    trusted.add("print-of-alice");
    expect((await call("GET", "/mailbox/status", undefined, headers)).status).toBe(200);
  });

  test("an account that the owner made on the command line needs no key", async () => {
    await using app = await mailboxKernel();
    const printed: string[] = [];
    const command = app.items(Commands).find(({ id }) => id === "mailbox")!;
    await command.run(["add", "carol", "Carol", "C."], {
      print: line => printed.push(line),
      signal: AbortSignal.timeout(5000),
    });
    const password = /mb_carol_[0-9a-f]{32}/.exec(printed.join("\n"))![0];
    const headers = await app.logIn(password);
    expect((await app.ask("GET", "/mailbox/status", { headers })).body).toMatchObject({ display_name: "Carol C." });
  });
});
