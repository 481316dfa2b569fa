import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { configured, type TestKernel, temporaryFolder, testKernel } from "hearth/testing";
import { AgentRuntimes } from "hearth-plugins/sessions";
import plugin from "../../plugins/agent-claude-cli/plugin";
import { cleanEnv } from "../fixtures/clean-env";
import { type MessagesApi, say, startMessagesApi, toolResults, useTool } from "../fixtures/messages-api";
import { type SmallToolServer, startToolServer } from "../fixtures/tool-server";

const outside = `/var/tmp/hearth-outside-${process.pid}.txt`;
const KEY = "sk-ant-test-000";
const sandbox = Bun.which("bwrap") && Bun.which("socat");

/** The real CLI with its real sandbox; where bubblewrap and socat are not installed there is nothing to see. */
describe.skipIf(!sandbox)("the shell in a real sandbox", () => {
  const folder = temporaryFolder();
  let api: MessagesApi;
  let app: TestKernel;
  let results: string[];

  beforeAll(async () => {
    api = startMessagesApi([
      useTool("Bash", { command: "env", description: "Look around" }),
      useTool("Bash", {
        command: "mkdir -p sandbox && echo made > sandbox/made.txt && cat sandbox/made.txt",
        description: "Make a file",
      }),
      useTool("Bash", { command: `echo no > ${outside}; echo tried`, description: "Write outside the home" }),
      () =>
        useTool("Bash", {
          command: `exec 3<>/dev/tcp/127.0.0.1/${new URL(api.url).port} && echo reached`,
          description: "Reach out",
        }),
      () =>
        useTool("Bash", {
          command: `cat ${app.state}/api.key ${app.state}/claude/.credentials.json; echo over`,
          description: "Read the state folder",
        }),
      () => useTool("Write", { file_path: join(app.home.path, "thoughts/by-tool.md"), content: "written" }),
      () =>
        useTool("Edit", {
          file_path: join(app.home.path, "thoughts/by-tool.md"),
          old_string: "written",
          new_string: "edited",
        }),
      say("done"),
    ]);
    app = await testKernel([configured(plugin, { maxRetries: 0, jail: "never" })], {
      env: cleanEnv({ HOME: folder.path, ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url }),
    });
    await Bun.write(`${app.state}/api.key`, "the-service-key");
    await Bun.write(`${app.state}/claude/.credentials.json`, "the-login");
    const agent = app.items(AgentRuntimes)[0]!;
    const events = await Array.fromAsync(
      agent.run({
        session: "20261121-110000-000",
        systemPrompt: "You live in a small house.",
        userPrompt: "Good morning.",
        cwd: app.home.path,
        maxTurns: 12,
        tools: ["Read", "Write", "Edit", "Bash"],
        signal: new AbortController().signal,
      }),
    );
    expect(events.at(-1)).toMatchObject({ type: "end", ok: true });
    results = api.calls.slice(1).map(call => JSON.stringify(toolResults(call).at(-1)));
  }, 60_000);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await api?.stop();
    folder[Symbol.dispose]();
    rmSync(outside, { force: true });
  });

  test("does not see the key", () => {
    expect(results[0]).toContain("PATH=");
    expect(results[0]).not.toContain(KEY);
  });
  test("writes in the home", async () => {
    expect(results[1]).toContain("made");
    expect((await app.home.read("sandbox/made.txt"))!.text).toBe("made\n");
  });
  test("leaves the file tools as they are", async () => {
    expect((await app.home.read("thoughts/by-tool.md"))!.text).toBe("edited");
  });
  test("does not write outside the home", () => {
    expect(results[2]).toContain("tried");
    expect(existsSync(outside)).toBe(false);
  });
  test("does not read the state folder", () => {
    expect(results[4]).toContain("over");
    expect(results[4]).not.toMatch(/the-service-key|the-login/);
  });
  test("reaches nothing on the network", () => {
    expect(results[3]).not.toContain('reached"');
    expect(api.requests.every(({ path }) => path.startsWith("/v1/") || path === "/")).toBe(true);
  });
});

/** As above, in a jail, and in a run that is given its way to the model and a tool server. */
describe.skipIf(!sandbox)("the shell in a real sandbox, of a run with an outfit", () => {
  const TOKEN = "session-token-7f3a";
  const folder = temporaryFolder();
  let api: MessagesApi;
  let tools: SmallToolServer;
  let app: TestKernel;
  let results: string[];

  beforeAll(async () => {
    tools = startToolServer();
    const bash = (command: string) => useTool("Bash", { command, description: "Look around" });
    const direct = (url: string) => `exec 3<>/dev/tcp/127.0.0.1/${new URL(url).port} && echo reached`;
    // By the way that the sandbox leaves for what it lets pass, of which there is nothing.
    const proxied = (url: string) =>
      `curl -sS -m 5 --noproxy "" -X POST ${url}; curl -sS -m 5 --noproxy "" -p -X POST ${url}; curl -sS -m 5 --noproxy "" --proxy $ALL_PROXY -X POST ${url}`;
    const reach = (url: string) => `${direct(url)}; ${proxied(url)}`;
    api = startMessagesApi([
      bash("env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; echo over"),
      () =>
        bash(
          `cat ${app.state}/claude/runs/*/* ${app.state}/claude/runs/*/config/.claude.json; ls ${app.state}/claude; echo over`,
        ),
      () => bash(`${reach(`${api.url}/v1/messages`)}; ${reach(tools.url)}; echo over`),
      () =>
        useTool("Read", {
          file_path: join(app.state, "claude/runs", readdirSync(join(app.state, "claude/runs"))[0]!, "mcp.json"),
        }),
      useTool("mcp__hearth__memory_search", { query: "snow" }),
      say("done"),
    ]);
    app = await testKernel([configured(plugin, { maxRetries: 0 })], { env: cleanEnv({ HOME: folder.path }) });
    const events = await Array.fromAsync(
      app.items(AgentRuntimes)[0]!.run({
        session: "20261121-110000-000",
        systemPrompt: "You live in a small house.",
        userPrompt: "Good morning.",
        cwd: app.home.path,
        maxTurns: 12,
        tools: ["Read", "Bash"],
        access: { baseUrl: api.url, token: TOKEN },
        servers: [{ name: "hearth", url: tools.url, token: tools.token, tools: ["memory_search"] }],
        signal: new AbortController().signal,
      }),
    );
    expect(events.at(-1)).toMatchObject({ type: "end", ok: true });
    results = api.calls.slice(1).map(call => JSON.stringify(toolResults(call).at(-1)));
  }, 60_000);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await Promise.all([api?.stop(), tools?.stop()]);
    folder[Symbol.dispose]();
  });

  test("sees neither token: not in an environment, not in a file, not by a file tool", () => {
    expect(results[0]).toContain("PATH=");
    for (const result of results.slice(0, 4)) {
      expect(result).not.toContain(TOKEN);
      expect(result).not.toContain(tools.token);
    }
    expect(results[1]).toContain("over");
  });
  test("reaches neither the gateway nor the tool server", () => {
    expect(results[2]).toContain("over");
    expect(results[2]).not.toContain("reached");
    expect(tools.refused).toEqual([]);
    expect(api.requests.every(({ headers }) => headers["x-api-key"] === TOKEN)).toBe(true);
  });
  test("leaves the agent its tools", () => {
    expect(results[4]).toContain("memory_search was called with");
  });
});

/** As above, in a run that may not change some files of the home. */
describe.skipIf(!sandbox)("the shell in a real sandbox, of a run with readonly files", () => {
  const folder = temporaryFolder();
  let api: MessagesApi;
  let app: TestKernel;
  let results: string[];

  beforeAll(async () => {
    const bash = (command: string) => useTool("Bash", { command, description: "Write" });
    api = startMessagesApi([
      bash("cat memory/people.md prompt/prompt.md"),
      bash(
        "echo no > prompt/prompt.md; echo no > memory/people.md; echo no > memory/new.md; rm memory/people.md; echo over",
      ),
      bash("mv memory gone; ln memory/people.md own.md && echo no > own.md; echo over"),
      bash("echo yes > notes.md; echo yes > prompt/notes.md; ls -a"),
      say("done"),
    ]);
    app = await testKernel([configured(plugin, { maxRetries: 0, jail: "never" })], {
      env: cleanEnv({ HOME: folder.path, ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url }),
    });
    await app.home.write("memory/people.md", "Ada likes rain.");
    await app.home.write("prompt/prompt.md", "Look at the sea.");
    const events = await Array.fromAsync(
      app.items(AgentRuntimes)[0]!.run({
        session: "20261121-110000-000",
        systemPrompt: "You live in a small house.",
        userPrompt: "Good morning.",
        cwd: app.home.path,
        maxTurns: 12,
        tools: ["Read", "Bash"],
        readonly: ["prompt/prompt.md", "memory/**", "not-there/**", "nor-this.md"],
        signal: new AbortController().signal,
      }),
    );
    expect(events.at(-1)).toMatchObject({ type: "end", ok: true });
    results = api.calls.slice(1).map(call => JSON.stringify(toolResults(call).at(-1)));
  }, 60_000);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await api?.stop();
    folder[Symbol.dispose]();
  });

  test("reads them", () => {
    expect(results[0]).toContain("Ada likes rain.");
    expect(results[0]).toContain("Look at the sea.");
  });
  test("changes none of them, in place, by name or by a second name", async () => {
    expect(results[1]).toContain("over");
    expect(results[2]).toContain("over");
    expect((await app.home.read("memory/people.md"))!.text).toBe("Ada likes rain.");
    expect((await app.home.read("prompt/prompt.md"))!.text).toBe("Look at the sea.");
    expect((await app.home.list("memory")).map(({ name }) => name)).toEqual(["people.md"]);
  });
  test("writes beside them, and leaves nothing where nothing was", async () => {
    expect((await app.home.read("notes.md"))!.text).toBe("yes\n");
    expect((await app.home.read("prompt/notes.md"))!.text).toBe("yes\n");
    expect(results[3]).toContain("notes.md");
    expect(
      readdirSync(app.home.path)
        .filter(name => !name.startsWith("."))
        .sort(),
    ).toEqual(["memory", "notes.md", "prompt"]);
  });
});
