import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HttpError, Secrets } from "hearth";
import { expectClean, HeldClock, type TestKernel, temporaryHome } from "hearth/testing";
import { type Limit, type Sender, Senders } from "hearth-plugins/letterbox";
import plugin from "../../plugins/letterbox/plugin";
import {
  type LetterboxKernel,
  letter,
  letterboxFolder,
  letterboxKernel,
  notingSessions,
  passed,
} from "../fixtures/letterbox";
import { small } from "../fixtures/small-plugin";

const KEY = "correct-horse-battery";
const keys = [KEY, "another-key-of-ours"];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a call was refused with. */
function refusal(call: () => unknown): { status: number; detail: string; after: string | undefined } {
  try {
    call();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { status: error.status, detail: error.detail, after: error.headers["retry-after"] };
  }
  throw new Error("it was not refused");
}

const senderOf = ({ senders }: LetterboxKernel): Sender => senders.find(KEY)!;

/** Sends one message for a sender, as a route does. */
async function sendOne(app: LetterboxKernel, sender = senderOf(app)): Promise<void> {
  using place = app.senders.reserve(sender);
  await app.letterbox.take({ message: letter("Hello."), screened: passed, place });
}

const secretOf = (app: TestKernel) => readFileSync(join(app.state, "letterbox.secret"), "utf8").trim();

describe("the keys of senders", () => {
  test("a key is found with its prefix and without, and blanks around it do not count", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    const found = [`Bearer ${KEY}`, KEY, `  ${KEY} `, `Bearer   ${KEY}`].map(header => app.senders.find(header));
    expect(new Set(found.map(sender => sender?.fingerprint)).size).toBe(1);
    expect(app.senders.any).toBe(true);
  });

  test("what is not a key, or wears another prefix, is nobody", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    for (const header of ["", "Bearer ", "Bearer", `bearer ${KEY}`, `${KEY}x`, KEY.slice(1), `Basic ${KEY}`, "é"])
      expect(app.senders.find(header)).toBeUndefined();
  });

  test("without keys, nobody is a sender", async () => {
    await using app = await letterboxKernel();
    expect(app.senders.any).toBe(false);
    expect(app.senders.find("")).toBeUndefined();
    expect(app.senders.find("Bearer ")).toBeUndefined();
  });

  test("W-05: a key is known by its fingerprint alone, which is the same in each life of a house and another in each house", async () => {
    using house = await temporaryHome();
    await using app = await letterboxKernel({ settings: { keys }, home: house.home });
    await using other = await letterboxKernel({ settings: { keys } });
    const { fingerprint } = senderOf(app);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(app.senders.fingerprintOf(` ${KEY}`)).toBe(fingerprint);
    expect(senderOf(other).fingerprint).not.toBe(fingerprint);
    await app.kernel.disable("letterbox");
    await app.kernel.enable("letterbox");
    expect(app.service(Senders).find(KEY)).toEqual({ fingerprint });
  });

  test("W-05: what the fingerprints are made with is for nobody else to read", async () => {
    await using app = await letterboxKernel();
    const file = join(app.state, "letterbox.secret");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(secretOf(app)).toMatch(/^[\w-]{43}$/);
  });

  test("W-05: no key, nor a part of one, reaches the log", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    app.senders.find("Bearer a-wrong-key");
    await sendOne(app);
    expect(() => app.senders.reserve(senderOf(app))).toThrow(HttpError);
    const log = JSON.stringify(app.log);
    for (const key of [...keys, "a-wrong-key"]) expect(log).not.toContain(key.slice(0, 8));
    expect(app.kernel.value(Secrets).redact(`it is ${KEY}!`)).toBe("it is [REDACTED]!");
  });

  test("the environment names them, and wins over the file", async () => {
    expect(plugin.env).toHaveProperty("TRUSTED_API_KEYS");
    const [key, read] = plugin.env!["TRUSTED_API_KEYS"]!;
    expect([key, read(" a, b,,c ")]).toEqual(["keys", ["a", "b", "c"]]);
  });

  test("a key that is taken away is trusted no more", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    const { fingerprint } = senderOf(app);
    expect(app.senders.trusts(fingerprint)).toBe(true);
    expect(app.senders.trusts(app.senders.fingerprintOf("a key of yesterday"))).toBe(false);
    expect(app.senders.trusts("account:ann")).toBe(false);
  });

  test("a secret that is damaged is said to be so, and is never replaced", async () => {
    await using app = await letterboxKernel();
    const file = join(app.state, "letterbox.secret");
    writeFileSync(file, "torn\n");
    await app.kernel.disable("letterbox");
    await app.kernel.enable("letterbox");
    expect(app.kernel.why("letterbox")).toContain(`${file} is damaged`);
    expect(readFileSync(file, "utf8")).toBe("torn\n");
  });
});

describe("what a sender may send", () => {
  test("one message in 15 minutes, in the words of the contract", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    await sendOne(app);
    app.clock.advance(1000);
    const reserve = () => app.senders.reserve(senderOf(app));
    expect(refusal(reserve)).toEqual({ status: 429, detail: "Cooldown active. Try again in 14m 59s", after: "899" });
    app.clock.advance(13 * MINUTE + 58_500);
    expect(refusal(reserve)).toEqual({ status: 429, detail: "Cooldown active. Try again in 1m 0s", after: "61" });
    app.clock.advance(60_000);
    expect(refusal(reserve)).toEqual({ status: 429, detail: "Cooldown active. Try again in 0m 1s", after: "1" });
    app.clock.advance(500);
    await sendOne(app);
  });

  test("W-58: ten a day, and the day is that of the house's zone", async () => {
    const clock = new HeldClock("2026-11-21T13:00:00Z"); // 08:00 in New York
    await using app = await letterboxKernel({ settings: { keys }, timeZone: "America/New_York", clock });
    for (let n = 0; n < 10; n++) {
      await sendOne(app);
      clock.advance(HOUR);
    }
    // 18:00 there, 23:00 in UTC; an hour and a half later it is tomorrow in UTC, but not there.
    const detail = "Daily limit of 10 messages reached. Resets at midnight.";
    expect(refusal(() => app.senders.reserve(senderOf(app)))).toEqual({ status: 429, detail, after: String(6 * 3600) });
    clock.advance(1.5 * HOUR);
    expect(refusal(() => app.senders.reserve(senderOf(app))).detail).toBe(detail);
    clock.set("2026-11-22T05:00:00Z"); // midnight there
    await sendOne(app);
  });

  test("as many as is configured, and each sender for themselves", async () => {
    await using app = await letterboxKernel({ settings: { keys, cooldown: 0, perDay: 2 } });
    await sendOne(app);
    await sendOne(app);
    expect(refusal(() => app.senders.reserve(senderOf(app))).detail).toBe(
      "Daily limit of 2 messages reached. Resets at midnight.",
    );
    await sendOne(app, app.senders.find(keys[1]!)!);
    await sendOne(app, { fingerprint: "account:ann" });
  });

  test("a place that is not taken is given back: who was refused may try again at once", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    {
      using _place = app.senders.reserve(senderOf(app));
      expect(refusal(() => app.senders.reserve(senderOf(app))).detail).toBe("Cooldown active. Try again in 15m 0s");
    }
    using _again = app.senders.reserve(senderOf(app));
  });

  test("W-34: of fifty that come at once, one passes", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => sendOne(app)));
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBe(1);
    expect(app.bag.brought.length).toBe(1);
  });

  test("W-34: and ten when there is no pause between them, while they are on their way and after", async () => {
    await using app = await letterboxKernel({ settings: { keys, cooldown: 0 } });
    const gate = Promise.withResolvers<void>();
    app.bag.gate = gate.promise;
    const sending = Array.from({ length: 50 }, () => sendOne(app));
    const early = refusal(() => app.senders.reserve(senderOf(app)));
    gate.resolve();
    const outcomes = await Promise.allSettled(sending);
    expect(early.status).toBe(429);
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBe(10);
    expect(refusal(() => app.senders.reserve(senderOf(app))).status).toBe(429);
  });

  test("a message that could not be taken costs nothing", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    app.bag.fault = new Error("no paper");
    await expect(sendOne(app)).rejects.toThrow("no paper");
    app.bag.fault = undefined;
    await sendOne(app);
  });

  test("a clock that is set back shuts nobody out", async () => {
    await using app = await letterboxKernel({ settings: { keys } });
    await sendOne(app);
    app.clock.set("2026-11-20T12:00:00Z");
    await sendOne(app);
  });
});

describe("limits", () => {
  const limit: Limit = { id: "door", most: 3, seconds: 60, detail: "Too many knocks" };

  test("count within a sliding time, and say when to come again", async () => {
    await using app = await letterboxKernel();
    const knock = () => app.limits.count(limit, "ann");
    knock();
    app.clock.advance(20_000);
    knock();
    app.clock.advance(20_000);
    knock();
    expect(refusal(knock)).toEqual({ status: 429, detail: "Too many knocks", after: "20" });
    app.clock.advance(19_500);
    expect(refusal(knock).after).toBe("1");
    app.clock.advance(500);
    knock(); // the refused ones were not counted
    expect(refusal(knock).after).toBe("20");
  });

  test("count each limit and each key for themselves", async () => {
    await using app = await letterboxKernel();
    for (let n = 0; n < 3; n++) app.limits.count(limit, "ann");
    app.limits.count(limit, "bea");
    app.limits.count({ ...limit, id: "window" }, "ann");
    expect(refusal(() => app.limits.check(limit, "ann")).status).toBe(429);
  });

  test("can be looked at without counting", async () => {
    await using app = await letterboxKernel();
    for (let n = 0; n < 10; n++) app.limits.check(limit, "ann");
    for (let n = 0; n < 3; n++) app.limits.count(limit, "ann");
    expect(refusal(() => app.limits.check(limit, "ann")).after).toBe("60");
  });

  test("W-15: remember a bounded number of keys, and forget the oldest", async () => {
    await using app = await letterboxKernel();
    const full = (key: string) => {
      for (let n = 0; n < 3; n++) app.limits.count(limit, key);
    };
    full("first");
    full("second");
    app.limits.check(limit, "nobody");
    for (let n = 0; n < 9998; n++) app.limits.count(limit, `key ${n}`);
    expect(refusal(() => app.limits.check(limit, "first")).status).toBe(429);
    app.limits.count(limit, "one more");
    app.limits.check(limit, "first");
    expect(refusal(() => app.limits.check(limit, "second")).status).toBe(429);
  });
});

test("the plugin leaves nothing behind", () =>
  expectClean(plugin, [notingSessions([]), small("idle")], { folders: { letterbox: letterboxFolder } }));
