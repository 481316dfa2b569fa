import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "hearth-plugins/sessions";
import { SecretKeeper } from "../../core/secrets";
import { logSoFar } from "../../plugins/sessions/log-writer";
import { visibilityOf } from "../../plugins/sessions/privacy";
import { PublicView } from "../../plugins/sessions/public-view";
import { toolSummary } from "../../plugins/sessions/summary";
import { result, start } from "../fixtures/scripted-agent";
import { sessionsKernel } from "../fixtures/sessions";
import { eventsUntil } from "../fixtures/sse-client";
import { until } from "../fixtures/until";

const home = "/house";
const folders = ["memory", "telegram", "mailbox", "conversations", "data"];
const see = (name: string, input: object) => visibilityOf(name, input, home, folders);

/** What everyone sees of these events. */
function shown(...events: AgentEvent[]) {
  const secrets = new SecretKeeper();
  secrets.add("the-live-secret-value");
  const view = new PublicView({
    session: "20261121-070854-123",
    home,
    privateFolders: folders,
    redact: text => secrets.redact(text),
    shows: tool => tool === "mcp__hearth__open",
  });
  return events.flatMap((event, index) => view.show({ n: index + 1, at: "", ...event }) ?? []);
}
const call = (id: string, name: string, input: unknown): AgentEvent => ({ type: "tool", id, name, input });
const answer = (id: string, content: string): AgentEvent => ({ type: "tool_result", id, content, isError: false });

describe("privacy", () => {
  test("D5, W-09: private folders are hidden from every tool, not only from Read", () => {
    for (const name of ["Read", "Edit", "Write"])
      expect(see(name, { file_path: "/house/memory/memory.md" })).toBe("hidden");
    expect(see("Grep", { pattern: "x", path: "/house/mailbox" })).toBe("hidden");
    expect(see("Glob", { pattern: "telegram/**" })).toBe("hidden");
    expect(see("Bash", { command: "cat memory/memory.md" })).toBe("hidden");
    expect(see("Bash", { command: "cd conversations && ls" })).toBe("hidden");
  });
  test("what lies outside the home, and what begins with a dot, is hidden", () => {
    expect(see("Read", { file_path: "/etc/passwd" })).toBe("hidden");
    expect(see("Read", { file_path: "/house/../house.state/api.key" })).toBe("hidden");
    expect(see("Read", { file_path: "/house/sandbox/.env" })).toBe("hidden");
  });
  test("a shell and a search over everything show the call, never the answer", () => {
    expect(see("Bash", { command: "ls -la" })).toBe("call-only");
    expect(see("Grep", { pattern: "lantern" })).toBe("call-only");
    expect(see("mcp__x__y", {})).toBe("call-only");
    expect(shown(call("1", "Bash", { command: "ls" }), answer("1", "secret-folder"))[1]!.data).toMatchObject({
      content: "[not shown]",
    });
  });
  test("of a server's tool only the name is shown, unless everyone may see what goes in and out", () => {
    const events = (name: string) => [
      call("1", name, { text: "my memory" }),
      answer("1", "the-live-secret-value said"),
    ];
    expect(shown(...events("mcp__hearth__memory_search")).map(({ data }) => data)).toEqual([
      { tool_name: "mcp__hearth__memory_search", summary: "Using memory_search", input: "{}" },
      { tool_name: "mcp__hearth__memory_search", content: "[not shown]", is_error: false },
    ]);
    expect(shown(...events("mcp__hearth__open")).map(({ data }) => data)).toMatchObject([
      { tool_name: "mcp__hearth__open", input: '{"text":"my memory"}' },
      { content: "[REDACTED] said" },
    ]);
  });
  test("a pattern that climbs, a second path and another case lead nowhere private", () => {
    expect(see("Glob", { path: "/house/thoughts", pattern: "../m*/*" })).toBe("call-only");
    expect(see("Grep", { pattern: "x", file_path: "/house/thoughts", path: "/house/memory" })).toBe("hidden");
    expect(see("Read", { file_path: "/house/Memory/memory.md" })).toBe("hidden");
    expect(see("Glob", { path: "/house/thoughts", pattern: "*.md" })).toBe("open");
  });
  test("a thought may speak of memory", () => {
    expect(see("Write", { file_path: "/house/thoughts/a.md", content: "my memory of data" })).toBe("open");
  });
  test("W-09: every block of a message is judged, and the result of each hidden call with it", () => {
    const events = shown(
      call("1", "Read", { file_path: "/house/memory/a.md" }),
      call("2", "Read", { file_path: "/house/memory/b.md" }),
      call("3", "Read", { file_path: "/house/thoughts/c.md" }),
      answer("1", "a"),
      answer("2", "b"),
      answer("3", "c"),
    );
    expect(events.map(({ id }) => id)).toEqual(["20261121-070854-123.3", "20261121-070854-123.6"]);
  });
  test("W-09, D6: secrets go before the text is cut, in every field", () => {
    const key = `sk-ant-${"x".repeat(40)}`;
    const events = shown(
      { type: "text", text: `my key is ${key} and the-live-secret-value` },
      call("1", "Bash", { command: `export TELEGRAM_BOT_TOKEN=123; echo ${key}` }),
      call("2", "Read", { file_path: "/house/thoughts/c.md" }),
      answer("2", `${"y".repeat(1990)}${key}`),
      result({ text: `${"z".repeat(490)}${key}` }),
    );
    expect(JSON.stringify(events)).not.toMatch(/sk-ant|the-live-secret|BOT_TOKEN=123/);
  });
});

describe("the public view", () => {
  test("W-42: an event per block, the tool's name on its result, the real cost", () => {
    const events = shown(
      start,
      { type: "text", text: "I write." },
      call("t1", "Write", { file_path: "/house/thoughts/a.md", content: "x" }),
      answer("t1", "ok"),
      result({ costUsd: 0.25, turns: 2, durationMs: 7, text: "done" }),
    );
    expect(events.map(({ event, data }) => [event, data])).toEqual([
      ["session.start", { session_id: "20261121-070854-123", model: "scripted", turn: 0 }],
      ["session.text", { text: "I write." }],
      [
        "session.tool",
        {
          tool_name: "Write",
          summary: "Writing /thoughts/a.md",
          input: '{"file_path":"/house/thoughts/a.md","content":"x"}',
        },
      ],
      ["session.tool_result", { tool_name: "Write", content: "ok", is_error: false }],
      ["session.end", { duration_ms: 7, num_turns: 2, cost_usd: 0.25, result: "done" }],
    ]);
  });
  test("cuts input at 500, results at 2000, the last words at 500 characters", () => {
    const [tool, content, end] = shown(
      call("1", "Write", { file_path: "/house/thoughts/a.md", content: "x".repeat(9000) }),
      answer("1", "y".repeat(9000)),
      result({ text: "z".repeat(9000) }),
    ).map(({ data }) => data as Record<string, string>);
    expect([tool!["input"]!.length, content!["content"]!.length, end!["result"]!.length]).toEqual([500, 2000, 500]);
  });
  test("tools are summed up in a few words", () => {
    const say = (name: string, input: object) => toolSummary(name, input, home);
    expect([
      say("Read", { file_path: "/house/thoughts/a.md" }),
      say("Bash", { description: "Count lines", command: "wc -l x" }),
      say("Bash", { command: "x".repeat(100) }),
      say("Glob", { pattern: "*.md" }),
      say("Grep", { pattern: "moon" }),
      say("Task", {}),
    ]).toEqual([
      "Reading /thoughts/a.md",
      "Count lines",
      `Running: ${"x".repeat(80)}`,
      "Searching for *.md",
      "Searching for 'moon'",
      "Using Task",
    ]);
  });
});

/** An agent that says one word each time the gate opens. */
function gated(words: readonly string[]) {
  const gates = words.map(() => Promise.withResolvers<void>());
  async function* script(): AsyncGenerator<AgentEvent> {
    yield start;
    for (const [index, text] of words.entries()) {
      await gates[index]!.promise;
      yield { type: "text", text };
    }
    yield result();
  }
  return { script, open: (index: number) => gates[index]!.resolve() };
}
const texts = (events: { event: string; data: any }[]) =>
  events.filter(({ event }) => event === "session.text").map(({ data }) => data.text);

describe("the live stream", () => {
  test("D1, W-41: one who comes late hears all from the start, once, and the end", async () => {
    const { script, open } = gated(["one", "two", "three"]);
    await using app = await sessionsKernel(script);
    const early = eventsUntil(await app.fetch("/session/stream"), "session.end");
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    open(0);
    open(1);
    await until(() => logSoFar(`${app.state}/sessions/${id}.jsonl`).length === 3);
    const late = eventsUntil(await app.fetch("/session/stream"), "session.end");
    open(2);
    expect(await late).toEqual(await early);
    expect(texts(await late)).toEqual(["one", "two", "three"]);
    expect((await late).map(({ id: eventId }) => eventId)).toEqual([1, 2, 3, 4, 5].map(n => `${id}.${n}`));
  });

  test("one who drops and comes back by Last-Event-ID hears the rest, nothing twice, and what came after", async () => {
    const { script, open } = gated(["one", "two"]);
    await using app = await sessionsKernel(script);
    const first = app.sessions.wake({ type: "morning", job: "test" });
    const until_one = eventsUntil(await app.fetch("/session/stream"), "session.text");
    open(0);
    const heard = await until_one;
    open(1);
    await app.sessions.ended(first.id);
    const back = await app.fetch("/session/stream", { headers: { "last-event-id": heard.at(-1)!.id! } });
    const rest = await eventsUntil(back, "session.end");
    expect(texts([...heard, ...rest])).toEqual(["one", "two"]);
  });

  test("W-48: a cursor that is too old, or of nowhere, is told so", async () => {
    await using app = await sessionsKernel();
    const response = await app.fetch("/session/stream", { headers: { "last-event-id": "20200101-000000-000.7" } });
    expect((await eventsUntil(response, "system.gap")).at(-1)!.data.last_event_id).toBe("20200101-000000-000.7");
  });

  test("W-01: a private session is not streamed, and its status tells only that Hearth is busy", async () => {
    const { script, open } = gated(["private words"]);
    await using app = await sessionsKernel(script);
    const stream = await app.fetch("/session/stream");
    const letter = app.sessions.wake({ type: "correspondence", job: "test", message: { text: "dear" } });
    await until(() => app.sessions.find(letter.id)!.state === "running");
    expect((await app.get("/session/status", { key: null })).body).toEqual({ active: false, state: "busy" });
    open(0);
    await app.sessions.ended(letter.id);
    expect(await Bun.file(`${app.home.path}/data/live-stream.jsonl`).exists()).toBe(false);
    const open2 = app.sessions.wake({ type: "morning", job: "test" });
    const seen = await eventsUntil(stream, "session.start");
    expect(seen.map(({ event, data }) => [event, data.session_id])).toEqual([["session.start", open2.id]]);
    const back = await app.fetch("/session/stream", { headers: { "last-event-id": `${letter.id}.1` } });
    expect((await eventsUntil(back, "system.gap")).length).toBe(1);
  });

  test("W-20: the status has type, start and duration while a session runs, and is idle after it", async () => {
    const { script, open } = gated(["word"]);
    await using app = await sessionsKernel(script);
    expect((await app.get("/session/status", { key: null })).body).toEqual({ active: false, state: "idle" });
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    await until(() => app.sessions.find(id)!.state === "running");
    const { body } = await app.get("/session/status", { key: null });
    expect(body).toMatchObject({
      active: true,
      state: "running",
      type: "morning",
      session_id: id,
      duration_seconds: 0,
    });
    expect(JSON.parse((await app.home.read("data/session-status.json"))!.text)).toMatchObject({
      active: true,
      session_id: id,
    });
    open(0);
    await app.sessions.ended(id);
    expect((await app.get("/session/status")).body).toEqual({ active: false, state: "idle" });
    expect(JSON.parse((await app.home.read("data/session-status.json"))!.text)).toEqual({ active: false });
  });

  test("D2: tools outside can read the end of a session, in the shape of the CLI's lines", async () => {
    await using app = await sessionsKernel();
    await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    const lines = (await app.home.read("data/live-stream.jsonl"))!.text
      .trim()
      .split("\n")
      .map(line => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(["system", "assistant", "result"]);
    expect(lines[2]).toMatchObject({ total_cost_usd: 0.01, is_error: false });
  });

  test("ends with a last event when Hearth stops", async () => {
    const app = await sessionsKernel();
    const stream = eventsUntil(await app.fetch("/session/stream"), "system.shutdown");
    await app[Symbol.asyncDispose]();
    expect((await stream).at(-1)!.event).toBe("system.shutdown");
  });
});

describe("POST /admin/wake", () => {
  test("needs the key", async () => {
    await using app = await sessionsKernel();
    expect(await app.call("POST", "/admin/wake", { body: {}, key: null })).toMatchObject({
      status: 401,
      body: { error: "Missing X-API-Key header" },
    });
  });
  test("answers with the session's real id and log, and says that it started", async () => {
    await using app = await sessionsKernel();
    const { status, body } = await app.call("POST", "/admin/wake", { body: { prompt: "hello" } });
    expect(status).toBe(202);
    expect(body).toMatchObject({ success: true, status: "started", ahead: 0 });
    await app.sessions.ended(body.session_id);
    expect(app.sessions.find(body.session_id)).toMatchObject({ type: "custom", state: "done" });
    expect(await Bun.file(body.log_file).exists()).toBe(true);
  });
  test("W-53: a busy Hearth queues, in order, and tells so", async () => {
    const { script, open } = gated(["word"]);
    await using app = await sessionsKernel(script);
    const answers = [];
    for (const prompt of ["a", "b", "c"])
      answers.push((await app.call("POST", "/admin/wake", { body: { prompt } })).body);
    expect(answers.map(({ status, ahead }) => [status, ahead])).toEqual([
      ["started", 0],
      ["queued", 1],
      ["queued", 2],
    ]);
    open(0);
    for (const { session_id } of answers) await app.sessions.ended(session_id);
    expect(app.requests.map(({ userPrompt }) => /<(.)>/.exec(userPrompt)![1])).toEqual(["a", "b", "c"]);
  });
  test("W-24: a prompt that looks like an option is a prompt", async () => {
    await using app = await sessionsKernel();
    const { body } = await app.call("POST", "/admin/wake", { body: { prompt: "--dry-run" } });
    await app.sessions.ended(body.session_id);
    expect(app.requests[0]!.userPrompt).toContain("<--dry-run>");
  });
  test("takes every configured type, and refuses what it does not know with the shape of a 422", async () => {
    await using app = await sessionsKernel();
    expect((await app.call("POST", "/admin/wake", { body: { session_type: "midnight" } })).status).toBe(202);
    const wrong = await app.call("POST", "/admin/wake", { body: { session_type: "teatime" } });
    expect([wrong.status, wrong.body.detail[0].loc]).toEqual([422, ["body", "session_type"]]);
    const long = await app.call("POST", "/admin/wake", { body: { prompt: "x".repeat(20_001) } });
    expect([long.status, long.body.detail[0].type]).toEqual([422, "string_too_long"]);
    expect((await app.call("POST", "/admin/wake", { body: "{" })).status).toBe(422);
    expect((await app.call("POST", "/admin/wake")).status).toBe(422);
  });
});
