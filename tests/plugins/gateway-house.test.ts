import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Commands, Walls } from "hearth";
import { configured, testKernel } from "hearth/testing";
import { Asker, HouseModels } from "hearth-plugins/gateway";
import { MessageScreens } from "hearth-plugins/letterbox";
import { PostSession } from "hearth-plugins/sessions";
import gateway from "../../plugins/gateway/plugin";
import compileMemory from "../../plugins/hook-compile-memory/plugin";
import moderation from "../../plugins/moderation/plugin";
import { call, type GatewayHouse, gatewayFolder, gatewayHouse, HOUSE_KEY, used } from "../fixtures/gateway";
import { cutStream, fault, hang, say, startMessagesApi, type Turn, useTool } from "../fixtures/messages-api";
import { until } from "../fixtures/until";
import { ended } from "./hook-session";

const plugins = join(import.meta.dir, "../../plugins");
const folders = {
  gateway: gatewayFolder,
  moderation: join(plugins, "moderation"),
  "hook-compile-memory": join(plugins, "hook-compile-memory"),
};
const PAGE = "data/compiled-memory.md";
const GOOD = "## People\n\nAda sends seeds in spring.";
const fine = useTool("verdict", { allowed: true, safe: true, reason: "" }, used(1000, 100));

/** The gateway, and both parts of the house that ask a model by themselves, without a key of their own. */
async function askingHouse(script: Turn[] = [], settings: Record<string, unknown> = {}) {
  const beside = [configured(moderation, { timeout: 5 }), configured(compileMemory, { retries: 0 })];
  const house = await gatewayHouse({ script, settings, folders, beside });
  await house.home.write("memory/memory.md", "# Memory\n\n## People\n\nAda sends seeds in spring.");
  return Object.assign(house, {
    screen: () => screen(house),
    /** What the hook of a session says. */
    async compile() {
      const { outcomes } = await house.run(PostSession, ended());
      const { state, note = "" } = outcomes.find(({ id }) => id === "compile-memory")!;
      return { state, note };
    },
    page: async () => (await house.home.read(PAGE))?.text,
  });
}

/** The verdict of the first screen on a message; why it cannot tell. */
const screen = (house: GatewayHouse): Promise<string> =>
  (async () =>
    house
      .items(MessageScreens)[0]!
      .screen({ kind: "visitor", from: "Ada", text: "Good morning" }, AbortSignal.timeout(20_000)))().then(
    ({ verdict }) => verdict,
    error => error.message,
  );

/** A limit as the budget shows it: what is spent of it. */
async function standingOf(house: GatewayHouse, scope: string, kind = "usd") {
  const { limits } = (await house.get("/admin/budget")).body;
  return limits.find((one: { scope: string; kind: string }) => one.scope === scope && one.kind === kind);
}

describe("what the house asks by itself", () => {
  test("goes with the house's key, and is counted under the name of who asks", async () => {
    await using house = await askingHouse([fine, say(GOOD, used(2000, 200))]);
    expect(await house.screen()).toBe("pass");
    expect((await house.compile()).note).toEndWith("by claude-haiku-4-5-20251001: 2,000 tokens in, 200 out");
    for (const { headers } of house.api.calls) {
      expect(headers["x-api-key"]).toBe(HOUSE_KEY);
      expect(headers["authorization"]).toBeUndefined();
    }
    const { body } = await house.get("/costs");
    expect(body.by_type.map((row: any) => [row.type, row.calls, row.usd])).toEqual([
      ["house:hook-compile-memory", 1, 0.003],
      ["house:moderation", 1, 0.0015],
    ]);
    expect([body.by_session, body.total.usd]).toEqual([[], 0.0045]);
    expect((await standingOf(house, "day")).spent).toBe(0.0045);
    expect((await standingOf(house, "month")).spent).toBe(0.0045);
    expect(await standingOf(house, "house moderation day")).toMatchObject({ spent: 0.0015, limit: 4, held: 0 });
    const lines: string[] = [];
    const costs = house.items(Commands).find(({ id }) => id === "costs")!;
    await costs.run(["--by", "type"], { print: line => lines.push(line), signal: AbortSignal.timeout(5000) });
    expect(lines[1]).toStartWith("house:moderation ");
    const wall = house.items(Walls).find(({ id }) => id === "moderation-key")!;
    expect((await wall.look()).state).toBe("ok");
  });

  test("shares the day with the sessions: where they have used it up, it waits for the next one", async () => {
    await using house = await askingHouse([say("Yes.", used(0, 50_000)), fine], { day: { usd: 1.03 } });
    const seat = await house.seat();
    await (await call(seat)).text();
    house.api.script(fine);
    expect(await house.screen()).toBe("pass");
    const another = await askingHouse([say("Yes.", used(0, 50_000))], { day: { usd: 1 } });
    await using _ = another;
    await (await call(await another.seat())).text();
    expect(await another.screen()).toStartWith("the budget of the day has no room for this call: $1.00 of $1.00");
    another.clock.advance(24 * 3600_000);
    another.api.script(fine);
    expect(await another.screen()).toBe("pass");
  });

  test("has limits of its own: nothing is screened beyond them, nobody tries again, and a person raises them", async () => {
    await using house = await askingHouse([fine], { house: { moderation: { day: { calls: 1 } } } });
    expect(await house.screen()).toBe("pass");
    const why = await house.screen();
    expect(why).toStartWith(
      "the budget of moderation for the day has no room for this call: 1 calls of 1 calls are used",
    );
    expect(why).toContain("`hearth budget raise house moderation day <amount> calls`");
    expect(why).not.toContain("resume");
    expect(house.api.calls.length).toBe(1);
    const raise = { action: "raise", scope: "house moderation day", kind: "calls", amount: 1 };
    expect((await house.call("POST", "/admin/budget", { body: raise })).status).toBe(200);
    house.api.script(fine);
    expect(await house.screen()).toBe("pass");
    for (const scope of ["house moderation", "house", "house moderation year"])
      expect((await house.call("POST", "/admin/budget", { body: { ...raise, scope } })).status).toBe(404);
  });

  test("a memory that has no room in the budget becomes an extract that says why, and a model's page stays", async () => {
    await using house = await askingHouse([], { house: { "hook-compile-memory": { day: { calls: 0 } } } });
    const first = await house.compile();
    expect(first.state).toBe("failed");
    expect(first.note).toMatch(
      /^the budget of hook-compile-memory for the day has no room .* an extract stands in for it$/,
    );
    expect(await house.page()).toContain("the budget of hook-compile-memory for the day has no room");
    const raise = { action: "raise", scope: "house hook-compile-memory day", kind: "calls", amount: 1 };
    await house.call("POST", "/admin/budget", { body: raise });
    house.api.script(say(GOOD));
    expect((await house.compile()).state).toBe("done");
    await house.home.write("memory/more.md", "Bob writes in autumn.");
    expect((await house.compile()).note).toEndWith(`${PAGE} stays as it was`);
    expect(await house.page()).toBe(`${GOOD}\n`);
    expect(house.api.calls.length).toBe(1);
  });

  test("stops with the one switch, also in the middle of a call, and goes on with it", async () => {
    await using house = await askingHouse([hang()]);
    const first = house.screen();
    await house.api.call(1);
    await house.call("POST", "/admin/budget", { body: { action: "stop", why: "enough" } });
    expect(await first).toStartWith("everything is stopped (enough)");
    expect(await house.screen()).toStartWith("everything is stopped (enough)");
    expect((await house.compile()).note).toStartWith("everything is stopped (enough)");
    expect(house.api.calls.length).toBe(1);
    const { body } = await house.call("POST", "/admin/budget", { body: { action: "go" } });
    expect(body.running).toEqual([]);
    house.api.script(fine);
    expect(await house.screen()).toBe("pass");
  });

  test.each([
    ["an overload", fault(529), "the API answered 529"],
    ["a wrong key", fault(401), "the API refuses the key (401)"],
    ["a broken connection", cutStream(), "the API cannot be reached: "],
  ])("%s of the API is told as it is, and nothing of it is held", async (_, turn, why) => {
    await using house = await askingHouse([turn]);
    expect(await house.screen()).toStartWith(why);
    await until(async () => (await house.get("/costs")).body.open_calls === 0);
    expect(house.api.calls.length).toBe(1);
  });

  test("who gives up is left by the API as well, and the call counts", async () => {
    await using house = await askingHouse([hang()]);
    const [way] = house.items(HouseModels);
    const leaving = new AbortController();
    const body = JSON.stringify({ model: "claude-haiku-4-5", max_tokens: 10, messages: [] });
    const given = way!.fetch("a-part")("http://anywhere/v1/messages", { method: "POST", body, signal: leaving.signal });
    await house.api.call(1);
    leaving.abort();
    await expect(given).rejects.toThrow();
    const { body: costs } = await house.get("/costs");
    expect([costs.open_calls, costs.by_type[0]]).toMatchObject([0, { type: "house:a-part", assumed: 1 }]);
    expect(await standingOf(house, "house a-part day")).toMatchObject({ limit: 4 });
  });

  test("may use models that sessions may not", async () => {
    await using house = await askingHouse([fine], { models: ["claude-opus-*"] });
    expect(await house.screen()).toBe("pass");
  });
});

describe("a part of the house", () => {
  test.each([
    [{ oauthToken: "sk-ant-oat01-subscription" }, "for the agent's CLI alone"],
    [{}, "there is no ANTHROPIC_API_KEY"],
  ])("does not use a subscription, which is for the CLI: %j", async (key, why) => {
    await using house = await askingHouse([], { apiKey: undefined, ...key });
    expect(await house.screen()).toContain(why);
    expect((await house.compile()).note).toContain(why);
    expect(house.api.requests).toEqual([]);
  });

  test.each([
    ["turned off", []],
    ["without a key", [configured(gateway)]],
  ])("goes its own way with a gateway that is %s, and says that nobody counts", async (_, gateways) => {
    const api = startMessagesApi([fine, say(GOOD)]);
    const own = { apiKey: "sk-ant-of-its-own-0123", baseUrl: api.url };
    await using app = await testKernel([...gateways, configured(moderation, own), configured(compileMemory, own)], {
      folders,
    });
    await app.home.write("memory/memory.md", "Ada sends seeds in spring.");
    expect(await screen(app as GatewayHouse)).toBe("pass");
    const { outcomes } = await app.run(PostSession, ended());
    expect(outcomes.find(({ id }) => id === "compile-memory")!.note).toEndWith("counted in no budget");
    for (const { headers } of api.calls) expect(headers["authorization"] ?? headers["x-api-key"]).toEndWith(own.apiKey);
    expect(api.calls.length).toBe(2);
    const look = await app
      .items(Walls)
      .find(({ id }) => id === "moderation-key")!
      .look();
    expect(look).toMatchObject({ state: "weak", what: expect.stringContaining("nobody counts") });
    await api.stop();
  });

  test("asks the gateway from when it is there until it is turned off", async () => {
    await using house = await askingHouse([fine, fine]);
    expect(await house.screen()).toBe("pass");
    await house.kernel.disable("gateway");
    expect(await house.screen()).toBe("there is no ANTHROPIC_API_KEY");
    await house.kernel.enable("gateway");
    expect(await house.screen()).toBe("pass");
  });

  test("one way for the house is enough", async () => {
    await using house = await gatewayHouse();
    const asker = new Asker({
      ...{ part: "x", houses: () => house.items(HouseModels), apiKey: undefined, baseUrl: "http://127.0.0.1:9" },
      ...{ model: "claude-haiku-4-5", timeout: 5, retries: 2 },
    });
    const answer = await asker.ask(
      { max_tokens: 10, messages: [{ role: "user", content: "?" }] },
      AbortSignal.timeout(5000),
    );
    expect(answer).toMatchObject({ content: [{ text: "Yes." }] });
    expect(house.items(HouseModels).length).toBe(1);
  });
});
