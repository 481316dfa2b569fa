import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type DaemonPlace, daemonPlace, placeAt, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { type Dice, dice } from "../fixtures/dice";
import {
  letter,
  letterboxRows,
  mailConfig,
  member,
  message,
  type Sent,
  seenPrompts,
  sessionRows,
  threadLines,
  visit,
  visitorFiles,
  withNotingAgent,
} from "../fixtures/mail";
import { until } from "../fixtures/until";

/** The hundred of the measure: `MAIL_CRASHES=100 bun test tests/system/mail-crash.test.ts`. */
const CRASHES = Number(process.env["MAIL_CRASHES"] ?? 20);
const SEED = Number(process.env["MAIL_SEED"] ?? 20261121);

const members = ["alice", "bob", "carol", "dora", "emil"];
const strangers = ["kay-1", "kay-2", "kay-3"];
const keyOf = (name: string) => `key-of-${name}-0123456789`;

const CONFIG = mailConfig({
  letterbox: `cooldown = 0
perDay = 1000000
wakes.visit = { quiet = 0, atMost = 0, perDay = 100000 }
wakes.correspondence = { quiet = 0, atMost = 0, perDay = 100000 }`,
  visitors: "perHour = 100000",
});

/** One message that somebody tried to send. Its words are nobody else's. */
interface Attempt {
  readonly words: string;
  readonly way: "letter" | "message" | "visit";
  /** Whose thread. */
  readonly username?: string;
  /** The id or the file that was told; nothing when no answer came. */
  told?: string;
}

let place: DaemonPlace;
const attempts: Attempt[] = [];
const tokens = new Map<string, string>();
const refused: Sent[] = [];

/** Sends one message after the other until the daemon is gone. */
async function write(begin: () => Attempt, go: (attempt: Attempt) => Promise<Sent>): Promise<void> {
  for (;;) {
    const attempt = begin();
    attempts.push(attempt);
    const answer = await go(attempt).catch(() => undefined);
    if (answer === undefined) return;
    if (answer.status === 200) attempt.told = answer.body.id ?? answer.body.filename;
    else refused.push(answer);
    if (answer.status !== 200) return;
  }
}

let count = 0;
const words = () => `words-${++count}-of-${SEED}.`;

/** Everybody writes at once: members their letters by both ways, those with a key, and visitors of one name. */
const everybody = (daemon: TestDaemon) =>
  Promise.all([
    ...members.map(username =>
      write(
        () => ({ words: words(), way: "letter", username }),
        ({ words: text }) => letter(daemon, tokens.get(username)!, text),
      ),
    ),
    write(
      () => ({ words: words(), way: "letter", username: "alice" }),
      async ({ words: text }) => message(daemon, keyOf("alice"), text),
    ),
    ...strangers.map(name =>
      write(
        () => ({ words: words(), way: "message" }),
        ({ words: text }) => message(daemon, keyOf(name), text, "Ann"),
      ),
    ),
    ...[1, 2, 3].map(() =>
      write(
        () => ({ words: words(), way: "visit" }),
        ({ words: text }) => visit(daemon, text, "Ann"),
      ),
    ),
  ]);

const acknowledged = () => attempts.filter(({ told }) => told !== undefined);

/** A life of the daemon that ends with SIGKILL in the middle of the writing, after so many answers. */
async function shortLife(chance: Dice): Promise<void> {
  const daemon = await startDaemon(place);
  if (tokens.size === 0)
    for (const username of members) tokens.set(username, await member(daemon, keyOf(username), username));
  const enough = acknowledged().length + 1 + chance.int(60);
  const writing = everybody(daemon);
  await until(() => acknowledged().length >= enough);
  daemon.signal("SIGKILL");
  await daemon.exited;
  await writing;
}

/** How often each attempt's words stand in some texts. */
function timesIn(texts: readonly string[]): Map<string, number> {
  const times = new Map(attempts.map(attempt => [attempt.words, 0]));
  for (const text of texts)
    for (const [found] of text.matchAll(/words-\d+-of-\d+\./g)) times.set(found, (times.get(found) ?? 0) + 1);
  return times;
}

/** The attempts of which something is not so; with what is. */
const notSo = (list: readonly Attempt[], times: ReadonlyMap<string, number>, so: (count: number) => boolean) =>
  list
    .filter(({ words }) => !so(times.get(words)!))
    .map(({ words: text, told, way }) => `${way} ${text} (${told}): ${times.get(text)}`);

describe(`kill -9 of the daemon, ${CRASHES} times, while everybody writes`, () => {
  beforeAll(async () => {
    place = withNotingAgent(daemonPlace(CONFIG, { TRUSTED_API_KEYS: [...members, ...strangers].map(keyOf).join(",") }));
    const chance = dice(SEED);
    for (let life = 0; life < CRASHES; life++) await shortLife(chance);
    // Half a day later: what sessions of the lives before could not carry to their end waits no longer.
    const later = new Date(Date.now() + 12 * 3600_000).toISOString();
    await using _last = await startDaemon(placeAt(place, { HEARTH_CLOCK: later }));
    await until(() => letterboxRows(place).every(({ state }) => state === "shown"), 60);
    await until(() => sessionRows(place).every(({ state }) => !/queued|gathering|running|finishing/.test(state)), 60);
  }, 1_200_000);
  afterAll(() => place[Symbol.dispose]());

  test("nobody was refused, and many were answered", () => {
    expect(refused.map(({ status, body }) => ({ status, body }))).toEqual([]);
    for (const way of ["letter", "message", "visit"])
      expect(acknowledged().filter(attempt => attempt.way === way).length).toBeGreaterThan(CRASHES);
    if (process.env["MAIL_SHOW"]) console.log({ attempts: attempts.length, acknowledged: acknowledged().length });
  });

  test("every letter that was acknowledged is in its thread, once, under the id that was told; no line is half, no id is there twice", () => {
    const letters = members.flatMap(username =>
      threadLines(place.home, username).map(line => ({ username, ...JSON.parse(line) })),
    );
    for (const username of members) {
      const ids = letters.filter(one => one.username === username).map(({ id }) => id);
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    }
    const times = timesIn(letters.map(({ body }) => body));
    const sent = attempts.filter(({ way }) => way === "letter");
    expect(notSo(sent, times, n => n <= 1)).toEqual([]);
    const byWords = new Map(letters.map(one => [one.body, one]));
    const astray = acknowledged().filter(({ way, words, told, username }) => {
      const found = byWords.get(words);
      return way === "letter" && (found?.id !== told || found?.username !== username);
    });
    expect(astray).toEqual([]);
  });

  test("every visitor's message that was acknowledged is in a file, once and whole; no half file is seen", () => {
    const files = visitorFiles(place.home);
    const seen = files.filter(({ path }) => !path.split("/").at(-1)!.startsWith("."));
    expect(seen.filter(({ path }) => !path.endsWith(".md"))).toEqual([]);
    expect(seen.filter(({ text }) => !/^---\n[\s\S]+\n---\n\nwords-\d+-of-\d+\.\n$/.test(text))).toEqual([]);
    const times = timesIn(seen.map(({ text }) => text));
    const sent = attempts.filter(({ way }) => way !== "letter");
    expect(notSo(sent, times, n => n <= 1)).toEqual([]);
    const kept = acknowledged().filter(({ way }) => way !== "letter");
    expect(notSo(kept, times, n => n === 1)).toEqual([]);
  });

  test("each was shown to the agent, in one session that ended well and in no second one", () => {
    const done = sessionRows(place).filter(({ state }) => state === "done");
    const times = timesIn(done.flatMap(({ messages }) => messages.map(({ text }) => text)));
    expect(notSo(acknowledged(), times, n => n === 1)).toEqual([]);
    expect(notSo(attempts, times, n => n <= 1)).toEqual([]);
    const seen = timesIn(seenPrompts(place).map(({ userPrompt }) => userPrompt));
    expect(notSo(acknowledged(), seen, n => n >= 1)).toEqual([]);
  });

  test("and of what was acknowledged, nothing is left outside the archive", () => {
    const left = visitorFiles(place.home).filter(({ path }) => /^[^./][^/]*\.md$/.test(path));
    const times = timesIn(left.map(({ text }) => text));
    expect(notSo(acknowledged(), times, n => n === 0)).toEqual([]);
  });
});
