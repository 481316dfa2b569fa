import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type AgentEvent, type AgentRequest, readLog, ToolViews } from "hearth-plugins/sessions";
import { AgentTools, agentTool, ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";
import plugin from "../../plugins/tools/plugin";
import { result, start } from "../fixtures/scripted-agent";
import { sessionsKernel } from "../fixtures/sessions";
import { doing } from "../fixtures/small-plugin";
import { bearer, echo, post, tool, waiting } from "../fixtures/small-tools";
import { eventsUntil } from "../fixtures/sse-client";
import { toolClient, toolsKernel } from "../fixtures/tools";
import { until } from "../fixtures/until";
import { settings as sessionType } from "./hook-session";

describe("a session's tools", () => {
  test("are those that its type allows, by name or by effect, with what they take", async () => {
    const tools = [
      echo().tool,
      tool("think", "self", () => "ok"),
      tool("send", "out", () => "ok"),
      tool("post", "out", () => "ok"),
    ];
    await using app = await toolsKernel(tools);
    const session = await app.equip(["read", "post"]);
    expect(session).toMatchObject({ name: "hearth", tools: ["echo", "post"] });
    expect(new URL(session!.url)).toMatchObject({ hostname: "127.0.0.1", pathname: "/mcp" });
    await using agent = await toolClient(session!.url, session!.token);
    const { tools: listed } = await agent.client.listTools();
    expect(listed.map(({ name }) => name)).toEqual(["echo", "post"]);
    expect(listed[0]).toMatchObject({
      description: "Says it again.",
      inputSchema: {
        type: "object",
        properties: { text: { type: "string", maxLength: 100, description: "What to say" } },
        required: ["text"],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: true },
    });
  });
  test("are none for a type that allows none, and no server is named to it then", async () => {
    await using app = await toolsKernel([echo().tool]);
    expect(await app.equip([])).toBeUndefined();
    expect(await app.equip(["out", "nothing_like_it"])).toBeUndefined();
  });
  test("know who calls: the session, what it was told, now and before, and how often it has called", async () => {
    const { tool, callers } = echo();
    await using app = await toolsKernel([tool]);
    const ada = { text: "hi", from: "Ada", at: "2026-11-21T12:00:00Z", file: "mailbox/ada/thread.jsonl" };
    const bob = { text: "hi", from: "Bob", at: "2026-11-20T12:00:00Z", file: "mailbox/bob/thread.jsonl" };
    await using one = await app.enter(["read"], { id: "20261121-120000-900" });
    await one.call("echo", { text: "a" });
    await one.call("echo", { text: "b" });
    expect(callers.map(({ session, audience, calls }) => [session?.id, audience, calls])).toEqual([
      ["20261121-120000-900", "own", 0],
      ["20261121-120000-900", "own", 1],
    ]);
    callers.length = 0;
    const quiet = { settings: { ...sessionType, agentTools: ["read"], live: false } };
    await using alone = await app.enter([], quiet);
    await alone.call("echo", { text: "a" });
    await using told = await app.enter([], { ...quiet, messages: [ada] });
    await told.call("echo", { text: "a" });
    await using resumed = await app.enter([], {
      ...quiet,
      messages: [ada],
      earlier: [bob],
      resumes: "20261120-120000-000",
    });
    await resumed.call("echo", { text: "a" });
    expect(callers.map(({ audience }) => audience)).toEqual(["all", { person: "mailbox/ada" }, "own"]);
    expect(callers[2]!.session!.messages).toEqual([ada, bob]);
  });
  test("one that the type does not allow does not exist for it", async () => {
    let sent = false;
    const send = tool("send", "out", () => {
      sent = true;
      return "sent";
    });
    await using app = await toolsKernel([echo().tool, send]);
    await using agent = await app.enter(["read"]);
    expect(await agent.call("send")).toEqual({
      isError: true,
      text: 'There is no tool "send" for you. There are: echo.',
    });
    expect((await agent.call("ecco", { text: "a" })).text).toContain('Did you mean "echo"?');
    expect(sent).toBe(false);
  });
});

describe("what goes in", () => {
  test("is checked strictly: an unknown field, a wrong type, ten thousand characters", async () => {
    const { tool, callers } = echo();
    await using app = await toolsKernel([tool]);
    await using agent = await app.enter();
    for (const [input, why] of [
      [{ text: "a", also: 1 }, 'Unrecognized key: "also"'],
      [{ text: 7 }, "text: "],
      [{}, "text: "],
      [{ text: "x".repeat(10_000) }, "text: "],
      [{ text: "a", [`k${"x".repeat(10_000)}`]: 1 }, "Unrecognized key"],
    ] as const) {
      const { text, isError } = await agent.call("echo", input);
      expect(isError).toBe(true);
      expect(text).toStartWith("What echo was called with does not fit:\n- ");
      expect(text).toContain(why);
      expect(text.length).toBeLessThan(400);
    }
    expect(callers).toEqual([]);
    expect(await agent.call("echo", { text: "a" })).toEqual({ text: "a", isError: false });
  });
  test("of a tool that reaches out holds no secret", async () => {
    let out = 0;
    const send = agentTool({
      name: "send",
      description: "sends",
      input: z.strictObject({ body: z.object({ lines: z.array(z.string()) }) }),
      effect: "out",
      run: () => `sent ${++out}`,
    });
    await using app = await toolsKernel([send]);
    await using agent = await app.enter();
    const refusal = await agent.call("send", { body: { lines: ["hello", `sk-ant-api03-${"a".repeat(40)}`] } });
    expect(refusal).toEqual({
      isError: true,
      text: "What you send holds something that looks like a key or a password. Leave it out.",
    });
    expect((await agent.call("send", { body: { lines: ["hello"] } })).text).toBe("sent 1");
  });
});

describe("a call", () => {
  test("that a tool refuses is an error in the tool's words, and does not count", async () => {
    let times = 0;
    const shy = tool(
      "shy",
      "read",
      (_, { calls }) => {
        if (times++ === 0) throw new ToolRefusal("Not today. Ask tomorrow.");
        return `after ${calls}`;
      },
      { perSession: 1 },
    );
    await using app = await toolsKernel([shy]);
    await using agent = await app.enter();
    expect(await agent.call("shy")).toEqual({ text: "Not today. Ask tomorrow.", isError: true });
    expect(await agent.call("shy")).toEqual({ text: "after 0", isError: false });
    expect(await agent.call("shy")).toEqual({
      text: "shy can be used once in a session, and was. Go on without it.",
      isError: true,
    });
  });
  test("that a tool goes on to refuse counts after ten: nobody tries things out for ever", async () => {
    const shy = tool(
      "shy",
      "read",
      () => {
        throw new ToolRefusal("No.");
      },
      { perSession: 2 },
    );
    await using app = await toolsKernel([shy]);
    await using agent = await app.enter();
    for (let n = 0; n < 12; n++) expect((await agent.call("shy")).text).toBe("No.");
    expect((await agent.call("shy")).text).toContain("can be used 2 times in a session, and was");
  });
  test("that does not fit, or that nobody knows, counts for the session", async () => {
    await using app = await toolsKernel([echo().tool], { settings: { calls: 3 } });
    await using agent = await app.enter();
    await agent.call("none");
    await agent.call("echo", { wrong: 1 });
    expect((await agent.call("echo", { text: "a" })).isError).toBe(false);
    expect((await agent.call("none")).text).toBe("All 3 calls of this session are used up. Go on without tools.");
  });
  test("that fails otherwise is a fault of the house: the keeper reads what it was, the agent does not", async () => {
    const broken = tool("broken", "self", () => {
      throw new Error("SQLITE_CORRUPT in /var/lib/hearth/state/secret.db");
    });
    await using app = await toolsKernel([broken]);
    await using agent = await app.enter();
    const { text, isError } = await agent.call("broken");
    expect(isError).toBe(true);
    const [, fault] =
      /^broken failed: a fault of the house, not of yours\. Its keeper finds it in the log as (\w{8})\./.exec(text)!;
    expect(text).not.toMatch(/SQLITE|state/);
    expect(app.log.find(line => line["fault"] === fault)).toMatchObject({
      level: "error",
      plugin: "tools",
      tool: "broken",
      session: expect.stringMatching(/^20261121-/),
      error: "SQLITE_CORRUPT in /var/lib/hearth/state/secret.db",
    });
  });
  test("that answers no text is a fault, and an empty answer is told as one", async () => {
    const odd = tool("odd", "read", (() => ({ a: 1 })) as never);
    const empty = tool("empty", "read", () => "");
    await using app = await toolsKernel([odd, empty]);
    await using agent = await app.enter();
    expect((await agent.call("odd")).text).toContain("a fault of the house");
    expect(await agent.call("empty")).toEqual({ text: "(nothing)", isError: false });
  });
  test("that takes too long is ended, and its tool hears of it", async () => {
    const { tool, begun } = waiting({ limit: 0.02, effect: "out" });
    await using app = await toolsKernel([tool]);
    await using agent = await app.enter();
    expect(await agent.call("wait")).toEqual({
      isError: true,
      text: "wait took longer than 0.02 seconds and was ended. It may have done its work all the same: look before you try again.",
    });
    expect(begun[0]!.aborted).toBe(true);
  });
  test("whose answer is too long is cut, and says so", async () => {
    const long = tool("long", "read", () => "x".repeat(3000));
    await using app = await toolsKernel([long], { settings: { answer: 1000 } });
    await using agent = await app.enter();
    const { text, isError } = await agent.call("long");
    expect(isError).toBe(false);
    expect(text).toBe(`${"x".repeat(1000)}\n[2000 more characters were cut off; ask for less]`);
  });
  test("answers without the secrets of the house", async () => {
    const leaky = tool("leaky", "read", () => `the token is sk-ant-api03-${"b".repeat(40)}`);
    await using app = await toolsKernel([leaky]);
    await using agent = await app.enter();
    expect((await agent.call("leaky")).text).toBe("the token is [REDACTED]");
  });
  test("that its client calls off is aborted, and keeps nothing waiting", async () => {
    const { tool, begun } = waiting();
    await using app = await toolsKernel([tool, echo().tool]);
    await using agent = await app.enter();
    const abort = new AbortController();
    const call = agent.call("wait", {}, { signal: abort.signal }).catch(error => error as Error);
    await until(() => begun.length === 1);
    abort.abort("no more");
    expect(await call).toBeInstanceOf(Error);
    await until(() => begun[0]!.aborted);
    expect((await agent.call("echo", { text: "still here" })).text).toBe("still here");
  });
  test("whose client hangs up is aborted", async () => {
    const { tool, begun } = waiting();
    await using app = await toolsKernel([tool]);
    const session = (await app.equip(["read"]))!;
    const hello = await post(session.url, bearer(session.token));
    const headers = { ...bearer(session.token), "mcp-session-id": hello.headers.get("mcp-session-id")! };
    const abort = new AbortController();
    const call = fetch(session.url, {
      method: "POST",
      signal: abort.signal,
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      body: JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "wait", arguments: {} } }),
    }).catch(error => error as Error);
    await until(() => begun.length === 1);
    abort.abort();
    expect(await call).toBeInstanceOf(Error);
    await until(() => begun[0]!.aborted);
  });
});

describe("what is told", () => {
  test("the session's log hears of each call, with words only of a tool that may be shown", async () => {
    const open = { ...echo().tool, name: "open", shown: true };
    await using app = await toolsKernel([echo().tool, open]);
    await using agent = await app.enter();
    await agent.call("echo", { text: "between us" });
    await agent.call("echo", { text: 1 });
    await agent.call("open", { text: `for all, but sk-ant-api03-${"c".repeat(40)}` });
    await agent.call("open", { text: 1 });
    expect(agent.session.notes).toEqual([
      expect.stringMatching(/^tool echo answered 10 characters in \d+ ms$/),
      expect.stringMatching(/^tool echo refused in \d+ ms$/),
      expect.stringMatching(/^tool open answered \d+ characters in \d+ ms: \{"text":"for all, but \[REDACTED\]"\}$/),
      expect.stringMatching(/^tool open refused in \d+ ms: \{"text":1\} \(What open was called with does not fit:/),
    ]);
  });
  test("the live stream may show the words of those tools alone", async () => {
    await using app = await toolsKernel([echo().tool, { ...echo().tool, name: "open", shown: true }]);
    const [view] = app.items(ToolViews);
    expect(view!.shows("mcp__hearth__open")).toBe(true);
    for (const name of ["mcp__hearth__echo", "mcp__other__open", "open", "mcp__hearth__open2"])
      expect(view!.shows(name)).toBe(false);
  });
  test("GET /tools lists them, with what they take", async () => {
    await using app = await toolsKernel([echo({ perSession: 3, limit: 5 }).tool]);
    const { status, body, headers } = await app.get("/tools");
    expect(status).toBe(200);
    expect(body.tools).toEqual([
      {
        name: "echo",
        description: "Says it again.",
        effect: "read",
        per_session: 3,
        limit: 5,
        shown: false,
        person: true,
        input: expect.objectContaining({ type: "object", additionalProperties: false }),
      },
    ]);
    expect((await app.get("/tools", { headers: { "if-none-match": headers.get("etag")! } })).status).toBe(304);
    expect((await app.get("/tools", { key: null })).status).toBe(401);
  });
  test("two tools of one name are refused, naming the other's plugin", async () => {
    await expect(toolsKernel([echo().tool, echo().tool])).rejects.toThrow('the tool "echo" is there already');
  });
});

test("a session that goes on with another answers for what that one was told, and its token ends with it", async () => {
  const { tool: one, callers } = echo();
  const doors: { url: string; token: string }[] = [];
  async function* script({ servers }: AgentRequest): AsyncGenerator<AgentEvent> {
    const [server] = servers!;
    doors.push(server!);
    yield start;
    await using agent = await toolClient(server!.url, server!.token);
    yield { type: "text", text: (await agent.call("echo", { text: "said" })).text };
    yield result();
  }
  const tools = doing("tools-of-a-test", ctx => ctx.add(AgentTools, one));
  const types = { talk: { agentTools: ["read"] } };
  await using house = await sessionsKernel(script, { plugins: [tools, plugin], settings: { types } });
  const talk = async (from: string, resumes?: string) => {
    const message = { text: "hello", from };
    const { id } = house.sessions.wake({
      type: "talk",
      job: "test",
      message,
      ...(resumes !== undefined && { resumes }),
    });
    expect((await house.sessions.ended(id)).state).toBe("done");
    return id;
  };
  const first = await talk("Ada");
  await talk("Bob", first);
  expect(callers.map(({ audience }) => audience)).toEqual([{ person: "talk/Ada" }, "own"]);
  for (const { url, token } of doors) expect((await post(url, bearer(token))).status).toBe(401);
  const log = await Array.fromAsync(readLog(join(house.state, "sessions", `${first}.jsonl`)));
  expect(log.flatMap(line => (line.type === "notice" ? line.text : []))).toEqual([
    expect.stringMatching(/^tool echo answered 4 characters in \d+ ms$/),
  ]);
});

describe("a call in a live session", () => {
  const KEY = `sk-ant-api03-${"c".repeat(40)}`;

  /** What the log has of an agent that calls three tools, and what viewers have. */
  async function watched(tellsTools: boolean) {
    async function* script({ servers: [server] = [] }: AgentRequest): AsyncGenerator<AgentEvent> {
      yield start;
      await using agent = await toolClient(server!.url, server!.token);
      for (const [n, name] of ["echo", "open", KEY].entries()) {
        const input = { text: `to ${name}: ${KEY}` };
        if (tellsTools) yield { type: "tool", id: `t${n}`, name: `mcp__hearth__${name}`, input };
        const { text, isError } = await agent.call(name, input);
        if (tellsTools) yield { type: "tool_result", id: `t${n}`, content: text, isError };
      }
      await agent.call("echo", { text: "x".repeat(30_000) });
      yield result();
    }
    const tools = doing("tools-of-a-test", ctx => {
      for (const one of [echo().tool, { ...echo().tool, name: "open", shown: true }]) ctx.add(AgentTools, one);
    });
    await using house = await sessionsKernel(script, { plugins: [tools, plugin], runtime: { tellsTools } });
    const watching = eventsUntil(await house.fetch("/session/stream"), "session.end");
    const { id } = house.sessions.wake({ type: "morning", job: "test" });
    await house.sessions.ended(id);
    const log = await Array.fromAsync(readLog(join(house.state, "sessions", `${id}.jsonl`)));
    return { log, seen: (await watching).filter(({ event }) => event.startsWith("session.tool")) };
  }

  test("is shown to viewers where the agent's runtime does not tell it: its name, and words only where everyone may see them", async () => {
    const { log, seen } = await watched(false);
    expect(seen.slice(0, 6).map(({ data }) => data)).toEqual([
      { tool_name: "mcp__hearth__echo", summary: "Using echo", input: "{}" },
      { tool_name: "mcp__hearth__echo", content: "[not shown]", is_error: false },
      { tool_name: "mcp__hearth__open", summary: "Using open", input: '{"text":"to open: [REDACTED]"}' },
      { tool_name: "mcp__hearth__open", content: "to open: [REDACTED]", is_error: false },
      { tool_name: "mcp__hearth__[REDACTED]", summary: "Using [REDACTED]", input: "{}" },
      { tool_name: "mcp__hearth__[REDACTED]", content: "[not shown]", is_error: true },
    ]);
    const kinds = log.map(({ type }) => type);
    expect(kinds).toEqual(["start", ...Array(4).fill(["tool", "tool_result", "notice"]).flat(), "end"]);
    expect(log[4]).toMatchObject({ type: "tool", input: { text: `to open: ${KEY}` } });
    expect(log[10]).toMatchObject({ type: "tool", input: { left_out: "30011 characters" } });
  });

  test("is shown once where the runtime tells it", async () => {
    const { log, seen } = await watched(true);
    expect(seen.map(({ data }) => data.tool_name)).toEqual(
      ["echo", "echo", "open", "open", "[REDACTED]", "[REDACTED]"].map(name => `mcp__hearth__${name}`),
    );
    expect(log.filter(({ type }) => type === "tool")).toHaveLength(3);
    expect(log.filter(({ type }) => type === "notice")).toHaveLength(4);
  });
});
