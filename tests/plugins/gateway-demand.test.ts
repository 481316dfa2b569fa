import { describe, expect, test } from "bun:test";
import { counted, demandOf } from "../../plugins/gateway/demand";
import { writtenMembers } from "../../plugins/gateway/json-members";
import { Prices } from "../../plugins/gateway/prices";
import { dice } from "../fixtures/dice";
import { callBody } from "../fixtures/gateway";

const every = ["web_search", "web_fetch", "code_execution", "advisor", "mcp_toolset"];
const demand = (over: object, allowed = every) =>
  demandOf(Buffer.from(JSON.stringify(callBody(over as never))), allowed)!;
const length = (over: object) => JSON.stringify(callBody(over as never)).length;
const CONTEXT = 1_000_000;

describe("what a call may come to at the most", () => {
  test("is its body's bytes, and max_tokens", () => {
    const over = { messages: [{ role: "user", content: "Grüße 日本".repeat(500) }] };
    const bytes = Buffer.byteLength(JSON.stringify(callBody(over)));
    expect(demand(over)).toMatchObject({
      input: bytes + 2000,
      output: 1000,
      rounds: 1,
      cache: "none",
      models: ["claude-opus-5-5"],
    });
  });

  test("is never more than the longest prompt that there is", () => {
    expect(demand({ messages: [{ role: "user", content: "x".repeat(3_000_000) }] }).input).toBe(CONTEXT);
  });

  test.each([
    [
      "a picture elsewhere",
      { messages: [{ role: "user", content: [{ type: "image", source: { type: "url", url: "https://x" } }] }] },
      6000,
    ],
    [
      "a document elsewhere",
      { messages: [{ role: "user", content: [{ type: "document", source: { type: "file", file_id: "f" } }] }] },
      CONTEXT,
    ],
    ["words kept elsewhere", { thread: { id: "t" } }, CONTEXT],
    ["a parameter that nobody knows", { remembrance: true }, CONTEXT],
  ])("knows that %s is not in the body", (_, over, more) => {
    expect(demand(over).input).toBeGreaterThanOrEqual(Math.min(more + length(over), CONTEXT));
  });

  test.each([
    ["none", {}],
    ["5m", { cache_control: { type: "ephemeral" } }],
    ["5m", { tools: [{ name: "x", input_schema: {}, cache_control: { type: "ephemeral", ttl: "5m" } }] }],
    [
      "1h",
      {
        messages: [
          { role: "user", content: [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }] },
        ],
      },
    ],
    ["1h", { cache_control: { type: "ephemeral", ttl: "2d" } }],
    ["none", { cache_control: null }],
  ])("is %s of the cache for %j", (cache, over) => {
    expect(demand(over).cache).toBe(cache as never);
  });

  test("counts each round of the API's own tools", () => {
    const tools = [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }];
    const { rounds, searches, input } = demand({ tools });
    expect([rounds, searches]).toEqual([3, 2]);
    expect(input).toBe(3 * (length({ tools }) + 2000) + (1 + 2) * 20_000);
    expect(demand({ tools: [{ type: "web_search_20250305", name: "web_search" }] }).searches).toBe(10);
  });

  test("counts fallbacks, summaries and advisers", () => {
    const fallbacks = [{ model: "claude-fable-5-1", max_tokens: 5000 }];
    expect(demand({ fallbacks })).toMatchObject({
      models: ["claude-opus-5-5", "claude-fable-5-1"],
      output: 10_000,
      rounds: 2,
    });
    expect(demand({ context_management: { edits: [{ type: "compact_20260112" }] } })).toMatchObject({
      output: 2000,
      rounds: 2,
    });
    expect(demand({ context_management: { edits: [{ type: "clear_thinking_20251015" }] } })).toMatchObject({
      output: 1000,
      rounds: 1,
    });
    const adviser = {
      type: "advisor_20260301",
      name: "advisor",
      model: "claude-fable-5-1",
      max_uses: 2,
      max_tokens: 300,
    };
    expect(demand({ tools: [adviser] })).toMatchObject({
      models: ["claude-opus-5-5", "claude-fable-5-1"],
      output: 1600,
      rounds: 3,
    });
    expect(demand({ fallbacks: "default" }).models).toEqual(["claude-opus-5-5", "of the API's own choice"]);
  });

  test("of money is above what any answer within it can come to", () => {
    const prices = new Prices();
    for (const model of ["claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-4-5", "nobody's"])
      for (const speed of ["standard", "fast"])
        for (const over of [
          {},
          { cache_control: { type: "ephemeral" } },
          { cache_control: { type: "ephemeral", ttl: "1h" } },
        ]) {
          const most = demand({ model, speed, ...over, messages: [{ role: "user", content: "x".repeat(150_000) }] });
          const bound = prices.most(most, "2026-11-21");
          const n = most.input;
          for (const [input, cacheRead, cacheWrite5m, cacheWrite1h] of [
            [n, 0, 0, 0],
            [0, n, 0, 0],
            [0, 0, most.cache === "none" ? 0 : n, 0],
            [0, 0, 0, most.cache === "1h" ? n : 0],
            [10, 0, 0, 0],
          ] as const) {
            const tokens = { input, cacheRead, cacheWrite5m, cacheWrite1h, output: most.output };
            const cost = prices.cost(model, "2026-11-21", tokens, { fast: speed === "fast", resident: true });
            expect(cost).toBeLessThanOrEqual(bound);
          }
        }
  });

  test("follows the API's count, with some room, and only down", () => {
    const long = demand({ messages: [{ role: "user", content: "x".repeat(100_000) }] });
    expect(counted(long, 1000).input).toBe(1530);
    expect(counted(long, 5_000_000)).toEqual(long);
  });

  test("is nothing for a body that names no model", () => {
    expect(demandOf(Buffer.from('{"a":1}'), [])).toBeUndefined();
    expect(demandOf(Buffer.from("[1]"), [])).toBeUndefined();
  });

  test.each([
    [{ mcp_servers: [{ type: "url", url: "https://x", name: "x" }] }, "mcp_toolset"],
    [{ tools: [{ type: "mcp_toolset", mcp_server_name: "x" }] }, "mcp_toolset"],
    [
      { messages: [{ role: "system", content: [{ type: "tool_addition", tool: { type: "web_search_20250305" } }] }] },
      "web_search",
    ],
  ])("is refused for %j, which reaches beyond the house", (over, name) => {
    expect(() => demand(over, [])).toThrow(name);
  });
});

test("members of JSON are counted as they are written", () => {
  const { int: random } = dice(7);
  const value = (depth: number): unknown => {
    const kind = random(depth > 4 ? 3 : 6);
    if (kind < 2) return ['a"b:\\', ":{}", "\\\\", '"', "日:本", ""][random(6)];
    if (kind < 3) return random(1000) / 7;
    if (kind < 4) return Array.from({ length: random(4) }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length: random(5) }, (_, n) => [`${n}:"\\${n}`, value(depth + 1)]));
  };
  const count = (given: unknown): number =>
    typeof given === "object" && given !== null
      ? (Array.isArray(given) ? 0 : Object.keys(given).length) +
        Object.values(given).reduce((sum: number, one) => sum + count(one), 0)
      : 0;
  for (let n = 0; n < 500; n++) {
    const given = value(0) ?? null;
    expect(writtenMembers(Buffer.from(JSON.stringify(given, null, n % 3)))).toBe(count(given));
  }
  expect(writtenMembers(Buffer.from('{"a":1,"a":{"b":2,"b":3}}'))).toBe(4);
});
