import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { type MessagesApi, say, startMessagesApi, userText } from "../fixtures/messages-api";

describe("what the agent remembers, in a daemon with every bundled plugin", () => {
  let api: MessagesApi;
  let place: DaemonPlace;
  let daemon: TestDaemon;

  beforeAll(async () => {
    api = startMessagesApi([say("## People\n\nAda sends seeds.", { input_tokens: 900, output_tokens: 12 })]);
    const config = bundledConfig({
      sessions: "firstWake = false",
      "agent-offline": "pace = 0",
      "hook-compile-memory": "retries = 0",
    });
    const env = { HEARTH_AGENT: "offline", ANTHROPIC_API_KEY: "sk-ant-test-made-up-key", ANTHROPIC_BASE_URL: api.url };
    place = daemonPlace(config, env);
    place.write("home/memory/people.md", "## Ada\n\nShe sends seeds in spring.\n");
    place.write(
      "home/inner-thread/thread.jsonl",
      '{"body":"Where do seeds sleep?","type":"question","day":3,"session":"dusk"}\n',
    );
    place.write(
      "home/data/impulses.json",
      '[{"body":"Write to Ada","urgency":"high","created_at":"2026-01-01T00:00:00Z","expires_at":"2999-01-01T00:00:00Z"}]',
    );
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await api?.stop();
    place?.[Symbol.dispose]();
  });

  test("a session's memory is condensed after it, with its cost in the report", async () => {
    const { out } = await hearth(place, "wake", "noon");
    const id = /session ([\d-]+): done/.exec(out)![1]!;
    expect((await hearth(place, "session", id)).out).toMatch(/compile-memory +done .*: 900 tokens in, 12 out/);
    expect(readFileSync(join(place.home, "data/compiled-memory.md"), "utf8")).toBe("## People\n\nAda sends seeds.\n");
    expect(userText(api.calls[0])).toContain("She sends seeds in spring.");
  }, 60_000);

  test("the next prompt holds it, the inner thread, and the strongest impulse", async () => {
    const { out } = await hearth(place, "wake", "dusk", "--dry-run");
    expect(out).toContain("## People\n\nAda sends seeds.");
    expect(out).toContain("Day 3 (dusk, question): Where do seeds sleep?");
    expect(out).toMatch(/One is waiting \(high, \d+d ago\):\nWrite to Ada\n/);
  }, 60_000);

  test("hearth compile-memory says that nothing has changed, and with --force why it could not", async () => {
    const calm = await hearth(place, "compile-memory");
    expect([calm.code, calm.out]).toEqual([0, expect.stringContaining("nothing has changed in memory/")]);
    const forced = await hearth(place, "compile-memory", "--force");
    expect(forced.code).toBe(1);
    expect(forced.err).toContain("the API refuses the key (403); data/compiled-memory.md stays as it was");
    expect((await hearth(place, "compile-memory", "--now")).code).toBe(2);
  }, 60_000);

  test("the moods of the sessions are told", async () => {
    const { status, body } = await daemon.call("GET", "/analytics/mood?days=1");
    expect(status).toBe(200);
    expect(body.sessions).toMatchObject([{ session_type: "noon" }]);
    expect(body.days).toHaveLength(1);
  });
});
