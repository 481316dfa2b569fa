import { describe, expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Commands } from "hearth";
import { temporaryFolder } from "hearth/testing";
import { MailMoved } from "hearth-plugins/letterbox";
import { sha256 } from "../../plugins/mailbox/passwords";
import { KEYS, letter, type MailboxKernel, mailboxKernel } from "../fixtures/mailbox";
import { doing } from "../fixtures/small-plugin";

const PASSWORDS = {
  alice: `mb_alice_${"a1".repeat(16)}`,
  bob: `mb_bob_${"b2".repeat(16)}`,
  carol: `mb_carol_${"c3".repeat(16)}`,
};
const hashed = (password: string) => Bun.password.hashSync(password, { algorithm: "bcrypt", cost: 4 });
const TOKEN = `ses_${"7".repeat(64)}`;

const entry = (username: keyof typeof PASSWORDS, more: object = {}) => ({
  username,
  display_name: username.toUpperCase(),
  web_password_hash: hashed(PASSWORDS[username]),
  registered: "2026-03-01T10:00:00.123456+00:00",
  sessions: {},
  ...more,
});

/** The original's file as it writes it. */
const accounts = () => ({
  [KEYS[0]]: entry("alice", {
    sessions: {
      [sha256(TOKEN)]: { expires: "2026-11-25T00:00:00+00:00" },
      [sha256("ses_old")]: { expires: "2026-11-01T00:00:00+00:00" },
    },
  }),
  [KEYS[1]]: entry("bob"),
  "key-that-is-gone": entry("carol"),
});

/** A place with the original's files: path → text. */
async function original(files: Record<string, string | object>) {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await Bun.write(join(folder.path, path), typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }
  return { path: (name: string) => join(folder.path, name), [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

async function run(app: MailboxKernel, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const command = app.items(Commands).find(({ id }) => id === "mailbox")!;
  await command.run(args, { print: line => lines.push(line), signal: AbortSignal.timeout(5000) });
  return lines.join("\n");
}

const logIn = (app: MailboxKernel, password: string) => app.ask("POST", "/mailbox/login", { body: { password } });
const filesOf = (app: MailboxKernel) =>
  [...new Bun.Glob("mailbox/**/*").scanSync({ cwd: app.home.path, dot: true })].sort();

describe("hearth mailbox import", () => {
  test("takes over accounts, keys as fingerprints, and sessions that are not over", async () => {
    await using app = await mailboxKernel();
    using old = await original({ "accounts.json": accounts() });
    const said = await run(app, "import", old.path("accounts.json"));
    expect(said).toContain("3 accounts and 1 sessions were taken over, 0 files were copied");
    expect(said).toContain("get in when they are: carol");
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await app.ask("GET", "/mailbox/status", { headers })).body).toMatchObject({
      username: "alice",
      display_name: "ALICE",
    });
    expect((await logIn(app, PASSWORDS.bob)).status).toBe(200);
    const register = { username: "dora", display_name: "Dora" };
    expect(
      await app.ask("POST", "/mailbox/register", { body: register, headers: { authorization: KEYS[0] } }),
    ).toMatchObject({ status: 409, body: { detail: "API key already registered" } });
    expect((await app.ask("GET", "/mailbox/sessions", { headers })).body.sessions).toHaveLength(1);
  });

  test("W-19: an account whose key is not trusted here does not get in", async () => {
    await using app = await mailboxKernel();
    using old = await original({ "accounts.json": accounts() });
    await run(app, "import", old.path("accounts.json"));
    expect((await logIn(app, PASSWORDS.carol)).status).toBe(401);
  });

  test("W-16: a bcrypt hash gives way to argon2id at the first login; a wrong password changes nothing", async () => {
    await using app = await mailboxKernel();
    using old = await original({ "accounts.json": accounts() });
    await run(app, "import", old.path("accounts.json"));
    const { verify } = Bun.password;
    const kinds: string[] = [];
    Bun.password.verify = (password, hash, ...rest) => {
      kinds.push(String(hash).slice(0, 4));
      return verify(password, hash, ...rest);
    };
    try {
      expect((await logIn(app, `mb_alice_${"0".repeat(32)}`)).status).toBe(401);
      expect((await logIn(app, PASSWORDS.alice)).status).toBe(200);
      expect((await logIn(app, PASSWORDS.alice)).status).toBe(200);
    } finally {
      Bun.password.verify = verify;
    }
    expect(kinds).toEqual(["$2b$", "$2b$", "$arg"]);
  });

  test("with --mailbox threads and pictures are copied, and nobody has to read anything twice", async () => {
    await using app = await mailboxKernel();
    using old = await original({
      "accounts.json": accounts(),
      "mailbox/alice/thread.jsonl": [letter("m1", "claudie", 1), letter("m2", "claudie", 2)]
        .map(one => JSON.stringify(one))
        .join("\n"),
      "mailbox/alice/cursor.json": { last_read_id: "m1" },
      "mailbox/alice/attachments/m2.png": "PNG",
      "mailbox/bob/cursor.json": "{ corrupt",
      "mailbox/stranger/thread.jsonl": "not of an account",
      "secret.txt": "secret",
    });
    await symlink(old.path("secret.txt"), old.path("mailbox/alice/attachments/link.png"));
    expect(await run(app, "import", old.path("accounts.json"), "--mailbox", old.path("mailbox"))).toContain(
      "2 files were copied",
    );
    expect(filesOf(app)).toEqual(["mailbox/alice/attachments/m2.png", "mailbox/alice/thread.jsonl"]);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await app.ask("GET", "/mailbox/status", { headers })).body).toMatchObject({ total: 2, unread: 1 });
    const { messages } = (await app.ask("GET", "/mailbox/thread", { headers })).body;
    expect(messages.map(({ status }: { status: string }) => status)).toEqual(["read", "unread"]);
  });

  test("threads that are in the home already are taken as they are, with their cursors", async () => {
    await using app = await mailboxKernel();
    await app.lines("alice", letter("m1", "claudie", 1), letter("m2", "claudie", 2));
    await app.home.write("mailbox/alice/cursor.json", '{"last_read_id": "m1"}');
    await app.home.write("data/mailbox-accounts.json", JSON.stringify(accounts()));
    const folder = join(app.home.path, "mailbox");
    await run(app, "import", join(app.home.path, "data/mailbox-accounts.json"), "--mailbox", folder);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await app.ask("GET", "/mailbox/status", { headers })).body).toMatchObject({ total: 2, unread: 1 });
  });

  test("what waits for an answer leads to a session at once", async () => {
    using old = await original({
      "accounts.json": accounts(),
      "mailbox/alice/thread.jsonl": [letter("m1", "alice", 1), letter("m2", "claudie", 2), letter("m3", "alice", 3)]
        .map(one => `${JSON.stringify(one)}\n`)
        .join(""),
    });
    const moved: MailMoved[] = [];
    const witness = doing("witness", ctx => ctx.on(MailMoved, news => void moved.push(news)));
    await using app = await mailboxKernel({ plugins: [witness] });
    await run(app, "import", old.path("accounts.json"), "--mailbox", old.path("mailbox"));
    expect(moved).toMatchObject([{ from: "ALICE (alice)", to: "delivered", file: "mailbox/alice/thread.jsonl" }]);
  });

  test("copies over nothing: what is in the home keeps the whole import out", async () => {
    await using app = await mailboxKernel();
    await app.lines("bob", letter("here", "bob", 1));
    using old = await original({
      "accounts.json": accounts(),
      "mailbox/alice/thread.jsonl": "",
      "mailbox/bob/thread.jsonl": "",
    });
    await expect(run(app, "import", old.path("accounts.json"), "--mailbox", old.path("mailbox"))).rejects.toThrow(
      "bob: something is in the home already; nothing was imported",
    );
    expect(filesOf(app)).toEqual(["mailbox/bob/thread.jsonl"]);
    expect(await run(app, "list")).toContain("no mailbox yet");
  });

  test("what the database refuses at last takes back the copies too", async () => {
    await using app = await mailboxKernel();
    const sessions = { [sha256(TOKEN)]: { expires: "2026-11-25T00:00:00+00:00" } };
    using old = await original({
      "accounts.json": { [KEYS[0]]: entry("alice", { sessions }), [KEYS[1]]: entry("bob", { sessions }) },
      "mailbox/alice/thread.jsonl": "",
      "mailbox/bob/thread.jsonl": "",
    });
    await expect(run(app, "import", old.path("accounts.json"), "--mailbox", old.path("mailbox"))).rejects.toThrow(
      "session",
    );
    expect(filesOf(app)).toEqual([]);
    expect(await run(app, "list")).toContain("no mailbox yet");
  });

  test("accounts that are there already are named, and nothing is imported", async () => {
    await using app = await mailboxKernel();
    await app.register("bob", KEYS[0]);
    using old = await original({ "accounts.json": accounts() });
    await expect(run(app, "import", old.path("accounts.json"))).rejects.toThrow(
      "there already: alice, bob; nothing was imported",
    );
    expect((await run(app, "list")).split("\n")).toHaveLength(1);
  });

  const text = (change: (all: Record<string, any>) => void) => {
    const all: Record<string, any> = accounts();
    change(all);
    return JSON.stringify(all, null, 2);
  };
  test.each<[string, string, string]>([
    [
      "no JSON",
      '{\n  "key-of-alice-0001": {\n    "username" "alice"\n',
      "line 3: it is no JSON: Expecting ':' delimiter",
    ],
    ["cut off", text(() => {}).slice(0, -30), "it is no JSON"],
    ["empty", "", "line 1: it is no JSON: Expecting value"],
    ["a list", "[]", "line 1: the accounts are no JSON object"],
    ["an entry that is no object", text(all => (all[KEYS[1]] = 5)), "line 16: the account that begins here"],
    [
      "no hash",
      text(all => delete all[KEYS[1]].web_password_hash),
      'line 16: the account of "bob", web_password_hash:',
    ],
    [
      "a hash of another kind",
      text(all => (all[KEYS[1]].web_password_hash = "md5")),
      "web_password_hash: is no bcrypt hash",
    ],
    [
      "a hash nobody can wait for",
      text(all => (all[KEYS[1]].web_password_hash = all[KEYS[1]].web_password_hash.replace("$04$", "$31$"))),
      "of a cost up to 14",
    ],
    [
      "a username that leads elsewhere",
      text(all => (all[KEYS[1]].username = "../bob")),
      'line 16: the account of "../bob", username:',
    ],
    [
      "a username twice",
      text(all => (all[KEYS[1]].username = "alice")),
      "line 16: the username alice is on line 2 too",
    ],
    [
      "a reserved username",
      text(all => (all[KEYS[1]].username = "claudie")),
      "line 16: nobody can have the username claudie here",
    ],
    ["a time that is none", text(all => (all[KEYS[1]].registered = "long ago")), "registered: is no time"],
    ["a session without an end", text(all => (all[KEYS[1]].sessions = { [sha256("x")]: {} })), "sessions:"],
    [
      "a display name with a line end",
      text(all => (all[KEYS[1]].display_name = "B\nb")),
      "display_name: Display name must not",
    ],
    [
      "a key twice",
      `{"k": ${JSON.stringify(entry("alice"))},\n"k": ${JSON.stringify(entry("bob"))}}`,
      "line 2: the key of this account is on line 1 too",
    ],
  ])("W-30: %s: refused whole, with the line and without a key", async (_, content, why) => {
    await using app = await mailboxKernel();
    using old = await original({ "accounts.json": content });
    const error = await run(app, "import", old.path("accounts.json")).catch(caught => caught);
    expect(String(error.message)).toContain(why);
    expect(String(error.message)).not.toContain(KEYS[1]);
    expect(await run(app, "list")).toContain("no mailbox yet");
    expect(filesOf(app)).toEqual([]);
  });

  test("W-30: bytes that are no text are refused", async () => {
    await using app = await mailboxKernel();
    using old = await original({});
    await Bun.write(old.path("accounts.json"), new Uint8Array([0x7b, 0xff, 0x7d]));
    await expect(run(app, "import", old.path("accounts.json"))).rejects.toThrow("nothing was imported");
  });

  test.each([
    [["import"], "accounts file"],
    [["import", "accounts.json"], "whole path"],
    [["import", "/x", "--mail", "/y"], "accounts file"],
    [["import", "/x", "--mailbox"], "accounts file"],
    [["import", "/no/such/file"], "ENOENT"],
  ])("%j says what is wrong", async (args, why) => {
    await using app = await mailboxKernel();
    await expect(run(app, ...args)).rejects.toThrow(why);
  });
});
