import { expect, test } from "bun:test";
import { Commands } from "hearth";
import { AgentTools } from "hearth-plugins/tools";
import { result, type Script, start } from "../fixtures/scripted-agent";
import { ADA, BO, telegramHouse } from "../fixtures/telegram-house";
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
