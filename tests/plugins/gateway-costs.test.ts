import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { Commands, UsageError, Welcomes } from "hearth";
import { configured, HeldClock, testKernel } from "hearth/testing";
import gateway from "../../plugins/gateway/plugin";
import { playApi } from "../fixtures/api-player";
import { call, callBody, type GatewayHouse, gatewayFolder, gatewayHouse, HOUSE_KEY, used } from "../fixtures/gateway";
import { say } from "../fixtures/messages-api";
import { until } from "../fixtures/until";

/** Runs a command; answers what it printed. */
async function run(house: GatewayHouse, id: string, ...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  const command = house.items(Commands).find(one => one.id === id)!;
  await command.run(args, { print: line => lines.push(line), signal: new AbortController().signal });
  return lines;
}

/** Two days, two types, two models. */
async function busyHouse() {
  const script = [say("1", used(1000, 100)), say("2", used(2000, 0)), say("3", used(1000, 0)), say("4", used(0, 0))];
  const house = await gatewayHouse({ script, settings: { session: { calls: 3 } } });
  const visit = await house.seat({ type: "visit" });
  await (await call(visit)).text();
  await (await call(visit, callBody({ model: "claude-haiku-5-5" }))).text();
  house.clock.advance(24 * 3600_000);
  const custom = await house.seat();
  for (let n = 0; n < 2; n++) await (await call(custom)).text();
  return { house, visit, custom };
}

describe("GET /costs", () => {
  test("tells what was spent by day, type, model and session", async () => {
    const { house, visit, custom } = await busyHouse();
    await using _ = house;
    const { status, body } = await house.get("/costs");
    expect(status).toBe(200);
    expect(body).toMatchObject({ from: "2026-10-24", to: "2026-11-22", open_calls: 0, held_usd: 0 });
    expect(body.total).toMatchObject({ calls: 4, input_tokens: 4000, output_tokens: 100, usd: 0.0102 });
    const short = (list: any[], name: string) => list.map(one => [one[name], one.calls, one.usd]);
    expect(short(body.by_day, "day")).toEqual([
      ["2026-11-21", 2, 0.0062],
      ["2026-11-22", 2, 0.004],
    ]);
    expect(short(body.by_type, "type")).toEqual([
      ["custom", 2, 0.004],
      ["visit", 2, 0.0062],
    ]);
    expect(short(body.by_model, "model")).toEqual([
      ["claude-haiku-5-5", 1, 0.0002],
      ["claude-opus-5-5", 3, 0.01],
    ]);
    expect(short(body.by_session, "session")).toEqual([
      [custom.id, 2, 0.004],
      [visit.id, 2, 0.0062],
    ]);
    expect(body.by_session[1]).toMatchObject({ type: "visit", stopped: null });
  });

  test("of some days only, and 304 while nothing has changed", async () => {
    const { house, visit } = await busyHouse();
    await using _ = house;
    const one = await house.get("/costs?days=1&to=2026-11-21");
    expect([one.body.from, one.body.total.calls]).toEqual(["2026-11-21", 2]);
    const headers = { "if-none-match": one.headers.get("etag")! };
    expect((await house.get("/costs?days=1&to=2026-11-21", { headers })).status).toBe(304);
    await house.get("/costs");
    expect((await house.get("/costs?days=1&to=2026-11-21", { headers })).status).toBe(304);
    await (await call(visit)).text();
    const all = await house.get("/costs");
    expect(all.body.total.calls).toBe(5);
    const known = { "if-none-match": all.headers.get("etag")! };
    expect((await house.get("/costs", { headers: known })).status).toBe(304);
    await call(visit); // the session's limit: it is stopped
    expect((await house.get("/costs", { headers: known })).status).toBe(200);
    expect((await house.get("/costs")).body.by_session[1].stopped).toContain("has no room");
  });

  test.each(["days=0", "days=1e3", "days=", "days=99999", "to=yesterday", "to=2026-02-30"])(
    "refuses ?%s",
    async query => {
      await using house = await gatewayHouse();
      expect((await house.get(`/costs?${query}`)).status).toBe(422);
    },
  );

  test("of nothing is nothing", async () => {
    await using house = await gatewayHouse();
    const { body } = await house.get("/costs");
    expect([body.total.calls, body.total.usd, body.by_day]).toEqual([0, 0, []]);
  });
});

describe("hearth costs", () => {
  test("prints a line for each day, type, model or session, and the sum", async () => {
    const { house, custom } = await busyHouse();
    await using _ = house;
    const days = await run(house, "costs");
    expect(days.length).toBe(3);
    expect(days[0]).toMatch(/^2026-11-21 +\$ +0\.0062 {2}2 calls: 3000 in, 100 out, 0 from the cache, 0 to it$/);
    expect(days[2]).toMatch(/^2026-10-24 to 2026-11-22 +\$ +0\.0102 {2}4 calls/);
    expect((await run(house, "costs", "--by", "model"))[0]).toStartWith("claude-haiku-5-5 ");
    expect((await run(house, "costs", "--by", "type", "--days", "1"))[0]).toStartWith("custom ");
    expect((await run(house, "costs", "--by=session"))[0]).toStartWith(`${custom.id} custom`);
  });

  test.each([["--by", "moon"], ["--days", "0"], ["--days", "x"], ["--year"], ["now"]])(
    "refuses %s %s",
    async (...args) => {
      await using house = await gatewayHouse();
      await expect(run(house, "costs", ...(args as string[]))).rejects.toBeInstanceOf(UsageError);
    },
  );
});

describe("hearth budget", () => {
  test("shows every limit and where it stands, stops, goes, raises", async () => {
    const { house, custom } = await busyHouse();
    await using _ = house;
    expect((await run(house, "budget"))[0]).toMatch(/^day +\$0\.00 of \$40\.00$/);
    expect(await run(house, "budget", "raise", "day", "5")).toEqual([
      expect.stringMatching(/^day +\$0\.00 of \$45\.00 \(\$5\.00 of it added\)$/),
    ]);
    const raised = await run(house, "budget", "raise", "session", custom.id, "2", "calls");
    expect(raised[0]).toMatch(/2 calls of 5 calls \(2 calls of it added\)$/);
    await run(house, "budget", "stop", "too", "much");
    expect((await run(house, "budget"))[0]).toContain("everything is stopped since 2026-11-22T12:00:00.000Z: too much");
    expect(custom.stops[0]).toContain("too much");
    await run(house, "budget", "go");
    expect((await run(house, "budget"))[0]).toStartWith("day");
  });

  test.each([
    ["halt"],
    ["go", "now"],
    ["raise"],
    ["raise", "day"],
    ["raise", "day", "much"],
    ["raise", "day", "-5"],
    ["raise", "session", "nobody", "5"],
    ["raise", "day", "5", "calls"],
  ])("refuses %s %s", async (...args) => {
    await using house = await gatewayHouse();
    await expect(run(house, "budget", ...(args as string[]))).rejects.toBeInstanceOf(UsageError);
  });

  test("is in what people are told at the start", async () => {
    await using house = await gatewayHouse({ settings: { day: { usd: false } } });
    const told = async () =>
      house
        .items(Welcomes)
        .find(({ id }) => id === "gateway")!
        .text("http://localhost");
    expect(await told()).toBe("Budget      $10 a session, any sum a day, $400 a month: bun run hearth budget");
    await run(house, "budget", "stop");
    expect(await told()).toContain("everything is stopped");
    await using bare = await testKernel([configured(gateway)], { folders: { gateway: gatewayFolder } });
    expect(await bare.items(Welcomes)[0]!.text("")).toContain("nothing can be spent: there is no key and no login");
  });
});

describe("a record", () => {
  const stream = callBody({ stream: true });

  test("of a session's traffic can be played back, to the letter, without the API", async () => {
    await using house = await gatewayHouse({
      settings: { record: "traffic" },
      script: [say("Grüße, 日本"), say("Two.")],
    });
    const seat = await house.seat();
    const live = [await (await call(seat, stream)).text(), await (await call(seat)).text()];
    const file = join(house.state, "traffic", `${seat.id}.jsonl`);
    await until(
      async () =>
        (
          await Bun.file(file)
            .text()
            .catch(() => "")
        ).split("\n").length === 3,
    );
    await using player = playApi(file);
    await using again = await gatewayHouse({ upstream: player.url });
    const other = await again.seat();
    expect([await (await call(other, stream)).text(), await (await call(other)).text()]).toEqual(live);
    expect([player.left(), player.surprises]).toEqual([0, []]);
    expect((await again.get("/costs")).body.total).toEqual((await house.get("/costs")).body.total);
    expect((await call(other)).status).toBe(403);
    expect(player.surprises).toEqual(["POST /v1/messages"]);
  });

  test("holds neither key nor token, and nobody else reads it", async () => {
    await using house = await gatewayHouse({ settings: { record: "traffic" } });
    const seat = await house.seat();
    await (await call(seat, stream)).text();
    const file = join(house.state, "traffic", `${seat.id}.jsonl`);
    await until(() => Bun.file(file).size > 0);
    const text = await Bun.file(file).text();
    expect(text).toContain("Good morning.");
    for (const secret of [HOUSE_KEY, seat.access.token]) expect(text).not.toContain(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("in the home, where the agent would read it, is refused at the start", async () => {
    await using app = await testKernel([], { clock: new HeldClock("2026-11-21T12:00:00Z") });
    const plugin = configured(gateway, { apiKey: HOUSE_KEY, record: join(app.home.path, "data") });
    await expect(testKernel([plugin], { home: app.home, folders: { gateway: gatewayFolder } })).rejects.toThrow(
      "lies in the home",
    );
  });
});
