import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { configured, type TestKernel, temporaryFolder, testKernel } from "hearth/testing";
import { AgentRuntimes } from "hearth-plugins/sessions";
import plugin from "../../plugins/agent-claude-cli/plugin";
import { cleanEnv } from "../fixtures/clean-env";
import { type MessagesApi, say, startMessagesApi, toolResults, useTool } from "../fixtures/messages-api";

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
    app = await testKernel([configured(plugin, { maxRetries: 0 })], {
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
