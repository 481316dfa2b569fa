import { expect, test } from "bun:test";
import { HeldClock } from "hearth/testing";
import { PostSession, type SessionRecord } from "hearth-plugins/sessions";
import { openDatabase } from "../../core/database";
import { Errands } from "../../plugins/telegram/errands";
import { Messages } from "../../plugins/telegram/messages";
import { Outbox } from "../../plugins/telegram/outbox";
import { TalkWatch } from "../../plugins/telegram/talk-watch";
import { Talks } from "../../plugins/telegram/talks";
import { result, type Script, start } from "../fixtures/scripted-agent";
import { ADA, BO, quiet, telegramFolder, telegramHouse } from "../fixtures/telegram-house";
import { until } from "../fixtures/until";

const MINUTE = 60_000;
let runs = 0;

/** An agent whose sessions have ids of their own, and that answers what it was asked. A text with "fail" fails it. */
const talker: Script = async function* ({ userPrompt, resume }) {
  yield { ...start, agentSession: resume ?? `agent-${++runs}` };
  const said = /<(.*)>/s.exec(userPrompt)?.[1] ?? "";
  if (said.includes("fail")) yield result({ ok: false, text: "", error: "boom" });
  else yield result({ text: `heard ${said}` });
};

type House = Awaited<ReturnType<typeof telegramHouse>>;
const last = (house: House) => house.requests.at(-1)!;
const latest = (house: House): SessionRecord => house.app.sessions.list(1)[0]!;

/** Says something and waits for the answer to it. */
async function say(house: House, text: string, user = ADA): Promise<string> {
  const { length } = house.api.sent;
  house.api.say(user, text);
  await house.api.texts(length + 1);
  await until(() => house.app.sessions.list(1).every(({ state }) => state !== "finishing"));
  return house.api.sent[length]!.text;
}

test.each(["/talk", "/talk@hearth_bot", "/TALK", " /talk "])(
  "%p opens a talk, and each turn goes on with the one before",
  async opening => {
    await using house = await telegramHouse(talker);
    await until(() => house.api.count("getMe") === 1);
    expect(await say(house, opening)).toBe("heard /talk");
    expect(last(house).resume).toBeUndefined();
    expect(await say(house, "one")).toBe("heard one");
    const { resume } = last(house);
    expect(resume).toStartWith("agent-");
    expect(await say(house, "two")).toBe("heard two");
    expect(last(house).resume).toBe(resume!);
    expect(latest(house).type).toBe("telegram_talk_open");
  },
);

test("a command for another bot, and a word that only looks like one, are messages", async () => {
  await using house = await telegramHouse(talker);
  house.api.say(ADA, "/help");
  await house.api.texts(1); // the bot's name is known by then
  await until(() => house.api.count("getMe") === 1);
  expect(await say(house, "/talk@other_bot")).toBe("heard /talk@other_bot");
  expect(await say(house, "/talkative people")).toBe("heard /talkative people");
  expect(latest(house).type).toBe("telegram");
});

test("T4: every turn has the system prompt", async () => {
  await using house = await telegramHouse(talker);
  await say(house, "/talk");
  await say(house, "one");
  expect(last(house).systemPrompt).toStartWith("system of telegram_talk_open");
});

test("/talk with words is answered at once, and in an open talk only the words count", async () => {
  await using house = await telegramHouse(talker);
  expect(await say(house, "/talk how are you?")).toBe("heard how are you?");
  expect(await say(house, "/talk")).toContain("We are talking already");
  expect(await say(house, "/talk again")).toBe("heard again");
  expect(house.requests).toHaveLength(2);
});

test.each(["/end-talk", "/endtalk", "/end_talk"])(
  "%s closes the talk, and what comes after is a single message",
  async closing => {
    await using house = await telegramHouse(talker);
    expect(await say(house, closing)).toContain("There is no open talk");
    await say(house, "/talk");
    expect(await say(house, closing)).toContain("The talk is closed");
    expect(await say(house, "later")).toBe("heard later");
    expect(latest(house).type).toBe("telegram");
    expect(last(house).resume).toBeUndefined();
  },
);

test("/end-talk while a turn runs: its answer still comes, and then the talk is over", async () => {
  const gates: (() => void)[] = [];
  await using house = await telegramHouse(async function* (request) {
    await new Promise<void>(resolve => gates.push(resolve));
    yield* talker(request);
  });
  house.api.say(ADA, "/talk");
  await until(() => gates.length === 1);
  house.api.say(ADA, "/end-talk");
  expect((await house.api.texts(1))[0]).toContain("closed after the answer");
  gates[0]!();
  expect((await house.api.texts(2))[1]).toBe("heard /talk");
  house.api.say(ADA, "later");
  await until(() => gates.length === 2);
  gates[1]!();
  await house.api.texts(3);
  expect(latest(house).type).toBe("telegram");
});

test("each person has a talk of their own", async () => {
  await using house = await telegramHouse(talker);
  await say(house, "/talk", ADA);
  expect(await say(house, "single", BO)).toBe("heard single");
  expect(latest(house).type).toBe("telegram");
  await say(house, "/talk", BO);
  await say(house, "one", ADA);
  const ada = last(house).resume;
  await say(house, "two", BO);
  expect(last(house).resume).not.toBe(ada);
});

test("T9: half an hour of quiet closes the talk, by a timer, and everything that was said is in conversations/", async () => {
  await using house = await telegramHouse(talker);
  await say(house, "/talk");
  house.clock.advance(29 * MINUTE);
  await say(house, "one");
  house.clock.advance(30 * MINUTE - 1);
  expect(house.api.sent).toHaveLength(2);
  house.clock.advance(1);
  expect((await house.api.texts(3))[2]).toContain("quiet for 30 minutes");
  const files = await house.app.home.list("conversations");
  const texts = await Promise.all(files.map(async ({ path }) => (await house.app.home.read(path))!.text));
  expect(texts.sort().map(text => /## Response\n\n(.*)/.exec(text)?.[1])).toEqual(["heard /talk", "heard one"]);
  await say(house, "later");
  expect(latest(house).type).toBe("telegram");
});

test("T9: the quiet counts while Hearth is off, too: a talk is closed at the start, or by the timer that goes on", async () => {
  const db = openDatabase(":memory:", `${telegramFolder}/migrations`);
  const clock = new HeldClock("2026-11-21T12:00:00Z");
  const outbox = new Outbox(db, clock);
  const tables = { talks: new Talks(db), errands: new Errands(db), messages: new Messages(db), outbox };
  const begin = () => {
    const watch = new TalkWatch({ ...tables, db, clock, idle: 1800, said() {} });
    watch.begin();
    return watch;
  };
  tables.talks.begin(ADA, clock.now().getTime());
  tables.talks.begin(BO, clock.now().getTime() + 20 * MINUTE);
  begin().close(); // a stop
  clock.advance(31 * MINUTE);
  expect([ADA, BO].map(chat => outbox.next(chat))).toEqual([undefined, undefined]);
  begin();
  await until(() => outbox.next(ADA)?.text.startsWith("The talk was quiet for 30 minutes"));
  clock.advance(19 * MINUTE - 1);
  expect(tables.talks.allOpen().map(({ chat }) => chat)).toEqual([BO]);
  clock.advance(1);
  expect([tables.talks.allOpen(), outbox.chats()]).toEqual([[], [ADA, BO]]);
});

test("T9: a turn that takes longer than the quiet time is no quiet", async () => {
  const gates: (() => void)[] = [];
  await using house = await telegramHouse(
    async function* (request) {
      await new Promise<void>(resolve => gates.push(resolve));
      yield* talker(request);
    },
    { sessions: { types: { telegram_talk_open: { idle: 10_000, wallClock: 10_000 } } } },
  );
  house.api.say(ADA, "/talk");
  await until(() => gates.length === 1);
  house.clock.advance(31 * MINUTE);
  gates[0]!();
  expect(await house.api.texts(1)).toEqual(["heard /talk"]);
  house.clock.advance(29 * MINUTE);
  expect(house.api.sent).toHaveLength(1);
  house.clock.advance(MINUTE);
  await house.api.texts(2);
});

test("T10: whatever a talk leaves is done by the hooks of its turns, one session at a time; closing it does nothing more", async () => {
  const seen: string[] = [];
  const hook = { id: "seen", after: ["conversation"], run: ({ id }: { id: string }) => void seen.push(id) };
  const plugins = [quiet("hook-seen", ctx => ctx.add(PostSession, hook))];
  await using house = await telegramHouse(talker, { plugins });
  await say(house, "/talk");
  await say(house, "one");
  await until(() => seen.length === 2);
  await say(house, "/end-talk");
  expect(house.app.sessions.list(5).map(({ id }) => id)).toEqual(seen.toReversed());
  const files = await house.app.home.list("conversations");
  expect(files.map(({ name }) => name).sort()).toEqual(seen.map(id => `${id}.md`));
});

test("T11: a turn that fails costs the talk nothing", async () => {
  await using house = await telegramHouse(talker);
  await say(house, "/talk");
  await say(house, "one");
  const { resume } = last(house);
  expect(await say(house, "fail now")).toContain("The talk is still open.");
  expect(await say(house, "two")).toBe("heard two");
  expect(last(house).resume).toBe(resume!);
});

test("a talk whose first turn fails was never opened; what was said meanwhile is answered by itself", async () => {
  const gates: (() => void)[] = [];
  await using house = await telegramHouse(async function* (request) {
    await new Promise<void>(resolve => gates.push(resolve));
    yield* talker(request);
  });
  house.api.say(ADA, "/talk fail");
  await until(() => gates.length === 1);
  house.api.say(ADA, "Are you there?");
  await until(() => house.api.waiting === 0);
  gates[0]!();
  expect((await house.api.texts(1))[0]).toContain("could not be opened");
  await until(() => gates.length === 2);
  gates[1]!();
  expect((await house.api.texts(2))[1]).toBe("heard Are you there?");
  expect(latest(house).type).toBe("telegram");
});

test("a talk that no agent can go on with is closed, and the message is answered by itself", async () => {
  let broken = false;
  await using house = await telegramHouse(async function* (request) {
    if (!broken) yield* talker(request);
    else yield result({ text: "a new voice" });
  });
  await say(house, "/talk");
  const { sessions } = house.app;
  const wake = sessions.wake.bind(sessions);
  sessions.wake = order => wake(order.resumes ? { ...order, resumes: "20200101-000000-000" } : order);
  broken = true;
  house.api.say(ADA, "one");
  const texts = await house.api.texts(3);
  expect(texts[1]).toContain("could not go on");
  expect(texts[2]).toBe("a new voice");
});
