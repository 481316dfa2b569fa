import { expect, test } from "bun:test";
import { result, type Script, start } from "../fixtures/scripted-agent";
import { ADA, telegramHouse } from "../fixtures/telegram-house";
import { until } from "../fixtures/until";

/** Runs until the test lets it go on. The first session reaches its budget, as does each that goes on with it while the test wants so; any other answers what it was asked. */
function spender() {
  const gates: (() => void)[] = [];
  const budget = { empty: true };
  const script: Script = async function* ({ userPrompt }) {
    yield { ...start, agentSession: `agent-${gates.length}` };
    await new Promise<void>(resolve => gates.push(resolve));
    if (budget.empty) yield result({ ok: false, text: "", overBudget: true, error: "$1 is spent" });
    else yield result({ text: `heard ${/<(.*)>/s.exec(userPrompt)?.[1] ?? "that I may go on"}` });
  };
  return { script, gates, budget };
}

test("a session that its budget stopped is told to its chat; the answer of the one that goes on comes there, too", async () => {
  const { script, gates, budget } = spender();
  await using house = await telegramHouse(script);
  house.api.say(ADA, "one");
  await until(() => gates.length === 1);
  gates[0]!();
  expect(await house.api.texts(1)).toEqual(["My budget ran out before I could answer. Please try again later."]);
  const [stopped] = await until(() => {
    const list = house.app.sessions.list(1);
    return list[0]?.state === "budget_stopped" && list;
  });
  const next = house.app.sessions.resume(stopped!.id);
  await until(() => gates.length === 2);
  gates[1]!(); // and is empty again
  expect((await house.api.texts(2))[1]).toStartWith("My budget ran out");
  await until(() => house.app.sessions.find(next.id)?.state === "budget_stopped");
  budget.empty = false;
  house.app.sessions.resume(next.id);
  await until(() => gates.length === 3);
  gates[2]!();
  expect((await house.api.texts(3))[2]).toBe("heard that I may go on");
});

test("what is said while a session goes on that its budget had stopped is not lost with it", async () => {
  const { script, gates, budget } = spender();
  await using house = await telegramHouse(script);
  house.api.say(ADA, "one");
  await until(() => gates.length === 1);
  gates[0]!();
  await house.api.texts(1);
  const stopped = await until(() => house.app.sessions.list(1).find(({ state }) => state === "budget_stopped"));
  budget.empty = false;
  house.app.sessions.resume(stopped.id);
  await until(() => gates.length === 2);
  house.api.say(ADA, "two");
  await until(() => house.app.sessions.list(5).length === 3);
  gates[1]!();
  await until(() => gates.length === 3);
  const { length } = await house.api.texts(2).then(() => house.api.typing);
  house.clock.advance(8000);
  await until(() => house.api.typing.length >= length + 2); // as long as the other one runs
  gates[2]!();
  expect((await house.api.texts(3)).slice(1)).toEqual(["heard that I may go on", "heard two"]);
});
