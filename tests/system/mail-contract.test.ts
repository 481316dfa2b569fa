import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { type MessagesApi, startMessagesApi, userText, useTool } from "../fixtures/messages-api";
import { jpeg } from "../fixtures/pictures";

const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };
const keys = ["key-of-alice", "key-of-bob", "key-of-carol", "key-of-dora", "key-of-emil", "key-of-fay"];
const FOREIGN = "key-of-nobody";

let api: MessagesApi;
let place: DaemonPlace;
let daemon: TestDaemon;
let picture: Uint8Array<ArrayBuffer>;

/** The judge refuses what says so, and lets all else pass. */
const judge = (call: Parameters<typeof userText>[0]) =>
  useTool("verdict", { allowed: !userText(call).includes("improper"), safe: true, reason: "" });

beforeAll(async () => {
  api = startMessagesApi([], { otherwise: judge });
  picture = await jpeg(64, 48);
  place = daemonPlace(bundledConfig({ ...quiet, mailbox: "keyTries = 30" }), {
    HEARTH_AGENT: "offline",
    TRUSTED_API_KEYS: ` ${keys.join(" , ")},`,
    ANTHROPIC_API_KEY: "sk-ant-for-tests",
    ANTHROPIC_BASE_URL: api.url,
  });
  daemon = await startDaemon(place);
}, 60_000);
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  place?.[Symbol.dispose]();
  await api?.stop();
});

interface Asked {
  /** What stands in `Authorization`. */
  readonly as?: string | undefined;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string | Blob>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an answer has that the contract speaks of: the places of a 422, else its body. */
async function ask(method: string, path: string, { as, json, form, headers }: Asked = {}, at = daemon) {
  const data = form && new FormData();
  for (const [name, value] of Object.entries(form ?? {})) data!.set(name, value);
  const response = await fetch(`${at.url}/api/v1${path}`, {
    method,
    headers: {
      ...(as !== undefined && { authorization: as }),
      ...(json !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(data ? { body: data } : json !== undefined && { body: JSON.stringify(json) }),
  });
  const body: any = await response.json();
  const said = response.status === 422 ? body.detail.map(({ loc }: { loc: string[] }) => loc.join(".")) : body;
  return { status: response.status, body: said, again: response.headers.get("retry-after") };
}
const service = () => ({ "x-api-key": daemon.key });
const words = (count: number, more = "") => `${more}${" w".repeat(count)}`;
const detail = (text: unknown) => ({ detail: text });
const image = (bytes: Uint8Array<ArrayBuffer> | string = picture) => new File([bytes], "x.exe", { type: "text/html" });

/** Registers a mailbox for a key, and logs in. Answers what stands in `Authorization` from then on. */
async function member(key: string, username: string): Promise<string> {
  const { body } = await ask("POST", "/mailbox/register", { as: key, json: { username, display_name: username } });
  const login = await ask("POST", "/mailbox/login", { json: { password: body.web_password } });
  return `Bearer ${login.body.session_token}`;
}

describe("what is wrong with a request is told in the contract's order, in its words:", () => {
  test("POST /visitors", async () => {
    const leave = (json: unknown, headers: Record<string, string> = service()) =>
      ask("POST", "/visitors", { json, headers });
    expect(await leave({}, {})).toMatchObject({ status: 401, body: { error: "Missing X-API-Key header" } });
    expect(await leave({}, { "x-api-key": "no" })).toMatchObject({ status: 401, body: { error: "Invalid API key" } });
    expect(await leave({})).toMatchObject({ status: 422, body: ["body.name", "body.message"] });
    expect(await leave({ name: "n".repeat(51), message: "m".repeat(2001) })).toMatchObject({
      status: 422,
      body: ["body.name", "body.message"],
    });
    const refused = await leave({ name: "Bob", message: "improper" });
    expect(refused).toMatchObject({ status: 400, body: detail("Message could not be accepted.") });
    const taken = await leave({ name: "Bob O'X!", message: "Good morning." });
    expect([taken.status, taken.body]).toEqual([
      200,
      { success: true, filename: expect.stringMatching(/^\d{4}-\d\d-\d\d-\d{4}-bob-ox\.md$/) },
    ]);
    expect(readdirSync(join(place.home, "visitors"))).toContain(taken.body.filename);
  });

  test("POST /messages", async () => {
    const send = (as: string | undefined, message: string) =>
      ask("POST", "/messages", { as, json: { name: "Bob O'X!", message } });
    const [key] = keys;
    expect(await send(undefined, "")).toMatchObject({ status: 422, body: ["header.authorization", "body.message"] });
    expect(await send(FOREIGN, "")).toMatchObject({ status: 422, body: ["body.message"] });
    expect(await send(FOREIGN, words(1501))).toMatchObject({ status: 401, body: detail("Invalid API key") });
    expect(await send(`bearer ${key}`, "Hi.")).toMatchObject({ status: 401, body: detail("Invalid API key") });
    expect((await send(key, words(1501, "improper"))).body).toEqual(
      detail("Message exceeds 1500 words (submitted: 1502)"),
    );
    expect((await send(`Bearer  ${key} `, "improper")).body).toEqual(detail("Message could not be accepted."));
    const taken = await send(key, "one two three");
    expect([taken.status, taken.body]).toEqual([
      200,
      {
        success: true,
        filename: expect.stringMatching(/^\d{4}-\d\d-\d\d-\d{4}-bob-ox(-2)?\.md$/),
        word_count: 3,
        attachment: null,
      },
    ]);
    const late = await send(`Bearer ${key}`, words(1501));
    expect(late).toMatchObject({
      status: 429,
      body: detail(expect.stringMatching(/^Cooldown active\. Try again in 14m 5\ds$/)),
    });
    expect(Number(late.again)).toBeWithin(890, 901);
  });

  test("POST /messages: blanks are a message of no words", async () => {
    const { status, body } = await ask("POST", "/messages", { as: keys[1], json: { name: "Bob", message: "  \n " } });
    expect([status, body.word_count]).toEqual([200, 0]);
  });

  test("POST /messages/with-image", async () => {
    const send = (as: string | undefined, form: Record<string, string | Blob>) =>
      ask("POST", "/messages/with-image", { as, form });
    const key = keys[2]!;
    const whole = { name: "Carol", message: "A moon.", image: image() };
    expect(await send(undefined, whole)).toMatchObject({ status: 422, body: ["header.authorization"] });
    expect(await send(key, { name: "", image: new File([], "") })).toMatchObject({
      status: 422,
      body: ["body.name", "body.image"],
    });
    expect(await send(FOREIGN, whole)).toMatchObject({ status: 401, body: detail("Invalid API key") });
    expect(await send(key, { ...whole, message: words(1501) })).toMatchObject({
      status: 403,
      body: detail("Image sending requires a registered mailbox account"),
    });
    await member(key, "carol");
    const bad = image("no picture");
    expect((await send(key, { ...whole, message: words(1501, "improper"), image: bad })).body).toEqual(
      detail("Message exceeds 1500 words (submitted: 1502)"),
    );
    expect((await send(key, { ...whole, message: "improper", image: bad })).body).toEqual(
      detail("Message could not be accepted."),
    );
    expect(await send(key, { ...whole, image: bad })).toMatchObject({
      status: 400,
      body: detail("Invalid or corrupt image file"),
    });
    const huge = image(new Uint8Array(5 * 1024 * 1024 + 1));
    expect((await send(key, { ...whole, image: huge })).body).toEqual(detail("Image exceeds 5 MB limit (5.0 MB)"));
    expect((await send(key, { ...whole, image: image("BM\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") })).body).toEqual(
      detail("Unsupported image format: BMP. Allowed: JPEG, PNG, GIF, WEBP"),
    );
    expect((await send(key, { ...whole, message: "m".repeat(1024 * 1024 + 1) })).body).toEqual(
      detail("Part exceeded maximum size of 1024KB."),
    );
    const { status, body } = await send(key, whole);
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        filename: expect.stringMatching(/^msg_\d{8}_u_001$/),
        word_count: 2,
        attachment: { filename: `${body.filename}.jpg`, mime: "image/jpeg", size: expect.any(Number) },
      },
    ]);
    expect(await send(key, { ...whole, message: words(1501) })).toMatchObject({ status: 429 });
  });

  test("POST /mailbox/register and /mailbox/reset-password", async () => {
    const register = (as: string | undefined, username: string) =>
      ask("POST", "/mailbox/register", { as, json: { username, display_name: "Dora" } });
    const reset = (as?: string) => ask("POST", "/mailbox/reset-password", { as });
    const key = keys[3]!;
    expect(await register(undefined, "-")).toMatchObject({
      status: 422,
      body: ["header.authorization", "body.username"],
    });
    expect(await register(FOREIGN, "dora\n")).toMatchObject({ status: 422, body: ["body.username"] });
    expect(await register(FOREIGN, "dora")).toMatchObject({ status: 401, body: detail("Invalid API key") });
    expect(await reset()).toMatchObject({ status: 422, body: ["header.authorization"] });
    expect(await reset(FOREIGN)).toMatchObject({ status: 401, body: detail("Invalid API key") });
    expect(await reset(key)).toMatchObject({ status: 404, body: detail("Not registered for mailbox") });
    expect(await register(key, "claudie")).toMatchObject({ status: 409, body: detail("Username already taken") });
    const made = await register(key, "dora");
    expect([made.status, made.body]).toEqual([
      200,
      { username: "dora", display_name: "Dora", web_password: expect.stringMatching(/^mb_dora_[0-9a-f]{32}$/) },
    ]);
    expect(await register(key, "dora")).toMatchObject({ status: 409, body: detail("API key already registered") });
    const { status, body } = await reset(`Bearer ${key}`);
    expect([status, body]).toEqual([200, { username: "dora", web_password: expect.stringMatching(/^mb_dora_/) }]);
    expect(body.web_password).not.toBe(made.body.web_password);
  });

  test("the mailbox of somebody who is logged in", async () => {
    const as = await member(keys[4]!, "emil");
    const send = (who: string | undefined, json: unknown) => ask("POST", "/mailbox/send", { as: who, json });
    const form = (fields: Record<string, string | Blob>) => ask("POST", "/mailbox/send", { as, form: fields });
    expect((await ask("GET", "/mailbox/status", { as })).body).toEqual({
      username: "emil",
      unread: 0,
      total: 0,
      display_name: "emil",
      last_message: null,
    });
    expect(await ask("GET", "/mailbox/status")).toMatchObject({ status: 422, body: ["header.authorization"] });
    expect((await ask("GET", "/mailbox/status", { as: keys[4] })).body).toEqual(detail("Invalid session token"));
    expect((await ask("GET", "/mailbox/status", { as: "ses_x" })).body).toEqual(detail("Invalid or expired session"));
    expect((await ask("PATCH", "/mailbox/read", { as, json: { last_read_id: "x" } })).body).toEqual(
      detail("Invalid message ID"),
    );
    expect(await send("ses_x", {})).toMatchObject({ status: 400, body: detail("Message or image is required") });
    expect(await send("ses_x", { message: "Hi." })).toMatchObject({ status: 401 });
    expect((await send(as, { message: words(1501, "improper") })).body).toEqual(
      detail("Message exceeds 1500 words (submitted: 1502)"),
    );
    expect((await form({ message: "improper", image: image("none") })).body).toEqual(
      detail("Message could not be accepted."),
    );
    expect((await form({ message: "A moon.", image: image("none") })).body).toEqual(
      detail("Invalid or corrupt image file"),
    );
    const { status, body } = await form({ message: "", image: image() });
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^msg_\d{8}_u_001$/),
        word_count: 0,
        attachment: { filename: `${body.id}.jpg`, mime: "image/jpeg", size: expect.any(Number) },
      },
    ]);
    expect(await send(as, { message: words(1501) })).toMatchObject({ status: 429 });
    const kept = await fetch(`${daemon.url}/api/v1/mailbox/attachments/emil/${body.attachment.filename}`, {
      headers: { authorization: as },
    });
    expect((await kept.arrayBuffer()).byteLength).toBe(body.attachment.size);
    expect(Object.fromEntries(kept.headers)).toMatchObject({
      "content-type": "image/jpeg",
      "content-length": String(body.attachment.size),
      "cache-control": "private, max-age=86400",
      "x-content-type-options": "nosniff",
      "content-disposition": expect.stringContaining(body.attachment.filename),
    });
    const other = `/mailbox/attachments/carol/${body.attachment.filename}`;
    expect(await ask("GET", other, { as })).toMatchObject({ status: 403, body: detail("Access denied") });
    expect(await ask("GET", "/mailbox/attachments/emil/..%2Fthread.jsonl", { as })).toMatchObject({ status: 404 });
  });

  test("POST /moderation/log", async () => {
    const finding = { name: "Bob", message_preview: "", allowed: "yes", reason: "approved", sentiment: "neutral" };
    const log = (json: object) => ask("POST", "/moderation/log", { json, headers: service() });
    const { status, body } = await log({ ...finding, client_ip: "192.0.2.1" });
    expect([status, body]).toEqual([
      200,
      { success: true, filename: expect.stringMatching(/^\d{4}-\d\d-\d\d-\d{6}\.json$/) },
    ]);
    expect(await Bun.file(join(place.home, "moderation", body.filename)).json()).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      ...finding,
      allowed: true,
    });
    expect(await log({ ...finding, reason: "bad", sentiment: "sad", allowed: "maybe" })).toMatchObject({
      status: 422,
      body: ["body.allowed", "body.reason", "body.sentiment"],
    });
    expect(await ask("POST", "/moderation/log", { json: finding })).toMatchObject({ status: 401 });
  });
});

/** The audit log's entries of one way in. */
const auditOf = async (source: string): Promise<any[]> =>
  Promise.all(
    readdirSync(join(place.home, "moderation"))
      .filter(name => name.includes(`-${source}`))
      .map(name => Bun.file(join(place.home, "moderation", name)).json()),
  );

test("the audit log has the contract's keys, whichever way a message came, and no address", async () => {
  for (const source of ["visitors", "api", "mailbox"]) {
    const entries = await auditOf(source);
    expect(new Set(entries.map(entry => entry.allowed))).toEqual(new Set([true, false]));
    for (const entry of entries) {
      expect(entry).toMatchObject({
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
        source,
        name: expect.any(String),
        message_preview: expect.any(String),
        reason: entry.allowed ? "approved" : "inappropriate",
        ...(entry.allowed && {
          injection_safe: true,
          injection_threat: "none",
          injection_detail: "no injection detected",
        }),
      });
      expect(JSON.stringify(entry)).not.toContain("127.0.0.1");
    }
  }
});

test("W-52: a browser may ask before it moves the cursor, without any key", async () => {
  const answer = await fetch(`${daemon.url}/api/v1/mailbox/read`, {
    method: "OPTIONS",
    headers: {
      origin: "http://localhost:3000",
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "authorization, content-type",
    },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers.get("access-control-allow-methods")).toContain("PATCH");
  expect(answer.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
});

/** Calls a route until it says that this was too often. */
async function untilTooOften(method: string, path: string, asked: Asked) {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await ask(method, path, asked);
    if (answer.status === 429) return answer;
  }
  throw new Error(`${method} ${path} has no limit`);
}

test.each([
  ["/visitors", "Too many messages. Please try again later.", { json: { name: "Bob", message: "Hi." } }],
  ["/messages", "Too many invalid API keys. Please try again later.", { as: "x", json: { name: "B", message: "Hi." } }],
  [
    "/mailbox/register",
    "Too many attempts. Try again later.",
    { as: "x", json: { username: "bo", display_name: "B" } },
  ],
  ["/mailbox/reset-password", "Too many attempts. Try again later.", { as: "x" }],
  ["/mailbox/login", "Too many failed login attempts. Try again later.", { json: { password: "x" } }],
])("W-15: %s says when to come again", async (path, text, asked: Asked) => {
  const { body, again } = await untilTooOften("POST", path, { ...asked, headers: service() });
  expect(body).toEqual(detail(text));
  expect(Number(again)).toBeWithin(800, 3601);
});

test("without any trusted key: 500 for messages, 401 for accounts, and what is wrong with the body comes first", async () => {
  using bare = daemonPlace(bundledConfig(quiet), { HEARTH_AGENT: "offline" });
  await using other = await startDaemon(bare);
  const post = (path: string, json: unknown) => ask("POST", path, { as: keys[0], json }, other);
  expect(await post("/messages", {})).toMatchObject({ status: 422 });
  expect(await post("/messages", { name: "Bob", message: "Hi." })).toMatchObject({
    status: 500,
    body: detail("API keys not configured"),
  });
  for (const [path, json] of [
    ["/mailbox/register", { username: "bob", display_name: "Bob" }],
    ["/mailbox/reset-password", undefined],
  ] as const)
    expect(await post(path, json)).toMatchObject({ status: 401, body: detail("Invalid API key") });
}, 30_000);

test("whose folder cannot be written is told 500 in the contract's words, and nothing is kept", async () => {
  using bare = daemonPlace(bundledConfig({ ...quiet, moderation: "enabled = false" }), {
    HEARTH_AGENT: "offline",
    TRUSTED_API_KEYS: keys.join(),
  });
  mkdirSync(bare.home, { recursive: true });
  writeFileSync(join(bare.home, "visitors"), "a file where the folder should be");
  await using other = await startDaemon(bare);
  const json = { name: "Bob", message: "Hi." };
  const failed = { status: 500, body: detail("Failed to save message") };
  expect(await ask("POST", "/visitors", { json, headers: { "x-api-key": other.key } }, other)).toMatchObject(failed);
  for (let tries = 0; tries < 2; tries++)
    expect(await ask("POST", "/messages", { as: keys[0], json }, other)).toMatchObject(failed);
}, 30_000);
