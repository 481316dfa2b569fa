import { describe, expect, test } from "bun:test";
import { priceTable } from "../../plugins/gateway/price-table";
import { Prices, plainId } from "../../plugins/gateway/prices";
import { readerFor } from "../../plugins/gateway/usage-reader";
import { call, callBody, type GatewayHouse, gatewayHouse, used } from "../fixtures/gateway";
import { fault, hang, reply } from "../fixtures/messages-api";
import { heldStream, sse, startRawApi } from "../fixtures/raw-api";
import { until } from "../fixtures/until";

const total = async (house: GatewayHouse) => (await house.get("/costs")).body.total;
const stream = callBody({ stream: true });

/** What a house says that one call came to, whose answer told these figures. */
async function costOf(usage: object, body: object = {}, model = "claude-opus-5-5") {
  await using api = startRawApi(() => Response.json({ type: "message", model, usage }));
  await using house = await gatewayHouse({
    upstream: api.url,
    settings: { serverTools: ["web_search", "code_execution"] },
  });
  await (await call(await house.seat(), callBody({ model, ...body }))).text();
  return await total(house); // as long as the house is there
}

describe("a call is settled by the answer's own figures", () => {
  const usage = used(1000, 200, {
    cache_read_input_tokens: 5000,
    cache_creation_input_tokens: 3000,
    cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 2000 },
  });
  const figures = {
    ...{ calls: 1, assumed: 0, input_tokens: 1000, output_tokens: 200, cache_read_tokens: 5000 },
    ...{ cache_write_5m_tokens: 1000, cache_write_1h_tokens: 2000, searches: 0 },
    usd: (1000 * 4 + 200 * 20 + 5000 * 0.2 + 1000 * 5 + 2000 * 8) / 1e6,
  };

  test("in one piece: the four kinds of tokens apart, and what is written to the cache by its time", async () => {
    expect(await costOf(usage)).toEqual(figures);
  });

  test("of a stream: the first event's and the last one's", async () => {
    await using house = await gatewayHouse({ script: [reply([{ type: "text", text: "message_stop" }], usage)] });
    await (await call(await house.seat(), stream)).text();
    expect(await total(house)).toEqual(figures);
  });

  test("however its bytes are cut", () => {
    const text =
      sse({
        type: "message_start",
        message: { model: "claude-opus-5-5", usage: used(7, 1, { cache_read_input_tokens: 3 }) },
      }) +
      sse({
        type: "content_block_delta",
        delta: { type: "text_delta", text: 'Ä "usage": {"output_tokens": 99999} – 日本' },
      }) +
      sse({
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { output_tokens: 42, input_tokens: 5 },
      }) +
      sse({ type: "message_stop" });
    const bytes = new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
    for (const size of [1, 2, 3, 7, 100, 10_000]) {
      const reader = readerFor("text/event-stream; charset=utf-8");
      for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
      expect(reader.told()).toMatchObject({
        model: "claude-opus-5-5",
        whole: true,
        usage: { input_tokens: 7, output_tokens: 42, cache_read_input_tokens: 3 },
      });
    }
  });

  test.each([
    [
      "for an hour when the call asked for that",
      { system: [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }] },
      "1h",
    ],
    ["for five minutes when it did not", {}, "5m"],
  ])("a write to the cache that does not say how long counts %s", async (_, body, kind) => {
    const cost = await costOf(used(0, 0, { cache_creation_input_tokens: 100 }), body);
    expect(cost[`cache_write_${kind}_tokens`]).toBe(100);
    expect(cost.usd).toBeCloseTo((100 * (kind === "1h" ? 8 : 5)) / 1e6, 12);
  });

  test.each([
    ["fast, by the answer", used(1000, 0, { speed: "fast" }), {}, 8],
    ["fast, by the request", used(1000, 0), { speed: "fast" }, 8],
    ["bound to the United States", used(1000, 0, { inference_geo: "us" }), {}, 4.4],
    ["anywhere", used(1000, 0, { inference_geo: "global" }), {}, 4],
  ])("%s it has its own price", async (_, usage, body, each) => {
    expect((await costOf(usage, body)).usd).toBeCloseTo((1000 * each) / 1e6, 12);
  });

  test("searches cost beside the tokens", async () => {
    const tools = [{ type: "web_search_20250305", name: "web_search", max_uses: 3 }];
    const cost = await costOf(used(0, 0, { server_tool_use: { web_search_requests: 3 } }), { tools });
    expect([cost.searches, cost.usd]).toEqual([3, 0.03]);
  });

  test("code that runs at the API costs something, though no figure tells it", async () => {
    expect((await costOf(used(0, 0), { tools: [{ type: "code_execution_20260521", name: "x" }] })).usd).toBe(0.05);
  });

  test("an adviser and a summary count beside it, each at its own model's price", async () => {
    const iterations = [
      { type: "message", ...used(1000, 10) },
      { type: "compaction", ...used(500, 100) },
      { type: "advisor_message", model: "claude-fable-5-1", ...used(200, 50) },
    ];
    const cost = await costOf({ ...used(1000, 10), iterations });
    expect([cost.input_tokens, cost.output_tokens]).toEqual([1700, 160]);
    const tokens = 1000 * 4 + 10 * 20 + 500 * 4 + 100 * 20 + 200 * 10 + 50 * 50;
    expect(cost.usd).toBeCloseTo(tokens / 1e6, 12);
  });

  test("a model that stood in is paid by its own price, as is the one that declined", async () => {
    const iterations = [
      { type: "message", ...used(1000, 10) },
      { type: "fallback_message", model: "claude-fable-5-1", ...used(1000, 10) },
    ];
    const cost = await costOf({ ...used(1000, 10), iterations });
    expect(cost.usd).toBeCloseTo((1000 * 14 + 10 * 70) / 1e6, 12);
  });

  test("odd figures harm nobody", async () => {
    const cost = await costOf({
      input_tokens: -5,
      output_tokens: "many",
      cache_creation: 7,
      iterations: "x",
      speed: 3,
    });
    expect(cost).toMatchObject({ calls: 1, usd: 0 });
  });
});

describe("a call that ends without its figures", () => {
  test("counts the prompt that was told and all the output that was reserved", async () => {
    const held = heldStream();
    await using api = startRawApi(() => new Response(held.body, { headers: { "content-type": "text/event-stream" } }));
    await using house = await gatewayHouse({ upstream: api.url });
    const pending = call(await house.seat(), stream);
    await until(() => api.requests.length === 1);
    held.send(sse({ type: "message_start", message: { model: "claude-opus-5-5", usage: used(100, 1) } }));
    const reader = (await pending).body!.getReader();
    await reader.read();
    held.fail();
    expect(
      await reader.read().then(
        ({ done }) => done,
        () => "broken",
      ),
    ).toBe("broken" as never);
    await until(async () => (await total(house)).calls === 1);
    expect(await total(house)).toMatchObject({ assumed: 1, input_tokens: 100, output_tokens: 1000 });
    expect((await total(house)).usd).toBeCloseTo((100 * 4 + 1000 * 20) / 1e6, 12);
  });

  test("counts as all that was reserved when nothing was told", async () => {
    await using house = await gatewayHouse({ script: [hang()] });
    const leave = new AbortController();
    const pending = call(await house.seat(), stream, { signal: leave.signal }).catch(() => {});
    await house.api.call(1);
    const { held_usd: held } = (await house.get("/costs")).body;
    expect(held).toBeGreaterThan(0.02);
    leave.abort();
    await pending;
    await until(async () => (await total(house)).calls === 1);
    expect(await total(house)).toMatchObject({ assumed: 1, usd: held });
    expect((await house.get("/costs")).body.held_usd).toBe(0);
  });

  test("counts as reserved when an answer that went well tells nothing", async () => {
    await using api = startRawApi(() => new Response("Yes."));
    await using house = await gatewayHouse({ upstream: api.url });
    await (await call(await house.seat())).text();
    expect(await total(house)).toMatchObject({ assumed: 1, output_tokens: 1000 });
  });

  test("is whole when its client leaves after the last figures", async () => {
    const held = heldStream();
    await using api = startRawApi(() => new Response(held.body, { headers: { "content-type": "text/event-stream" } }));
    await using house = await gatewayHouse({ upstream: api.url });
    const leave = new AbortController();
    const pending = call(await house.seat(), stream, { signal: leave.signal });
    await until(() => api.requests.length === 1);
    held.send(sse({ type: "message_start", message: { model: "claude-opus-5-5", usage: used(100, 1) } }));
    held.send(sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }));
    const reader = (await pending).body!.getReader();
    for (let text = ""; !text.includes("end_turn"); ) text += new TextDecoder().decode((await reader.read()).value);
    leave.abort();
    await until(async () => (await total(house)).calls === 1);
    expect(await total(house)).toMatchObject({ assumed: 0, output_tokens: 5 });
  });

  test.each([400, 429, 500, 529])("costs nothing when the API refused it with %d", async status => {
    await using house = await gatewayHouse({ script: [fault(status)] });
    await (await call(await house.seat())).text();
    expect(await total(house)).toMatchObject({ calls: 1, assumed: 0, usd: 0 });
    expect((await house.get("/costs")).body.held_usd).toBe(0);
  });
});

describe("prices", () => {
  const prices = new Prices();
  const terms = { fast: false, resident: false };
  const cost = (model: string, day: string, tokens = {}, on = terms) =>
    prices.cost(model, day, { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, ...tokens }, on) /
    1000;

  test("hold from a day on: what was cheaper later was not cheaper before", () => {
    expect(cost("claude-sonnet-5-5", "2026-10-06", { cacheRead: 1000 })).toBeCloseTo(200, 6);
    expect(cost("claude-sonnet-5-5", "2026-10-07", { cacheRead: 1000 })).toBeCloseTo(100, 6);
    expect(cost("claude-sonnet-5-5", "2020-01-01", { cacheRead: 1000 })).toBeCloseTo(200, 6);
  });

  test("of long prompts hold for the whole call, what comes from the cache counted in", () => {
    expect(cost("claude-haiku-5-5", "2026-11-21", { input: 1000, cacheRead: 99_000, output: 1000 })).toBeCloseTo(
      1590,
      6,
    );
    expect(cost("claude-haiku-5-5", "2026-11-21", { input: 1001, cacheRead: 99_000, output: 1000 })).toBeCloseTo(
      7950.5,
      6,
    );
  });

  test.each(["gpt-9", "claude-opus-9", "stand-in", ""])(
    "of the model %p, which nobody knows, are the dearest, never nothing",
    model => {
      const all = { input: 1000, output: 1000, cacheRead: 1000, cacheWrite5m: 1000, cacheWrite1h: 1000 };
      const unknown = cost(model, "2026-11-21", all);
      for (const { models } of priceTable) expect(unknown).toBeGreaterThanOrEqual(cost(models[0]!, "2026-11-21", all));
      expect(cost(model, "2026-11-21", { output: 1000 })).toBe(75_000);
      expect(cost(model, "2026-11-21", { output: 1000 }, { fast: true, resident: false })).toBe(150_000);
    },
  );

  test("of a known model at a speed that has no price are the dearest of that speed", () => {
    expect(cost("claude-sonnet-5-5", "2026-11-21", { output: 1000 }, { fast: true, resident: false })).toBe(150_000);
  });

  test("of the house's own win over the table's", () => {
    const own = {
      models: ["claude-opus-5-5", "mine-1"],
      since: "2026-11-01",
      input: 1,
      output: 2,
      cacheRead: 3,
      cacheWrite5m: 4,
      cacheWrite1h: 5,
    };
    const tokens = { input: 1000, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    const mine = (model: string, day: string) => new Prices([own]).cost(model, day, tokens, terms) / 1000;
    expect([
      mine("claude-opus-5-5", "2026-11-21"),
      mine("mine-1", "2026-11-21"),
      mine("claude-opus-5-5", "2026-10-31"),
    ]).toEqual([1000, 1000, 4000]);
  });

  test.each([
    ["claude-opus-4-1-20250805", "claude-opus-4-1"],
    ["claude-opus-4-8[1m]", "claude-opus-4-8"],
    ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"],
    ["anthropic/claude-opus-5", "claude-opus-5"],
    ["claude-3-5-sonnet-latest", "claude-3-5-sonnet"],
    ["claude-opus-4@20250514", "claude-opus-4"],
    ["Claude-Opus-5-5", "claude-opus-5-5"],
  ])("know %s as %s", (given, id) => {
    expect(plainId(given)).toBe(id);
    expect(priceTable.flatMap(({ models }) => models)).toContain(id);
  });

  test("of the table are whole: each kind above nothing, each day a day", () => {
    for (const price of priceTable)
      for (const tariff of [price, price.fast ?? price, price.long ?? price]) {
        expect(
          Math.min(tariff.input, tariff.output, tariff.cacheRead, tariff.cacheWrite5m, tariff.cacheWrite1h),
        ).toBeGreaterThan(0);
        expect(price.since).toMatch(/^20\d\d-\d\d-\d\d$/);
      }
  });
});
