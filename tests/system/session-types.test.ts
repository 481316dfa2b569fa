import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { type CliCall, type FakeCli, fakeCli, flag } from "../fixtures/fake-cli";
import { endOf } from "../fixtures/reports";
import { until } from "../fixtures/until";

const types = `
[plugins.sessions.types.morning]
agent = "claude-cli"
model = "claude-opus-4-8"
maxTurns = 7
tools = ["Read", "Glob"]

[plugins.sessions.types.stroll]
agent = "claude-cli"
template = "wake-stroll"
conversation = true
live = false

[plugins.sessions.types.nap]
agent = "claude-cli"
wallClock = 0.4
`;

/** What the config file says of a session type reaches the agent, which here is a program that notes its call. */
describe("a session type of the config file", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let cli: FakeCli;

  beforeAll(async () => {
    const agent = "executable = 'FAKE_CLI'\njail = 'never'\npassEnv = ['HEARTH_HOME']\ninterruptGrace = 0.2";
    const config = bundledConfig(
      { sessions: "firstWake = false", "agent-offline": "pace = 0", "agent-claude-cli": agent },
      types,
    );
    place = daemonPlace(config, { HEARTH_AGENT: "offline", ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" });
    cli = fakeCli(
      place,
      `const open = ${JSON.stringify(join(place.folder, "gate"))};
       if (stdin.includes("sleep")) await Bun.sleep(600_000);
       while (stdin.includes("stroll") && !existsSync(open)) await Bun.sleep(5);
       done("I have walked.");`,
    );
    place.write("config/home.toml", config.replace("FAKE_CLI", cli.path));
    place.write("config/templates/prompts/wake-stroll.hbs", "Go for a stroll. {{#each messages}}{{text}}{{/each}}");
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  const wake = async (session_type: string, prompt: string) =>
    (await daemon.call("POST", "/admin/wake", { session_type, prompt })).body.session_id as string;
  const over = (id: string) => endOf(daemon, id);
  const call = (id: string): CliCall => cli.calls().find(({ env }) => env["HEARTH_SESSION"] === id)!;

  test("its agent, model, turns and tools reach the agent", async () => {
    const id = await wake("morning", "hello");
    expect(await over(id)).toBe("done");
    expect(call(id).cwd).toBe(place.home);
    expect(flag(call(id), "--model")).toBe("claude-opus-4-8");
    expect(flag(call(id), "--max-turns")).toBe("7");
    expect(flag(call(id), "--tools")).toBe("Read,Glob");
    expect(call(id).system).toContain("MORNING");
  });

  test("--max-turns goes before the type's turns", async () => {
    const { out, code } = await hearth(place, "wake", "morning", "--max-turns", "3");
    expect([code, out]).toEqual([0, expect.stringMatching(/: done\n$/)]);
    expect(flag(cli.calls().at(-1)!, "--max-turns")).toBe("3");
  });

  test("another type is still run by the agent of the house", async () => {
    const calls = cli.calls().length;
    const id = await wake("noon", "hello");
    expect(await over(id)).toBe("done");
    expect((await hearth(place, "sessions", "--limit", "1")).out).toMatch(/noon +done +offline/);
    expect(cli.calls()).toHaveLength(calls);
  });

  test("one of its own has its own template, is private while it runs, and keeps its conversation", async () => {
    const id = await wake("stroll", "Take the stroll by the river.");
    await until(() => call(id));
    expect((await daemon.call("GET", "/session/status")).body).toEqual({ active: false, state: "busy" });
    place.write("gate", "");
    expect(await over(id)).toBe("done");
    expect(call(id).stdin).toBe("Go for a stroll. Take the stroll by the river.");
    const conversation = readFileSync(join(place.home, `conversations/${id}.md`), "utf8");
    expect(conversation).toContain("I have walked.");
    expect(conversation).toContain("by the river");
  });

  test("its limit ends it", async () => {
    const id = await wake("nap", "sleep well");
    expect(await over(id)).toBe("timed_out");
    expect((await hearth(place, "session", id)).out).toContain("it ran longer than 0.4 s");
    expect(existsSync(join(place.home, `transcripts/session-${id}.md`))).toBe(true);
  });

  test("is refused with its line and the nearest name when it says what no type has", async () => {
    const wrong = daemonPlace(bundledConfig({}, '[plugins.sessions.types.nap]\nmodle = "x"\n'));
    const { code, err } = await hearth(wrong, "check");
    expect(code).toBe(1);
    expect(err).toMatch(/home\.toml:\d+:1 {2}.*"modle".*Did you mean "model"\?/);
    wrong[Symbol.dispose]();
  });
});
