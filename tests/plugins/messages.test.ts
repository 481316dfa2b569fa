import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin, type HomeFolder } from "hearth";
import { configured, expectClean, fake, temporaryHome } from "hearth/testing";
import { Couriers, Letterbox, Limits, type Mail, Senders, type Verdict } from "hearth-plugins/letterbox";
import { Destinations } from "hearth-plugins/messages";
import { Pictures } from "hearth-plugins/pictures";
import plugin from "../../plugins/messages/plugin";
import pictures from "../../plugins/pictures/plugin";
import { type PeopleKernel, type PeopleOptions, peopleKernel } from "../fixtures/people";
import { until } from "../fixtures/until";

const KEY = "a-trusted-key-of-ada";
const WITH_MAILBOX = "a-trusted-key-of-grace";
const keys = [KEY, WITH_MAILBOX, "a-third-key"];

let place: Awaited<ReturnType<typeof temporaryHome>>;
let home: HomeFolder;
let app: PeopleKernel;
/** What came to the mailbox of the test. */
let letters: Mail[];

/** Stands in for the mailbox: the second key has one. */
const mailbox = definePlugin({
  id: "a-mailbox",
  summary: "a mailbox for one key",
  requires: { senders: Senders },
  setup(ctx, { senders }) {
    ctx.add(Destinations, {
      id: "mailbox",
      of: (sender, text) =>
        sender.fingerprint === senders.fingerprintOf(WITH_MAILBOX)
          ? { message: { kind: "letter", from: "Grace", text }, data: { username: "grace" } }
          : undefined,
    });
    ctx.add(Couriers, {
      id: "letter",
      wakes: "correspondence",
      trust: "senders",
      async deliver(mail) {
        letters.push(mail);
        const ref = `msg_${letters.length}`;
        const image = mail.picture && { image: `mailbox/grace/attachments/${ref}${mail.picture.extension}` };
        return { file: "mailbox/grace/thread.jsonl", ref, ...image };
      },
    });
  },
});

beforeEach(async () => {
  place = await temporaryHome();
  home = place.home;
  letters = [];
  app = await start();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const start = (options: PeopleOptions = {}) =>
  peopleKernel([configured(pictures), configured(plugin), mailbox], { home, letterbox: { keys }, ...options });
const restart = async (options: PeopleOptions) => {
  await app[Symbol.asyncDispose]();
  app = await start(options);
};

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const send = (body: unknown, headers: Record<string, string> = bearer(KEY)) =>
  app.call("POST", "/messages", { body, headers, key: null });
const names = () =>
  readdir(join(home.path, "visitors")).then(
    list => list.sort(),
    () => [],
  );
const note = { name: "Bob O'X!", message: "three words here" };

/** One pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

type Fields = Record<string, string | Blob | undefined>;
const withImage: Fields = { name: "Grace", message: "look at this", image: new Blob([png], { type: "text/html" }) };

/** Sends a form as a browser does. */
async function sendForm(fields: Fields, headers: Record<string, string> = bearer(WITH_MAILBOX)) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    if (typeof value === "string") form.append(name, value);
    else if (value) form.append(name, value, "p.gif");
  const { headers: own, body } = new Response(form);
  const response = await app.fetch("/messages/with-image", {
    method: "POST",
    headers: { "content-type": own.get("content-type")!, ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}

describe("POST /messages", () => {
  test("of a key without a mailbox is a visitor's page that says how it came", async () => {
    const { status, body } = await send(note);
    expect([status, body]).toEqual([
      200,
      { success: true, filename: "2026-11-21-0708-bob-ox.md", word_count: 3, attachment: null },
    ]);
    expect((await home.read("visitors/2026-11-21-0708-bob-ox.md"))!.text).toBe(
      '---\ndate: "2026-11-21"\nfrom: "Bob OX"\nsource: "api"\n---\n\nthree words here\n',
    );
    expect(app.sessions.list(9).map(({ type }) => type)).toEqual(["visit"]);
    expect(app.screened).toMatchObject([{ kind: "message", from: "Bob OX" }]);
  });

  test("of a key with a mailbox is a letter, under the letter's id", async () => {
    const { status, body } = await send(note, bearer(WITH_MAILBOX));
    expect([status, body]).toEqual([200, { success: true, filename: "msg_1", word_count: 3, attachment: null }]);
    expect(letters).toMatchObject([{ from: "Grace", text: "three words here", data: { username: "grace" } }]);
    expect([await names(), app.sessions.list(9).map(({ type }) => type)]).toEqual([[], ["correspondence"]]);
  });

  test.each([
    ["Bearer a-trusted-key-of-ada", 200],
    ["a-trusted-key-of-ada", 200],
    ["  Bearer   a-trusted-key-of-ada  ", 200],
    ["bearer a-trusted-key-of-ada", 401],
    ["Bearer a-trusted-key-of-ad", 401],
    ["Basic YTpi", 401],
    ["Bearer", 401],
    ["", 401],
  ])("takes a key with its word before it or alone: %j is %i", async (authorization, status) => {
    const answer = await send(note, { authorization });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.body).toEqual({ detail: "Invalid API key" });
  });

  test("without the header it is a 422 that names it", async () => {
    const { status, body } = await send(note, {});
    expect([status, body.detail]).toEqual([
      422,
      [{ type: "missing", loc: ["header", "authorization"], msg: "Field required", input: null }],
    ]);
  });

  test("without any trusted key it is a 500, and what is wrong with the body comes first", async () => {
    await restart({ letterbox: {} });
    expect(await send(note)).toMatchObject({ status: 500, body: { detail: "API keys not configured" } });
    expect((await send({})).status).toBe(422);
  });

  test.each([
    [{ name: "", message: "m" }, "string_too_short", "name"],
    [{ name: "n".repeat(51), message: "m" }, "string_too_long", "name"],
    [{ name: "n", message: "" }, "string_too_short", "message"],
    [{ name: "n", message: "🌙".repeat(40_000) + "m".repeat(60_001) }, "string_too_long", "message"],
    [{ name: "n", message: 5 }, "string_type", "message"],
    [{ message: "m" }, "missing", "name"],
  ])("refuses what does not fit, before it looks at the key: %#", async (body, type, field) => {
    const answer = await send(body, bearer("wrong"));
    expect([answer.status, answer.body.detail[0].type, answer.body.detail[0].loc]).toEqual([
      422,
      type,
      ["body", field],
    ]);
  });

  test("reads no more than a message can be", async () => {
    const { status } = await send({ ...note, more: "x".repeat(300_000) });
    expect(status).toBe(413);
  });

  test.each([
    ["one two\n\tthree\u00a0four", 4],
    ["   ", 0],
    ["word ".repeat(1500), 1500],
  ])("counts words as what blanks part: %#", async (message, count) => {
    const { status, body } = await send({ ...note, message });
    expect([status, body.word_count]).toEqual([200, count]);
  });

  test("refuses more than 1500 words, and says how many there were", async () => {
    const { status, body } = await send({ ...note, message: "word ".repeat(1501) });
    expect([status, body]).toEqual([400, { detail: "Message exceeds 1500 words (submitted: 1501)" }]);
    expect([await names(), app.screened]).toEqual([[], []]);
  });

  test("after one message, the next has to wait; the answer says how long", async () => {
    await send(note);
    app.clock.advance(1000);
    const { status, body, headers } = await send({ ...note, message: "word ".repeat(1501) });
    expect([status, body.detail]).toEqual([429, "Cooldown active. Try again in 14m 59s"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(890);
    expect((await send(note, bearer("a-third-key"))).status).toBe(200);
    app.clock.advance(15 * 60_000);
    expect((await send(note)).status).toBe(200);
  });

  test("ten a day at the most", async () => {
    await restart({ letterbox: { keys, cooldown: 0 } });
    for (let count = 0; count < 10; count++) expect((await send(note)).status).toBe(200);
    const { status, body } = await send(note);
    expect([status, body.detail]).toEqual([429, "Daily limit of 10 messages reached. Resets at midnight."]);
  });

  test("sent at once by one key, one is taken", async () => {
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    await restart({ judge: () => promise });
    let refused = 0;
    const answers = Array.from({ length: 8 }, () =>
      send(note).then(({ status }) => {
        if (status === 429) refused++;
        return status;
      }),
    );
    await until(() => refused === 7); // while the first is still screened
    resolve({ verdict: "pass" });
    expect((await Promise.all(answers)).filter(status => status === 200)).toHaveLength(1);
    expect(await names()).toHaveLength(1);
  });

  test.each([
    ["too long", { ...note, message: "word ".repeat(1501) }],
    ["rejected", { ...note, message: "reject this" }],
  ])("a message that is %s costs no place", async (_, refused) => {
    await restart({
      judge: ({ text }) => (text.includes("reject") ? { verdict: "reject", reason: "explicit" } : { verdict: "pass" }),
    });
    expect((await send(refused)).status).toBe(400);
    expect((await send(note)).status).toBe(200);
  });

  test("what a screen rejects is refused in the same words as ever", async () => {
    await restart({ judge: () => ({ verdict: "reject", reason: "explicit" }) });
    const { status, body } = await send(note);
    expect([status, body]).toEqual([400, { detail: "Message could not be accepted." }]);
    expect(await names()).toEqual([]);
  });

  test("W-12: what tries to steer the agent comes with a warning", async () => {
    await restart({ judge: () => ({ verdict: "suspicious", reason: "a jailbreak" }) });
    expect((await send(note)).status).toBe(200);
    expect(app.screened).toMatchObject([{ standing: "suspicious", held: false }]);
    expect(await names()).toHaveLength(1);
  });

  test("one that is held answers as any other, and takes the sender's place", async () => {
    const outage = { senders: "quarantine" };
    const judge = () => {
      throw new Error("down");
    };
    await restart({ letterbox: { keys, outage }, judge });
    const { status, body } = await send(note);
    expect([status, body.filename]).toEqual([200, "2026-11-21-0708-bob-ox.md"]);
    expect(await names()).toEqual([]);
    expect((await send(note)).status).toBe(429);
    const letter = await send(note, bearer(WITH_MAILBOX));
    expect([letter.status, letter.body.filename]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    const { body: held } = await app.get("/admin/quarantine");
    const id = held.messages.find(({ kind }: any) => kind === "message").id;
    await app.call("POST", `/admin/quarantine/${id}`, { body: { decision: "release" } });
    expect((await home.read("visitors/2026-11-21-0708-bob-ox.md"))!.text).toContain('source: "api"');
  });

  test("W-31: messages of one name in one minute all stay", async () => {
    await restart({ letterbox: { keys, cooldown: 0 } });
    const sent = await Promise.all(["1", "2", "3"].map(message => send({ ...note, message })));
    const filenames = sent.map(({ body }) => body.filename).sort();
    expect(filenames).toEqual([
      "2026-11-21-0708-bob-ox-2.md",
      "2026-11-21-0708-bob-ox-3.md",
      "2026-11-21-0708-bob-ox.md",
    ]);
    expect(await names()).toEqual(filenames);
  });

  test("W-23: a name of several lines adds nothing to the page's front matter", async () => {
    await send({ name: "Bob\n---\nadmin: true", message: "m" });
    const { text } = (await home.read(`visitors/${(await names())[0]}`))!;
    expect(text).toBe('---\ndate: "2026-11-21"\nfrom: "Bob --- admin true"\nsource: "api"\n---\n\nm\n');
  });

  test("what cannot be written is a 500, leaves nothing, and costs no place", async () => {
    await writeFile(join(home.path, "visitors"), "a file where the folder should be");
    expect(await send(note)).toMatchObject({ status: 500, body: { detail: "Failed to save message" } });
    await Bun.file(join(home.path, "visitors")).delete();
    expect((await send(note)).status).toBe(200);
  });

  test("keys that are wrong can be tried a few times only, by one household", async () => {
    const from = (address: string, key: string) => send(note, { ...bearer(key), "x-forwarded-for": address });
    for (let count = 0; count < 20; count++) expect((await from("203.0.113.7", `guess ${count}`)).status).toBe(401);
    const { status, body, headers } = await from("203.0.113.7", "guess");
    expect([status, body.detail]).toEqual([429, "Too many invalid API keys. Please try again later."]);
    expect(headers.get("retry-after")).toBe("900");
    expect((await from("203.0.113.7", KEY)).status).toBe(429);
    expect((await from("203.0.113.8", KEY)).status).toBe(200);
    app.clock.advance(15 * 60_000);
    expect((await from("203.0.113.7", "guess")).status).toBe(401);
  });

  test("no key reaches the log, right or wrong", async () => {
    await send(note);
    await send(note, bearer("a-guess-of-someone"));
    expect(JSON.stringify(app.log)).not.toMatch(/a-trusted-key|a-guess-of/);
  });
});

describe("POST /messages/with-image", () => {
  test("brings the picture with the letter", async () => {
    const { status, body } = await sendForm(withImage);
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        filename: "msg_1",
        word_count: 3,
        attachment: { filename: "msg_1.png", mime: "image/png", size: expect.any(Number) },
      },
    ]);
    expect(letters[0]!.picture!.bytes.byteLength).toBe(body.attachment.size);
    expect(letters[0]!.picture).toMatchObject({ mime: "image/png", width: 1, height: 1 });
  });

  test("without a text nothing is screened", async () => {
    await restart({ judge: () => ({ verdict: "reject", reason: "explicit" }) });
    const { status, body } = await sendForm({ name: "Grace", image: withImage["image"] });
    expect([status, body.word_count, app.screened]).toEqual([200, 0, []]);
    expect((await sendForm({ name: "Grace", message: "x", image: withImage["image"] })).status).toBe(429);
  });

  test("needs a mailbox", async () => {
    const { status, body } = await sendForm(withImage, bearer(KEY));
    expect([status, body]).toEqual([403, { detail: "Image sending requires a registered mailbox account" }]);
  });

  test.each([
    ["no name", { ...withImage, name: undefined }, "missing", "name"],
    ["too long a name", { ...withImage, name: "n".repeat(51) }, "string_too_long", "name"],
    ["no picture", { ...withImage, image: undefined }, "missing", "image"],
    ["an empty picture", { ...withImage, image: new Blob([]) }, "missing", "image"],
    ["a text for a picture", { ...withImage, image: "text" }, "value_error", "image"],
    ["a file for a text", { ...withImage, message: new Blob(["m"]) }, "string_type", "message"],
    ["too long a text", { ...withImage, message: "m".repeat(100_001) }, "string_too_long", "message"],
  ] satisfies [string, Fields, string, string][])("refuses %s", async (_, fields, type, field) => {
    const { status, body } = await sendForm(fields);
    expect([status, body.detail[0].type, body.detail[0].loc]).toEqual([422, type, ["body", field]]);
  });

  test.each([
    ["words before the picture", { ...withImage, message: "word ".repeat(1501), image: new Blob(["no"]) }, "1501)"],
    ["screens before the picture", { ...withImage, message: "reject", image: new Blob(["no"]) }, "not be accepted."],
    ["no picture at all", { ...withImage, image: new Blob(["no picture"]) }, "Invalid or corrupt image file"],
    [
      "one that is too large",
      { ...withImage, image: new Blob([new Uint8Array(5_242_881)]) },
      "Image exceeds 5 MB limit",
    ],
  ] satisfies [string, Fields, string][])("judges %s, and no place is taken", async (_, fields, detail) => {
    await restart({
      judge: ({ text }) => (text === "reject" ? { verdict: "reject", reason: "explicit" } : { verdict: "pass" }),
    });
    const { status, body } = await sendForm(fields);
    expect([status, body.detail]).toEqual([400, expect.stringContaining(detail)]);
    expect(letters).toEqual([]);
    expect((await sendForm(withImage)).status).toBe(200);
  });

  test("one that is held has a name for its picture already", async () => {
    const judge = () => {
      throw new Error("down");
    };
    await restart({ letterbox: { keys, outage: { senders: "quarantine" } }, judge });
    const { status, body } = await sendForm(withImage);
    expect([status, letters]).toEqual([200, []]);
    expect(body.attachment.filename).toBe(`${body.filename}.png`);
  });

  test("W-17: without a key that is known, the body is never read", async () => {
    const tried = async (headers: Record<string, string>) => {
      let reads = 0;
      const pull = (body: ReadableStreamDefaultController) => {
        reads++;
        body.close();
      };
      const { status } = await app.fetch("/messages/with-image", {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=x", ...headers },
        body: new ReadableStream({ pull }, { highWaterMark: 0 }),
      });
      return [status, reads];
    };
    expect(await tried({})).toEqual([422, 0]);
    expect(await tried({ authorization: "" })).toEqual([401, 0]);
    expect(await tried(bearer("wrong"))).toEqual([401, 0]);
    expect(await tried(bearer(WITH_MAILBOX))).toEqual([400, 1]);
  });

  test("W-17: a form is never longer than a picture and some more", async () => {
    const { status, body } = await sendForm({ ...withImage, more: new Blob([new Uint8Array(6 * 1024 * 1024)]) });
    expect([status, body.detail]).toEqual([413, "The body is longer than 6291456 bytes"]);
  });

  test.each([
    ["multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=na", 400],
    ["multipart/form-data", "a=b", 400],
    ["multipart/form-data; boundary=x", "", 400],
    ["application/x-www-form-urlencoded", "name=n&message=m&image=i", 422],
    ["application/json", '{"name":"n"}', 422],
    ["", "x", 422],
  ])("a body that is no form is refused: %j %j", async (type, body, status) => {
    const headers = { "content-type": type, ...bearer(WITH_MAILBOX) };
    const answer = await app.call("POST", "/messages/with-image", { body, headers, key: null });
    expect([answer.status, typeof answer.body.detail]).toEqual([status, status === 400 ? "string" : "object"]);
  });
});

test("it takes no settings", () => {
  expect(() => configured(plugin, { most: 3 })).toThrow("most");
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(plugin, [fake(Letterbox, {}), fake(Limits, {}), fake(Senders, {}), fake(Pictures, {})]);
  await app.kernel.disable("messages");
  expect((await app.call("POST", "/messages", { body: note })).status).toBe(404);
});
