import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  bundledConfig,
  type DaemonPlace,
  daemonPlace,
  processesWith,
  startDaemon,
  type TestDaemon,
} from "../fixtures/daemon";
import { cutStream, fault, hang, type MessagesApi, say, startMessagesApi, type Turn } from "../fixtures/messages-api";
import { reportOf } from "../fixtures/reports";

/** The Messages API misbehaves, the real CLI meets it, and the daemon says what became of the session. */
describe("a wake with the real Claude CLI, when the API", () => {
  let api: MessagesApi;
  let place: DaemonPlace;
  let daemon: TestDaemon;

  beforeAll(async () => {
    api = startMessagesApi([]);
    const config = bundledConfig(
      { sessions: "firstWake = false", "agent-claude-cli": "maxRetries = 1\ninterruptGrace = 1\nterminateGrace = 0.5" },
      "[plugins.sessions.types.noon]\nidle = 3\n",
    );
    place = daemonPlace(config, { ANTHROPIC_API_KEY: "sk-ant-test-made-up-key", ANTHROPIC_BASE_URL: api.url });
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await api?.stop();
    place?.[Symbol.dispose]();
  });

  /** Wakes the agent with these answers of the API, and answers the session's report and its id. */
  async function wake(type: string, ...turns: Turn[]): Promise<{ id: string; report: string }> {
    api.script(...turns);
    const { body } = await daemon.call("POST", "/admin/wake", { session_type: type });
    const id = body.session_id as string;
    return { id, report: await reportOf(daemon, id) };
  }

  test("refuses the key (401): the session failed, and says so", async () => {
    const { report } = await wake("morning", fault(401), fault(401));
    expect(report.split("\n")[0]).toMatch(/failed {2}.*401/);
    expect(report).toMatch(/transcript +done/);
  }, 60_000);

  test("asks for a pause (429 with retry-after) or breaks off in the middle: the session is done", async () => {
    expect((await wake("morning", fault(429, { retryAfter: 0 }), say("At last."))).report).toContain("morning  done");
    expect((await wake("morning", cutStream(), say("Once more."))).report).toContain("morning  done");
  }, 60_000);

  test("is overloaded (529) for longer than the retries: the session failed, and says so", async () => {
    const { report } = await wake("morning", fault(529), fault(529));
    expect(report.split("\n")[0]).toMatch(/failed {2}.*529/);
  }, 60_000);

  test("never answers: the session is timed out, nothing of it is left, and the next one runs", async () => {
    const { id, report } = await wake("noon", hang());
    expect(report.split("\n")[0]).toContain("timed_out  it gave no sign of life for 3 s");
    expect(processesWith(`HEARTH_SESSION=${id}`)).toEqual([]);
    expect((await wake("morning", say("I am here."))).report).toContain("morning  done");
  }, 60_000);
});
