import { describe, expect, test } from "bun:test";
import { appendFile, mkdir, readdir, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Commands } from "hearth";
import { Letterbox, Senders } from "hearth-plugins/letterbox";
import { KEYS, letter, mailboxKernel, screening } from "../fixtures/mailbox";
import { busy, linesOf, png, send, sendForm } from "../fixtures/mailbox-letters";
import { until } from "../fixtures/until";

describe("POST /mailbox/send", () => {
  test("a letter is a line of its thread: compact JSON in ASCII", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const answer = await send(app, headers, { message: "Grüße, 🦊 and\nlove" });
    expect(answer).toMatchObject({
      status: 200,
      body: { id: "msg_20261121_u_001", word_count: 4, attachment: null },
    });
    expect(await app.thread("alice")).toBe(
      '{"id":"msg_20261121_u_001","from":"alice","ts":"2026-11-21T07:08:53.447000+00:00","body":"Gr\\u00fc\\u00dfe, \\ud83e\\udd8a and\\nlove"}\n',
    );
  });

  test("takes JSON, a form with a file, and any other body as a plain form", async () => {
    await using app = await busy();
    const headers = await app.member("alice");
    expect((await send(app, headers, { message: "json", more: 1 })).status).toBe(200);
    expect((await sendForm(app, headers, { message: "multipart" })).status).toBe(200);
    const plain = (type?: string) =>
      app.fetch("/mailbox/send", {
        method: "POST",
        headers: { ...headers, ...(type && { "content-type": type }) },
        body: new TextEncoder().encode("message=plain+%26+simple"),
      });
    expect((await plain("application/x-www-form-urlencoded")).status).toBe(200);
    expect((await plain("text/plain")).status).toBe(200);
    expect((await plain()).status).toBe(200);
    expect((await linesOf(app)).map(({ body }) => body)).toEqual([
      "json",
      "multipart",
      "plain & simple",
      "plain & simple",
      "plain & simple",
    ]);
  });

  test("W-02: a picture comes with its letter, cleaned, under the letter's id", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const answer = await sendForm(app, headers, { message: "look", image: png() });
    const attachment = { filename: "msg_20261121_u_001.png", mime: "image/png", size: 100 };
    expect(answer).toEqual({ status: 200, body: { id: "msg_20261121_u_001", word_count: 1, attachment } });
    expect(await linesOf(app)).toMatchObject([{ id: "msg_20261121_u_001", attachment }]);
    const file = join(app.home.path, "mailbox/alice/attachments", attachment.filename);
    expect((await stat(file)).size).toBe(100);
    expect(await readdir(join(app.home.path, "mailbox/alice/attachments"))).toEqual([attachment.filename]);
  });

  test("W-02: a picture alone is a letter", async () => {
    await using app = await mailboxKernel({ plugins: [screening(async () => ({ verdict: "reject", reason: "all" }))] });
    const headers = await app.member("alice");
    expect(await sendForm(app, headers, { image: png() })).toMatchObject({ status: 200, body: { word_count: 0 } });
    expect(await linesOf(app)).toMatchObject([{ body: "" }]);
  });

  test("its order: nothing to send, then the session, then the allowance, the words, the screens, the picture", async () => {
    const rejecting = screening(async ({ text }) =>
      text.includes("bad") ? { verdict: "reject", reason: "bad" } : { verdict: "pass" },
    );
    await using app = await mailboxKernel({ plugins: [rejecting] });
    const nobody = { authorization: `Bearer ses_${"0".repeat(64)}` };
    const headers = await app.member("alice");
    const long = "word ".repeat(1501);
    const noPicture = new File(["GIF89a"], "x.gif");
    const detail = (status: number, text: string) => ({ status, body: { detail: text } });
    expect(await send(app, nobody, { message: " " })).toMatchObject(detail(400, "Message or image is required"));
    expect(await send(app, nobody, {})).toMatchObject(detail(400, "Message or image is required"));
    expect(await send(app, nobody, { message: long })).toMatchObject(detail(401, "Invalid or expired session"));
    expect(await send(app, headers, { message: `bad ${long}` })).toMatchObject(
      detail(400, "Message exceeds 1500 words (submitted: 1502)"),
    );
    expect(await sendForm(app, headers, { message: "bad", image: noPicture })).toEqual(
      detail(400, "Message could not be accepted."),
    );
    expect(await sendForm(app, headers, { message: "good", image: noPicture })).toEqual(
      detail(400, "Invalid or corrupt image file"),
    );
    expect(await send(app, headers, { message: "good" })).toMatchObject({ status: 200 });
    const refused = await send(app, headers, { message: `bad ${long}` });
    expect(refused).toMatchObject(detail(429, "Cooldown active. Try again in 15m 0s"));
    expect(refused.headers.get("retry-after")).toBe("900");
    expect(await linesOf(app)).toHaveLength(1);
  });

  test.each([
    ["broken JSON", '{"message":', "json_invalid"],
    ["a list", [1, 2], "model_attributes_type"],
    ["a text", '"hello"', "model_attributes_type"],
    ["a number as the message", { message: 5 }, "string_type"],
    ["an object as the message", { message: {} }, "string_type"],
    ["100,001 characters", { message: "x".repeat(100_001) }, "string_too_long"],
  ])("W-50: %s is a 422", async (_, body, type) => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    expect(await send(app, headers, body)).toMatchObject({ status: 422, body: { detail: [{ type }] } });
  });

  test("W-17: a form with a picture is not read before its session is known", async () => {
    await using app = await mailboxKernel();
    let pulled = 0;
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(65_536));
        },
      });
    const call = async (headers: object) => {
      const response = await app.fetch("/mailbox/send", {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=x", ...headers },
        body: endless(),
      });
      return response.status;
    };
    expect(await call({})).toBe(422);
    expect(await call({ authorization: `Bearer ses_${"0".repeat(64)}` })).toBe(401);
    expect(pulled).toBeLessThan(5);
    expect(await call(await app.member("alice"))).toBe(413);
    expect(pulled).toBeLessThan(120);
  });

  test("W-17: broken forms and long texts are 400 and 413", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const call = (body: string, type: string) =>
      app.fetch("/mailbox/send", { method: "POST", headers: { ...headers, "content-type": type }, body });
    expect((await call("no form", "multipart/form-data; boundary=x")).status).toBe(400);
    expect((await call(`{"message":"${"x".repeat(800_000)}"}`, "application/json")).status).toBe(413);
    expect((await call(`message=${"x".repeat(800_000)}`, "text/plain")).status).toBe(413);
    const long = await sendForm(app, headers, { message: "x".repeat(1024 * 1024 + 1) });
    expect(long).toEqual({ status: 400, body: { detail: "Part exceeded maximum size of 1024KB." } });
  });

  test("a picture that is a text, or a text that is a file, is a 422; an empty file is none", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    expect((await sendForm(app, headers, { message: "x", image: "PNG" })).status).toBe(422);
    expect((await sendForm(app, headers, { message: new File(["x"], "x") })).status).toBe(422);
    expect((await sendForm(app, headers, { message: "x", image: new File([], "") })).body).toMatchObject({
      attachment: null,
    });
  });

  test("many at once by one key: one is taken", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => send(app, headers, { message: `n ${n}` })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(19);
    expect(await linesOf(app)).toHaveLength(1);
  });

  test("W-34: nor is another one taken while the first is on its way to its place", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const letterbox = app.service(Letterbox) as { take: Letterbox["take"] };
    const take = letterbox.take.bind(letterbox);
    const open = Promise.withResolvers<void>();
    let handedIn = 0;
    letterbox.take = async parcel => {
      handedIn++;
      await open.promise;
      return take(parcel);
    };
    const first = send(app, headers, { message: "first" });
    await until(() => handedIn === 1);
    expect((await send(app, headers, { message: "second" })).status).toBe(429);
    open.resolve();
    expect((await first).status).toBe(200);
    expect((await send(app, headers, { message: "third" })).status).toBe(429);
    expect(await linesOf(app)).toHaveLength(1);
  });

  test("an account that is removed while its letter comes to be held is no fault of the house", async () => {
    const hold = { verdict: "suspicious", reason: "it gives orders" } as const;
    await using app = await mailboxKernel({
      plugins: [screening(async () => hold)],
      letterboxSettings: { suspicious: { senders: "quarantine" } },
    });
    const password = await app.register("alice");
    const headers = await app.logIn(password);
    const letterbox = app.service(Letterbox) as { take: Letterbox["take"] };
    const take = letterbox.take.bind(letterbox);
    letterbox.take = async parcel => {
      const receipt = await take(parcel);
      const { status } = await app.ask("DELETE", "/mailbox/account", { headers, body: { password } });
      expect(status).toBe(200);
      return receipt;
    };
    expect((await send(app, headers, { message: "the last one" })).status).toBe(200);
    expect(app.service(Letterbox).held()).toBe(1);
  });

  test("an account without a key has an allowance of its own", async () => {
    await using app = await mailboxKernel();
    const reserved: string[] = [];
    (app.service(Senders) as { reserve: Senders["reserve"] }).reserve = sender => {
      reserved.push(sender.fingerprint);
      return { sender, [Symbol.dispose]() {} };
    };
    const lines: string[] = [];
    const command = app.items(Commands).find(({ id }) => id === "mailbox")!;
    await command.run(["add", "carol"], { print: line => lines.push(line), signal: AbortSignal.timeout(5000) });
    const headers = await app.logIn(/mb_carol_\w+/.exec(lines.join())![0]);
    expect((await send(app, headers, { message: "x" })).status).toBe(200);
    expect(reserved).toEqual(["account:carol"]);
  });
});

describe("ids", () => {
  test("W-33: many letters at once have an id each, in every thread its own numbers", async () => {
    await using app = await busy();
    const [alice, bob] = [await app.member("alice"), await app.member("bob", KEYS[1])];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => send(app, n % 2 ? alice : bob, { message: `letter ${n}` })),
    );
    for (const [who, parity] of [
      ["alice", 1],
      ["bob", 0],
    ] as const) {
      const lines = await linesOf(app, who);
      expect(lines).toHaveLength(20);
      expect(new Set(lines.map(({ id }) => id)).size).toBe(20);
      const told = answers.flatMap(({ body }, n) => (n % 2 === parity ? [[body.id, `letter ${n}`]] : []));
      expect(lines.map(({ id, body }) => [id, body]).sort()).toEqual(told.sort());
    }
  });

  test("W-33: come after the largest of the day, by whoever it was written, also when lines are gone", async () => {
    await using app = await busy();
    const headers = await app.member("alice");
    await app.lines("alice", letter("msg_20261121_u_007", "alice", 1), letter("msg_20261120_u_050", "alice", 2));
    expect((await send(app, headers, { message: "a" })).body.id).toBe("msg_20261121_u_008");
    await app.lines("alice", letter("msg_20261121_u_011", "alice", 3), letter("msg_20261121_c_040", "claudie", 4));
    expect((await send(app, headers, { message: "b" })).body.id).toBe("msg_20261121_u_012");
    await app.lines("alice", letter("msg_20261121_u_999", "alice", 5));
    expect((await send(app, headers, { message: "c" })).body.id).toBe("msg_20261121_u_1000");
    app.clock.advance(86_400_000);
    expect((await send(app, headers, { message: "d" })).body.id).toBe("msg_20261122_u_001");
  });

  test("W-33: a picture never replaces another", async () => {
    await using app = await busy();
    const headers = await app.member("alice");
    const folder = join(app.home.path, "mailbox/alice/attachments");
    await mkdir(folder, { recursive: true });
    await Bun.write(join(folder, "msg_20261121_u_001.png"), "of a letter that was lost");
    const { body } = await sendForm(app, headers, { message: "x", image: png() });
    expect(body).toMatchObject({ id: "msg_20261121_u_002", attachment: { filename: "msg_20261121_u_002.png" } });
    expect(await Bun.file(join(folder, "msg_20261121_u_001.png")).text()).toBe("of a letter that was lost");
  });
});

describe("a thread that another program writes", () => {
  test("a torn last line is closed before the letter", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    await appendFile(join(app.home.path, "mailbox/alice/thread.jsonl"), '{"id":"torn","bo');
    expect((await send(app, headers, { message: "whole" })).status).toBe(200);
    const [torn, whole, end] = (await app.thread("alice")).split("\n");
    expect(torn).toBe('{"id":"torn","bo');
    expect(JSON.parse(whole!)).toMatchObject({ body: "whole" });
    expect(end).toBe("");
  });

  test("when the line cannot be written, the picture goes too, and the allowance comes back", async () => {
    await using app = await mailboxKernel();
    const headers = await app.member("alice");
    const thread = join(app.home.path, "mailbox/alice/thread.jsonl");
    await symlink("/proc/hearth-no-such-place", thread);
    const answer = await sendForm(app, headers, { message: "x", image: png() });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    const attachments = join(app.home.path, "mailbox/alice/attachments");
    expect(await readdir(attachments).catch(() => [])).toEqual([]);
    await rm(thread);
    expect(await sendForm(app, headers, { message: "x", image: png() })).toMatchObject({ status: 200 });
  });
});
