import { expect, test } from "bun:test";
import { Commands, Schedules } from "hearth";
import { HeldClock } from "hearth/testing";
import { AgentTools } from "hearth-plugins/tools";
import { openDatabase } from "../../core/database";
import { Errands } from "../../plugins/telegram/errands";
import { Messages } from "../../plugins/telegram/messages";
import { Outbox } from "../../plugins/telegram/outbox";
import { result, type Script, start } from "../fixtures/scripted-agent";
import { ADA, BO, telegramFolder, telegramHouse } from "../fixtures/telegram-house";
import { until } from "../fixtures/until";

/** Says what a test says. */
const saying = (text: string): Script =>
  async function* () {
    yield start;
    yield result({ text });
  };

type House = Awaited<ReturnType<typeof telegramHouse>>;

async function run(house: House, ...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  const command = house.app.items(Commands).find(({ id }) => id === "telegram")!;
  await command.run(args, { print: line => lines.push(line), signal: new AbortController().signal });
  return lines;
}

test("an answer in markdown is shown as such", async () => {
  await using house = await telegramHouse(saying("**Yes** & `no`"));
  house.api.say(ADA, "Hello");
  expect(await house.api.texts(1)).toEqual(["<b>Yes</b> &amp; <code>no</code>"]);
});

test("an answer whose formatting Telegram refuses is sent as it was written", async () => {
  await using house = await telegramHouse(saying("**Yes** <b>"));
  house.api.fail("sendMessage", { status: 400, description: "Bad Request: can't parse entities" });
  house.api.say(ADA, "Hello");
  await house.api.texts(1);
  expect(house.api.sent).toEqual([{ chat: ADA, text: "**Yes** <b>", html: false }]);
});

test("a long answer comes in parts, in order", async () => {
  const lines = Array.from({ length: 600 }, (_, n) => `This is line ${n}.`);
  await using house = await telegramHouse(saying(lines.join("\n")));
  house.api.say(ADA, "Hello");
  expect((await house.api.texts(3)).join("\n")).toBe(lines.join("\n"));
});

test("T13: a message that failed is sent again, later each time, before the next one, and is in the history once it was taken", async () => {
  await using house = await telegramHouse(saying("the answer"));
  for (const fault of [{ status: 502 }, { status: 0, cut: true }]) house.api.fail("sendMessage", fault);
  house.api.say(ADA, "/help");
  await until(() => house.api.count("sendMessage") === 1);
  house.api.say(ADA, "Hello");
  await until(() => house.app.sessions.list(1)[0]?.state === "done");
  expect((await house.history("Ada")).map(({ from }) => from)).toEqual(["Ada"]);
  house.clock.advance(2000);
  await until(() => house.api.count("sendMessage") === 2);
  await until(() => {
    house.clock.advance(1000);
    return house.api.sent.length === 2;
  });
  expect(house.api.sent.map(({ text }) => text.slice(0, 8))).toEqual(["Write to", "the answ"]);
  await until(async () => (await house.history("Ada")).length === 3);
});

test("T13: Telegram's retry_after is honoured, by all chats", async () => {
  await using house = await telegramHouse(saying("the answer"));
  house.api.fail("sendMessage", { status: 429, retryAfter: 30 });
  house.api.say(ADA, "/help");
  await until(() => house.api.count("sendMessage") === 1);
  house.api.say(BO, "/help");
  await until(() => house.api.waiting === 0);
  house.clock.advance(29_000);
  expect(house.api.count("sendMessage")).toBe(1);
  house.clock.advance(1000);
  await house.api.texts(2);
});

test("T13: what cannot be sent is put aside as dead, is told, and is sent again when a person says so", async () => {
  await using house = await telegramHouse(saying("the answer"), { settings: { attempts: 3 } });
  expect(await run(house)).toEqual(["every message was sent; 0 are on their way"]);
  house.api.fail("sendMessage", { status: 500, times: 3 });
  house.api.fail("sendMessage", { status: 403, description: "Forbidden: bot was blocked by the user" });
  house.api.say(ADA, "/help");
  await until(() => {
    house.clock.advance(1000);
    return house.api.count("sendMessage") === 3;
  });
  house.api.say(ADA, "Hello");
  const dead = await until(async () => {
    const lines = await run(house, "dead");
    return lines.length === 2 && lines;
  });
  expect(dead[1]).toContain('403: Forbidden: bot was blocked by the user  "the answer"');
  const id = dead[1]!.split(" ")[0]!;
  expect(await run(house, "retry", id)).toEqual([`${id}: 1 sent again`]);
  expect(await house.api.texts(1)).toEqual(["the answer"]);
  expect(await run(house, "retry", "all")).toEqual(["all: 1 sent again"]);
  await house.api.texts(2);
  expect(await run(house, "retry", id)).toEqual([`${id}: no such message is dead`]);
  for (const args of [["retry"], ["retry", "x"], ["bury"]]) await expect(run(house, ...args)).rejects.toThrow();
});

test("T16: each chat has a file of its own, with what was said in it and nothing else", async () => {
  await using house = await telegramHouse(async function* ({ userPrompt }) {
    yield start;
    yield result({ text: `answer to ${/<(.*)>/.exec(userPrompt)?.[1]}` });
  });
  house.api.say(ADA, "from Ada");
  house.api.say(BO, "from Bo");
  await house.api.texts(2);
  await until(async () => (await house.history("Bo")).length === 2 && (await house.history("Ada")).length === 2);
  expect((await house.history("Bo")).map(({ from, to, text }) => [from, to, text])).toEqual([
    ["Bo", "agent", "from Bo"],
    ["agent", "Bo", "answer to from Bo"],
  ]);
  expect(JSON.stringify(await house.history("Ada"))).not.toContain("Bo");
});

test("S13: what was said and sent long ago is in the file of its chat alone; what is still to be done stays", () => {
  const db = openDatabase(":memory:", `${telegramFolder}/migrations`);
  const clock = new HeldClock("2026-10-01T12:00:00Z");
  const [messages, errands, outbox] = [new Messages(db), new Errands(db), new Outbox(db, clock)];
  const more = { talk: null, image: null, warning: null, due: 0, album: null };
  const say = (id: number, text: string) =>
    messages.add({ ...more, id, number: id, chat: ADA, text, at: clock.now().toISOString() });
  const both = () => {
    const texts = (table: string) => db.query<{ text: string }, []>(`select text from ${table} order by rowid`).all();
    return ["message", "outgoing"].map(table => texts(table).map(({ text }) => text));
  };
  for (const [id, session] of ["answered", "under way"].entries()) {
    say(id, session);
    errands.bind(session, ADA, null);
    messages.carry(session, ADA, null, clock.now().getTime());
    outbox.put(ADA, session, `to ${session}`);
  }
  errands.over("answered");
  say(2, "waits");
  outbox.sent(outbox.next(ADA)!.id);
  const before = clock.now().toISOString();
  const forget = () =>
    [messages, outbox].forEach(table => table.forget(new Date(Date.parse(before) + 1).toISOString()));
  forget();
  expect(both()).toEqual([
    ["answered", "under way", "waits"],
    ["to answered", "to under way"],
  ]); // no file has them yet
  for (const table of ["message", "outgoing"]) db.query(`update ${table} set noted = 1`).run();
  for (const table of [messages, outbox]) table.forget(before);
  expect(both()[0]).toHaveLength(3);
  forget();
  expect(both()).toEqual([["under way", "waits"], ["to under way"]]);
});

test("S13: the words of a chat are forgotten after thirty days, by the schedule of each night", async () => {
  await using house = await telegramHouse(saying("the answer"));
  const sweep = async () =>
    house.app
      .items(Schedules)
      .find(({ id }) => id === "telegram.sweep")!
      .run(house.clock.now());
  house.api.say(ADA, "Hello");
  await house.api.texts(1);
  await until(async () => (await house.history("Ada")).length === 2);
  const edited = { date: 0, chat: { id: ADA, type: "private" }, from: { id: ADA }, message_id: 1, text: "Hi" };
  house.clock.advance(29 * 86_400_000);
  await sweep();
  house.api.update({ edited_message: edited });
  expect((await house.api.texts(2))[1]).toContain("before you changed it");
  house.clock.advance(2 * 86_400_000);
  await sweep();
  house.api.update({ edited_message: edited });
  house.api.say(ADA, "/help");
  expect((await house.api.texts(3))[2]).toStartWith("Write to me");
});

test("the agent writes to its owner with a tool, three times in a session at the most", async () => {
  await using house = await telegramHouse(undefined, { settings: { owner: "Bo" } });
  const tool = house.app.items(AgentTools).find(({ name }) => name === "message_owner")!;
  expect([tool.effect, tool.perSession]).toEqual(["out", 3]);
  const caller = { audience: "all", calls: 0, signal: new AbortController().signal } as const;
  expect(await tool.run(tool.input.parse({ text: "The *kettle* boils" }), caller)).toBe("It is on its way to Bo.");
  await house.api.texts(1);
  expect(house.api.sent).toEqual([{ chat: BO, text: "The <i>kettle</i> boils", html: true }]);
  expect(() => tool.run({ text: "  " }, caller)).toThrow("the text is empty");
});
