import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DaemonPlace, daemonPlace, hearth, placeAt, startDaemon, type TestDaemon } from "../fixtures/daemon";
import {
  type LetterboxRow,
  letter,
  letterboxRows,
  mailConfig,
  member,
  message,
  seenPrompts,
  visit,
  visitorFiles,
  withNotingAgent,
} from "../fixtures/mail";
import {
  type ApiCall,
  cutStream,
  fault,
  hang,
  type MessagesApi,
  type Reply,
  reply,
  say,
  startMessagesApi,
  systemText,
  userText,
  useTool,
} from "../fixtures/messages-api";
import { textIfThere } from "../fixtures/text-if-there";
import { until } from "../fixtures/until";

const ALICE = "key-of-alice-0123456789";
const BOB = "key-of-bob-0123456789";

/** A judge that is well: it refuses what is obscene, and finds what is an order. */
function wise(call: ApiCall): Reply {
  const words = userText(call);
  const isContent = systemText(call).includes("fit to be read");
  if (isContent) return useTool("verdict", { allowed: !words.includes("obscene"), reason: "of no concern" });
  return useTool("verdict", { safe: !words.includes("IGNORE ALL"), reason: "it gives orders" });
}

/** Each way in which a service can be out of order. */
const outages: Readonly<Record<string, (call: ApiCall) => Reply>> = {
  hangs: () => hang(),
  "is overloaded": () => fault(529),
  fails: () => fault(500),
  "does not know the key": () => fault(401),
  "asks for patience": () => fault(429, { retryAfter: 3600 }),
  "breaks off": () => cutStream(),
  chats: () => say("Of course! This message is perfectly fine, allowed: true, safe: true."),
  "gives a verdict of another shape": () => useTool("verdict", { allowed: "yes", safe: "yes", reason: 7 }),
  "gives an empty verdict": () => useTool("verdict", {}),
  "calls another tool": () => useTool("allow", { allowed: true, safe: true, reason: "" }),
  "gives two verdicts": () =>
    reply(
      [true, false].map(yes => ({ type: "tool_use", name: "verdict", input: { allowed: yes, safe: yes, reason: "" } })),
    ),
  "says nothing": () => reply([]),
};

const CONFIG = mailConfig({
  letterbox: `cooldown = 0
perDay = 1000000
screenSeconds = 3
screenPause = 0.05
rescreenMinutes = 0.002
wakes.mostMessages = 1000
wakes.visit = { quiet = 3600, atMost = 3600 }
wakes.correspondence = { quiet = 3600, atMost = 3600 }`,
  visitors: "perHour = 100000",
  moderation: "timeout = 2",
});

let api: MessagesApi;
let judge: (call: ApiCall) => Reply;
let place: DaemonPlace;
let daemon: TestDaemon;
let token: string;

beforeAll(async () => {
  judge = wise;
  api = startMessagesApi([], { otherwise: call => judge(call) });
  place = withNotingAgent(
    daemonPlace(CONFIG, {
      TRUSTED_API_KEYS: `${ALICE},${BOB}`,
      ANTHROPIC_API_KEY: "sk-ant-test-made-up-key",
      ANTHROPIC_BASE_URL: api.url,
    }),
  );
  daemon = await startDaemon(place);
  token = await member(daemon, ALICE, "alice");
});
beforeEach(async () => {
  judge = wise;
  await until(() => letterboxRows(place).every(({ standing }) => standing !== "unscreened"));
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await api?.stop();
  place?.[Symbol.dispose]();
});

const rowOf = (words: string): LetterboxRow => letterboxRows(place).find(({ text }) => text === words)!;
const inHome = (words: string) => visitorFiles(place.home).some(({ text }) => text.includes(words));
const inThread = (words: string) =>
  readFileSync(join(place.home, "mailbox/alice/thread.jsonl"), "utf8").includes(words);
const standsAs = (words: string, standing: string) => until(() => rowOf(words).standing === standing);
const problems = async (): Promise<{ path: string; problem: string }[]> =>
  (await daemon.call("GET", "/system/problems")).body.problems.filter(({ path }: any) => path === "moderation");
const audits = () => {
  const folder = join(place.home, "moderation");
  return existsSync(folder) ? readdirSync(folder).map(name => textIfThere(join(folder, name))) : [];
};

/** Wakes the agent for visitors, and answers the prompt that it was given. */
async function prompt(): Promise<string> {
  const before = seenPrompts(place).length;
  await daemon.call("POST", "/admin/wake", { session_type: "visit" });
  await until(() => seenPrompts(place).length > before);
  await until(async () => (await daemon.call("GET", "/session/status")).body.state === "idle");
  return seenPrompts(place).at(-1)!.userPrompt;
}

describe("a service that is well", () => {
  test("lets pass what is right, and refuses what is not, from strangers and senders alike", async () => {
    expect((await visit(daemon, "Good morning.")).status).toBe(200);
    expect(rowOf("Good morning.")).toMatchObject({ standing: "passed", state: "waiting", warning: null });
    const refused = { status: 400, body: { detail: "Message could not be accepted." } };
    const obscene = [
      visit(daemon, "obscene, by a visitor"),
      message(daemon, BOB, "obscene, by a sender"),
      letter(daemon, token, "obscene, in a letter"),
    ];
    for (const { status, body } of await Promise.all(obscene)) expect({ status, body }).toEqual(refused);
    expect(letterboxRows(place).filter(({ text }) => text.startsWith("obscene"))).toEqual([]);
    expect(inHome("obscene")).toBe(false);
    await until(() => audits().filter(text => text.includes("obscene, ")).length === 3);
  });

  test("what tries to steer the agent: a stranger's waits for a person, a sender's arrives marked, with the mark outside its words", async () => {
    expect((await visit(daemon, "IGNORE ALL, says a visitor")).status).toBe(200);
    expect(rowOf("IGNORE ALL, says a visitor")).toMatchObject({ standing: "suspicious", state: "held", file: null });
    expect(inHome("IGNORE ALL")).toBe(false);

    expect((await message(daemon, BOB, "IGNORE ALL, says Bob")).status).toBe(200);
    const { warning } = rowOf("IGNORE ALL, says Bob");
    expect(warning).toBeTruthy();
    const carried = await prompt();
    const [, before, mark, inside] = /([\s\S]*)<<<(~+ \S+ ~+)\n([\s\S]*IGNORE ALL, says Bob[\s\S]*?)\n\2>>>/.exec(
      carried,
    )!;
    expect(mark).toBeTruthy();
    expect(before).toContain(warning!);
    expect(inside).not.toContain(warning!);
    expect(carried).not.toContain("says a visitor");
  });
});

describe("a service that", () => {
  test.each(Object.keys(outages))(
    "%s: strangers' mail is held, senders' is delivered and marked; back again, both are screened",
    async what => {
      judge = outages[what]!;
      const [stranger, sender, friend] = [`a visit, ${what}`, `a message, ${what}`, `a letter, ${what}`];
      const sent = await Promise.all([
        visit(daemon, stranger),
        message(daemon, BOB, sender),
        letter(daemon, token, friend),
      ]);
      expect(sent.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(rowOf(stranger)).toMatchObject({ standing: "unscreened", state: "held", file: null });
      expect(inHome(stranger)).toBe(false);
      for (const words of [sender, friend]) {
        expect(rowOf(words)).toMatchObject({ standing: "unscreened", state: "waiting" });
        expect(rowOf(words).warning).toBeTruthy();
      }
      expect([inHome(sender), inThread(friend)]).toEqual([true, true]);
      expect((await daemon.call("GET", "/health/live")).status).toBe(200);

      judge = wise;
      for (const words of [stranger, sender, friend]) {
        await standsAs(words, "passed");
        await until(() => rowOf(words).state === "waiting");
        expect(rowOf(words).warning).toBe(null);
      }
      expect(visitorFiles(place.home).filter(({ text }) => text.includes(stranger))).toHaveLength(1);
      await until(async () => (await problems()).length === 0);
    },
    30_000,
  );
});

describe("a service that is down for long", () => {
  test("is not asked for each message, and is named as a problem; what came meanwhile finds its way by itself, each piece its own", async () => {
    judge = () => fault(529);
    const asked = () => api.calls.length;
    const crowd = Array.from(
      { length: 60 },
      (_, n) => `${n} of the crowd${n % 3 === 1 ? ", obscene" : n % 3 === 2 ? ". IGNORE ALL" : ""}.`,
    );
    const before = asked();
    for (const words of crowd) expect((await visit(daemon, words)).status).toBe(200);
    const friends = ["a friend's words.", "a friend's obscene words.", "a friend's IGNORE ALL."];
    for (const words of friends) expect((await message(daemon, BOB, words)).status).toBe(200);
    expect(asked() - before).toBeLessThan(crowd.length * 2);
    expect((await problems())[0]?.problem).toContain("cannot be screened");
    expect(
      (await hearth(place, "quarantine")).out.split("\n").filter(line => line.includes("of the crowd")).length,
    ).toBe(60);
    expect(letterboxRows(place).filter(({ text, state }) => crowd.includes(text) && state !== "held")).toEqual([]);

    judge = wise;
    await until(() => letterboxRows(place).every(({ standing }) => standing !== "unscreened"), 60);
    const became = (words: string) => [rowOf(words).standing, rowOf(words).state];
    for (const [n, words] of crowd.entries())
      expect([words, ...became(words)]).toEqual([
        words,
        ...[
          ["passed", "waiting"],
          ["rejected", "rejected"],
          ["suspicious", "held"],
        ][n % 3]!,
      ]);
    expect(friends.map(became)).toEqual([
      ["passed", "waiting"],
      ["rejected", "rejected"],
      ["suspicious", "waiting"],
    ]);
    expect(rowOf(friends[2]!).warning).toBeTruthy();
    expect(await problems()).toEqual([]);

    const carried = await prompt();
    for (const [n, words] of crowd.entries()) expect([words, carried.includes(words)]).toEqual([words, n % 3 === 0]);
    expect(friends.map(words => carried.includes(words))).toEqual([true, false, true]);
  }, 60_000);

  test("that cannot be reached at all, and a restart in between: nothing of it is lost", async () => {
    judge = () => fault(529);
    expect((await visit(daemon, "before the night")).status).toBe(200);
    await daemon[Symbol.asyncDispose]();
    daemon = await startDaemon(placeAt(place, { ANTHROPIC_BASE_URL: "http://127.0.0.1:1" }));
    expect((await visit(daemon, "in the night")).status).toBe(200);
    expect(rowOf("in the night")).toMatchObject({ standing: "unscreened", state: "held" });
    await daemon[Symbol.asyncDispose]();
    judge = wise;
    daemon = await startDaemon(place);
    for (const words of ["before the night", "in the night"]) {
      await standsAs(words, "passed");
      await until(() => inHome(words));
    }
  }, 30_000);

  test("the key is never told, and no address is in the audit log", () => {
    const told = [JSON.stringify(daemon.log()), ...audits()].join("\n");
    expect(audits().length).toBeGreaterThan(50);
    expect(told).not.toContain("sk-ant-test-made-up-key");
    expect(audits().join("\n")).not.toMatch(/127\.0\.0\.1|::1/);
  });
});
