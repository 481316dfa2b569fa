import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type DaemonPlace, daemonPlace, hearth, processesWith, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { hang, type MessagesApi, say, startMessagesApi, type Turn, userText, useTool } from "../fixtures/messages-api";
import { endOf } from "../fixtures/reports";

setDefaultTimeout(120_000);

const KEY = "sk-ant-api03-the-key-of-the-house";
const open: { api: MessagesApi; place: DaemonPlace; daemon: TestDaemon }[] = [];

afterEach(async () => {
  for (const { api, place, daemon } of open.splice(0)) {
    await daemon[Symbol.asyncDispose]();
    await api.stop();
    place[Symbol.dispose]();
  }
});

/** A daemon with the real CLI, whose model is the stand-in. */
async function house(script: Turn[], gateway = "") {
  const api = startMessagesApi(script);
  const place = daemonPlace(
    `[limits]\nstop = 3\n[plugins.system]\n[plugins.sessions]\nfirstWake = false\nagent = "claude-cli"\n[plugins.agent-claude-cli]\n[plugins.gateway]\n${gateway}\n`,
    { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url },
  );
  const daemon = await startDaemon(place);
  const made = { api, place, daemon };
  open.push(made);
  return made;
}

const wake = async (daemon: TestDaemon, prompt: string): Promise<string> =>
  (await daemon.call("POST", "/admin/wake", { session_type: "custom", prompt })).body.session_id;

test("S10: a session of the real CLI goes through the gateway: the key stays in the house, the costs are known", async () => {
  const { api, place, daemon } = await house([useTool("Glob", { pattern: "*.md" }), hang()]);
  await wake(daemon, "Good morning.");
  await api.call(2);
  const cli = processesWith("HEARTH_SESSION=").filter(pid =>
    readFileSync(`/proc/${pid}/environ`, "utf8").includes(place.state),
  );
  expect(cli.length).toBeGreaterThan(0);
  for (const pid of cli) expect(readFileSync(`/proc/${pid}/environ`, "utf8")).not.toContain(KEY);
  for (const { headers } of api.calls) expect(headers["x-api-key"]).toBe(KEY);
  expect(JSON.stringify(api.requests)).not.toContain("sk-ant-hearth-");
  const { body } = await daemon.call("GET", "/costs");
  expect([body.total.calls, body.open_calls, body.by_type[0].type]).toEqual([1, 1, "custom"]);
  expect((await hearth(place, "costs", "--by", "type")).out).toContain("custom");
});

test("a session ends at its budget, a person raises it, and it goes on where it was", async () => {
  const script = [useTool("Glob", { pattern: "*.md" }), say("There are some pages."), say("As I said: some pages.")];
  const { api, place, daemon } = await house(script, "session = { calls = 1 }");
  const id = await wake(daemon, "Look around.");
  expect(await endOf(daemon, id)).toBe("budget_stopped");
  expect(api.calls.length).toBe(1);
  expect((await hearth(place, "session", id)).out).toContain("the budget of this session has no room for this call");
  expect((await hearth(place, "budget", "raise", "session", id, "5", "calls")).out).toContain("1 calls of 6 calls");
  const resumed = await hearth(place, "session", id, "resume");
  expect(resumed.code).toBe(0);
  expect(api.calls.length).toBe(2);
  expect(userText(api.calls[1])).toContain("Look around.");
  expect((await daemon.call("GET", "/costs")).body.by_session.length).toBe(2);
});

test("the one switch ends a session in the middle of a call", async () => {
  const { api, place, daemon } = await house([hang()]);
  const id = await wake(daemon, "Good morning.");
  await api.call(1);
  expect((await hearth(place, "budget", "stop", "enough")).out).toContain("everything is stopped");
  expect(await endOf(daemon, id)).toBe("budget_stopped");
  const next = await wake(daemon, "And now?");
  expect(await endOf(daemon, next)).toBe("budget_stopped");
  expect(api.calls.length).toBe(1);
  expect((await hearth(place, "budget", "go")).code).toBe(0);
});

test("a call that a crash cut off counts as it was reserved, once a session runs again", async () => {
  const { api, place, daemon } = await house([hang(), say("Back again.")]);
  await wake(daemon, "Good morning.");
  await api.call(1);
  const { held_usd: held } = (await daemon.call("GET", "/costs")).body;
  daemon.signal("SIGKILL");
  await daemon.exited;
  const again = await startDaemon(place);
  open[0] = { api, place, daemon: again };
  const id = await wake(again, "Are you there?");
  expect(await endOf(again, id)).toBe("done");
  const { body } = await again.call("GET", "/costs");
  expect([body.total.calls, body.total.assumed, body.open_calls]).toEqual([2, 1, 0]);
  expect(body.total.usd).toBeGreaterThan(held);
  expect(body.total.usd).toBeLessThan(held + 0.01);
});
