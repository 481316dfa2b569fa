import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin } from "hearth";
import { configured, type TestKernel, temporaryFolder, testKernel } from "hearth/testing";
import {
  type AgentEvent,
  type AgentRequest,
  AgentRuntimes,
  Outfitters,
  Sessions,
  type ToolServer,
} from "hearth-plugins/sessions";
import plugin from "../../plugins/agent-claude-cli/plugin";
import sessions from "../../plugins/sessions/plugin";
import { cleanEnv } from "../fixtures/clean-env";
import {
  hang,
  type MessagesApi,
  reply,
  say,
  startMessagesApi,
  systemText,
  toolNames,
  userText,
  useTool,
} from "../fixtures/messages-api";
import { sessionsFolder } from "../fixtures/sessions";
import { type SmallToolServer, startToolServer } from "../fixtures/tool-server";

setDefaultTimeout(60_000);

const TOKEN = "session-token-7f3a";
/** Everything of the house that must not go along. */
const secrets = ["sk-ant-of-the-house", "bearer-of-the-house", "oauth-of-the-house", "console-key-of-the-house"];
const [key, bearer, oauth, consoleKey] = secrets as [string, string, string, string];

let api: MessagesApi;
let tools: SmallToolServer;
let folder: ReturnType<typeof temporaryFolder>;
let env: Record<string, string>;
const open: TestKernel[] = [];

beforeEach(() => {
  api = startMessagesApi([]);
  tools = startToolServer();
  folder = temporaryFolder();
  // The house's own way to the model leads nowhere: whoever takes it is not heard of again.
  env = cleanEnv({ HOME: folder.path, ANTHROPIC_BASE_URL: "http://127.0.0.1:9" });
});
afterEach(async () => {
  for (const app of open.splice(0)) await app[Symbol.asyncDispose]();
  await Promise.all([api.stop(), tools.stop()]);
  folder[Symbol.dispose]();
});

/** Hearth with nothing but this agent. */
async function hearth(settings: Record<string, unknown> = {}) {
  const short = { interruptGrace: 2, terminateGrace: 0.3, exitGrace: 0.3, maxRetries: 0 };
  const app = await testKernel([configured(plugin, { ...short, ...settings })], { env });
  open.push(app);
  const agent = app.items(AgentRuntimes)[0]!;
  /** By the house's own key, as without a gateway. */
  const alone = async (over: Partial<AgentRequest> = {}) => {
    const events = await Array.fromAsync(
      agent.run({
        session: "20261121-110000-000",
        systemPrompt: "You live in a small house.",
        userPrompt: "Good morning.",
        cwd: app.home.path,
        maxTurns: 5,
        tools: ["Read"],
        signal: new AbortController().signal,
        ...over,
      }),
    );
    const of = <T extends AgentEvent["type"]>(type: T) =>
      events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
    return { of, start: of("start")[0]!, end: of("end")[0]!, notices: of("notice").map(({ text }) => text) };
  };
  const run = (over: Partial<AgentRequest> = {}) => alone({ access: { baseUrl: api.url, token: TOKEN }, ...over });
  return { app, agent, run, alone };
}

const server = (over: Partial<ToolServer> = {}): ToolServer => ({
  name: "hearth",
  url: tools.url,
  token: tools.token,
  tools: ["memory_search"],
  ...over,
});

/** A login of the house as the CLI keeps it: of a subscription, and of the console. */
async function logIn(state: string) {
  const claudeAiOauth = {
    accessToken: oauth,
    refreshToken: oauth,
    expiresAt: Date.now() + 3_600_000,
    scopes: ["user:inference"],
  };
  await Bun.write(join(state, "claude/.credentials.json"), JSON.stringify({ claudeAiOauth }));
  await Bun.write(join(state, "claude/.claude.json"), JSON.stringify({ primaryApiKey: consoleKey, oauthAccount: {} }));
}

describe("with access to the model", () => {
  test("it calls there with its token, and nothing of the house's keys and logins goes along", async () => {
    Object.assign(env, { ANTHROPIC_API_KEY: key, ANTHROPIC_AUTH_TOKEN: bearer, CLAUDE_CODE_OAUTH_TOKEN: oauth });
    env.ANTHROPIC_CUSTOM_HEADERS = `x-mine: ${key}`;
    const { app, run } = await hearth({ passEnv: ["ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_AUTH_TOKEN"] });
    await logIn(app.state);
    api.script(say("Good morning."));
    expect((await run()).end).toMatchObject({ ok: true, text: "Good morning." });
    expect(api.calls[0]!.headers["x-api-key"]).toBe(TOKEN);
    for (const { headers } of api.requests) expect(JSON.stringify(headers)).not.toMatch(new RegExp(secrets.join("|")));
    expect(api.requests.every(({ headers }) => headers["authorization"] === undefined)).toBe(true);
  });

  test("it sees no key of the house in its environment, and its login folder holds none", async () => {
    Object.assign(env, { ANTHROPIC_API_KEY: key, ANTHROPIC_AUTH_TOKEN: bearer, CLAUDE_CODE_OAUTH_TOKEN: oauth });
    const { app, run } = await hearth({ bash: "always" });
    await logIn(app.state);
    api.script(
      useTool("Bash", { command: "env; cat $CLAUDE_CONFIG_DIR/.credentials.json $CLAUDE_CONFIG_DIR/.claude.json" }),
      say("Looked."),
    );
    const seen = (await run({ tools: ["Bash"] })).of("tool_result")[0]!.content;
    expect(seen).toContain(`ANTHROPIC_BASE_URL=${api.url}`);
    expect(seen).not.toMatch(new RegExp(secrets.join("|")));
  });

  test("it needs no key of its own to run", async () => {
    const { agent, run } = await hearth();
    expect(agent.takesAccess).toBe(true);
    expect(await agent.unavailable(false)).toContain("there is no key and no login");
    expect(await agent.unavailable(true)).toBeUndefined();
    api.script(say("Here."));
    expect((await run()).end.ok).toBe(true);
  });

  test("a CLI that is missing is missed all the same", async () => {
    const { agent } = await hearth({ executable: "/nowhere/claude" });
    expect(await agent.unavailable(true)).toContain('"/nowhere/claude"');
  });

  test("a proxy of the machine is passed by", async () => {
    Object.assign(env, {
      HTTP_PROXY: "http://127.0.0.1:9",
      https_proxy: "http://127.0.0.1:9",
      NO_PROXY: "example.org",
    });
    const { run } = await hearth();
    api.script(useTool("mcp__hearth__memory_search", { query: "snow" }), say("Direct."));
    expect((await run({ servers: [server()] })).end).toMatchObject({ ok: true, text: "Direct." });
    expect(tools.calls).toContain("tools/call memory_search");
  });

  test("a session goes on that began with the house's own key, and the other way round", async () => {
    env.ANTHROPIC_API_KEY = key;
    env.ANTHROPIC_BASE_URL = api.url;
    const { run, alone } = await hearth();
    api.script(say("A heron."), say("It was a heron."), say("And it flew."));
    const { agentSession: resume } = (await alone()).start;
    expect((await run({ resume, systemPrompt: "You are older." })).end.ok).toBe(true);
    expect((await alone({ resume })).end.ok).toBe(true);
    expect(api.calls.map(({ headers }) => headers["x-api-key"])).toEqual([key, TOKEN, key]);
    expect(JSON.stringify(api.calls[1]!.body.messages)).toContain("A heron.");
    expect(systemText(api.calls[1])).toEndWith("You are older.");
    expect(JSON.stringify(api.calls[2]!.body.messages)).toContain("It was a heron.");
  });
});

describe("with a tool server", () => {
  test("it has the tools that the session may use and no other, and reads their answers", async () => {
    const { run } = await hearth();
    api.script(
      reply([
        { type: "tool_use", name: "mcp__hearth__memory_search", input: { query: "snow" } },
        { type: "tool_use", name: "mcp__hearth__message_owner", input: { query: "help" } },
      ]),
      say("Found."),
    );
    const { of, end, notices } = await run({ servers: [server()] });
    expect(toolNames(api.calls[0])).toContain("mcp__hearth__memory_search");
    expect(of("tool")[0]).toMatchObject({ name: "mcp__hearth__memory_search", input: { query: "snow" } });
    const answers = of("tool_result").map(({ content, isError }) => ({ content, isError }));
    expect(answers).toEqual([
      { content: 'memory_search was called with {"query":"snow"}', isError: false },
      { content: expect.stringContaining("message_owner"), isError: true },
    ]);
    expect(tools.calls.filter(call => call.startsWith("tools/call"))).toEqual(["tools/call memory_search"]);
    expect([end.ok, notices, tools.refused]).toEqual([true, [], []]);
  });

  test("its token is in no process's command line, and in a file of the run that only its owner reads", async () => {
    const { app, run } = await hearth();
    const abort = new AbortController();
    api.script(hang());
    const running = run({ servers: [server()], signal: abort.signal });
    await api.call(1);
    const runs = join(app.state, "claude/runs");
    const [id] = readdirSync(runs);
    const config = join(runs, id!, "mcp.json");
    const { pid } = JSON.parse(await readFile(join(runs, id!, "leader.json"), "utf8"));
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8");
    expect(line).toContain(config);
    expect(line).not.toContain(tools.token);
    expect(line).not.toContain(TOKEN);
    expect(await readFile(config, "utf8")).toContain(tools.token);
    expect(statSync(config).mode & 0o777).toBe(0o600);
    abort.abort(new Error("enough"));
    expect((await running).end.error).toBe("enough");
    expect(readdirSync(runs)).toEqual([]);
  });

  test("one that is not there, or refuses the token, is told, and the session goes on without it", async () => {
    const { run } = await hearth();
    api.script(say("Alone."), say("Alone."));
    for (const over of [{ url: "http://127.0.0.1:9/mcp" }, { token: "wrong" }]) {
      const { end, notices } = await run({ servers: [server(over)] });
      expect(end).toMatchObject({ ok: true, text: "Alone." });
      expect(notices).toEqual(['The tools of "hearth" are not there: the server is "failed".']);
    }
  });

  test("several are there side by side", async () => {
    const { run } = await hearth();
    const other = startToolServer();
    api.script(useTool("mcp__garden__memory_search", {}), say("Found."));
    await run({ servers: [server(), server({ name: "garden", url: other.url, token: other.token })] });
    expect([tools, other].map(({ calls }) => calls.includes("tools/call memory_search"))).toEqual([false, true]);
    await other.stop();
  });
});

describe("without a gateway", () => {
  test("the CLI itself stops at the dollars of the run, says so, and counts anew when it goes on", async () => {
    env.ANTHROPIC_API_KEY = key;
    env.ANTHROPIC_BASE_URL = api.url;
    const { app, alone } = await hearth();
    await app.home.write("note.md", "x");
    const look = { file_path: join(app.home.path, "note.md") };
    const dear = useTool("Read", look, { input_tokens: 4000, output_tokens: 100 }); // $0.0045
    api.script(...Array.from({ length: 8 }, () => dear));
    const limited = { model: "claude-haiku-4-5", maxUsd: 0.01 };
    const first = await alone(limited);
    expect(first.notices[0]).toContain("No gateway counts what this run costs: the CLI itself ends it at $0.01");
    expect(first.end).toMatchObject({ ok: false, overBudget: true, error: expect.stringContaining("$0.01") });
    expect(first.end.costUsd).toBeCloseTo(0.0135);
    expect(api.calls).toHaveLength(3);
    const second = await alone({ ...limited, resume: first.start.agentSession });
    expect(second.end).toMatchObject({ overBudget: true, costUsd: first.end.costUsd });
    expect(api.calls).toHaveLength(6);
  });

  test("where somebody gives access, that one counts and the CLI does not", async () => {
    const path = join(folder.path, "fake");
    const args = "JSON.stringify(process.argv.slice(2))";
    await Bun.write(
      path,
      `#!${process.execPath}\nconsole.log(JSON.stringify({ type: "result", subtype: "success", is_error: false, result: ${args} }))\n`,
    );
    await chmod(path, 0o755);
    const { run, alone } = await hearth({ executable: path });
    const called = await run({ maxUsd: 0.01 });
    expect(called.end.text).not.toContain("--max-budget-usd");
    expect(called.notices).toEqual([]);
    env.ANTHROPIC_API_KEY = key;
    expect((await alone({ maxUsd: 0.01 })).end.text).toContain('"--max-budget-usd","0.01"');
  });
});

test("a session of the house: equipped, stopped by its budget in the middle of a call, and resumed", async () => {
  const stops: ((why: string) => void)[] = [];
  const closed: string[] = [];
  const gateway = definePlugin({
    id: "gateway",
    summary: "",
    setup: ctx =>
      ctx.add(Outfitters, {
        id: "gateway",
        lacks: () => undefined,
        outfit: ({ id, takesAccess, stop }) => {
          stops.push(stop);
          const tools = server();
          return takesAccess
            ? { access: { baseUrl: api.url, token: TOKEN }, tools, close: () => void closed.push(id) }
            : {};
        },
      }),
  });
  const app = await testKernel([configured(sessions, { agent: "claude-cli" }), configured(plugin), gateway], {
    env,
    folders: { sessions: sessionsFolder },
  });
  open.push(app);
  const desk = app.service(Sessions);
  api.script(useTool("mcp__hearth__memory_search", { query: "snow" }), hang());

  const { id } = desk.wake({ type: "morning", job: "test" });
  await api.call(2);
  stops[0]!("this session's $0.50 are spent");
  expect(await desk.ended(id)).toMatchObject({
    state: "budget_stopped",
    agent: "claude-cli",
    error: "this session's $0.50 are spent",
  });
  expect(closed).toEqual([id]);

  api.script(say("I know where I was."));
  const next = desk.resume(id).id;
  expect(await desk.ended(next)).toMatchObject({ state: "done", error: null });
  expect(closed).toEqual([id, next]);
  expect(JSON.stringify(api.calls[2]!.body.messages)).toContain("memory_search was called with");
  expect(userText(api.calls[2])).toContain("Hearth: you were stopped before you had come to your end");
});
