import { describe, expect, spyOn, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expectClean, temporaryFolder, testKernel } from "hearth/testing";
import { PostSession, Sessions } from "hearth-plugins/sessions";
import { openDatabase } from "../../core/database";
import pictures from "../../plugins/pictures/plugin";
import sessions from "../../plugins/sessions/plugin";
import { holdFolders } from "../../plugins/telegram/holders";
import { People } from "../../plugins/telegram/people";
import telegram from "../../plugins/telegram/plugin";
import { BOT_TOKEN, messageFrom, startBotApi } from "../fixtures/bot-api";
import { result, type Script, start } from "../fixtures/scripted-agent";
import { sessionsFolder } from "../fixtures/sessions";
import { ADA, BO, quiet, STRANGER, telegramAt, telegramFolder, telegramHouse } from "../fixtures/telegram-house";
import { until } from "../fixtures/until";

/** Answers with the words that it was asked with. */
const echo: Script = async function* ({ userPrompt }) {
  yield start;
  yield result({ text: `You said: ${/<(.*)>/s.exec(userPrompt)?.[1]}` });
};

/** Runs until the test lets it go on: each session by itself. */
function held() {
  const gates: (() => void)[] = [];
  const script: Script = async function* (request) {
    yield start;
    await new Promise<void>(resolve => {
      gates.push(resolve);
      request.signal.addEventListener("abort", () => resolve());
    });
    yield* echo(request);
  };
  return { script, gates };
}

const folders = { telegram: telegramFolder, sessions: sessionsFolder };

test("a message leads to a session, and its answer to the chat", async () => {
  await using house = await telegramHouse(echo);
  house.api.say(ADA, "Good morning");
  expect(await house.api.texts(1)).toEqual(["You said: Good morning"]);
  expect(house.api.sent[0]!.chat).toBe(ADA);
  expect(house.requests[0]!.userPrompt).toStartWith("user of telegram\n");
});

test("typing is shown at once, every four seconds while the session runs, and not after it", async () => {
  const { script, gates } = held();
  await using house = await telegramHouse(script);
  house.api.say(ADA, "Hello");
  await until(() => house.api.typing.length === 1 && gates.length === 1);
  house.clock.advance(8000);
  await until(() => house.api.typing.length === 3);
  gates[0]!();
  await house.api.texts(1);
  house.clock.advance(60_000);
  await until(() => house.app.sessions.list(1)[0]!.state === "done");
  expect(house.api.typing).toEqual([ADA, ADA, ADA]);
});

test("H16: the answer is sent when the agent has ended, while hooks still run", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = quiet("hook-slow", ctx => ctx.add(PostSession, { id: "slow", run: () => gate.promise }));
  await using house = await telegramHouse(echo, { plugins: [slow] });
  house.api.say(ADA, "Hello");
  await house.api.texts(1);
  expect(house.app.sessions.list(1)[0]!.state).toBe("finishing");
  gate.resolve();
});

test("T1: the answer is the result of the session that was asked, whatever else is written meanwhile", async () => {
  await using house = await telegramHouse(async function* (request) {
    await house.app.home.write(
      "conversations/99999999-000000-000.md",
      "## Message\n\nx\n\n## Response\n\nBo's secret\n",
    );
    yield* echo(request);
  });
  house.api.say(ADA, "one");
  house.api.say(BO, "two");
  await house.api.texts(2);
  expect(Object.fromEntries(house.api.sent.map(({ chat, text }) => [chat, text]))).toEqual({
    [ADA]: "You said: one",
    [BO]: "You said: two",
  });
});

test("T1: two chats never share a session, even where the type gathers what waits", async () => {
  const { script, gates } = held();
  await using house = await telegramHouse(script, { sessions: { types: { telegram: { coalesce: true } } } });
  house.app.sessions.wake({ type: "custom", job: "test" });
  await until(() => gates.length === 1);
  house.api.say(ADA, "one");
  house.api.say(BO, "two");
  await until(() => house.api.typing.length === 2);
  gates[0]!();
  for (const n of [1, 2]) {
    await until(() => gates.length === n + 1);
    gates[n]!();
  }
  await house.api.texts(2);
  expect(house.api.sent).toEqual([
    { chat: ADA, text: "You said: one", html: true },
    { chat: BO, text: "You said: two", html: true },
  ]);
});

test("T1: what the keeper orders never goes to a chat", async () => {
  const { script, gates } = held();
  await using house = await telegramHouse(script, { sessions: { types: { telegram: { coalesce: true } } } });
  house.app.sessions.wake({ type: "custom", job: "test" });
  await until(() => gates.length === 1);
  house.app.sessions.wake({ type: "telegram", job: "admin", message: { text: "for the keeper" } });
  house.api.say(ADA, "for Ada");
  await until(() => house.api.typing.length === 1);
  for (const n of [0, 1, 2]) {
    await until(() => gates.length === n + 1);
    gates[n]!();
  }
  expect(await house.api.texts(1)).toEqual(["You said: for Ada"]);
});

test.each(["-h", "--help", "-p /etc/passwd", "/compact now", "@memory/secret.md"])(
  "T2, T3: %s is a message like any other",
  async text => {
    await using house = await telegramHouse(echo);
    house.api.say(ADA, text);
    expect(await house.api.texts(1)).toEqual([`You said: ${text}`]);
  },
);

test("what is said while a session runs waits, and is carried together by the next one", async () => {
  const { script, gates } = held();
  await using house = await telegramHouse(script);
  house.api.say(ADA, "one");
  await until(() => gates.length === 1);
  house.api.say(ADA, "two");
  house.api.say(ADA, "three");
  await until(() => house.api.waiting === 0);
  gates[0]!();
  await until(() => gates.length === 2);
  gates[1]!();
  expect((await house.api.texts(2))[1]).toBe("You said: two&gt;\n&lt;three");
});

test("T12: a long session of one chat keeps neither another chat's commands nor its own waiting", async () => {
  const { script, gates } = held();
  await using house = await telegramHouse(script);
  house.api.say(ADA, "one");
  await until(() => gates.length === 1);
  house.api.say(BO, "/help");
  house.api.say(ADA, "/status");
  const texts = await house.api.texts(2);
  expect(texts.find(text => text.includes("/end-talk"))).toBeDefined();
  expect(texts.find(text => text.includes("I am awake"))).toContain("I am busy with your message.");
  gates[0]!();
});

test("T7: an update is handled once, however often it comes", async () => {
  await using house = await telegramHouse(echo);
  const id = house.api.say(ADA, "once");
  await house.api.texts(1);
  house.api.update({ message: { ...messageFrom(ADA, 1), text: "once" } }, id);
  house.api.say(ADA, "/help");
  await house.api.texts(2);
  expect(house.requests).toHaveLength(1);
});

test("updates are confirmed, and after a pause are taken from whatever number on", async () => {
  await using house = await telegramHouse(echo);
  house.api.say(ADA, "one");
  await until(() => house.api.waiting === 0);
  await until(
    () => house.api.calls.at(-1)?.method === "getUpdates" && house.api.calls.at(-1)!.body["offset"] === undefined,
  );
  house.api.update({ message: { ...messageFrom(ADA, 50), text: "two" } }, 3);
  expect((await house.api.texts(2))[1]).toBe("You said: two");
});

test.each([401, 409, 502])("T5: after a fault of %d Telegram is asked again, later each time", async status => {
  await using house = await telegramHouse(echo);
  const alarms = spyOn(house.clock, "at");
  house.api.fail("getUpdates", { status, times: 3 });
  for (const pause of [1000, 2000, 4000]) {
    const again = house.clock.now().getTime() + pause;
    await until(() => alarms.mock.calls.some(([when]) => when.getTime() === again));
    const before = house.api.count("getUpdates");
    house.clock.advance(pause - 1);
    house.api.say(BO, "/help"); // would be taken by a poller that did not wait
    expect(house.api.count("getUpdates")).toBe(before);
    house.clock.advance(1);
  }
  await house.api.texts(3);
  await until(() => house.app.log.some(({ message }) => message.includes("can be reached again")));
});

test("T5: Telegram's own retry_after is honoured", async () => {
  await using house = await telegramHouse(echo);
  house.api.fail("getUpdates", { status: 429, retryAfter: 90 });
  await until(() => house.app.log.some(({ message }) => message.includes("updates cannot be had")));
  house.api.say(ADA, "/help");
  const before = house.api.count("getUpdates");
  house.clock.advance(89_000);
  expect(house.api.count("getUpdates")).toBe(before);
  house.clock.advance(1000);
  await house.api.texts(1);
});

test("T6: the token is in no line of the log, whatever fails", async () => {
  await using house = await telegramHouse(echo);
  for (const method of ["getUpdates", "sendMessage", "getFile"]) {
    house.api.fail(method, { status: 401 });
    house.api.fail(method, { status: 500 });
    house.api.fail(method, { status: 0, cut: true });
  }
  house.api.send(ADA, { photo: [house.api.photo(new Uint8Array([1]), 10, 10)] });
  house.api.say(ADA, "/help");
  await until(() => {
    house.clock.advance(1000);
    return house.api.sent.length === 2;
  });
  const text = JSON.stringify(house.app.log);
  expect(text).toContain("Telegram could not be reached");
  expect(text).not.toContain(BOT_TOKEN);
  expect(text).not.toContain(BOT_TOKEN.split(":")[1]!);
});

test("T8: an update that cannot be handled is tried again, given up, and stops nothing", async () => {
  await using house = await telegramHouse(echo);
  house.api.fail("getFile", { status: 500, times: 5 });
  house.api.send(ADA, { photo: [house.api.photo(new Uint8Array([1]), 10, 10)], caption: "look" });
  house.api.say(ADA, "/help");
  await until(() => {
    house.clock.advance(1000);
    return house.api.sent.length === 2;
  });
  expect(house.api.count("getFile")).toBe(5);
  expect(house.api.sent[0]!.text).toContain("Please send it again");
});

test.each([
  [
    "failed",
    { ok: false, text: "API Error: 500 at /srv/secret", error: "boom" },
    "Something went wrong, and I could not answer.",
  ],
  ["done", { ok: true, text: "  " }, "I have read it, and found no words to answer."],
] as const)(
  "T18: of a session that is %s without an answer, a person hears a general sentence",
  async (_, outcome, said) => {
    await using house = await telegramHouse(async function* () {
      yield start;
      yield result(outcome);
    });
    house.api.say(ADA, "Hello");
    const [text] = await house.api.texts(1);
    expect(text).toStartWith(said);
  },
);

test("a session that is cancelled before its turn is told to its chat", async () => {
  const { script, gates } = held();
  await using house = await telegramHouse(script);
  house.app.sessions.wake({ type: "custom", job: "test" });
  await until(() => gates.length === 1);
  house.api.say(ADA, "Hello");
  const queued = await until(() => house.app.sessions.list(5).find(({ type }) => type === "telegram"));
  house.app.sessions.cancel(queued.id);
  expect(await house.api.texts(1)).toEqual(["This was cancelled before I could answer."]);
  gates[0]!();
});

describe("who is let in", () => {
  test("T17: neither a stranger nor a group is heard, even with somebody in it who is", async () => {
    await using house = await telegramHouse(echo);
    house.api.say(STRANGER, "Hello");
    house.api.say(ADA, "in a group", { chat: { id: -100200, type: "supergroup", title: "All" } });
    house.api.say(STRANGER, "as Ada", { chat: { id: ADA, type: "private" } });
    house.api.say(ADA, "Hello");
    expect(await house.api.texts(1)).toEqual(["You said: Hello"]);
    expect(house.requests).toHaveLength(1);
    expect(house.api.sent).toHaveLength(1);
    const warnings = house.app.log.filter(({ message }) => message === "somebody wrote who is not let in");
    expect(warnings).toHaveLength(3);
  });

  test("T17: it is refused at start that nobody may write", async () => {
    await using api = startBotApi();
    await expect(telegramHouse(echo, { settings: { people: {} } })).rejects.toThrow("nobody is allowed to write");
    expect(api.calls).toEqual([]);
  });

  test("T17: the chat id of older set-ups lets its person in, and is who the agent writes to", async () => {
    await using house = await telegramHouse(echo, { settings: { people: {}, owner: String(ADA) } });
    house.api.say(ADA, "Hello");
    expect(await house.api.texts(1)).toEqual(["You said: Hello"]);
  });

  test.each([
    [{ owner: "Adda" }, 'there is no "Adda"'],
    [{ people: { Ada: 1, ada: 2 } }, "is there twice"],
    [{ people: { Ada: -100 } }, "groups are not let in"],
    [{ people: { "../x": 1 } }, "a name is a letter"],
    [{ owner: "-100200" }, "groups are not let in"],
    [{ token: "secret" }, "a bot's token"],
  ])("settings that cannot be meant are refused: %p", async (settings, why) => {
    await using api = startBotApi();
    const make = async () =>
      testKernel([pictures, sessions, telegramAt(api, settings)], { folders }).then(app => app[Symbol.asyncDispose]());
    await expect(make()).rejects.toThrow(why);
  });

  test("a name that was another's opens nothing of theirs: it is refused while their words lie under it", () => {
    const db = openDatabase(":memory:", `${telegramFolder}/migrations`);
    using home = temporaryFolder();
    const hold = (people: Record<string, number>) => holdFolders(db, home.path, new People({ people }).all());
    hold({ Ada: ADA, Bo: BO });
    mkdirSync(join(home.path, "telegram/Ada/images"), { recursive: true });
    hold({ Adele: ADA, Bo: BO });
    expect(() => hold({ Ada: STRANGER })).toThrow(`"Ada" was ${ADA}, whose words lie in telegram/Ada/`);
    hold({ Ada: ADA });
    rmSync(join(home.path, "telegram/Ada"), { recursive: true });
    hold({ Ada: STRANGER });
    mkdirSync(join(home.path, "telegram/Ada"));
    expect(() => hold({ Ada: ADA })).toThrow(`"Ada" was ${STRANGER}`);
  });

  test("the older environment names keep working", () => {
    const read = (name: string, text: string) => telegram.env![name]![1](text);
    expect(read("TELEGRAM_AUTHORIZED_USERS_RAW", "ada:12, bo:13")).toEqual({ ada: 12, bo: 13 });
    expect(telegram.env!["TELEGRAM_BOT_TOKEN"]![0]).toBe("token");
    expect(telegram.env!["TELEGRAM_CHAT_ID"]![0]).toBe("owner");
    expect(read("TELEGRAM_POLL_TIMEOUT", "20")).toBe(20);
  });

  test("without a token the plugin rests", async () => {
    await using app = await testKernel([pictures, sessions, telegram], { folders });
    expect(app.items(PostSession)).toEqual([]);
    expect(app.service(Sessions).list(5)).toEqual([]);
  });
});

test("it is turned off and leaves nothing behind, in the middle of a poll", async () => {
  await using api = startBotApi();
  await expectClean(telegramAt(api), [pictures, sessions], { folders });
});
