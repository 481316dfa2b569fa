import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Commands } from "hearth";
import { configured, expectClean } from "hearth/testing";
import plugin from "../../plugins/agent-claude-cli/plugin";
import {
  abort,
  api,
  closeCli,
  done,
  env,
  fakeCli,
  files,
  folder,
  hearth,
  init,
  KEY,
  lives,
  openCli,
  pidsIn,
} from "../fixtures/claude-cli";
import {
  type ApiCall,
  cutStream,
  fault,
  hang,
  reply,
  say,
  systemText,
  toolNames,
  toolResults,
  userText,
  useTool,
} from "../fixtures/messages-api";

setDefaultTimeout(60_000);

beforeEach(openCli);
afterEach(closeCli);

describe("the real CLI", () => {
  test("writes a file, says what it does, and counts what it cost", async () => {
    const { run, home } = await hearth();
    const path = join(home, "thoughts/first.md");
    api.script(useTool("Write", { file_path: path, content: "Snow.\n" }), say("I wrote it down."));

    const { all, start, end, of } = await run({ model: "claude-haiku-4-5" });

    expect(await readFile(path, "utf8")).toBe("Snow.\n");
    expect(all.map(({ type }) => type)).toEqual(["start", "tool", "tool_result", "text", "end"]);
    expect(start).toMatchObject({ agentSession: expect.stringMatching(/^[\w-]{36}$/), model: "claude-haiku-4-5" });
    expect(of("tool")[0]).toMatchObject({ name: "Write", input: { file_path: path, content: "Snow.\n" } });
    expect(of("tool_result")[0]).toMatchObject({ id: of("tool")[0]!.id, isError: false });
    expect(end).toMatchObject({ ok: true, text: "I wrote it down.", turns: 2, exitCode: 0 });
    expect(end.usage).toEqual({ input: 200, output: 40, cacheRead: 0, cacheWrite: 0 });
    expect(end.costUsd).toBeGreaterThan(0);
    expect(end.models).toEqual({ "claude-haiku-4-5": end.costUsd });
    expect(api.calls[0]!.headers["x-api-key"]).toBe(KEY);
    expect(api.calls[0]!.body.model).toBe("claude-haiku-4-5");
  });

  test("takes prompts as plain words, and nothing from the home's own settings", async () => {
    const { run, home } = await hearth();
    await Bun.write(join(home, "CLAUDE.md"), "NOT FOR THE PROMPT");
    const hooks = { UserPromptSubmit: [{ hooks: [{ type: "command", command: `touch ${folder.path}/hooked` }] }] };
    await Bun.write(join(home, ".claude/settings.json"), JSON.stringify({ hooks }));
    await Bun.write(join(home, "secret.md"), "EXPANDED");
    api.script(say("Hm."));

    await run({ userPrompt: "/context @secret.md @/etc/hostname", systemPrompt: "You are Anna." });

    const asked = JSON.stringify(api.calls[0]!.body);
    expect(userText(api.calls[0])).toBe("\n/context @secret.md @/etc/hostname");
    expect(systemText(api.calls[0])).toEndWith("You are Anna.");
    expect(asked).not.toContain("NOT FOR THE PROMPT");
    expect(asked).not.toContain("EXPANDED");
    expect(existsSync(join(folder.path, "hooked"))).toBe(false);
  });

  test("sees nothing of the machine's environment, and leaves nothing running", async () => {
    Object.assign(env, { IS_SANDBOX: "1", GITHUB_TOKEN: "not-for-you", HEARTH_STATE: "/srv", MINE: "yes", TZ: "UTC" });
    const { run, app } = await hearth({ bash: "always", jail: "never", passEnv: ["MINE"] });
    const pid = join(app.home.path, "pid");
    api.script(
      useTool("Bash", {
        command: `setsid sh -c 'echo $$ > ${pid}; exec sleep 600' & cat /proc/$PPID/environ | tr '\\0' '\\n'`,
      }),
    );
    api.script(say("Looked."));

    const { of } = await run({ tools: ["Bash"], session: "20261121-110000-007" });

    const [left] = await pidsIn(pid, 1);
    expect(lives(left!)).toBe(false);
    const seen = Object.fromEntries(
      of("tool_result")[0]!
        .content.split("\n")
        .map(line => line.split(/=(.*)/s, 2)),
    );
    const claude = join(app.state, "claude");
    expect(seen).toMatchObject({
      PATH: env.PATH,
      LANG: "C.UTF-8",
      TZ: "UTC",
      MINE: "yes",
      HOME: join(claude, "home"),
      CLAUDE_CONFIG_DIR: claude,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "0",
      HEARTH_SESSION: "20261121-110000-007",
    });
    const ours = /^(CLAUDE_|ANTHROPIC_(API_KEY|BASE_URL)$|HEARTH_(SESSION|RUN|RUN_STATE)$|DISABLE_AUTOUPDATER$)/;
    expect(
      Object.keys(seen)
        .filter(name => !ours.test(name))
        .sort(),
    ).toEqual(["HOME", "LANG", "MINE", "PATH", "TZ"]);
  });

  test("has only the tools it was given, only in its home, for so many turns", async () => {
    const { run, home } = await hearth();
    const outside = join(folder.path, "outside.md");
    api.script(
      reply([
        { type: "tool_use", name: "Write", input: { file_path: outside, content: "x" } },
        { type: "tool_use", name: "Read", input: { file_path: "/etc/hostname" } },
        { type: "tool_use", name: "Bash", input: { command: `touch ${outside}` } },
        { type: "tool_use", name: "Write", input: { file_path: join(home, ".claude/settings.json"), content: "{}" } },
      ]),
      useTool("Glob", { pattern: "*" }),
    );

    const { end, of } = await run({ tools: ["Read", "Write", "Glob"], maxTurns: 2 });

    expect(toolNames(api.calls[0]).filter(name => name !== "DeferredToolPlaceholder")).toEqual([
      "Glob",
      "Read",
      "Write",
    ]);
    expect(
      of("tool_result")
        .slice(0, 4)
        .map(({ isError }) => isError),
    ).toEqual([true, true, true, true]);
    expect(existsSync(outside)).toBe(false);
    expect(end).toMatchObject({ ok: false, text: "", error: expect.stringContaining("maximum number of turns") });
    expect(api.calls).toHaveLength(2);
  });

  test("opens no folder that is closed to it, by whatever tool", async () => {
    const { run, home } = await hearth();
    await Bun.write(join(home, "mailbox/alice/thread.jsonl"), "the secret of Alice");
    await Bun.write(join(home, "visitors/note.md"), "no secret at all");
    api.script(
      reply([
        { type: "tool_use", name: "Read", input: { file_path: join(home, "mailbox/alice/thread.jsonl") } },
        { type: "tool_use", name: "Read", input: { file_path: join(home, "visitors/../mailbox/alice/thread.jsonl") } },
        { type: "tool_use", name: "Grep", input: { pattern: "secret", output_mode: "content" } },
        {
          type: "tool_use",
          name: "Grep",
          input: { pattern: "secret", path: join(home, "mailbox"), output_mode: "content" },
        },
        { type: "tool_use", name: "Glob", input: { pattern: "**/*.jsonl" } },
        { type: "tool_use", name: "Write", input: { file_path: join(home, "mailbox/alice/new.md"), content: "x" } },
      ]),
      say("Looked."),
    );

    const { of } = await run({ tools: ["Read", "Write", "Grep", "Glob"], closed: ["mailbox"] });

    const results = of("tool_result").map(({ content }) => content);
    expect(results).toHaveLength(6);
    expect(results.join("\n")).toContain("no secret at all");
    expect(results.join("\n")).not.toContain("the secret of Alice");
    expect(existsSync(join(home, "mailbox/alice/new.md"))).toBe(false);
  });

  test("reads what is readonly to it and changes none of it, by whatever tool and path", async () => {
    const { run, home } = await hearth();
    await Bun.write(join(home, "memory/people.md"), "Ada likes rain.");
    await Bun.write(join(home, "prompt/prompt.md"), "Look at the sea.");
    await symlink("memory", join(home, "way"));
    const write = (file_path: string) => ({
      type: "tool_use" as const,
      name: "Write",
      input: { file_path, content: "x" },
    });
    const read = (file_path: string) => ({ type: "tool_use" as const, name: "Read", input: { file_path } });
    const edit = { old_string: "Ada", new_string: "Eve" };
    api.script(
      reply([read(join(home, "memory/people.md")), read(join(home, "prompt/prompt.md"))]),
      reply([
        write(join(home, "prompt/prompt.md")),
        write("prompt/prompt.md"),
        write(join(home, "memory/people.md")),
        write(join(home, "memory/deep/new.md")),
        write(join(home, "thoughts/../memory/new.md")),
        write(join(home, "way/new.md")),
        { type: "tool_use", name: "Edit", input: { file_path: join(home, "memory/people.md"), ...edit } },
        write(join(home, "thoughts/new.md")),
      ]),
      say("Tried."),
    );
    const { of } = await run({ readonly: ["prompt/prompt.md", "memory/**"] });
    const results = of("tool_result");
    expect(results.map(({ isError }) => isError)).toEqual([false, false, ...Array(7).fill(true), false]);
    const seen = results.slice(0, 2).map(({ content }) => content); // side by side, in whatever order
    expect(seen.join()).toContain("Ada likes rain.");
    expect(await readFile(join(home, "memory/people.md"), "utf8")).toBe("Ada likes rain.");
    expect(await readFile(join(home, "prompt/prompt.md"), "utf8")).toBe("Look at the sea.");
    expect(readdirSync(join(home, "memory"))).toEqual(["people.md"]);
    expect(existsSync(join(home, "thoughts/new.md"))).toBe(true);
  });

  test("goes on with an earlier session, under a new system prompt, and counts the new run alone", async () => {
    const { run } = await hearth();
    api.script(say("A heron.", { input_tokens: 9000 }), say("It was a heron."));

    const first = await run({ userPrompt: "What did you see?" });
    const { agentSession } = first.start;
    const second = await run({ userPrompt: "What was it?", resume: agentSession, systemPrompt: "You are older now." });

    expect(second.start.agentSession).toBe(agentSession);
    expect(JSON.stringify(api.calls[1]!.body.messages)).toContain("A heron.");
    expect(userText(api.calls[1])).toContain("What did you see?");
    expect(systemText(api.calls[1])).toEndWith("You are older now.");
    expect(second.end.usage.input).toBe(100);
    expect(second.end.costUsd).toBeLessThan(first.end.costUsd / 10);
    expect(second.end.models).toEqual({ [second.start.model]: second.end.costUsd });
  });

  test("says so when the session to go on with is not there", async () => {
    const { run } = await hearth();
    const resume = "11111111-1111-4111-8111-111111111111";
    const { start, end } = await run({ resume });
    expect(start.agentSession).toBe(resume);
    expect(end).toMatchObject({ ok: false, exitCode: 1, stderr: expect.stringContaining("No conversation found") });
    expect(end.error).toContain("No conversation found");
  });

  test("tells a refused key as a failure, never as the agent's words", async () => {
    const { run } = await hearth();
    api.script(fault(401));
    const { end, of } = await run();
    expect(end).toMatchObject({ ok: false, text: "", costUsd: 0, error: expect.stringContaining("401") });
    expect(of("text")).toEqual([]);
    expect(api.calls).toHaveLength(1);
  });

  test("tries again after 429 and a stream that was cut, and tells both", async () => {
    const { run } = await hearth({ maxRetries: 4 });
    api.script(fault(429, { retryAfter: 0 }), cutStream(), say("At last."));
    const { end, notices } = await run();
    expect(end).toMatchObject({ ok: true, text: "At last." });
    expect(notices.map(text => /429|connection/.exec(text)?.[0])).toEqual(["429", "connection"]);
  });

  test("gives up after the retries that are set", async () => {
    const { run } = await hearth({ maxRetries: 1 });
    api.script(fault(529), fault(529), fault(529));
    const { end } = await run();
    expect(end).toMatchObject({ ok: false, error: expect.stringContaining("529") });
    expect(api.calls).toHaveLength(2);
  });

  test("is ended while the API hangs", async () => {
    const { run } = await hearth();
    const { signal, because } = abort();
    api.script(hang());
    const running = run({ signal });
    await api.call(1);
    because("it gave no sign of life for 600 s");
    const { end } = await running;
    expect(end).toMatchObject({ ok: false, text: "", error: "it gave no sign of life for 600 s" });
  });

  test("is ended in the middle of a tool, with all it has started and wherever that went", async () => {
    const { run, home, app } = await hearth({ bash: "always", jail: "never" });
    const { signal, because } = abort();
    const pids = join(home, "pids");
    const sleeper = `sh -c 'echo $$ >> ${pids}; exec sleep 600'`;
    const stubborn = `sh -c 'trap "" INT TERM HUP; echo $$ >> ${pids}; while :; do sleep 1; done'`;
    api.script(
      useTool("Bash", { command: `setsid ${sleeper} & nohup setsid ${stubborn} & (setsid ${sleeper} &); ${sleeper}` }),
    );
    const running = run({ signal, tools: ["Bash"] });
    const started = await pidsIn(pids, 4);
    expect(started.map(lives)).toEqual([true, true, true, true]);
    because("cancelled");
    const { end } = await running;
    expect(started.map(lives)).toEqual([false, false, false, false]);
    expect(end).toMatchObject({ ok: false, error: "cancelled" });
    expect(readdirSync(join(app.state, "claude/runs"))).toEqual([]);
  });
});

/** A folder of programs that do nothing but end with a code. */
async function programs(codes: Record<string, number>): Promise<string> {
  const path = join(folder.path, crypto.randomUUID());
  for (const [name, code] of Object.entries(codes)) {
    await Bun.write(join(path, name), `#!/bin/sh\necho "${name} says no" >&2\nexit ${code}\n`);
    await chmod(join(path, name), 0o755);
  }
  await mkdir(path, { recursive: true });
  return path;
}

describe("the shell", () => {
  /** What the CLI was called with. */
  async function called(settings: Record<string, unknown>, path: string, tools = [...files, "Bash"]) {
    env.PATH = path;
    const executable = await fakeCli(`${init}
      line({ type: "result", subtype: "success", is_error: false, result: JSON.stringify({ args: process.argv.slice(2), env: process.env }) });`);
    const { run } = await hearth({ executable, ...settings });
    const { end, notices } = await run({ tools });
    const { args } = JSON.parse(end.text);
    const { sandbox } = JSON.parse(args[args.indexOf("--settings") + 1]);
    return { args, sandbox, notices, tools: args[args.indexOf("--tools") + 1] };
  }

  test("comes in a sandbox and without secrets where that is possible", async () => {
    const { tools, sandbox, notices } = await called({}, await programs({ bwrap: 0, socat: 0 }));
    expect({ tools, notices }).toEqual({ tools: "Read,Write,Edit,Glob,Grep,Bash", notices: [] });
    expect(sandbox).toMatchObject({ enabled: true, allowUnsandboxedCommands: false });
    expect(sandbox.credentials.envVars).toContainEqual({ name: "ANTHROPIC_API_KEY", mode: "deny" });
  });

  test("is left out where it is not, with the reason and what to do", async () => {
    const { tools, sandbox, notices, args } = await called({}, await programs({ bwrap: 0 }));
    expect({ tools, sandbox }).toEqual({ tools: "Read,Write,Edit,Glob,Grep", sandbox: undefined });
    expect(notices[0]).toContain("socat is not installed");
    expect(notices[0]).toContain('bash = "always"');
    expect(args).not.toContain("Bash");
  });

  test("is left out where the system refuses the sandbox", async () => {
    const { tools, notices } = await called({}, await programs({ bwrap: 1, socat: 0 }), ["Bash(git log *)", "Read"]);
    expect(tools).toBe("Read");
    expect(notices[0]).toContain("bwrap says no");
  });

  test("is given as it is, or never, when that is set", async () => {
    const path = await programs({});
    expect(await called({ bash: "always" }, path, ["*"])).toMatchObject({
      tools: "Bash,Edit,Glob,Grep,NotebookEdit,Read,Task,WebFetch,WebSearch,Write",
      notices: [],
      sandbox: undefined,
    });
    expect(await called({ bash: "never" }, path, ["Bash", "Read", "mcp__home__search"])).toMatchObject({
      tools: "Read",
      notices: [],
      args: expect.arrayContaining(["--allowedTools", "mcp__home__search"]),
    });
  });
});

describe("the plugin", () => {
  test("knows when there is neither key nor login", async () => {
    delete env.ANTHROPIC_API_KEY;
    const { agent, app } = await hearth({ executable: await fakeCli(done) });
    expect(await agent.unavailable()).toContain("hearth login");
    const login = join(app.state, "claude/.credentials.json");
    await Bun.write(login, "{}");
    expect(await agent.unavailable()).toContain("hearth login");
    await Bun.write(login, JSON.stringify({ claudeAiOauth: { accessToken: "x" } }));
    expect(await agent.unavailable()).toBeUndefined();
    await rm(login);
    env.CLAUDE_CODE_OAUTH_TOKEN = "x";
    expect(await agent.unavailable()).toBeUndefined();
  });

  test("finds the CLI among the dependencies", async () => {
    const { agent } = await hearth();
    expect(await agent.unavailable()).toBeUndefined();
  });

  test("logs in with the CLI's own login, in Hearth's own folder, without any key", async () => {
    const seen = join(folder.path, "seen");
    const executable = await fakeCli(
      `await Bun.write(${JSON.stringify(seen)}, JSON.stringify({ args: process.argv.slice(2), env: process.env })); process.exitCode = 3;`,
    );
    const { app } = await hearth({ executable });
    const command = app.items(Commands).find(({ id }) => id === "login")!;
    const code = await command.run(["--console"], { print: () => {}, signal: new AbortController().signal });
    expect(code).toBe(3);
    const { args, env: given } = await Bun.file(seen).json();
    expect(args).toEqual(["auth", "login", "--console"]);
    expect(given).toMatchObject({ CLAUDE_CONFIG_DIR: join(app.state, "claude") });
    expect(given).not.toHaveProperty("ANTHROPIC_API_KEY");
  });

  test("refuses settings that it does not know, by name", () => {
    expect(() => configured(plugin, { bash: "sometimes" })).toThrow("bash");
    expect(() => configured(plugin, { retries: 3 })).toThrow("retries");
  });

  test("leaves nothing behind when it is turned off", () => expectClean(configured(plugin), [], { env }));
});

test("the stand-in answers without a stream too, counts tokens, and keeps what it was asked", async () => {
  api.script((call: ApiCall) => say(`You said ${userText(call)}`));
  const post = (path: string) =>
    fetch(api.url + path, { method: "POST", body: JSON.stringify({ messages: [{ role: "user", content: "hello" }] }) });
  expect(await (await post("/v1/messages")).json()).toMatchObject({
    content: [{ text: "You said hello" }],
    stop_reason: "end_turn",
  });
  expect(await (await post("/v1/messages/count_tokens")).json()).toEqual({ input_tokens: 100 });
  expect((await fetch(api.url, { method: "HEAD" })).status).toBe(200);
  expect((await post("/v1/messages")).status).toBe(403);
  expect(api.requests.map(({ method }) => method)).toEqual(["POST", "POST", "HEAD", "POST"]);
  expect(toolResults(api.calls[0])).toEqual([]);
});
