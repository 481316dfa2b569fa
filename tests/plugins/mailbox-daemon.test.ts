import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { holds, jpeg, jpegSegment, SECRET, withSegments } from "../fixtures/pictures";
import { until } from "../fixtures/until";

const KEY = "trusted-key-of-alice";
const config = `
[plugins.sessions]
firstWake = false
[plugins.agent-offline]
[plugins.letterbox]
cooldown = 0
perDay = 1000
[plugins.pictures]
[plugins.messages]
[plugins.mailbox]
[plugins.system]
`;

describe("the mailbox in a daemon that is killed", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let authorization: string;
  let password: string;

  const ask = async (method: string, path: string, body?: object, header = authorization) => {
    const answer = await fetch(`${daemon.url}/api/v1${path}`, {
      method,
      headers: { authorization: header, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const thread = () => readFileSync(join(place.home, "mailbox/alice/thread.jsonl"), "utf8");

  beforeAll(async () => {
    place = daemonPlace(config, { TRUSTED_API_KEYS: KEY });
    daemon = await startDaemon(place);
    const name = { username: "alice", display_name: "Alice" };
    password = (await ask("POST", "/mailbox/register", name, `Bearer ${KEY}`)).body.web_password;
    const { body } = await ask("POST", "/mailbox/login", { password }, "");
    authorization = `Bearer ${body.session_token}`;
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("what was acknowledged is there once, and what another program wrote meanwhile is taken in when a person says so", async () => {
    const sending = Array.from({ length: 200 }, (_, n) =>
      ask("POST", "/mailbox/send", { message: `letter ${n}.` }).catch(() => undefined),
    );
    const told: { id: string; n: number }[] = [];
    sending.map(async (one, n) => {
      const answer = await one;
      if (answer?.status === 200) told.push({ id: answer.body.id, n });
    });
    await until(() => told.length > 20);
    daemon.signal("SIGKILL");
    await daemon.exited;
    await Promise.allSettled(sending);
    appendFileSync(
      join(place.home, "mailbox/alice/thread.jsonl"),
      `${JSON.stringify({ id: "from-elsewhere", from: "alice", ts: new Date().toISOString(), body: "written while nobody was there" })}\n`,
    );
    daemon = await startDaemon(place);
    const problems = async () => JSON.stringify((await daemon.call("GET", "/system/problems")).body);
    await until(async () => (await problems()).includes("hearth mailbox believe alice"));
    const { out } = await hearth(place, "mailbox", "believe", "alice");
    expect(out).toMatch(/^mailbox\/alice is taken as it stands: \d+ letters/);
    expect(await problems()).not.toContain("believe");
    const lines = thread()
      .split("\n")
      .filter(line => line.endsWith("}"))
      .map(line => JSON.parse(line));
    for (const { id, n } of told)
      expect(lines.filter(line => line.id === id).map(({ body }) => body)).toEqual([`letter ${n}.`]);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    const db = new Database(join(place.state, "letterbox.db"), { readonly: true });
    const waiting = () => db.query<{ ref: string }, []>("select ref from mail where state = 'waiting'").all();
    await until(() => waiting().some(({ ref }) => ref === "from-elsewhere"));
    expect(new Set(waiting().map(({ ref }) => ref))).toEqual(new Set(lines.map(({ id }) => id)));
    db.close();
  }, 60_000);

  test("W-35: the session lives on; keys, passwords and tokens are nowhere in clear", async () => {
    expect((await ask("GET", "/mailbox/status")).body).toMatchObject({ username: "alice" });
    const files = [...new Bun.Glob("**/*").scanSync({ cwd: place.folder, dot: true })].filter(
      file => !file.startsWith("config/") && statSync(join(place.folder, file)).isFile(),
    );
    expect(files).toContain("state/mailbox.db");
    for (const file of files) {
      const bytes = readFileSync(join(place.folder, file));
      for (const secret of [KEY, password, authorization.slice(7)])
        expect([file, bytes.includes(secret)]).toEqual([file, false]);
    }
  });

  test("W-03: a real picture is cleaned on its way into the thread, and comes back as one", async () => {
    const photo = withSegments(await jpeg(40, 30), jpegSegment(0xe1, `Exif\0\0 ${SECRET}`), jpegSegment(0xfe, SECRET));
    expect(holds(photo, SECRET)).toBe(true);
    const form = new FormData();
    form.append("image", new File([photo], "holiday.png", { type: "image/png" }));
    const sent = await fetch(`${daemon.url}/api/v1/mailbox/send`, {
      method: "POST",
      headers: { authorization },
      body: form,
    });
    const { attachment } = (await sent.json()) as any;
    expect([attachment.filename.slice(-4), attachment.mime]).toEqual([".jpg", "image/jpeg"]);
    const url = `${daemon.url}/api/v1/mailbox/attachments/alice/${attachment.filename}`;
    const answer = await fetch(url, { headers: { authorization } });
    const bytes = await answer.bytes();
    expect([answer.headers.get("content-type"), bytes.length]).toEqual(["image/jpeg", attachment.size]);
    expect(answer.headers.get("content-length")).toBe(String(attachment.size));
    expect(holds(bytes, SECRET)).toBe(false);
    const head = await fetch(url, { method: "HEAD", headers: { authorization } });
    expect([head.status, (await head.bytes()).length]).toEqual([200, 0]);
  });

  test("POST /messages of a key with a mailbox is a letter", async () => {
    const { body } = await ask("POST", "/messages", { name: "Whoever", message: "by key" }, `Bearer ${KEY}`);
    expect(body.filename).toMatch(/^msg_\d{8}_u_\d{3}$/);
    expect(thread()).toContain(`"id":"${body.filename}","from":"alice"`);
  });

  test("hearth mailbox works beside the daemon and without it", async () => {
    const added = await hearth(place, "mailbox", "add", "bob", "Bob B.");
    expect(added.code).toBe(0);
    const found = /mb_bob_[0-9a-f]{32}/.exec(added.out)![0];
    expect((await ask("POST", "/mailbox/login", { password: found }, "")).status).toBe(200);
    await daemon[Symbol.asyncDispose]();
    const { code, out } = await hearth(place, "mailbox", "remove", "bob");
    expect([code, out]).toEqual([0, expect.stringContaining("bob has no mailbox any more")]);
    expect((await hearth(place, "mailbox", "list")).out).toMatch(/^alice .*Alice$/m);
    expect(existsSync(join(place.home, "mailbox/bob"))).toBe(false);
    expect(readdirSync(join(place.home, "mailbox/.removed"))).toHaveLength(1);
    daemon = await startDaemon(place);
    expect((await ask("GET", "/mailbox/status")).status).toBe(200);
  }, 60_000);
});
