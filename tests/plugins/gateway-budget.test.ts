import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { HeldClock, temporaryFolder } from "hearth/testing";
import { openDatabase } from "../../core/database";
import { Accounts } from "../../plugins/gateway/accounts";
import { Ledger } from "../../plugins/gateway/ledger";
import {
  call,
  callBody,
  type GatewayHouse,
  gatewayFolder,
  gatewayHouse,
  refusalOf,
  type Seated,
  used,
} from "../fixtures/gateway";
import { say, type Turn } from "../fixtures/messages-api";
import { heldStream, sse, startRawApi } from "../fixtures/raw-api";
import { until } from "../fixtures/until";

const spent = async (house: GatewayHouse) => (await house.get("/costs")).body.total;
const post = (house: GatewayHouse, body: unknown) => house.call("POST", "/admin/budget", { body });
const limitsOf = async (house: GatewayHouse) => (await house.get("/admin/budget")).body.limits;

/** Makes calls until one is refused; answers how many went well. */
async function spend(seat: Seated, body = callBody()): Promise<number> {
  for (let done = 0; ; done++) {
    const answer = await call(seat, body);
    await answer.text();
    if (answer.status !== 200) return done;
  }
}

/** An answer of a call that takes its time, as long as some turns of the loop. */
const slow =
  (usage: ReturnType<typeof used>): Turn =>
  async () => {
    for (let n = 0; n < 3 + Math.floor(Math.random() * 10); n++) await new Promise(setImmediate);
    return say("Yes.", usage);
  };

describe("six spenders at once", () => {
  test("never pass the limit, and use it up to less than one call", async () => {
    const usage = used(100, 1000);
    const each = (100 * 4 + 1000 * 20) / 1e6;
    await using house = await gatewayHouse({ settings: { session: { usd: 1 } }, script: Array(100).fill(slow(usage)) });
    const seat = await house.seat();
    const done = await Promise.all(Array.from({ length: 6 }, () => spend(seat)));
    const calls = done.reduce((sum, count) => sum + count);
    expect(house.api.calls.length).toBe(calls);
    expect(calls * each).toBeLessThanOrEqual(1);
    expect(calls * each).toBeGreaterThan(1 - 0.03);
    expect((await spent(house)).usd).toBeCloseTo(calls * each, 9);
    expect(seat.stops.length).toBe(1);
  });

  test("of six sessions share the day's limit, and pass it no more than one does", async () => {
    await using house = await gatewayHouse({
      settings: { day: { usd: 0.5 } },
      script: Array(100).fill(slow(used(100, 1000))),
    });
    const seats = await Promise.all(Array.from({ length: 6 }, () => house.seat()));
    await Promise.all(seats.map(seat => spend(seat)));
    expect((await spent(house)).usd).toBeLessThanOrEqual(0.5);
    expect((await spent(house)).usd).toBeGreaterThan(0.47);
    expect(seats.map(({ stops }) => stops.length)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("whose API tells more than can be pass it by those in flight alone", async () => {
    await using house = await gatewayHouse({
      settings: { session: { usd: 0.2 } },
      script: Array(100).fill(slow(used(100, 5000))), // five times max_tokens
    });
    const seat = await house.seat();
    await Promise.all(Array.from({ length: 6 }, () => spend(seat)));
    expect(house.api.calls.length).toBeLessThanOrEqual(8);
    expect((await call(seat)).status).toBe(402);
  });
});

describe("a call for which there is no room", () => {
  test("is refused in a form that no client tries again, and ends the session once, cleanly", async () => {
    await using house = await gatewayHouse({ settings: { session: { calls: 1 } } });
    const seat = await house.seat();
    await call(seat);
    const client = new Anthropic({
      baseURL: seat.access.baseUrl,
      authToken: seat.access.token,
      apiKey: null,
      maxRetries: 5,
    });
    const error = await client.messages.create(callBody() as never).catch(reason => reason);
    expect([error.status, error.error.error.type]).toEqual([402, "billing_error"]);
    expect(error.message).toContain(
      "the budget of this session has no room for this call: 1 calls of 1 calls are used",
    );
    expect(error.message).toContain(`hearth budget raise session ${seat.id} <amount> calls`);
    await call(seat);
    expect(seat.stops.length).toBe(1);
    expect(seat.stops[0]).toContain(`hearth session ${seat.id} resume`);
    expect(house.api.calls.length).toBe(1);
  });

  test.each([
    ["calls", 1, used(10, 10)],
    ["output", 1500, used(10, 1000)],
    ["input", 1000, used(500, 10)],
    ["cacheRead", 1000, used(10, 10, { cache_read_input_tokens: 500 })],
    ["cacheWrite", 1000, used(10, 10, { cache_creation_input_tokens: 500 })],
    ["tokens", 2000, used(300, 300, { cache_read_input_tokens: 300 })],
    ["usd", 0.04, used(100, 1000)],
  ])("is told by each kind of limit: %s", async (kind, limit, usage) => {
    await using house = await gatewayHouse({ settings: { session: { [kind]: limit } }, script: [say("Yes.", usage)] });
    const seat = await house.seat();
    expect((await call(seat)).status).toBe(200);
    expect(await refusalOf(await call(seat))).toEqual([402, "billing_error"]);
    expect(seat.stops[0]).toContain(kind);
    expect(
      (await limitsOf(house)).filter((one: any) => one.kind === kind && one.scope.startsWith("session")).length,
    ).toBe(1);
  });

  test("waits while only calls on their way hold the room, and goes when they have come to less", async () => {
    const first = heldStream();
    await using api = startRawApi(request =>
      request.url.endsWith("count_tokens")
        ? Response.json({ input_tokens: 100 })
        : new Response(api.requests.length === 1 ? first.body : "{}", {
            headers: { "content-type": "text/event-stream" },
          }),
    );
    await using house = await gatewayHouse({ upstream: api.url, settings: { session: { usd: 0.05 } } });
    const seat = await house.seat();
    const one = call(seat, callBody({ stream: true }));
    await until(() => api.requests.length === 1);
    const two = call(seat);
    await until(() => api.requests.length === 2); // its prompt is counted; then it waits
    first.send(sse({ type: "message_start", message: { model: "claude-opus-5-5", usage: used(100, 1) } }));
    first.send(sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }));
    const answer = await one;
    expect(api.requests.length).toBe(2);
    expect((await limitsOf(house)).find((limit: any) => limit.scope === "day").held).toBeGreaterThan(0.02);
    first.end();
    await answer.text();
    expect((await two).status).toBe(200);
    expect(seat.stops).toEqual([]);
  });

  test("that waits is given up when its client leaves", async () => {
    const first = heldStream();
    await using api = startRawApi(request =>
      request.url.endsWith("count_tokens") ? Response.json({ input_tokens: 100 }) : new Response(first.body),
    );
    await using house = await gatewayHouse({ upstream: api.url, settings: { session: { calls: 5, usd: 0.04 } } });
    const seat = await house.seat();
    void call(seat).catch(() => {});
    await until(() => api.requests.length === 1);
    const leave = new AbortController();
    const two = call(seat, callBody(), { signal: leave.signal }).catch(() => "gone");
    await until(() => api.requests.length === 2);
    leave.abort();
    expect(await two).toBe("gone");
    first.end();
    await until(async () => (await house.get("/costs")).body.open_calls === 0);
    expect((await spent(house)).calls).toBe(1);
  });

  test("by its length alone has its prompt counted by the API before it is refused", async () => {
    const long = callBody({ messages: [{ role: "user", content: "word ".repeat(40_000) }] });
    await using house = await gatewayHouse({ settings: { session: { usd: 0.1 } } });
    const seat = await house.seat();
    expect((await call(seat, long)).status).toBe(200);
    const [count, message] = house.api.requests;
    expect(count!.path).toBe("/v1/messages/count_tokens");
    expect(Object.keys(count!.body)).toEqual(["model", "messages"]);
    expect(message!.body).toEqual(long);
  });

  test("and is refused when the API does not count", async () => {
    const long = callBody({ messages: [{ role: "user", content: "word ".repeat(40_000) }] });
    await using api = startRawApi(() => new Response("no such thing", { status: 404 }));
    await using house = await gatewayHouse({ upstream: api.url, settings: { session: { usd: 0.1 } } });
    expect(await refusalOf(await call(await house.seat(), long))).toEqual([402, "billing_error"]);
    expect(api.requests.map(({ path }) => path)).toEqual(["/v1/messages/count_tokens"]);
  });
});

describe("limits", () => {
  test("of a type's sessions take the place of the general ones, kind by kind", async () => {
    await using house = await gatewayHouse({
      settings: { session: { calls: 3, usd: 1 }, types: { visit: { session: { calls: 1 } } } },
    });
    const [visit, custom] = [await house.seat({ type: "visit" }), await house.seat()];
    expect([await spend(visit), await spend(custom)]).toEqual([1, 3]);
    const own = (await limitsOf(house)).filter(({ scope }: any) => scope === `session ${visit.id}`);
    expect(own.map(({ kind, limit }: any) => [kind, limit])).toEqual([
      ["calls", 1],
      ["usd", 1],
    ]);
  });

  test("of a type's day hold for all its sessions together, and for no other's", async () => {
    await using house = await gatewayHouse({
      settings: { types: { visit: { day: { calls: 3 }, month: { calls: 4 } } } },
    });
    const [one, two] = [await house.seat({ type: "visit" }), await house.seat({ type: "visit" })];
    expect((await call(one)).status).toBe(200);
    expect(await spend(two)).toBe(2);
    expect(await spend(one)).toBe(0);
    expect((await call(await house.seat())).status).toBe(200);
    house.clock.advance(24 * 3600_000);
    expect(await spend(await house.seat({ type: "visit" }))).toBe(1);
  });

  test("strangers cannot use up the day of everyone else: their visits have a limit of their own, whatever the settings say of them beside it", async () => {
    await using house = await gatewayHouse({
      settings: { session: { usd: false }, types: { visit: { models: ["*"], day: { calls: 40 } } } },
      script: [say("Yes.", used(3_500_000, 1))],
    });
    expect(await spend(await house.seat({ type: "visit" }))).toBe(1);
    expect((await house.seat({ type: "visit" })).stops[0]).toContain("$10");
    expect((await call(await house.seat())).status).toBe(200);
  });

  test("of the house's day end at its midnight, in its own zone; those of the month go on", async () => {
    await using house = await gatewayHouse({
      timeZone: "Pacific/Auckland", // where it is 1 o'clock of the 22nd
      settings: { day: { calls: 2 }, month: { calls: 3 } },
    });
    expect(await spend(await house.seat())).toBe(2);
    house.clock.advance(22 * 3600_000);
    expect((await house.seat()).stops[0]).toContain("the budget of the day is used up: 2 calls");
    house.clock.advance(1 * 3600_000);
    const next = await house.seat();
    expect(next.stops).toEqual([]);
    expect(await spend(next)).toBe(1);
    expect(next.stops[0]).toContain("the budget of the month");
    house.clock.advance(9 * 24 * 3600_000);
    expect(await spend(await house.seat())).toBe(2);
  });

  test("of minutes end a session and what it has on its way", async () => {
    const stream = heldStream();
    await using api = startRawApi(() => new Response(stream.body));
    await using house = await gatewayHouse({ upstream: api.url, settings: { session: { minutes: 10 } } });
    const seat = await house.seat();
    void call(seat).catch(() => {});
    await until(() => api.requests.length === 1);
    house.clock.advance(10 * 60_000 - 1);
    expect(seat.stops).toEqual([]);
    house.clock.advance(1);
    expect(seat.stops).toEqual([expect.stringContaining("the 10 minutes of this session are over")]);
    expect(await refusalOf(await call(seat))).toEqual([402, "billing_error"]);
    await until(async () => (await house.get("/costs")).body.open_calls === 0);
    await seat.close();
    const resumed = await house.seat({ resumes: seat.id });
    expect(resumed.stops).toEqual([expect.stringContaining(`raise session ${seat.id} <amount> minutes`)]);
    await resumed.close();
    const { body } = await post(house, { action: "raise", scope: `session ${seat.id}`, kind: "minutes", amount: 5 });
    expect(body.limits.at(-1)).toMatchObject({ kind: "minutes", limit: 15, raised: 5, spent: 10 });
    const again = await house.seat({ resumes: resumed.id });
    house.clock.advance(5 * 60_000 - 1);
    expect(again.stops).toEqual([]);
    house.clock.advance(1);
    expect(again.stops.length).toBe(1);
  });

  test("of models hold for fallbacks and advisers as well", async () => {
    await using house = await gatewayHouse({
      settings: { types: { visit: { models: ["claude-haiku-*"] } }, serverTools: ["advisor"] },
    });
    const seat = await house.seat({ type: "visit" });
    const haiku = callBody({ model: "claude-haiku-5-5" });
    const refused = [
      callBody(),
      { ...haiku, fallbacks: [{ model: "claude-opus-5-5" }] },
      { ...haiku, tools: [{ type: "advisor_20260301", name: "advisor", model: "claude-opus-5-5" }] },
    ];
    for (const body of refused) expect(await refusalOf(await call(seat, body))).toEqual([403, "permission_error"]);
    expect((await call(seat, haiku)).status).toBe(200);
    expect(house.api.calls.length).toBe(1);
    expect(seat.stops).toEqual([]);
  });

  test("of false are none", async () => {
    await using house = await gatewayHouse({
      settings: {
        ...{ session: { usd: false }, day: { usd: false }, month: { usd: false } },
        types: { visit: { day: { usd: false } } },
      },
      script: [say("Yes.", used(900_000_000, 1))],
    });
    const seat = await house.seat();
    await call(seat);
    expect((await call(seat)).status).toBe(200);
    expect(await limitsOf(house)).toEqual([]);
  });
});

describe("a person", () => {
  test("raises a session's budget, and the session that goes on with it spends what was added", async () => {
    await using house = await gatewayHouse({ settings: { session: { calls: 2 } } });
    const seat = await house.seat();
    expect(await spend(seat)).toBe(2);
    await seat.close();
    const early = await house.seat({ resumes: seat.id });
    expect(early.stops[0]).toContain("the budget of this session is used up: 2 calls");
    await early.close();
    const { status, body } = await post(house, {
      action: "raise",
      scope: `session ${early.id}`,
      kind: "calls",
      amount: 3,
    });
    expect(status).toBe(200);
    expect(body.limits.find((one: any) => one.kind === "calls")).toEqual({
      scope: `session ${seat.id}`,
      ...{ kind: "calls", limit: 5, raised: 3, spent: 2, held: 0 },
    });
    expect(await spend(await house.seat({ resumes: early.id }))).toBe(3);
  });

  test("a session that goes on with one that ended well has a budget of its own", async () => {
    await using house = await gatewayHouse({ settings: { session: { calls: 2 } } });
    const seat = await house.seat();
    await call(seat);
    await seat.close();
    expect(await spend(await house.seat({ resumes: seat.id }))).toBe(2);
  });

  test("raises the day's, the month's, a type's", async () => {
    await using house = await gatewayHouse({
      settings: { day: { usd: 1 }, month: { usd: 5 }, types: { visit: { day: { usd: 1 }, month: { usd: 1 } } } },
    });
    for (const scope of ["day", "month", "type visit day", " type  visit  month "])
      expect((await post(house, { action: "raise", scope, amount: 2.5 })).status).toBe(200);
    const raised = (await limitsOf(house)).map(({ scope, limit, raised }: any) => [scope, limit, raised]);
    expect(raised).toEqual([
      ["day", 3.5, 2.5],
      ["month", 7.5, 2.5],
      ["type visit day", 3.5, 2.5],
      ["type visit month", 3.5, 2.5],
    ]);
    house.clock.advance(24 * 3600_000);
    expect((await limitsOf(house)).find(({ scope }: any) => scope === "day").limit).toBe(1);
  });

  test.each([
    [{ action: "raise", scope: "session nobody", amount: 1 }, 404],
    [{ action: "raise", scope: "week", amount: 1 }, 404],
    [{ action: "raise", scope: "type visit", amount: 1 }, 404],
    [{ action: "raise", scope: "type dusk day", amount: 1 }, 400],
    [{ action: "raise", scope: "day", kind: "calls", amount: 1 }, 400],
    [{ action: "raise", scope: "day", amount: -1 }, 422],
    [{ action: "raise", scope: "day", amount: 1e12 }, 422],
    [{ action: "raise", scope: "day", kind: "hours", amount: 1 }, 422],
    [{ action: "halt" }, 422],
    [{ action: "go", why: "x" }, 422],
    [[], 422],
  ])("is told what is wrong with %j", async (body, status) => {
    await using house = await gatewayHouse();
    expect((await post(house, body)).status).toBe(status);
  });

  test("needs the service key", async () => {
    await using house = await gatewayHouse();
    for (const [method, path] of [
      ["GET", "/costs"],
      ["GET", "/admin/budget"],
      ["POST", "/admin/budget"],
    ] as const)
      expect(
        (await house.call(method, path, { key: null, ...(method === "POST" && { body: { action: "stop" } }) })).status,
      ).toBe(401);
    expect((await call(await house.seat())).status).toBe(200);
  });
});

describe("the one switch", () => {
  test("ends at once what runs, lets nothing begin, and stays as it is until a person lets it go on", async () => {
    const stream = heldStream();
    await using api = startRawApi(() => new Response(stream.body));
    await using house = await gatewayHouse({ upstream: api.url });
    const [busy, quiet] = [await house.seat(), await house.seat()];
    const pending = call(busy)
      .then(answer => answer.text())
      .catch(() => "cut");
    await until(() => api.requests.length === 1);
    const { body } = await post(house, { action: "stop", why: "it writes too much" });
    expect(body.stopped.why).toBe("it writes too much");
    expect(body.running).toEqual([]);
    await stream.left;
    expect(await pending).toContain("it writes too much");
    for (const { stops } of [busy, quiet]) expect(stops).toEqual([expect.stringContaining("it writes too much")]);
    expect((await house.seat()).stops[0]).toContain("hearth budget go");
    expect(await refusalOf(await call(quiet))).toEqual([402, "billing_error"]);
    expect(await refusalOf(await call(quiet, null, { path: "/v1/models", method: "GET" }))).toEqual([
      402,
      "billing_error",
    ]);
    expect((await post(house, { action: "go" })).body.stopped).toBeNull();
    expect((await house.seat()).stops).toEqual([]);
    expect(api.requests.length).toBe(1);
  });
});

describe("a crash", () => {
  test("leaves calls open; the next life counts what was reserved for them as used, once", () => {
    using folder = temporaryFolder();
    const clock = new HeldClock("2026-11-21T12:00:00Z");
    const open = () => {
      const db = openDatabase(join(folder.path, "gateway.db"), join(gatewayFolder, "migrations"));
      return { db, ledger: new Ledger(db, clock, "UTC") };
    };
    const scope = { key: "day 2026-11-21", name: "", handle: "day", limits: { usd: 100 } };
    const first = open();
    new Accounts(first.db, clock).begin("s1", "custom", undefined);
    const bound = { session: "s1", model: "claude-opus-5-5", input: 1000, output: 500, usd: 77 };
    const one = first.ledger.reserve([scope], bound);
    first.ledger.settle(one as number, {
      input: 1,
      output: 1,
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      searches: 0,
      usd: 3,
    });
    first.ledger.reserve([scope], bound);
    expect(first.ledger.standing(scope.key).held.usd).toBe(77);
    expect(first.ledger.settleLost()).toBe(0); // its own are on their way
    first.db.close();
    const second = open();
    expect(second.ledger.settleLost()).toBe(1);
    expect(second.ledger.settleLost()).toBe(0);
    const { spent: used, held } = second.ledger.standing(scope.key);
    expect([used.usd, used.calls, used.output, held.usd, held.calls, held.cacheWrite]).toEqual([80, 2, 501, 0, 0, 0]);
    expect(second.db.query("select state from call order by id").values()).toEqual([["settled"], ["assumed"]]);
    second.db.close();
  });
});
