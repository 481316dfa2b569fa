import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { type Logger } from "hearth";
import { HeldClock, temporaryHome } from "hearth/testing";
import { Couriers, Letterbox, Senders } from "hearth-plugins/letterbox";
import { Mailboxes } from "hearth-plugins/mailbox";
import { Destinations } from "hearth-plugins/messages";
import { openDatabase } from "../../core/database";
import { Accounts } from "../../plugins/mailbox/accounts";
import { adoptUnanswered } from "../../plugins/mailbox/adopt";
import { Given } from "../../plugins/mailbox/given";
import { lineOf } from "../../plugins/mailbox/letter-line";
import { Letters } from "../../plugins/mailbox/letters";
import { Promises } from "../../plugins/mailbox/promises";
import { Received } from "../../plugins/mailbox/received";
import { Threads } from "../../plugins/mailbox/threads";
import { Writer } from "../../plugins/mailbox/writer";
import { folders, KEYS, letter, type MailboxKernel, mailboxKernel, screening } from "../fixtures/mailbox";
import { busy, linesOf, png, send, sendForm } from "../fixtures/mailbox-letters";

describe("what is held", () => {
  const suspicious = screening(async ({ text }) =>
    text.includes("ignore") ? { verdict: "suspicious", reason: "orders" } : { verdict: "pass" },
  );
  const holding = { plugins: [suspicious], letterboxSettings: { suspicious: { senders: "quarantine" } } };
  const release = async (app: MailboxKernel) => {
    const { body } = await app.get("/admin/quarantine");
    const [item] = Array.isArray(body) ? body : (body.items ?? body.quarantine ?? Object.values(body)[0]);
    return app.call("POST", `/admin/quarantine/${item.id}`, { body: { decision: "release" } });
  };

  test("is answered as any other, with the id that it has when it is released; nobody else gets that id", async () => {
    await using app = await busy(holding);
    const headers = await app.member("alice");
    const held = await sendForm(app, headers, { message: "ignore all", image: png() });
    expect(held.body).toMatchObject({
      id: "msg_20261121_u_001",
      attachment: { filename: "msg_20261121_u_001.png" },
    });
    expect(await app.thread("alice")).toBe("");
    app.clock.advance(1000);
    expect((await send(app, headers, { message: "second" })).body.id).toBe("msg_20261121_u_002");
    expect((await release(app)).status).toBe(200);
    expect(await linesOf(app)).toMatchObject([
      { id: "msg_20261121_u_002" },
      {
        id: "msg_20261121_u_001",
        ts: "2026-11-21T07:08:53.447000+00:00",
        attachment: { filename: "msg_20261121_u_001.png" },
      },
    ]);
    const { messages } = (await app.ask("GET", "/mailbox/thread", { headers })).body;
    expect(messages.map(({ id }: { id: string }) => id)).toEqual(["msg_20261121_u_001", "msg_20261121_u_002"]);
  });

  test("does not come to the next who has the name", async () => {
    await using app = await busy(holding);
    const password = await app.register("alice");
    const headers = await app.logIn(password);
    await send(app, headers, { message: "ignore all" });
    await app.ask("DELETE", "/mailbox/account", { headers, body: { password } });
    app.clock.advance(1000);
    await app.register("alice", KEYS[1]);
    expect((await release(app)).status).toBe(409);
    expect(await app.thread("alice")).toBe("");
  });

  test("delivered twice, it is there once", async () => {
    await using app = await busy();
    await app.member("alice");
    const courier = app.items(Couriers).find(({ id }) => id === "letter")!;
    const { data } = app.items(Destinations)[0]!.of({ fingerprint: fingerprint(app) }, "x")!;
    const mail = {
      id: "1",
      kind: "letter",
      from: "Alice (alice)",
      text: "once",
      receivedAt: "2026-11-21T07:00:00.000Z",
      data: { ...data, id: "msg_20261121_u_004" },
    };
    expect(await courier.deliver(mail)).toEqual({ file: "mailbox/alice/thread.jsonl", ref: "msg_20261121_u_004" });
    expect(await courier.deliver(mail)).toEqual({ file: "mailbox/alice/thread.jsonl", ref: "msg_20261121_u_004" });
    expect(await courier.deliver({ ...mail, text: "another" })).toMatchObject({ ref: "msg_20261121_u_005" });
    expect(await linesOf(app)).toHaveLength(2);
  });
});

const fingerprint = (app: MailboxKernel) => app.service(Senders).find(KEYS[0])!.fingerprint;

describe("what others may ask of the mailbox", () => {
  test("whose account a sender's is, and how a letter of theirs is handed in", async () => {
    await using app = await mailboxKernel();
    await app.register("alice", KEYS[0], "Alice A.");
    const mailboxes = app.service(Mailboxes);
    const account = mailboxes.accountOf({ fingerprint: fingerprint(app) });
    expect(account).toMatchObject({ username: "alice", displayName: "Alice A." });
    expect(mailboxes.accountOf({ fingerprint: "nobody" })).toBeUndefined();
    expect(mailboxes.message(account!, "hi")).toEqual({ kind: "letter", from: "Alice A. (alice)", text: "hi" });
    const [destination] = app.items(Destinations);
    expect(destination!.of({ fingerprint: fingerprint(app) }, "hi")).toMatchObject({
      message: { kind: "letter", from: "Alice A. (alice)" },
      data: { username: "alice" },
    });
    expect(destination!.of({ fingerprint: "nobody" }, "hi")).toBeUndefined();
  });

  test("a letter of the agent, under an id of its side", async () => {
    await using app = await mailboxKernel({ settings: { agentName: "iris" } });
    await app.register("alice");
    const mailboxes = app.service(Mailboxes);
    await app.lines("alice", letter("msg_20261121_u_001", "alice", 0));
    await mailboxes.send("alice", "Dear Alice", "msg_20261121_u_001");
    const sent = await mailboxes.send("alice", "P.S.");
    expect(sent).toEqual({
      id: "msg_20261121_c_002",
      from: "iris",
      ts: "2026-11-21T07:08:53.447000+00:00",
      body: "P.S.",
    });
    expect(await linesOf(app)).toMatchObject([
      { id: "msg_20261121_u_001" },
      { id: "msg_20261121_c_001", in_reply_to: "msg_20261121_u_001" },
      { id: sent.id },
    ]);
    await expect(mailboxes.send("nobody", "x")).rejects.toMatchObject({ code: "MISSING" });
    await expect(mailboxes.send("alice", "x", "msg_20261121_u_002")).rejects.toMatchObject({ code: "MISSING" });
  });

  test("a line has no character beyond ASCII, and reads back as it was", () => {
    const one = { id: "a", from: "b", ts: "c", body: "\u007f\u0080é\u2028\ud83e\udd8a\ud800\0\n" };
    const line = lineOf(one);
    expect(line).toMatch(/^[\0-\x7f]*\n$/);
    expect(JSON.parse(line)).toEqual(one);
  });
});

describe("letters that nobody handed in", () => {
  test("those after the agent's last are told to the letterbox, each thread for itself", async () => {
    using place = await temporaryHome();
    const db = openDatabase(":memory:", join(folders.mailbox, "migrations"));
    const { home } = place;
    const lines = (...all: object[]) => all.map(one => `${JSON.stringify(one)}\n`).join("");
    const attachment = { filename: "m3.png", mime: "image/png", size: 1 };
    await home.write(
      "mailbox/alice/thread.jsonl",
      lines(letter("m1", "alice", 1), letter("m2", "claudie", 2), letter("m3", "alice", 3, { attachment }), {
        ...letter("m4", "alice", 4),
        ts: "2026-11-21T07:00:04",
      }),
    );
    await symlink("/etc/passwd", join(home.path, "mailbox/bad"));
    await home.write("mailbox/bob/thread.jsonl", lines(letter("b1", "bob", 1), letter("b2", "claudie", 2)));
    const accounts = new Accounts(db);
    for (const username of ["alice", "bad", "bob"])
      accounts.insert({ username, displayName: "Name", fingerprint: null, passwordHash: "x", registeredAt: "x" });
    const clock = new HeldClock("2026-11-21T08:00:00Z");
    const warned: string[] = [];
    const log = { warn: (text: string) => void warned.push(text) } as unknown as Logger;
    const received = new Received(db);
    const isPerson = () => false;
    const threads = new Threads({ home, clock, given: new Given(db), received, isPerson, agentName: "claudie", log });
    const promises = new Promises(db);
    const writer = new Writer({ home, clock, threads, promises, received });
    const letters = new Letters({ accounts, writer, promises, clock, agentName: "claudie" });
    const adopted: unknown[] = [];
    const adopt: Letterbox["adopt"] = (message, delivered, at) => void adopted.push([message, delivered, at]);
    const signal = new AbortController().signal;
    await adoptUnanswered({ accounts, threads, letters, letterbox: { adopt } as Letterbox, log, signal });
    const message = (text: string) => ({ kind: "letter", from: "Name (alice)", text });
    const file = "mailbox/alice/thread.jsonl";
    expect(adopted).toEqual([
      [
        message("words of m3"),
        { file, ref: "m3", image: "mailbox/alice/attachments/m3.png" },
        new Date("2026-11-21T07:00:03Z"),
      ],
      [message("words of m4"), { file, ref: "m4" }, new Date("2026-11-21T07:00:04Z")],
    ]);
    expect(warned).toEqual(["a thread could not be read"]);
    db.close();
  });
});
