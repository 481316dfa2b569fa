import { afterAll, beforeAll, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { boundedText, jsonBody, Routes, wholeNumber } from "hearth";
import { TEST_KEY, type TestKernel, testKernel } from "hearth/testing";
import { z } from "zod";
import { doing } from "../fixtures/small-plugin";

const Letter = z.object({
  name: z.string().min(2).max(5),
  mood: z.enum(["calm", "glad", "sad"]).optional(),
  code: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  age: z.number().int().min(1).max(99).optional(),
  from: z.object({ city: z.string() }).optional(),
  odd: z
    .number()
    .refine(value => value % 2 === 1, "must be odd")
    .optional(),
  sign: boundedText(2, 3).optional(),
  urgent: z.boolean().optional(),
});

const routes = new Elysia()
  .post("/letters", ({ body }) => body, { body: Letter })
  .post("/moons", ({ body }) => body, { parse: jsonBody, body: z.object({ phase: z.enum(["new", "full"]) }) })
  .get("/search", ({ query }) => query, {
    query: z.object({
      q: z.string().min(1),
      limit: wholeNumber(z.int().min(1).max(50)).default(10),
      sort: z.enum(["new", "old"]).default("new"),
    }),
  })
  .get("/letters/:kind", ({ params }) => params, { params: z.object({ kind: z.enum(["in", "out"]) }) })
  .get("/secret", ({ headers }) => headers.authorization, { headers: z.object({ authorization: z.string() }) })
  .post("/all/:kind", () => "fine", {
    params: z.object({ kind: z.enum(["in", "out"]) }),
    query: z.object({ limit: wholeNumber(z.int().min(1)).default(10) }),
    headers: z.object({ authorization: z.string() }),
    body: z.object({ name: z.string() }),
  })
  .get("/broken", () => ({ wrong: 1 }) as never, { response: z.object({ right: z.number() }) })
  .get("/lean", () => ({ right: 1, secret: "swordfish" }), { response: z.object({ right: z.number() }) });

let app: TestKernel;
beforeAll(async () => {
  app = await testKernel([doing("letters", ctx => ctx.add(Routes, routes))]);
});
afterAll(() => app[Symbol.asyncDispose]());

/** The complaints about a request; its status is 422. */
async function items(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await app.call(method, path, { body, headers });
  expect(answer.status).toBe(422);
  return answer.body.detail;
}

test("what fits comes through, and what nobody asked for is left out", async () => {
  const answer = await app.call("POST", "/letters", { body: { name: "Ada", extra: 1 } });
  expect(answer).toMatchObject({ status: 200, body: { name: "Ada" } });
  expect(answer.body).not.toHaveProperty("extra");
});

test("a field of the body that is missing", async () => {
  expect(await items("POST", "/letters", { mood: "calm" })).toEqual([
    { type: "missing", loc: ["body", "name"], msg: "Field required", input: { mood: "calm" } },
  ]);
});

test("a word of the body that is missing is missing, not another word", async () => {
  expect(await items("POST", "/moons", {})).toEqual([
    { type: "missing", loc: ["body", "phase"], msg: "Field required", input: {} },
  ]);
});

test("a field of the query that is missing", async () => {
  expect(await items("GET", "/search")).toEqual([
    { type: "missing", loc: ["query", "q"], msg: "Field required", input: null },
  ]);
});

test("a header that is missing", async () => {
  expect(await items("GET", "/secret")).toEqual([
    { type: "missing", loc: ["header", "authorization"], msg: "Field required", input: null },
  ]);
});

test("no body at all", async () => {
  expect(await items("POST", "/letters")).toEqual([
    { type: "missing", loc: ["body"], msg: "Field required", input: null },
  ]);
});

test.each(["application/json", "text/plain"])("an empty body of %s is no body, and so is null", async type => {
  const none = [{ type: "missing", loc: ["body"], msg: "Field required", input: null }];
  expect(await items("POST", "/moons", "", { "content-type": type })).toEqual(none);
  expect(await items("POST", "/moons", "null")).toEqual(none);
});

test("a body of JSON whose bytes are no text is 400, and nothing of it is kept", async () => {
  const response = await app.fetch("/moons", {
    method: "POST",
    headers: { "x-api-key": TEST_KEY, "content-type": "application/json" },
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  expect([response.status, await response.json()]).toEqual([400, { detail: "There was an error parsing the body" }]);
});

test("a body that is no object", async () => {
  for (const body of [[1], "text", 3])
    expect(await items("POST", "/letters", JSON.stringify(body))).toEqual([
      {
        type: "model_attributes_type",
        loc: ["body"],
        msg: "Input should be a valid dictionary or object to extract fields from",
        input: body,
      },
    ]);
});

test("a body that is no JSON is told by that alone", async () => {
  const [only, ...more] = await items("POST", "/letters", '{"name": ');
  expect(only).toMatchObject({ type: "json_invalid", msg: "JSON decode error", input: {} });
  expect(only.loc[0]).toBe("body");
  expect(only.ctx.error).toBeString();
  expect(more).toEqual([]);
});

test.each([
  ['{"phase" "new"}', 9, "Expecting ':' delimiter"],
  ['{"phase": "new" "old"}', 16, "Expecting ',' delimiter"],
  ['{"phase": }', 10, "Expecting value"],
  ["  nul", 2, "Expecting value"],
  ["{'phase': 1}", 1, "Expecting property name enclosed in double quotes"],
  ['{"phase": "new",}', 16, "Expecting property name enclosed in double quotes"],
  ['{"phase": "new', 10, "Unterminated string starting at"],
  ['{"phase": "\\x"}', 11, "Invalid \\escape"],
  ['{"phase": "a\nb"}', 12, "Invalid control character at"],
  ['{"phase": 01}', 11, "Expecting ',' delimiter"],
  ['{"phase": "🌙🌙"} x', 16, "Extra data"],
  ["[".repeat(100_000), 100, "Nested deeper than 100 levels"],
])("a body that is no JSON says at which character: %#", async (body, at, error) => {
  expect(await items("POST", "/moons", body, { "content-type": "application/json" })).toEqual([
    { type: "json_invalid", loc: ["body", at], msg: "JSON decode error", input: {}, ctx: { error } },
  ]);
});

test("a text that is too short, in the singular too", async () => {
  expect(await items("POST", "/letters", { name: "A" })).toEqual([
    {
      type: "string_too_short",
      loc: ["body", "name"],
      msg: "String should have at least 2 characters",
      input: "A",
      ctx: { min_length: 2 },
    },
  ]);
  expect((await items("GET", "/search?q="))[0].msg).toBe("String should have at least 1 character");
});

test("a text that is too long", async () => {
  expect(await items("POST", "/letters", { name: "Adalbert" })).toEqual([
    {
      type: "string_too_long",
      loc: ["body", "name"],
      msg: "String should have at most 5 characters",
      input: "Adalbert",
      ctx: { max_length: 5 },
    },
  ]);
});

test("a text that is counted as its readers count it: an emoji is one character", async () => {
  for (const sign of ["🌙🌙", "🌙🌙🌙"])
    expect(await app.call("POST", "/letters", { body: { name: "Ada", sign } })).toMatchObject({ status: 200 });
  expect(await items("POST", "/letters", { name: "Ada", sign: "🌙" })).toEqual([
    {
      type: "string_too_short",
      loc: ["body", "sign"],
      msg: "String should have at least 2 characters",
      input: "🌙",
      ctx: { min_length: 2 },
    },
  ]);
  expect(await items("POST", "/letters", { name: "Ada", sign: "🌙🌙🌙🌙" })).toEqual([
    {
      type: "string_too_long",
      loc: ["body", "sign"],
      msg: "String should have at most 3 characters",
      input: "🌙🌙🌙🌙",
      ctx: { max_length: 3 },
    },
  ]);
});

test("a number of the query that is too small or too great, as it was written", async () => {
  expect(await items("GET", "/search?q=x&limit=0")).toEqual([
    {
      type: "greater_than_equal",
      loc: ["query", "limit"],
      msg: "Input should be greater than or equal to 1",
      input: "0",
      ctx: { ge: 1 },
    },
  ]);
  expect(await items("GET", "/search?q=x&limit=51")).toEqual([
    {
      type: "less_than_equal",
      loc: ["query", "limit"],
      msg: "Input should be less than or equal to 50",
      input: "51",
      ctx: { le: 50 },
    },
  ]);
});

test("a number of the query that is none", async () => {
  expect(await items("GET", "/search?q=x&limit=many")).toEqual([
    {
      type: "int_parsing",
      loc: ["query", "limit"],
      msg: "Input should be a valid integer, unable to parse string as an integer",
      input: "many",
    },
  ]);
});

test("what is neither true nor false", async () => {
  const [word] = await items("POST", "/letters", { name: "Ada", urgent: "perhaps" });
  expect(word).toEqual({
    type: "bool_parsing",
    loc: ["body", "urgent"],
    msg: "Input should be a valid boolean, unable to interpret input",
    input: "perhaps",
  });
  const [list] = await items("POST", "/letters", { name: "Ada", urgent: [] });
  expect(list).toMatchObject({ type: "bool_type", msg: "Input should be a valid boolean" });
});

test("a word of the query or the path that is not in the list", async () => {
  expect(await items("GET", "/search?q=x&sort=best")).toEqual([
    {
      type: "literal_error",
      loc: ["query", "sort"],
      msg: "Input should be 'new' or 'old'",
      input: "best",
      ctx: { expected: "'new' or 'old'" },
    },
  ]);
  expect(await items("GET", "/letters/lost")).toMatchObject([
    { type: "literal_error", loc: ["path", "kind"], msg: "Input should be 'in' or 'out'", input: "lost" },
  ]);
});

test("a word of the body that is not in the list", async () => {
  expect(await items("POST", "/letters", { name: "Ada", mood: "wild" })).toEqual([
    {
      type: "enum",
      loc: ["body", "mood"],
      msg: "Input should be 'calm', 'glad' or 'sad'",
      input: "wild",
      ctx: { expected: "'calm', 'glad' or 'sad'" },
    },
  ]);
});

test("a text that does not match its pattern", async () => {
  expect(await items("POST", "/letters", { name: "Ada", code: "X1" })).toEqual([
    {
      type: "string_pattern_mismatch",
      loc: ["body", "code"],
      msg: "String should match pattern '^[a-z]+$'",
      input: "X1",
      ctx: { pattern: "^[a-z]+$" },
    },
  ]);
});

test("a value of another type", async () => {
  expect(await items("POST", "/letters", { name: 3 })).toEqual([
    { type: "string_type", loc: ["body", "name"], msg: "Input should be a valid string", input: 3 },
  ]);
});

test("a value that is null is of another type, not missing", async () => {
  expect(await items("POST", "/letters", { name: null })).toMatchObject([{ type: "string_type", input: null }]);
});

test("a field deep in the body", async () => {
  expect(await items("POST", "/letters", { name: "Ada", from: {} })).toMatchObject([
    { type: "missing", loc: ["body", "from", "city"] },
  ]);
});

test("a check of the route's own", async () => {
  expect(await items("POST", "/letters", { name: "Ada", odd: 2 })).toEqual([
    { type: "value_error", loc: ["body", "odd"], msg: "Value error, must be odd", input: 2, ctx: { error: {} } },
  ]);
});

test("all that is wrong with a body is told at once", async () => {
  const found = await items("POST", "/letters", { name: "A", mood: "wild", age: 100 });
  expect(found.map(({ loc }: { loc: string[] }) => loc[1])).toEqual(["name", "mood", "age"]);
});

test("all that is wrong with a request is told at once, whichever part it is in", async () => {
  const places = async (path: string, body?: unknown, headers = {}) =>
    (await items("POST", path, body, headers)).map(({ loc }: { loc: unknown }) => loc);
  const key = { authorization: "k" };
  expect(await places("/all/x?limit=0", {})).toEqual([
    ["path", "kind"],
    ["query", "limit"],
    ["header", "authorization"],
    ["body", "name"],
  ]);
  expect(await places("/all/in?limit=5", { name: 1 })).toEqual([
    ["header", "authorization"],
    ["body", "name"],
  ]);
  expect(await places("/all/in?limit=x", {}, key)).toEqual([
    ["query", "limit"],
    ["body", "name"],
  ]);
  expect(await places("/all/in", {}, key)).toEqual([["body", "name"]]);
});

test("of a body that is not there nothing is said beside other faults: it may not have been read", async () => {
  expect(await items("POST", "/all/in")).toMatchObject([{ loc: ["header", "authorization"] }]);
});

test("an answer that does not fit its own schema is the house's fault", async () => {
  const answer = await app.get("/broken");
  expect(answer).toMatchObject({ status: 500, body: { detail: "Internal Server Error" } });
});

test("what an answer's schema does not name does not go out", async () => {
  expect((await app.get("/lean")).body).toEqual({ right: 1 });
});
