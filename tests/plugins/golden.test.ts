import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundledConfig, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { eventsUntil } from "../fixtures/sse-client";

const ORIGIN = "https://claudehome.example";

const files: Record<string, string | Uint8Array> = {
  "dreams/d1.md": '---\ndate: "2026-01-02"\ntitle: Dream\ntype: poetry\nimmersive: yes\n---\n\nA sea of lamps.\n',
  "thoughts/t1.md": '---\ndate: "2026-01-03"\ntitle: The lamp\nmood: calm\n---\n\nIt burns.\n',
  ...Object.fromEntries(
    ["thoughts", "dreams", "scores", "letters", "essays", "bookshelf"].map(kind => [
      `${kind}/one.md`,
      '---\ndate: "2026-01-01"\ntitle: One\ntype: prose\n---\n\nOne.\n',
    ]),
  ),
  "sandbox/p.PNG": new Uint8Array([0x89, 0x50, 0x4e, 0x47]),
};

/** Every route that is read with GET or used by programs, who may call it, and a call of it: section 2.1 of the contract. */
const index: readonly (readonly [method: string, path: string, access: "P" | "K"])[] = [
  ["GET", "/health/live", "P"],
  ["GET", "/health/ready", "P"],
  ["GET", "/events/stream", "K"],
  ...["thoughts", "dreams", "scores", "letters", "essays", "bookshelf"].flatMap(
    kind =>
      [
        ["GET", `/content/${kind}`, "K"],
        ["GET", `/content/${kind}/nope`, "K"],
        ["GET", `/content/${kind}/one`, "K"],
      ] as const,
  ),
  ...["scores-description", "letters-description", "essays-description", "about", "landing"].map(
    name => ["GET", `/content/${name}`, "K"] as const,
  ),
  ...["sandbox", "projects", "news", "gifts", "visitor-greeting", "landing-summary"].map(
    name => ["GET", `/content/${name}`, "K"] as const,
  ),
  ["GET", "/content/files/sandbox/p.PNG", "K"],
  ["GET", "/search", "P"],
  ["GET", "/titles/nope", "K"],
  ["POST", "/titles", "K"],
  ["GET", "/analytics", "P"],
  ["POST", "/admin/wake", "K"],
  ["POST", "/admin/news", "K"],
  ["POST", "/admin/gifts", "K"],
  ["POST", "/admin/readings", "K"],
  ["GET", "/admin/conversations", "K"],
  ["GET", "/session/status", "P"],
  ["GET", "/session/stream", "P"],
  ["GET", "/echoes/thoughts/nope", "K"],
];

describe("the golden samples of the contract, from a daemon with all that comes with Hearth", () => {
  const place = daemonPlace(
    bundledConfig({ sessions: "firstWake = false\nheartbeat = 0.5", "agent-offline": "pace = 0" }),
    {
      API_CORS_ORIGINS_RAW: ORIGIN,
      API_SSE_HEARTBEAT_INTERVAL: "0.5",
    },
  );
  let daemon: TestDaemon;

  /** Calls a path as a client does; the text of the answer as it was sent. */
  const call = async (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) => {
    const response = await fetch(`${daemon.url}/api/v1${path}`, {
      method,
      redirect: "manual",
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      await response.body?.cancel();
      return { status: response.status, headers: response.headers, text: "" };
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const withKey = (method: string, path: string, body?: unknown) =>
    call(method, path, { "x-api-key": daemon.key }, body);
  const stream = (path: string) => daemon.open(path);

  beforeAll(async () => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(place.home, path)), { recursive: true });
      writeFileSync(join(place.home, path), content);
    }
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  test.each([
    ["/health/live", 200, '{"status":"alive"}'],
    ["/content/thoughts/nope", 404, '{"detail":"Thought not found"}'],
    ["/content/thoughts/a..b", 400, '{"detail":"Invalid slug"}'],
    [
      "/content/dreams",
      200,
      '[{"slug":"d1","date":"2026-01-02","title":"Dream","type":"poetry","immersive":true},{"slug":"one","date":"2026-01-01","title":"One","type":"prose","immersive":false}]',
    ],
    ["/search", 422, '{"detail":[{"type":"missing","loc":["query","q"],"msg":"Field required","input":null}]}'],
    ["/search?q=%21%21%21", 200, '{"query":"!!!","results":[],"total":0,"limit":20,"offset":0}'],
    [
      "/content/files/sandbox/p.PNG",
      200,
      '{"path":"p.PNG","content":"iVBORw==","size":4,"extension":"PNG","mime_type":"image/png","is_binary":true}',
    ],
    [
      "/content/gifts",
      200,
      '{"root":{"name":"gifts","path":"","type":"directory","size":null,"extension":null,"children":[]},"truncated":false,"node_count":0}',
    ],
    ["/echoes/bookshelf/x", 200, '{"echoes":[]}'],
    ["/titles/nope", 404, '{"detail":"Title not found"}'],
    ["/admin/conversations", 200, '{"conversations":[],"total":0}'],
    ["/content/scores-description", 200, '{"content":""}'],
    ["/nothing", 404, '{"detail":"Not Found"}'],
  ])("GET %s is %d, to the letter", async (path, status, text) => {
    const answer = await withKey("GET", path);
    expect([answer.status, answer.text]).toEqual([status, text]);
  });

  test("GET /content/files/thoughts/a.md is the 422 of a word that is not in the list", async () => {
    const { status, text } = await withKey("GET", "/content/files/thoughts/a.md");
    expect(status).toBe(422);
    const expected = "'sandbox', 'projects', 'news' or 'gifts'";
    expect(JSON.parse(text).detail).toEqual([
      {
        type: "literal_error",
        loc: ["path", "root"],
        msg: `Input should be ${expected}`,
        input: "thoughts",
        ctx: { expected },
      },
    ]);
  });

  test("a request without the key, or with another, is told so under error", async () => {
    const without = await call("GET", "/content/thoughts");
    expect([without.status, without.text]).toEqual([401, '{"error":"Missing X-API-Key header"}']);
    const wrong = await call("GET", "/content/thoughts", { "x-api-key": "wrong" });
    expect([wrong.status, wrong.text]).toEqual([401, '{"error":"Invalid API key"}']);
  });

  test.each(index)("%s %s is there, and open to whom it was open (%s)", async (method, path, access) => {
    const body = method === "POST" ? [] : undefined;
    const stranger = await call(method, path, {}, body);
    expect(stranger.status === 401).toBe(access === "K");
    const known = await withKey(method, path, body);
    expect(known.text).not.toBe('{"detail":"Not Found"}');
    expect(known.status).not.toBe(405);
    expect(known.status).toBeLessThan(500);
    expect((await withKey("DELETE", path)).text).toBe('{"detail":"Method Not Allowed"}');
  });

  test.each(index.filter(([method, path]) => method === "GET" && !path.endsWith("nope") && /^.content./.test(path)))(
    "%s %s has a strong ETag, is 304 to who has it, and answers HEAD",
    async (_, path) => {
      const { status, headers, text } = await withKey("GET", path);
      const etag = headers.get("etag")!;
      expect([status, etag]).toEqual([200, expect.stringMatching(/^"[^"]+"$/)]);
      const again = await call("GET", path, { "x-api-key": daemon.key, "if-none-match": etag });
      expect([again.status, again.text, again.headers.get("etag")]).toEqual([304, "", etag]);
      const head = await withKey("HEAD", path);
      expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", etag]);
      expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    },
  );

  test("POST /titles is 201, then 409 with the same title", async () => {
    const title = { hash: "abc", title: "The lamp", model: "opus", original_path: "thoughts/t1.md" };
    const first = await withKey("POST", "/titles", title);
    const second = await withKey("POST", "/titles", { ...title, title: "Another" });
    expect([first.status, second.status]).toEqual([201, 409]);
    expect(second.text).toBe(first.text);
    expect(Object.keys(JSON.parse(first.text))).toEqual(["hash", "title", "model", "created", "original_path"]);
    expect(JSON.parse(first.text)).toMatchObject(title);
    expect(JSON.parse(first.text).created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect((await withKey("GET", "/titles/abc")).text).toBe(first.text);
  });

  test("POST /admin/news twice is two files, the second with a number", async () => {
    const news = { title: "Hello: World! __Ünï", content: "Good news." };
    const saved = [await withKey("POST", "/admin/news", news), await withKey("POST", "/admin/news", news)];
    expect(saved.map(({ status }) => status)).toEqual([200, 200]);
    const answers = saved.map(({ text }) => JSON.parse(text));
    expect(answers.map(({ filename }) => filename.slice(10))).toEqual(["-hello-world-ünï.md", "-hello-world-ünï-1.md"]);
    expect(Object.keys(answers[0])).toEqual(["success", "filename", "path"]);
    expect(answers[0]).toMatchObject({ success: true, path: join(place.home, "news", answers[0].filename) });
  });

  test("GET /session/status is not active, then POST /admin/wake {} is 202 with the session and its log", async () => {
    const { active } = JSON.parse((await call("GET", "/session/status")).text);
    expect(active).toBe(false);
    const { status, text } = await withKey("POST", "/admin/wake", {});
    expect(status).toBe(202);
    const answer = JSON.parse(text);
    expect(Object.keys(answer).slice(0, 4)).toEqual(["success", "session_id", "log_file", "status"]);
    expect(answer).toMatchObject({ success: true, status: "started" });
    expect(answer.session_id).toMatch(/^\d{8}-\d{6}/);
    expect(answer.log_file).toEndWith(`logs/session-${answer.session_id}.log`);
  });

  test.each(["/admin/wake", "/admin/news", "/admin/gifts", "/admin/readings", "/titles"])(
    "POST %s without a body is the 422 of a body that is missing",
    async path => {
      const { status, text } = await withKey("POST", path);
      const missing = { type: "missing", loc: ["body"], msg: "Field required", input: null };
      expect([status, JSON.parse(text).detail]).toEqual([422, [missing]]);
    },
  );

  test("W-04: where no API_KEY is set, nothing of admin is open all the same", async () => {
    expect(place.env["API_KEY"]).toBeUndefined();
    for (const [method, path] of index.filter(([, one]) => one.startsWith("/admin/"))) {
      const { status, text } = await call(method, path, {}, method === "POST" ? {} : undefined);
      expect([path, status, text]).toEqual([path, 401, '{"error":"Missing X-API-Key header"}']);
    }
  });

  test("W-14: mail of somebody who is called like a folder is mail, from the file to the wire", async () => {
    const heard = eventsUntil(await stream("/events/stream?topic=mailbox"), "mailbox:new_message");
    mkdirSync(join(place.home, "mailbox/thoughts-fan"), { recursive: true });
    writeFileSync(join(place.home, "mailbox/thoughts-fan/thread.jsonl"), '{"id":"msg_1","from":"thoughts-fan"}\n');
    expect((await heard).at(-1)!.data).toMatchObject({ topic: "mailbox", slug: "thoughts-fan" });
  });

  test("GET /events/stream: the frame of a thought, and of a heartbeat", async () => {
    const heard = eventsUntil(await stream("/events/stream?topic=thoughts"), "thought.created");
    writeFileSync(join(place.home, "thoughts/evt.md"), files["thoughts/t1.md"]!);
    const { data } = (await heard).at(-1)!;
    expect(Object.keys(data)).toEqual(["id", "type", "timestamp", "topic", "path", "slug"]);
    expect(data).toMatchObject({ type: "thought.created", topic: "thoughts", path: "evt.md", slug: "evt" });
    expect(data.id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(data.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    const beat = (await eventsUntil(await stream("/events/stream?topic=dreams"), "heartbeat")).at(-1)!.data;
    expect(beat).toMatchObject({ type: "heartbeat", topic: "system", path: null, slug: null });
  });

  test("GET /session/stream: the frame of a heartbeat", async () => {
    const beat = (await eventsUntil(await stream("/session/stream"), "heartbeat")).at(-1)!.data;
    expect(beat).toEqual({ ts: expect.any(Number) });
    expect(Number.isInteger(beat.ts)).toBe(true);
  });

  test("another origin: the preflight of a protected route is answered, and what it may read is as it was", async () => {
    const preflight = await call("OPTIONS", "/content/thoughts", {
      origin: ORIGIN,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "x-api-key",
    });
    expect(preflight.status).toBeLessThan(300);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(preflight.headers.get("access-control-max-age")).toBe("600");
    const { headers } = await call("GET", "/content/thoughts", { origin: ORIGIN, "x-api-key": daemon.key });
    expect(headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(headers.get("access-control-allow-credentials")).toBe("true");
    expect(headers.get("access-control-expose-headers")?.toLowerCase()).toContain("x-request-id");
    expect(headers.get("vary")?.toLowerCase()).toContain("origin");
  });

  test("a slash too many is 307 to the path without it", async () => {
    const { status, headers } = await withKey("GET", "/content/thoughts/");
    expect([status, headers.get("location")]).toEqual([307, expect.stringMatching(/\/api\/v1\/content\/thoughts$/)]);
  });
});
