import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import {
  bearer,
  logIn,
  mailConfig,
  member,
  register,
  send,
  visitorFiles,
  vouchFor,
  withNotingAgent,
} from "../fixtures/mail";
import { jpeg } from "../fixtures/pictures";

const [ALICE, BOB, CAROL, DORA, EVE] = ["alice", "bob", "carol", "dora", "eve"].map(
  name => `key-of-${name}-0123456789`,
) as [string, string, string, string, string];

/** Every route of people's mail, who may call it, and a call of it: section 2.1 of the contract. T: a trusted key, S: a session. */
const index = [
  ["POST", "/visitors", "K"],
  ["POST", "/messages", "T"],
  ["POST", "/messages/with-image", "T"],
  ["POST", "/mailbox/register", "T"],
  ["POST", "/mailbox/reset-password", "T"],
  ["POST", "/mailbox/login", "P"],
  ["GET", "/mailbox/status", "S"],
  ["GET", "/mailbox/thread", "S"],
  ["PATCH", "/mailbox/read", "S"],
  ["POST", "/mailbox/send", "S"],
  ["GET", "/mailbox/attachments/alice/x.png", "S"],
  ["POST", "/moderation/log", "K"],
] as const;

const letterLine = (username: string, number: number, from = username, side = "u") =>
  `${JSON.stringify({
    id: `msg_20261121_${side}_00${number}`,
    from,
    ts: `2026-11-21T06:0${number}:00.000000+00:00`,
    body: `Letter ${number}.`,
  })}\n`;

describe("the golden samples of the contract that are people's mail", () => {
  const place = withNotingAgent(
    daemonPlace(mailConfig({ moderation: "content = false\ninjection = false" }), {
      TRUSTED_API_KEYS: [ALICE, BOB, CAROL, DORA, EVE].join(","),
      HEARTH_CLOCK: "2026-11-21T07:08:01Z",
    }),
  );
  let daemon: TestDaemon;
  const thread = (username: string, text: string) => {
    vouchFor(place, username, text);
    writeFileSync(join(place.home, `mailbox/${username}/thread.jsonl`), text);
  };

  /** A call, and the text of its answer as it was sent. */
  async function call(method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
    const answer = await fetch(`${daemon.url}/api/v1${path}`, {
      method,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }
  const answerOf = async (...args: Parameters<typeof call>) => {
    const { status, text } = await call(...args);
    return [status, text] as const;
  };
  const detail = (text: string) => JSON.stringify({ detail: text });

  beforeAll(async () => {
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  test.each(index)("%s %s is there, and open to whom it was open (%s)", async (method, path, access) => {
    const stranger = await call(method, path);
    const expected = { K: 401, T: 422, S: 422, P: 422 }[access];
    expect([path, stranger.status]).toEqual([path, expected]);
    if (access === "K") return expect(stranger.text).toBe('{"error":"Missing X-API-Key header"}');
    const { detail: items } = JSON.parse(stranger.text);
    const header = { type: "missing", loc: ["header", "authorization"], msg: "Field required", input: null };
    expect(items.some((item: object) => JSON.stringify(item) === JSON.stringify(header))).toBe(access !== "P");
    expect((await call("PUT", path)).text).toBe(detail("Method Not Allowed"));
  });

  test("POST /messages: without a mailbox a file, to the letter, and a pause when it is repeated at once", async () => {
    const body = { name: "Bob O'X!", message: "three words here" };
    const missing = JSON.parse((await call("POST", "/messages", {}, body)).text).detail;
    expect(missing).toEqual([
      { type: "missing", loc: ["header", "authorization"], msg: "Field required", input: null },
    ]);
    expect(await answerOf("POST", "/messages", bearer("wrong"), body)).toEqual([401, detail("Invalid API key")]);
    expect(await answerOf("POST", "/messages", bearer(BOB), body)).toEqual([
      200,
      '{"success":true,"filename":"2026-11-21-0708-bob-ox.md","word_count":3,"attachment":null}',
    ]);
    const [status, text] = await answerOf("POST", "/messages", bearer(BOB), body);
    expect([status, text]).toEqual([
      429,
      expect.stringMatching(/^\{"detail":"Cooldown active\. Try again in 14m 5\ds"\}$/),
    ]);
    expect(readFileSync(join(place.home, "visitors/2026-11-21-0708-bob-ox.md"), "utf8")).toBe(
      '---\ndate: "2026-11-21"\nfrom: "Bob OX"\nsource: "api"\n---\n\nthree words here\n',
    );
    expect(await answerOf("POST", "/messages", bearer(EVE), { name: "Eve", message: "w ".repeat(1501) })).toEqual([
      400,
      detail("Message exceeds 1500 words (submitted: 1501)"),
    ]);
  });

  test("POST /messages with a mailbox: a letter, under the next id of its thread", async () => {
    await register(daemon, ALICE, "alice");
    thread("alice", letterLine("alice", 1));
    expect(await answerOf("POST", "/messages", bearer(ALICE), { name: "Alice", message: "two words" })).toEqual([
      200,
      '{"success":true,"filename":"msg_20261121_u_002","word_count":2,"attachment":null}',
    ]);
    const [, line] = readFileSync(join(place.home, "mailbox/alice/thread.jsonl"), "utf8").split("\n");
    expect(line).toMatch(
      /^\{"id":"msg_20261121_u_002","from":"alice","ts":"2026-11-21T07:08:\d\d\.\d{6}\+00:00","body":"two words"\}$/,
    );
  });

  test("POST /messages/with-image: a letter with its attachment, and 403 for who has no mailbox", async () => {
    await register(daemon, CAROL, "carol");
    thread("carol", letterLine("carol", 1) + letterLine("carol", 2));
    const form = new FormData();
    form.set("name", "Carol");
    form.set("message", "look");
    form.set("image", new Blob([await jpeg(8, 8)], { type: "text/plain" }), "my face.exe");
    const { status, body } = await send(daemon, "/messages/with-image", { headers: bearer(CAROL), body: form });
    const filename = "msg_20261121_u_003.jpg";
    const size = statSync(join(place.home, `mailbox/carol/attachments/${filename}`)).size;
    expect([status, JSON.stringify(body)]).toEqual([
      200,
      `{"success":true,"filename":"msg_20261121_u_003","word_count":1,"attachment":{"filename":"${filename}","mime":"image/jpeg","size":${size}}}`,
    ]);
    const refused = await send(daemon, "/messages/with-image", { headers: bearer(BOB), body: form });
    expect(refused).toMatchObject({
      status: 403,
      body: { detail: "Image sending requires a registered mailbox account" },
    });
  });

  test("POST /visitors: a file in visitors/, and what is in it", async () => {
    const body = { name: "Ann", message: "I was here." };
    expect(await answerOf("POST", "/visitors", { "x-api-key": daemon.key }, body)).toEqual([
      200,
      '{"success":true,"filename":"2026-11-21-0708-ann.md"}',
    ]);
    expect(visitorFiles(place.home).find(({ path }) => path === "2026-11-21-0708-ann.md")!.text).toBe(
      '---\ndate: "2026-11-21"\nfrom: "Ann"\n---\n\nI was here.\n',
    );
  });

  test("POST /moderation/log: an entry of the audit log, without what it does not ask for", async () => {
    const entry = { name: "Ann", message_preview: "", allowed: "yes", reason: "approved", sentiment: "neutral" };
    const { status, text } = await call(
      "POST",
      "/moderation/log",
      { "x-api-key": daemon.key },
      {
        ...entry,
        client_ip: "203.0.113.7",
      },
    );
    expect([status, text]).toEqual([
      200,
      expect.stringMatching(/^\{"success":true,"filename":"2026-11-21-0708\d\d\.json"\}$/),
    ]);
    const file = join(place.home, "moderation", JSON.parse(text).filename);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      ...entry,
      allowed: true,
      timestamp: expect.stringMatching(/^2026-11-21T07:08:\d\d$/),
    });
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(place.home, "moderation")).length).toBeGreaterThan(0);
  });

  test("the mailbox: from the registration to a page of the thread", async () => {
    const body = { username: "dora", display_name: "Dora" };
    const made = await call("POST", "/mailbox/register", bearer(DORA), body);
    expect([made.status, made.text]).toEqual([
      200,
      expect.stringMatching(/^\{"username":"dora","display_name":"Dora","web_password":"mb_dora_[\da-f]{32}"\}$/),
    ]);
    expect(await answerOf("POST", "/mailbox/register", bearer(DORA), body)).toEqual([
      409,
      detail("API key already registered"),
    ]);
    expect(await answerOf("POST", "/mailbox/register", bearer(EVE), body)).toEqual([
      409,
      detail("Username already taken"),
    ]);
    expect(await answerOf("POST", "/mailbox/reset-password", bearer(EVE))).toEqual([
      404,
      detail("Not registered for mailbox"),
    ]);

    const password = JSON.parse(made.text).web_password;
    expect(await answerOf("POST", "/mailbox/login", {}, { password: "guess" })).toEqual([
      401,
      detail("Invalid password"),
    ]);
    const login = await call("POST", "/mailbox/login", {}, { password });
    expect(login.text).toMatch(
      /^\{"session_token":"ses_[\da-f]{64}","expires_in":604800,"username":"dora","display_name":"Dora"\}$/,
    );
    const session = bearer(JSON.parse(login.text).session_token);
    expect(await answerOf("GET", "/mailbox/status", session)).toEqual([
      200,
      '{"username":"dora","unread":0,"total":0,"display_name":"Dora","last_message":null}',
    ]);

    const lines = [1, 2, 3, 4, 5, 6].map(n => letterLine("dora", n));
    thread("dora", `${lines.join("")}${letterLine("dora", 7, "claudie", "c")}`);
    const page = await call("GET", "/mailbox/thread?limit=2", session);
    expect(JSON.parse(page.text)).toEqual({
      messages: [
        { ...JSON.parse(lines[5]!), status: "read" },
        { ...JSON.parse(letterLine("dora", 7, "claudie", "c")), status: "unread" },
      ],
      has_more: true,
    });
    const again = await call("GET", "/mailbox/thread?limit=2", session);
    expect(JSON.parse(again.text).messages[1].status).toBe("read");
    expect(await answerOf("PATCH", "/mailbox/read", session, { last_read_id: "msg_x" })).toEqual([
      400,
      detail("Invalid message ID"),
    ]);
    expect(await answerOf("PATCH", "/mailbox/read", session, { last_read_id: "msg_20261121_u_001" })).toEqual([
      200,
      '{"last_read_id":"msg_20261121_c_007"}',
    ]);
    expect(await answerOf("POST", "/mailbox/send", session, {})).toEqual([400, detail("Message or image is required")]);
    expect(await answerOf("POST", "/mailbox/send", session, { message: "my letter" })).toEqual([
      200,
      '{"id":"msg_20261121_u_007","word_count":2,"attachment":null}',
    ]);
  });

  test("GET /mailbox/attachments: the bytes with their type to their owner, and to nobody else", async () => {
    const reset = await send(daemon, "/mailbox/reset-password", { headers: bearer(CAROL) });
    const carol = bearer(await logIn(daemon, reset.body.web_password));
    const path = "/mailbox/attachments/carol/msg_20261121_u_003.jpg";
    const { status, headers } = await call("GET", path, carol);
    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
      200,
      "image/jpeg",
      "private, max-age=86400",
    ]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answerOf("GET", "/mailbox/attachments/carol/no.jpg", carol)).toEqual([
      404,
      detail("Attachment not found"),
    ]);
    const eve = bearer(await member(daemon, EVE, "eve"));
    expect(await answerOf("GET", path, eve)).toEqual([403, detail("Access denied")]);
    expect((await call("GET", path, bearer(`ses_${"0".repeat(64)}`))).status).toBe(401);
  });
});
