import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type DaemonPlace, daemonPlace, hearth, placeAt, startDaemon, type TestDaemon } from "../fixtures/daemon";
import {
  bearer,
  letter,
  letterboxRows,
  logIn,
  mailConfig,
  member,
  message,
  type Sent,
  seenPrompts,
  send,
  threadLines,
  visit,
  visitorFiles,
  withNotingAgent,
} from "../fixtures/mail";
import { noise, png } from "../fixtures/pictures";
import { noSmallDisk, onSmallDisk } from "../fixtures/small-disk";
import { until } from "../fixtures/until";

const ALICE = "key-of-alice-0123456789";
const BOB = "key-of-bob-0123456789";
const EVE = "key-of-eve-0123456789";
const FULL = "the disk is full";
/** Longer than what a disk has left in the last block of a file. */
const long = (words: string) => `${words} ${"x".repeat(900)} `.repeat(9).trim();

const HASTE = "cooldown = 0\nperDay = 1000000";
const AT_ONCE = "{ quiet = 0, atMost = 0, perDay = 1000 }";
const CONFIG = mailConfig({ letterbox: HASTE, visitors: "perHour = 100000" });
const WAKING = mailConfig({ letterbox: `${HASTE}\nwakes.visit = ${AT_ONCE}\nwakes.correspondence = ${AT_ONCE}` });
const placeOf = (): DaemonPlace => {
  const place = withNotingAgent(daemonPlace(CONFIG, { TRUSTED_API_KEYS: [ALICE, BOB, EVE].join(",") }));
  mkdirSync(place.home);
  mkdirSync(place.state);
  return place;
};

/** What lies in the place, as its daemon sees it. */
const seenBy = (daemon: TestDaemon, path: string) => join(`/proc/${daemon.pid}/root`, path);
const filesIn = (folder: string) => [...new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true })].toSorted();

const fill = (folder: string) =>
  void Bun.spawnSync(["sh", "-c", 'cat /dev/zero > "$0"', join(folder, "filler")], { stderr: "ignore" });
const makeRoom = (folder: string) => rmSync(join(folder, "filler"));

/** Everything that people can send, by each of its ways. */
function sendAll(daemon: TestDaemon, token: string, words: string): Promise<Sent[]> {
  const form = () => {
    const picture = png(40, 40, noise(Math.random));
    const body = new FormData();
    body.set("name", "Ann");
    body.set("message", words);
    body.set("image", new Blob([picture]));
    return body;
  };
  return Promise.all([
    visit(daemon, words.slice(0, 2000)),
    message(daemon, BOB, long(words)),
    message(daemon, ALICE, long(words)),
    letter(daemon, token, long(words)),
    send(daemon, "/mailbox/send", { headers: bearer(token), body: form() }),
    send(daemon, "/messages/with-image", { headers: bearer(ALICE), body: form() }),
  ]);
}

/** Every line of a thread is a letter, and every letter's picture is there. */
function expectWhole(home: string): void {
  const letters = threadLines(home, "alice").map(line => JSON.parse(line));
  const pictures = letters.flatMap(({ attachment }) => (attachment ? [attachment.filename] : []));
  const folder = join(home, "mailbox/alice/attachments");
  expect((existsSync(folder) ? readdirSync(folder) : []).toSorted()).toEqual(pictures.toSorted());
  expect(new Set(letters.map(({ id }) => id)).size).toBe(letters.length);
  for (const { path, text } of visitorFiles(home))
    expect([path, /^---\n[\s\S]+\n---\n\n[\s\S]+\n$/.test(text)]).toEqual([path, true]);
  expect(filesIn(home).filter(path => path.endsWith(".tmp"))).toEqual([]);
}

/** Skipped where no process may mount a small disk of its own. */
describe.skipIf(noSmallDisk)("a home on a full disk", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let token: string;
  let home: string;
  let before: string[];
  beforeAll(async () => {
    place = placeOf();
    daemon = await startDaemon(place, onSmallDisk(place.home, 1024));
    home = seenBy(daemon, place.home);
    token = await member(daemon, ALICE, "alice");
    for (const { status } of await sendAll(daemon, token, "before")) expect(status).toBe(200);
    before = filesIn(home);
    fill(home);
  });
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("takes nothing: 507, which says why, and nothing half of it is there", async () => {
    const rows = letterboxRows(place).length;
    for (let round = 0; round < 3; round++)
      for (const { status, body } of await sendAll(daemon, token, "refused"))
        expect({ status, body }).toEqual({ status: 507, body: { detail: expect.stringContaining(FULL) } });
    expect(filesIn(home)).toEqual([...before, "filler"].toSorted());
    expectWhole(home);
    expect(letterboxRows(place).length).toBe(rows);
    const made = await send(daemon, "/mailbox/register", {
      headers: bearer(EVE),
      body: { username: "eve", display_name: "Eve" },
    });
    expect([200, 507]).toContain(made.status); // a folder needs no room on every disk
  });

  test("costs nobody anything else: reading and health go on", async () => {
    const page = await send(daemon, "/mailbox/thread", { method: "GET", headers: bearer(token) });
    expect([page.status, page.body.messages.length]).toEqual([200, 4]);
    expect((await send(daemon, "/mailbox/status", { method: "GET", headers: bearer(token) })).status).toBe(200);
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);
  });

  test("goes on when there is room: what is sent again is there once, under ids that follow", async () => {
    makeRoom(home);
    for (const { status } of await sendAll(daemon, token, "after")) expect(status).toBe(200);
    expectWhole(home);
    const texts = [...threadLines(home, "alice"), ...visitorFiles(home).map(({ text }) => text)].join("\n");
    expect(texts).not.toContain("refused");
    const ids = threadLines(home, "alice").map(line => JSON.parse(line).id.split("_").at(-1));
    expect(ids.toSorted()).toEqual(["001", "002", "003", "004", "005", "006", "007", "008"]);
  });
});

describe.skipIf(noSmallDisk)("a state folder on a full disk", () => {
  test("takes nothing that could not be written down: 507, the house lives, and after a restart all that lies in the home is shown once", async () => {
    using place = placeOf();
    await using daemon = await startDaemon(place, onSmallDisk(place.state, 6000));
    const token = await member(daemon, ALICE, "alice");
    const state = seenBy(daemon, place.state);
    fill(state);
    const answers: Sent[] = [];
    for (let round = 0; round < 12; round++) answers.push(...(await sendAll(daemon, token, `round ${round}.`)));
    expect(answers.filter(({ status }) => status !== 200 && status !== 507)).toEqual([]);
    expect(answers.filter(({ status }) => status === 507).length).toBeGreaterThan(10);
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);
    expectWhole(place.home);

    makeRoom(state);
    for (const { status } of await sendAll(daemon, token, "after")) expect(status).toBe(200);
    const kept = join(place.folder, "kept");
    Bun.spawnSync(["cp", "-r", state, kept]); // the disk goes with its daemon
    const texts = [...threadLines(place.home, "alice"), ...visitorFiles(place.home).map(({ text }) => text)];
    daemon.signal("SIGTERM");
    await daemon.exited;

    rmSync(place.state, { recursive: true });
    Bun.spawnSync(["cp", "-r", kept, place.state]);
    place.write("config/home.toml", WAKING);
    const later = new Date(Date.now() + 3600_000).toISOString();
    await using _again = await startDaemon(placeAt(place, { HEARTH_CLOCK: later }));
    await until(() => letterboxRows(place).every(({ state: stands }) => stands === "shown"));
    expect(letterboxRows(place).length).toBe(texts.length);
    const rows = letterboxRows(place).map(({ file, ref }) => `${file} ${ref}`);
    expect(rows.filter((one, at) => rows.indexOf(one) !== at)).toEqual([]);
    expect(seenPrompts(place).length).toBeGreaterThan(0);
  }, 60_000);
});

describe("the accounts of the original", () => {
  const password = `mb_carol_${"c3".repeat(16)}`;
  const account = (username: string) => ({
    username,
    display_name: username,
    web_password_hash: Bun.password.hashSync(password, { algorithm: "bcrypt", cost: 4 }),
    registered: "2026-03-01T10:00:00.123456+00:00",
    sessions: {},
  });
  const whole = JSON.stringify({ [BOB]: account("bob"), "key-of-carol": account("carol") }, null, 2);
  const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;
  const corrupt: Record<string, readonly [text: string, line: number]> = {
    "cut off": [whole.slice(0, -30), whole.slice(0, -30).split("\n").length],
    "with a comma too many": [whole.replace('"carol",', '"carol",,'), lineOf(whole, '"carol"')],
    "with a username that nobody can have": [whole.replace('"carol"', '"../carol"'), lineOf(whole, '"key-of-carol"')],
    "with a hash that is none": [
      whole.replaceAll(/"\$2[^"]+"/g, (hash, at) => (at > 200 ? '"secret"' : hash)),
      lineOf(whole, '"key-of-carol"'),
    ],
    "with a name twice": [whole.replace('"username": "carol"', '"username": "bob"'), lineOf(whole, '"key-of-carol"')],
  };

  test.each(Object.keys(corrupt))(
    "%s: refused whole, with the line, and nothing is imported; mended, they are taken over",
    async what => {
      using place = placeOf();
      await using daemon = await startDaemon(place);
      const [text, line] = corrupt[what]!;
      place.write("accounts.json", text);
      place.write(
        "old/bob/thread.jsonl",
        '{"id":"msg_20260301_u_001","from":"bob","ts":"2026-03-01T10:00:00+00:00","body":"Hi"}\n',
      );
      const run = () =>
        hearth(place, "mailbox", "import", join(place.folder, "accounts.json"), "--mailbox", join(place.folder, "old"));

      const refused = await run();
      expect(refused.code).toBe(1);
      expect(`${refused.err}${refused.out}`).toMatch(new RegExp(`\\bline ${line}\\b`));
      expect(`${refused.err}${refused.out}`).not.toContain("key-of-");
      expect((await hearth(place, "mailbox", "list")).out).toContain("no mailbox yet");
      expect(filesIn(place.home).filter(path => path.startsWith("mailbox"))).toEqual([]);

      place.write("accounts.json", whole);
      const taken = await run();
      expect([taken.code, taken.err]).toEqual([0, ""]);
      expect((await hearth(place, "mailbox", "list")).out).toMatch(/^bob .* 1 letters/m);
      expect(threadLines(place.home, "bob")).toHaveLength(1);
      expect(await logIn(daemon, password)).toBe(undefined as never); // her key is not trusted here
    },
    30_000,
  );
});
