import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  bundledConfig,
  type DaemonPlace,
  daemonPlace,
  hearth,
  processesWith,
  startDaemon,
  type TestDaemon,
} from "../fixtures/daemon";
import { hang, say, startMessagesApi } from "../fixtures/messages-api";
import { endOf } from "../fixtures/reports";
import { until } from "../fixtures/until";

/** A plugin of the place whose work waits at a gate: it notes that it began, waits for a file, and notes that it ended. */
const gatedWork = (slot: "PostSession" | "WakeContext", id: string, after: string) => `
import { existsSync, appendFileSync } from "node:fs";
import { definePlugin, House } from "hearth";
import { ${slot} } from "hearth-plugins/sessions";
export default definePlugin({
  id: "${id}", summary: "waits at a gate", requires: { house: House },
  setup(ctx, { house }) {
    const file = name => house.state + "/../" + name;
    ctx.add(${slot}, { id: "${id}", after: [${after}], limit: 60, async run(_, signal) {
      appendFileSync(file("${id}.log"), "began\\n");
      while (!existsSync(file("${id}.open")) && !signal.aborted) await Bun.sleep(5);
      signal.throwIfAborted();
      appendFileSync(file("${id}.log"), "ended\\n");
    } });
  },
});`;

const local = (id: string) => `[plugins.${id}]\nfrom = "./local/${id}"\n`;
const notes = (place: DaemonPlace, id: string) => {
  const file = join(place.folder, `${id}.log`);
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
};
const open = (place: DaemonPlace, id: string) => place.write(`${id}.open`, "");
const wake = async (daemon: TestDaemon, session_type = "custom") =>
  (await daemon.call("POST", "/admin/wake", { session_type, prompt: "hello" })).body.session_id as string;
/** How a session stands that no daemon serves any more. */
const stateOf = async (place: DaemonPlace, id: string) =>
  (await hearth(place, "session", id)).out.split("\n")[0]!.split(/ +/)[3];
const ends = async (daemon: TestDaemon, id: string, state: string) => expect(await endOf(daemon, id)).toBe(state);
const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };

async function killHard(daemon: TestDaemon): Promise<void> {
  daemon.signal("SIGKILL");
  await daemon.exited;
}

describe("kill -9 of the daemon", () => {
  test("while gathering: the session begins again, and happens once", async () => {
    using place = daemonPlace(bundledConfig(quiet, local("gate")), { HEARTH_AGENT: "offline" });
    place.write("config/local/gate/plugin.ts", gatedWork("WakeContext", "gate", ""));
    const first = await startDaemon(place);
    const id = await wake(first);
    await until(() => notes(place, "gate").length === 1);
    await killHard(first);
    open(place, "gate");
    await using second = await startDaemon(place);
    await ends(second, id, "done");
    expect((await hearth(place, "sessions")).out.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(join(place.home, "thoughts"))).toHaveLength(1);
    expect(readdirSync(join(place.home, "transcripts"))).toHaveLength(1);
  }, 60_000);

  test("while the real CLI runs: no orphan, the session is interrupted, its hooks run once, the next session runs", async () => {
    const api = startMessagesApi([hang(), say("I am back.")]);
    using place = daemonPlace(bundledConfig({ sessions: "firstWake = false" }, local("count")), {
      ANTHROPIC_API_KEY: "sk-ant-test-made-up-key",
      ANTHROPIC_BASE_URL: api.url,
    });
    place.write("config/local/count/plugin.ts", gatedWork("PostSession", "count", '"git"'));
    open(place, "count");
    const first = await startDaemon(place);
    const id = await wake(first);
    await api.call(1);
    expect(processesWith(`HEARTH_SESSION=${id}`).length).toBeGreaterThan(0);
    await killHard(first);
    await using second = await startDaemon(place);
    await ends(second, id, "interrupted");
    expect(processesWith(`HEARTH_SESSION=${id}`)).toEqual([]);
    const next = await wake(second);
    await ends(second, next, "done");
    expect(notes(place, "count")).toEqual(["began", "ended", "began", "ended"]);
    expect(readdirSync(join(place.home, "transcripts")).sort()).toEqual([`session-${id}.md`, `session-${next}.md`]);
    expect(readFileSync(join(place.home, `conversations/${id}.md`), "utf8")).toContain("interrupted");
    await api.stop();
  }, 60_000);

  test("while hooks run: what had ended is not run again, the rest runs once", async () => {
    const chain = ["one", "two", "three"];
    using place = daemonPlace(bundledConfig(quiet, chain.map(local).join("")), { HEARTH_AGENT: "offline" });
    chain.forEach((id, index) =>
      place.write(`config/local/${id}/plugin.ts`, gatedWork("PostSession", id, index ? `"${chain[index - 1]}"` : "")),
    );
    open(place, "one");
    open(place, "three");
    const first = await startDaemon(place);
    const id = await wake(first);
    await until(() => notes(place, "two").length === 1);
    await until(() => existsSync(join(place.home, ".git")));
    await killHard(first);
    open(place, "two");
    await using second = await startDaemon(place);
    await ends(second, id, "done");
    expect(notes(place, "one")).toEqual(["began", "ended"]);
    expect(notes(place, "two")).toEqual(["began", "began", "ended"]);
    expect(notes(place, "three")).toEqual(["began", "ended"]);
    expect(readdirSync(join(place.home, "thoughts"))).toHaveLength(1);
    expect(readFileSync(join(place.home, "data/mood-history.jsonl"), "utf8").trim().split("\n")).toHaveLength(1);
  }, 60_000);
});

describe("SIGTERM", () => {
  test("lets the running session and its hooks end, and exits 0", async () => {
    using place = daemonPlace(bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0.05" }), {
      HEARTH_AGENT: "offline",
    });
    const daemon = await startDaemon(place);
    const id = await wake(daemon);
    await until(async () => (await daemon.call("GET", "/session/status")).body.state === "running");
    daemon.signal("SIGTERM");
    expect(await daemon.exited).toBe(0);
    expect(await stateOf(place, id)).toBe("done");
    expect(existsSync(join(place.home, `transcripts/session-${id}.md`))).toBe(true);
  }, 60_000);

  test("cuts off at the limit what does not end: nothing is left running, and the hooks run at the next start", async () => {
    const api = startMessagesApi([hang()]);
    const config = bundledConfig({ sessions: "firstWake = false" }, "[limits]\nstop = 0.5\n");
    using place = daemonPlace(config, { ANTHROPIC_API_KEY: "sk-ant-test-made-up-key", ANTHROPIC_BASE_URL: api.url });
    const daemon = await startDaemon(place);
    const id = await wake(daemon);
    await api.call(1);
    daemon.signal("SIGTERM");
    expect(await daemon.exited).toBe(0);
    expect(processesWith(`HEARTH_SESSION=${id}`)).toEqual([]);
    expect(await stateOf(place, id)).toBe("finishing");
    await using second = await startDaemon(place);
    await ends(second, id, "interrupted");
    expect(existsSync(join(place.home, `transcripts/session-${id}.md`))).toBe(true);
    await api.stop();
  }, 60_000);
});

describe("an agent that fails", () => {
  const withExecutable = (place: DaemonPlace, script: string) => {
    place.write("agent.sh", script);
    chmodSync(join(place.folder, "agent.sh"), 0o755);
  };
  const claude = (lines: string, more = "") =>
    bundledConfig({ sessions: "firstWake = false", "agent-claude-cli": `executable = "AGENT"\n${lines}` }, more);

  test("hangs: it is timed out, everything it started is dead, the next session runs", async () => {
    const config = claude(
      "interruptGrace = 0.2\nterminateGrace = 0.2",
      "[plugins.sessions.types.custom]\nidle = 0.5\n",
    );
    using place = daemonPlace(config, { HEARTH_AGENT: "claude-cli", ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" });
    withExecutable(place, '#!/bin/bash\ntrap "" INT TERM\nsetsid sleep 1000 &\nsleep 1000\n');
    place.write("config/home.toml", config.replace("AGENT", join(place.folder, "agent.sh")));
    await using daemon = await startDaemon(place);
    const id = await wake(daemon);
    const next = await wake(daemon);
    await ends(daemon, id, "timed_out");
    expect(processesWith(`HEARTH_SESSION=${id}`)).toEqual([]);
    await ends(daemon, next, "timed_out");
    expect((await hearth(place, "session", id)).out).toContain("it gave no sign of life for 0.5 s");
  }, 60_000);

  test("exits 1: the session failed, with its stderr in the report", async () => {
    const config = claude("");
    using place = daemonPlace(config, { HEARTH_AGENT: "claude-cli", ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" });
    withExecutable(place, '#!/bin/bash\ncat > /dev/null\necho "no such model" >&2\nexit 1\n');
    place.write("config/home.toml", config.replace("AGENT", join(place.folder, "agent.sh")));
    await using daemon = await startDaemon(place);
    const id = await wake(daemon);
    await ends(daemon, id, "failed");
    expect((await hearth(place, "session", id)).out).toContain("no such model");
  }, 60_000);

  test("is missing: the session failed, and says what to do", async () => {
    const config = claude("").replace("AGENT", "/nowhere/claude");
    using place = daemonPlace(config, { HEARTH_AGENT: "claude-cli", ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" });
    await using daemon = await startDaemon(place);
    const id = await wake(daemon);
    await ends(daemon, id, "failed");
    expect((await hearth(place, "session", id)).out).toContain("/nowhere/claude");
  }, 60_000);
});
