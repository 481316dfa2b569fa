import { expect, test } from "bun:test";
import { Commands } from "hearth";
import { KEYS, letter, type MailboxKernel, mailboxKernel } from "../fixtures/mailbox";

async function run(app: MailboxKernel, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const command = app.items(Commands).find(({ id }) => id === "mailbox")!;
  await command.run(args, { print: line => lines.push(line), signal: AbortSignal.timeout(5000) });
  return lines.join("\n");
}
const passwordIn = (text: string) => /mb_[a-z0-9-]+_[0-9a-f]{32}/.exec(text)?.[0] ?? "";
const logIn = async (app: MailboxKernel, password: string) =>
  (await app.ask("POST", "/mailbox/login", { body: { password } })).status;

test("add makes a mailbox and shows its password once; list never does", async () => {
  await using app = await mailboxKernel();
  const said = await run(app, "add", "carol", "Carol", "C.");
  expect(await logIn(app, passwordIn(said))).toBe(200);
  const listed = await run(app);
  expect(listed).toMatch(/^carol +2026-11-21 +0 letters +1 sessions {2}Carol C\.$/);
  expect(listed + JSON.stringify(app.log)).not.toContain(passwordIn(said));
});

test("add says when letters lie there already", async () => {
  await using app = await mailboxKernel();
  await app.lines("carol", letter("m1", "carol", 1));
  expect(await run(app, "add", "carol")).toContain("mailbox/carol holds 1 letters already; they are theirs now.");
});

test("reset gives a new password and ends the sessions", async () => {
  await using app = await mailboxKernel();
  const old = await app.register("alice");
  const headers = await app.logIn(old);
  const fresh = passwordIn(await run(app, "reset", "alice"));
  expect([await logIn(app, old), await logIn(app, fresh)]).toEqual([401, 200]);
  expect((await app.ask("GET", "/mailbox/status", { headers })).status).toBe(401);
});

test("remove takes the account away and says where the letters are", async () => {
  await using app = await mailboxKernel();
  const password = await app.register("alice");
  await app.lines("alice", letter("m1", "alice", 1));
  expect(await run(app, "remove", "alice")).toContain("mailbox/.removed/alice-2026-11-21");
  expect(await logIn(app, password)).toBe(401);
  expect((await app.home.read("mailbox/.removed/alice-2026-11-21/thread.jsonl"))?.text).toContain("words of m1");
  expect(await app.register("alice", KEYS[1])).toStartWith("mb_alice_");
});

test.each([
  [["dance"], 'mailbox knows no "dance"'],
  [["constructor"], 'mailbox knows no "constructor"'],
  [["list", "x"], "takes nothing more"],
  [["add"], "a username is 2 to 20"],
  [["add", "Bad Name"], "a username is 2 to 20"],
  [["add", "claudie"], "nobody can have the username claudie"],
  [["add", "carol", "C\u202Earol"], "invisible marks"],
  [["add", "alice"], "Username already taken"],
  [["reset"], "takes one username"],
  [["reset", "nobody"], 'there is no mailbox of "nobody"'],
  [["remove", "alice", "bob"], "takes one username"],
  [["remove", "../x"], "there is no mailbox"],
])("%j says what is wrong", async (args, why) => {
  await using app = await mailboxKernel();
  await app.register("alice");
  await expect(run(app, ...args)).rejects.toThrow(why);
});
