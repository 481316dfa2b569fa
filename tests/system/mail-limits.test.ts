import { describe, expect, test } from "bun:test";
import { type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import {
  bearer,
  letter,
  letterboxRows,
  type MailTables,
  mailConfig,
  member,
  message,
  register,
  type Sent,
  send,
  threadLines,
  visit,
  visitorFiles,
  withNotingAgent,
} from "../fixtures/mail";
import { png } from "../fixtures/pictures";

const ALICE = "key-of-alice-0123456789";
const BOB = "key-of-bob-0123456789";

const placeOf = (tables: MailTables = {}): DaemonPlace =>
  withNotingAgent(daemonPlace(mailConfig(tables), { TRUSTED_API_KEYS: `${ALICE},${BOB}` }));

/** Some calls at once. */
const times = <T>(count: number, call: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => call(n)));

const withStatus = (all: readonly Sent[], status: number) => all.filter(sent => sent.status === status);
/** How often each status came. */
const tally = (all: readonly Sent[]) =>
  Object.fromEntries([...new Set(all.map(({ status }) => status))].map(one => [one, withStatus(all, one).length]));

/** Each refusal says when to come again: a whole number of seconds, of which there are no more than these. */
function expectRetry(all: readonly Sent[], most: number): void {
  for (const { headers } of withStatus(all, 429)) {
    expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(most);
  }
}

function pictureOf(words: string): FormData {
  const form = new FormData();
  form.set("name", "Alice");
  form.set("message", words);
  form.set("image", new Blob([png(2, 2)]));
  return form;
}

describe("many messages of one key at once", () => {
  test("fifty by all of its ways: exactly one is taken, also by a daemon that was started anew", async () => {
    using place = placeOf();
    const daemon = await startDaemon(place);
    const token = await member(daemon, ALICE, "alice");
    const ways: ((n: number) => Promise<Sent>)[] = [
      n => message(daemon, ALICE, `message ${n}`),
      n => letter(daemon, token, `letter ${n}`),
      n => send(daemon, "/messages/with-image", { headers: bearer(ALICE), body: pictureOf(`picture ${n}`) }),
      n => send(daemon, "/mailbox/send", { headers: bearer(token), body: pictureOf(`picture ${n}`) }),
    ];
    const all = await times(50, n => ways[n % ways.length]!(n));
    expect(tally(all)).toEqual({ 200: 1, 429: 49 });
    expectRetry(all, 900);
    for (const { body } of withStatus(all, 429))
      expect(body.detail).toMatch(/^Cooldown active\. Try again in 1[45]m \d+s$/);
    expect([threadLines(place.home, "alice").length, letterboxRows(place).length]).toEqual([1, 1]);

    daemon.signal("SIGKILL");
    await daemon.exited;
    await using again = await startDaemon(place);
    expect((await message(again, ALICE, "once more")).status).toBe(429);
    expect((await message(again, BOB, "another key")).status).toBe(200);
  });

  test("no more than a day has, and what is refused for its words costs nothing", async () => {
    using place = placeOf({ letterbox: "cooldown = 0\nperDay = 7" });
    await using daemon = await startDaemon(place);
    const long = await times(20, () => message(daemon, BOB, "word ".repeat(1501)));
    expect(tally(long)[400]! + (tally(long)[429] ?? 0)).toBe(20); // each holds its place only while it is looked at
    const all = await times(50, n => message(daemon, BOB, `message ${n}`));
    expect(tally(all)).toEqual({ 200: 7, 429: 43 });
    expectRetry(all, 25 * 3600);
    for (const { body } of withStatus(all, 429))
      expect(body.detail).toBe("Daily limit of 7 messages reached. Resets at midnight.");
    expect(visitorFiles(place.home).length).toBe(7);
  });
});

describe("visitors", () => {
  const perHour = "perHour = 5";
  const from = (daemon: TestDaemon, address: string, count = 10) =>
    times(count, n => visit(daemon, `from ${address}, ${n}`, "Ann", address));

  test("fifty at once from one household: as many are taken as an hour has", async () => {
    using place = placeOf({ visitors: perHour });
    await using daemon = await startDaemon(place);
    const all = await times(50, n => visit(daemon, `message ${n}`));
    expect(tally(all)).toEqual({ 200: 5, 429: 45 });
    expectRetry(all, 3600);
    expect(visitorFiles(place.home).length).toBe(5);
  });

  test("behind a proxy that is trusted, each household counts for itself, and nobody can say that they are another", async () => {
    using place = placeOf({ visitors: perHour });
    await using daemon = await startDaemon(place);
    const five = { 200: 5, 429: 5 };
    expect(tally(await from(daemon, "203.0.113.7"))).toEqual(five);
    expect(tally(await from(daemon, "203.0.113.8"))).toEqual(five);
    // What the caller wrote stands before what the proxy wrote.
    expect(tally(await from(daemon, "198.51.100.1, 203.0.113.7"))).toEqual({ 429: 10 });
    expect(tally(await from(daemon, "198.51.100.2, nonsense, 203.0.113.8"))).toEqual({ 429: 10 });
    expect(tally(await from(daemon, "::ffff:203.0.113.7"))).toEqual({ 429: 10 });
    // A household of IPv6 has 64 bits.
    expect(tally(await from(daemon, "2001:db8:1:2::1"))).toEqual(five);
    expect(tally(await from(daemon, "2001:db8:1:2:ffff:1:2:3"))).toEqual({ 429: 10 });
    expect(tally(await from(daemon, "2001:db8:1:3::1"))).toEqual(five);
  });

  test("from somebody who is no trusted proxy, the header says nothing", async () => {
    using place = placeOf({ visitors: perHour, http: 'trustedProxies = ["192.0.2.1"]' });
    await using daemon = await startDaemon(place);
    const all = await times(20, n => visit(daemon, `message ${n}`, "Ann", `203.0.113.${n}`));
    expect(tally(all)).toEqual({ 200: 5, 429: 15 });
    expect(tally(await times(5, n => visit(daemon, `again ${n}`, "Ann", "192.0.2.1")))).toEqual({ 429: 5 });
  });
});

describe("keys and passwords that are guessed", () => {
  const login = (daemon: TestDaemon, password: string, address = "203.0.113.7") =>
    send(daemon, "/mailbox/login", { headers: { "x-forwarded-for": address }, body: { password } });
  const wrong = (username: string, n: number) => `mb_${username}_${n.toString(16).padStart(32, "0")}`;

  test("forty logins at once: five guesses of an account are answered, the sixth is refused, also with the right password", async () => {
    using place = placeOf();
    await using daemon = await startDaemon(place);
    const password = await register(daemon, ALICE, "alice");
    const bobs = await register(daemon, BOB, "bob");
    const all = await times(40, n => login(daemon, wrong("alice", n)));
    expect(tally(all)).toEqual({ 401: 5, 429: 35 });
    expectRetry(all, 900);
    const refused = await login(daemon, password);
    expect(refused).toMatchObject({
      status: 429,
      body: { detail: "Too many failed login attempts. Try again later." },
    });
    expect((await login(daemon, bobs)).status).toBe(200);
    expect((await login(daemon, password, "203.0.113.8")).status).toBe(200);
  });

  test("a password that names nobody counts as well, and success does not make up for failures", async () => {
    using place = placeOf();
    await using daemon = await startDaemon(place);
    const password = await register(daemon, ALICE, "alice");
    for (let n = 0; n < 4; n++) expect((await login(daemon, wrong("alice", n))).status).toBe(401);
    expect((await login(daemon, password)).status).toBe(200);
    expect((await login(daemon, wrong("alice", 5))).status).toBe(401);
    expect((await login(daemon, password)).status).toBe(429);
    const nobody = await times(20, n => login(daemon, `guess ${n}`));
    expect(tally(nobody)).toEqual({ 401: 5, 429: 15 });
  });

  test("registrations and resets: ten an hour, whatever the key; then not even the right one is heard from there", async () => {
    using place = placeOf();
    await using daemon = await startDaemon(place);
    const ask = (key: string, address: string) =>
      send(daemon, "/mailbox/reset-password", { headers: { ...bearer(key), "x-forwarded-for": address } });
    const all = await times(40, n => ask(`guess-${n}`, "203.0.113.7"));
    expect(tally(all)).toEqual({ 401: 10, 429: 30 });
    expectRetry(all, 3600);
    expect((await ask(ALICE, "203.0.113.7")).status).toBe(429);
    expect((await ask(ALICE, "203.0.113.8")).status).toBe(404);
  });

  test("wrong keys of messages: twenty, then the household is refused for a while, with the right key too", async () => {
    using place = placeOf();
    await using daemon = await startDaemon(place);
    const guess = (key: string, address = "203.0.113.7") =>
      send(daemon, "/messages", {
        headers: { ...bearer(key), "x-forwarded-for": address },
        body: { name: "Bob", message: "Let me in." },
      });
    const all = await times(60, n => guess(`guess-${n}`));
    expect(tally(all)).toEqual({ 401: 20, 429: 40 });
    expectRetry(all, 900);
    expect((await guess(ALICE)).status).toBe(429);
    expect((await guess(ALICE, "203.0.113.8")).status).toBe(200);
    expect(letterboxRows(place).length).toBe(1);
  });
});
