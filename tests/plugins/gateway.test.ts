import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { configured, expectClean, testKernel } from "hearth/testing";
import { Outfitters } from "hearth-plugins/sessions";
import gateway from "../../plugins/gateway/plugin";
import { call, callBody, gatewayFolder, gatewayHouse, HOUSE_KEY, refusalOf, used } from "../fixtures/gateway";
import { cutStream, fault, say, useTool } from "../fixtures/messages-api";
import { heldStream, sse, startRawApi } from "../fixtures/raw-api";
import { sendRaw } from "../fixtures/raw-http";
import { until } from "../fixtures/until";

const clientOf = ({ access }: { access: { baseUrl: string; token: string } }) =>
  new Anthropic({ baseURL: access.baseUrl, authToken: access.token, apiKey: null, maxRetries: 0 });

describe("the key", () => {
  test("is put in by the house, and the session's token goes no further", async () => {
    await using house = await gatewayHouse();
    const seat = await house.seat();
    const answer = await call(seat, callBody(), {
      headers: {
        "anthropic-beta": "effort-2025-11-24",
        "x-app": "cli",
        cookie: "a=b",
        "x-forwarded-for": "10.0.0.1",
        te: "trailers",
        connection: "keep-alive, x-mine",
        "x-mine": "1",
      },
    });
    expect(answer.status).toBe(200);
    const { headers } = house.api.calls[0]!;
    expect(headers).toMatchObject({
      "x-api-key": HOUSE_KEY,
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "effort-2025-11-24",
      "x-app": "cli",
      "content-type": "application/json",
    });
    for (const name of ["authorization", "cookie", "x-forwarded-for", "te", "x-mine"])
      expect([name, headers[name]]).toEqual([name, undefined] as never);
    expect(JSON.stringify(house.api.requests)).not.toContain(seat.access.token);
  });

  test("of a subscription goes as bearer, with the beta it needs beside those of the client", async () => {
    await using house = await gatewayHouse({
      settings: { apiKey: undefined, oauthToken: "sk-ant-oat01-subscription" },
    });
    const seat = await house.seat();
    await call(seat, callBody(), { headers: { "anthropic-beta": "effort-2025-11-24,oauth-2025-04-20" } });
    await call(seat);
    const [first, second] = house.api.calls;
    expect(first!.headers["authorization"]).toBe("Bearer sk-ant-oat01-subscription");
    expect(first!.headers["anthropic-beta"]).toBe("effort-2025-11-24,oauth-2025-04-20");
    expect(first!.headers["x-api-key"]).toBeUndefined();
    expect(second!.headers["anthropic-beta"]).toBe("oauth-2025-04-20");
  });

  test("that is missing keeps agents from the model, and says so", async () => {
    await using app = await testKernel([configured(gateway)], { folders: { gateway: gatewayFolder } });
    const [outfitter] = app.items(Outfitters);
    expect(await outfitter!.lacks?.()).toContain("there is no key and no login; set ANTHROPIC_API_KEY");
    await expect((async () => outfitter!.outfit({ takesAccess: true } as never))()).rejects.toThrow(
      "no key and no login",
    );
  });

  test("is asked of no agent that needs none", async () => {
    await using house = await gatewayHouse();
    const [outfitter] = house.items(Outfitters);
    expect(await outfitter!.outfit({ takesAccess: false } as never)).toBeUndefined();
    expect(await outfitter!.lacks?.()).toBeUndefined();
  });
});

describe("a session's token", () => {
  test("is good as bearer and as key, for that session, and until it has ended", async () => {
    await using house = await gatewayHouse();
    const seat = await house.seat();
    const other = await house.seat();
    expect(other.access.token).not.toBe(seat.access.token);
    expect((await call(seat)).status).toBe(200);
    const asKey = { headers: { authorization: "", "x-api-key": seat.access.token } };
    expect((await call(seat, callBody(), asKey)).status).toBe(200);
    await seat.close();
    const late = await call(seat);
    expect(late.status).toBe(401);
    expect(late.headers.get("x-should-retry")).toBe("false");
    expect((await call(other)).status).toBe(200);
    expect(house.api.calls.length).toBe(3);
  });

  test.each(["", "sk-ant-hearth-made-up", HOUSE_KEY])("%p opens nothing", async token => {
    await using house = await gatewayHouse();
    const { access } = await house.seat();
    const answer = await call({ access: { ...access, token } });
    expect(await refusalOf(answer)).toEqual([401, "authentication_error"]);
    expect(house.api.requests).toEqual([]);
  });

  test("is in no file and no line of the log", async () => {
    await using house = await gatewayHouse();
    const { access } = await house.seat();
    await call({ access });
    expect(JSON.stringify(house.log)).not.toContain(access.token);
    const files = await Array.fromAsync(new Bun.Glob("**").scan({ cwd: house.state, dot: true, absolute: true }));
    for (const file of files) expect(await Bun.file(file).text()).not.toContain(access.token);
  });
});

describe("what passes", () => {
  test("is any path under /v1, with its query", async () => {
    await using house = await gatewayHouse();
    const seat = await house.seat();
    await call(seat, callBody(), { path: "/v1/messages?beta=true" });
    await call(seat, null, { path: "/v1/models?limit=5", method: "GET" });
    await call(seat, callBody(), { path: "/v1/messages/count_tokens" });
    await call(seat, null, { path: "/v1/something/new", method: "GET" });
    expect(house.api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/messages",
      "GET /v1/models",
      "POST /v1/messages/count_tokens",
      "GET /v1/something/new",
    ]);
    expect((await house.get("/costs")).body.total.calls).toBe(1);
  });

  test.each(["/v1/messages/batches", "/v1/messages/batches/", "/v1/organizations/me", "/v1/sessions", "/v1/complete"])(
    "is not %s",
    async path => {
      await using house = await gatewayHouse();
      const answer = await call(await house.seat(), callBody(), { path });
      expect(await refusalOf(answer)).toEqual([403, "permission_error"]);
      expect(house.api.requests).toEqual([]);
    },
  );

  test.each([
    "/api/hello",
    "/v1",
    "/v1//messages",
    "/v1/%6dessages/batches",
    "/v1/messages%2Fbatches",
    "/v1/messages/..%2f..%2fapi",
    "/v1/x/../../api/oauth",
    "/v1/messages;x/batches",
  ])("is not %s, which somebody may read in another way", async path => {
    await using house = await gatewayHouse();
    const { access } = await house.seat();
    const body = JSON.stringify(callBody());
    const bytes = Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${access.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const { status } = await sendRaw(access.baseUrl, bytes);
    expect([403, 404]).toContain(status!);
    expect(house.api.requests).toEqual([]);
  });

  test("is the first look of the CLI, which asks whether somebody is there", async () => {
    await using house = await gatewayHouse();
    const { access } = await house.seat();
    expect((await fetch(access.baseUrl, { method: "HEAD" })).status).toBe(200);
  });

  test("is each piece of a stream the moment it comes", async () => {
    const stream = heldStream();
    await using api = startRawApi(
      () => new Response(stream.body, { headers: { "content-type": "text/event-stream", "request-id": "req_1" } }),
    );
    await using house = await gatewayHouse({ upstream: api.url });
    const pending = call(await house.seat(), callBody({ stream: true }));
    await until(() => api.requests.length === 1);
    const start = sse({ type: "message_start", message: { model: "claude-opus-5-5", usage: used(10, 1) } });
    stream.send(start);
    const answer = await pending;
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = answer.body!.pipeThrough(new TextDecoderStream() as never).getReader();
    expect((await reader.read()).value as never).toBe(start as never);
    const half = 'event: content_block_delta\ndata: {"type":"content_bl';
    stream.send(half);
    expect((await reader.read()).value as never).toBe(half as never);
    stream.end();
    expect((await reader.read()).done).toBe(true);
  });

  test("are the API's errors, its limits and its request ids, as they are", async () => {
    await using api = startRawApi(() =>
      Response.json(
        { type: "error", error: { type: "rate_limit_error", message: "slow down" }, request_id: "req_9" },
        {
          status: 429,
          headers: {
            "retry-after": "17",
            "request-id": "req_9",
            "anthropic-ratelimit-tokens-remaining": "0",
            "x-should-retry": "true",
            "set-cookie": "cf=1",
          },
        },
      ),
    );
    await using house = await gatewayHouse({ upstream: api.url });
    const answer = await call(await house.seat());
    expect(answer.status).toBe(429);
    expect(await answer.json()).toEqual({
      type: "error",
      error: { type: "rate_limit_error", message: "slow down" },
      request_id: "req_9",
    });
    expect(answer.headers.toJSON()).toMatchObject({
      "retry-after": "17",
      "request-id": "req_9",
      "anthropic-ratelimit-tokens-remaining": "0",
      "x-should-retry": "true",
    });
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("is no redirect: the key goes to the API alone", async () => {
    await using elsewhere = startRawApi(() => new Response("caught"));
    await using api = startRawApi(() => Response.redirect(`${elsewhere.url}/v1/messages`, 307));
    await using house = await gatewayHouse({ upstream: api.url });
    const seat = await house.seat();
    const answer = await fetch(`${seat.access.baseUrl}/v1/messages`, {
      method: "POST",
      redirect: "manual",
      headers: { "x-api-key": seat.access.token },
      body: JSON.stringify(callBody()),
    });
    expect(answer.status).toBe(307);
    expect(elsewhere.requests).toEqual([]);
  });

  test("is a packed answer unpacked, and its figures are read", async () => {
    const message = JSON.stringify({ type: "message", model: "claude-opus-5-5", usage: used(1000, 0) });
    await using api = startRawApi(
      () =>
        new Response(Bun.gzipSync(message), {
          headers: { "content-type": "application/json", "content-encoding": "gzip" },
        }),
    );
    await using house = await gatewayHouse({ upstream: api.url });
    expect(await (await call(await house.seat())).text()).toBe(message);
    expect(api.requests[0]!.headers.get("accept-encoding")).toBe("identity");
    expect((await house.get("/costs")).body.total.usd).toBe(0.004);
  });
});

describe("a client of the API", () => {
  test("hears answers, streams and typed errors as from the API itself", async () => {
    await using house = await gatewayHouse({
      script: [say("Good morning."), useTool("Write", { file: "a" }), say("One, two."), fault(400), fault(529)],
    });
    const client = clientOf(await house.seat());
    const plain = await client.messages.create(callBody() as never);
    expect((plain as any).content[0].text).toBe("Good morning.");
    const tool = await client.messages.stream(callBody() as never).finalMessage();
    expect(tool.content[0]).toMatchObject({ type: "tool_use", name: "Write", input: { file: "a" } });
    const stream = client.messages.stream(callBody() as never);
    const deltas: string[] = [];
    stream.on("text", delta => deltas.push(delta));
    expect((await stream.finalMessage()).usage.output_tokens).toBe(20);
    expect(deltas.join("")).toBe("One, two.");
    const broken = client.messages.create(callBody() as never);
    expect(await broken.catch(error => error)).toBeInstanceOf(Anthropic.BadRequestError);
    const busy = await client.messages.create(callBody() as never).catch(error => error);
    expect(busy.status).toBe(529);
  });

  test("hears a stream that breaks as one that breaks", async () => {
    await using house = await gatewayHouse({ script: [cutStream()] });
    const client = clientOf(await house.seat());
    const broken = await client.messages
      .stream(callBody() as never)
      .finalMessage()
      .catch(error => error);
    expect(broken).toBeInstanceOf(Error);
  });

  test("that leaves is left by the API as well", async () => {
    const stream = heldStream();
    await using api = startRawApi(
      () => new Response(stream.body, { headers: { "content-type": "text/event-stream" } }),
    );
    await using house = await gatewayHouse({ upstream: api.url });
    const leave = new AbortController();
    const pending = call(await house.seat(), callBody({ stream: true }), { signal: leave.signal });
    await until(() => api.requests.length === 1);
    stream.send(sse({ type: "ping" }));
    await (await pending).body!.getReader().read();
    leave.abort();
    await stream.left;
    await until(async () => (await house.get("/costs")).body.open_calls === 0);
  });

  test("whose session ends is cut off", async () => {
    const stream = heldStream();
    await using api = startRawApi(
      () => new Response(stream.body, { headers: { "content-type": "text/event-stream" } }),
    );
    await using house = await gatewayHouse({ upstream: api.url });
    const seat = await house.seat();
    const pending = call(seat, callBody({ stream: true }));
    await until(() => api.requests.length === 1);
    stream.send(sse({ type: "ping" }));
    const reader = (await pending).body!.getReader();
    await reader.read();
    await seat.close();
    await stream.left;
    expect(
      await reader.read().then(
        ({ done }) => done,
        () => "cut",
      ),
    ).toBe("cut" as never);
  });

  test("is told when the API cannot be reached, and pays nothing", async () => {
    await using house = await gatewayHouse({ upstream: "http://127.0.0.1:9" });
    const answer = await call(await house.seat());
    expect(await refusalOf(answer)).toEqual([502, "api_error"]);
    expect(answer.headers.get("x-should-retry")).toBeNull();
    expect((await house.get("/costs")).body.total).toMatchObject({ calls: 1, usd: 0 });
  });
});

describe("bodies that are not what they seem", () => {
  const twice = '{"model":"claude-opus-5-5","max_tokens":1,"max_tokens":64000,"messages":[]}';
  const deep =
    '{"model":"claude-opus-5-5","max_tokens":1,"messages":[],"tools":[{"type":"custom","ty\\u0070e":"web_search_20250305"}]}';
  test.each([
    ["a name twice", twice, {}],
    ["a name twice, deep inside, once in other letters", deep, {}],
    ["no JSON", "model=x", {}],
    ["no limit of its own", JSON.stringify(callBody({ max_tokens: undefined })), {}],
    ["a limit that is no number", JSON.stringify(callBody({ max_tokens: "64000" })), {}],
    ["packed", JSON.stringify(callBody()), { "content-encoding": "gzip" }],
    ["JSON that is called a form", JSON.stringify(callBody()), { "content-type": "multipart/form-data; boundary=x" }],
  ])("%s: refused before anybody is asked", async (_, body, headers) => {
    await using house = await gatewayHouse();
    const answer = await call(await house.seat(), body, { headers });
    expect(await refusalOf(answer)).toEqual([400, "invalid_request_error"]);
    expect(house.api.requests).toEqual([]);
  });

  test("a form with a file in it passes", async () => {
    await using api = startRawApi(() => Response.json({ id: "file_1" }));
    await using house = await gatewayHouse({ upstream: api.url });
    const { access } = await house.seat();
    const body = new FormData();
    body.set("file", new File(["{}"], "x.txt"));
    const headers = { "x-api-key": access.token };
    expect((await fetch(`${access.baseUrl}/v1/files`, { method: "POST", body, headers })).status).toBe(200);
    expect(api.requests[0]!.body).toContain('filename="x.txt"');
  });

  test("a colon, a brace or a quote within words is none of it", async () => {
    await using house = await gatewayHouse();
    const odd = 'a":"b\\", {"model": 1} \\\\" :::';
    const answer = await call(
      await house.seat(),
      callBody({ messages: [{ role: "user", content: odd }], metadata: {} }),
    );
    expect(answer.status).toBe(200);
    expect(house.api.calls[0]!.body.messages[0].content).toBe(odd);
  });

  test("a body arrives as it was sent, to the byte", async () => {
    await using api = startRawApi(() => Response.json({ type: "message", model: "x", usage: used(1, 1) }));
    await using house = await gatewayHouse({ upstream: api.url });
    const body =
      '{ "model":"claude-opus-5-5", "max_tokens":10,\n "messages":[{"role":"user","content":[{"type":"tool_use","id":"a","name":"b","input":{"id":12345678901234567890,"x":1.0}}]}] }';
    await call(await house.seat(), body);
    expect(api.requests[0]!.body).toBe(body);
  });

  test.each([
    "web_search_20250305",
    "web_fetch_20260318",
    "code_execution_20260521",
    "advisor_20260301",
    "soothsayer_20270101",
  ])("the API's own tool %s is not allowed by itself", async type => {
    await using house = await gatewayHouse();
    const answer = await call(await house.seat(), callBody({ tools: [{ type, name: "x" }] }));
    expect(await refusalOf(answer)).toEqual([403, "permission_error"]);
    expect(house.api.requests).toEqual([]);
  });

  test("tools that run where the agent is are nobody's business here", async () => {
    await using house = await gatewayHouse();
    const tools = ["bash_20250124", "text_editor_20250728", "memory_20250818", "tool_search_tool_regex_20251119"].map(
      type => ({
        type,
        name: "x",
      }),
    );
    const context_management = { edits: [{ type: "clear_thinking_20251015", keep: "all" }] };
    expect((await call(await house.seat(), callBody({ tools, context_management }))).status).toBe(200);
  });

  test("one that is allowed passes", async () => {
    await using house = await gatewayHouse({ settings: { serverTools: ["web_search"] } });
    const tools = [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }];
    expect((await call(await house.seat(), callBody({ tools }))).status).toBe(200);
  });
});

describe("settings", () => {
  test.each([
    [{ sesion: {} }, 'no setting "sesion". Did you mean "session"?'],
    [{ models: ["opus"] }, '"opus" is no model\'s id'],
    [{ day: { usd: -1 } }, "day.usd"],
    [
      {
        prices: [
          { models: ["x-1"], since: "yesterday", input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 },
        ],
      },
      "since",
    ],
    [{ baseUrl: "ftp://x" }, "baseUrl"],
  ])("refuses %j by name", (table, text) => {
    expect(() => configured(gateway, table)).toThrow(text);
  });
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(configured(gateway, { apiKey: HOUSE_KEY }), [], { folders: { gateway: gatewayFolder } });
});

test("turned off, its address answers no more, and a session that ends later harms nobody", async () => {
  await using house = await gatewayHouse({ limits: { stop: 0.05 } });
  const seat = await house.seat();
  expect((await call(seat)).status).toBe(200);
  await house.kernel.disable("gateway");
  expect(
    await call(seat).then(
      () => "answers",
      () => "gone",
    ),
  ).toBe("gone");
  await seat.close();
});

test("asked to stop, it stays for the session that runs", async () => {
  await using house = await gatewayHouse({ limits: { stop: 20 } });
  const seat = await house.seat();
  const stopped = house.kernel.disable("gateway");
  expect((await call(seat)).status).toBe(200);
  await seat.close();
  await stopped;
});
