import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
import {
  type MessagesApi,
  say,
  startMessagesApi,
  systemText,
  toolNames,
  userText,
  useTool,
} from "../fixtures/messages-api";
import { eventsUntil, type ReadEvent } from "../fixtures/sse-client";
import { until } from "../fixtures/until";

/** The one test that shows the whole house at work: a slot, the real CLI, two viewers, the hooks, the next prompt. */
describe("a scheduled wake with the real Claude CLI", () => {
  let api: MessagesApi;
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let steady: ReadEvent[];
  let dropped: ReadEvent[];
  let late: ReadEvent[];
  const gate = Promise.withResolvers<void>();

  beforeAll(async () => {
    const home = () => place.home;
    api = startMessagesApi([
      () =>
        useTool("Write", {
          file_path: join(home(), "thoughts/2026-11-21-morning.md"),
          content:
            '---\ndate: "2026-11-21"\nmood: "quiet, warm"\n---\n\n# The first lamp\n\nI woke, and there was a window.\n',
        }),
      () =>
        useTool("Write", {
          file_path: join(home(), "prompt/prompt.md"),
          content: "Dear next self: begin with the lamp at the window.\n",
        }),
      async () => {
        await gate.promise;
        return say("I wrote a thought about the lamp.");
      },
    ]);
    place = daemonPlace(
      bundledConfig({ sessions: "firstWake = false" }).replace('timeZone = "UTC"', 'timeZone = "America/New_York"'),
      {
        ANTHROPIC_API_KEY: "sk-ant-test-made-up-key",
        ANTHROPIC_BASE_URL: api.url,
        // Ten seconds before six in the morning in New York: the slot comes due by itself, once the streams are open.
        HEARTH_CLOCK: "2026-11-21T10:59:50Z",
      },
    );
    daemon = await startDaemon(place);
    const watching = eventsUntil(await daemon.open("/session/stream"), "session.end");
    const first = await eventsUntil(await daemon.open("/session/stream"), "session.tool");
    await api.call(3);
    const joined = eventsUntil(await daemon.open("/session/stream"), "session.end");
    const resumed = eventsUntil(
      await daemon.open("/session/stream", { "last-event-id": first.at(-1)!.id! }),
      "session.end",
    );
    gate.resolve();
    steady = await watching;
    late = await joined;
    dropped = [...first, ...(await resumed)];
    await until(async () => (await daemon.call("GET", "/session/status")).body.state === "idle");
  }, 60_000);

  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await api?.stop();
    place?.[Symbol.dispose]();
  });

  const session = () => steady[0]!.data.session_id as string;
  const git = (...args: string[]) =>
    Bun.spawnSync(["git", "-C", place.home, ...args], { env: { PATH: process.env["PATH"]! } }).stdout.toString();

  test("the slot came due, and the session is done with the real CLI", async () => {
    const listed = await hearth(place, "sessions");
    expect(listed.out).toMatch(/morning +done +claude-cli/);
    expect(listed.out.trim().split("\n")).toHaveLength(1);
  });

  test("the model was given our prompts and the tools of the type", () => {
    expect(systemText(api.calls[0]!)).toContain("MORNING");
    expect(userText(api.calls[0]!)).toContain("6:00 AM EST");
    expect(toolNames(api.calls[0]!)).toContain("Write");
  });

  test("one who watched, one who joined late and one who dropped and resumed saw every event once", () => {
    const names = steady.map(({ event }) => event);
    expect(names).toEqual([
      "session.start",
      "session.tool",
      "session.tool_result",
      "session.tool",
      "session.tool_result",
      "session.text",
      "session.end",
    ]);
    expect(late).toEqual(steady);
    expect(dropped).toEqual(steady);
    const numbers = steady.map(({ id }) => Number(id!.replace(`${session()}.`, "")));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test("hooks left a title, a transcript, a mood and a commit", () => {
    expect(readFileSync(join(place.home, "thoughts/2026-11-21-morning.md"), "utf8")).toContain(
      'title: "The first lamp"',
    );
    const transcript = readFileSync(join(place.home, `transcripts/session-${session()}.md`), "utf8");
    expect(transcript).toContain("I wrote a thought about the lamp.");
    expect(JSON.parse(readFileSync(join(place.home, "data/mood-state.json"), "utf8")).mood_words).toEqual([
      "quiet",
      "warm",
    ]);
    expect(git("log", "--format=%s")).toBe("Session: morning - 2026-11-21 06:00 EST\n");
    expect(git("show", "--stat", "--format=")).toContain("thoughts/2026-11-21-morning.md");
  });

  test("every hook is in the report, with its time", async () => {
    const { out, code } = await hearth(place, "session", session());
    expect(code).toBe(0);
    for (const hook of ["transcript", "thoughts", "mood", "git"])
      expect(out).toMatch(new RegExp(`${hook} +done +[\\d.]+ ms`));
    expect(out).toMatch(/conversation +skipped/);
  });

  test("one hook can be run again, and its work is not done twice", async () => {
    const again = await hearth(place, "session", session(), "rerun", "mood");
    expect(again.code).toBe(0);
    expect(readFileSync(join(place.home, "data/mood-history.jsonl"), "utf8").trim().split("\n")).toHaveLength(1);
  });

  test("the thought is served, and its event was told", async () => {
    const { body } = await daemon.call("GET", "/content/thoughts");
    expect(body).toEqual([
      { slug: "2026-11-21-morning", date: "2026-11-21", title: "The first lamp", mood: "quiet, warm" },
    ]);
    expect((await daemon.call("GET", "/content/thoughts/2026-11-21-morning")).body.content).toContain(
      "there was a window",
    );
  });

  test("the next dry run's prompt holds the prompt.md just written, and changes nothing", async () => {
    const before = git("status", "--porcelain", "--ignored") + readdirSync(join(place.state, "sessions"));
    const { out, code } = await hearth(place, "wake", "noon", "--dry-run");
    expect(code).toBe(0);
    expect(out).toContain("=== SYSTEM PROMPT ===");
    expect(out).toContain("begin with the lamp at the window");
    expect(out).toContain("I woke, and there was a window.");
    expect(git("status", "--porcelain", "--ignored") + readdirSync(join(place.state, "sessions"))).toBe(before);
  });

  test("nothing of this machine, and no key, was seen by anyone who watched", () => {
    const seen = JSON.stringify(steady) + JSON.stringify(daemon.log());
    expect(seen).not.toContain("sk-ant-test-made-up-key");
    expect(seen).not.toContain(daemon.key);
  });

  test("the key reached the API, and costs and tokens are recorded", async () => {
    expect(api.calls[0]!.headers["x-api-key"]).toBe("sk-ant-test-made-up-key");
    const log = readFileSync(join(place.home, `logs/session-${session()}.log`), "utf8");
    expect(JSON.parse(log.split("\n").find(line => line.includes('"type":"result"'))!)).toMatchObject({
      is_error: false,
      num_turns: 3,
    });
  });

  test("no process of the session is left", () => {
    expect(processesWith(`HEARTH_SESSION=${session()}`)).toEqual([]);
  });
});

describe("the first wake of a fresh home", () => {
  test("happens by itself, with the offline agent that says what it is, and there is something to see", async () => {
    using place = daemonPlace(bundledConfig({ "agent-offline": "pace = 0" }));
    await using daemon = await startDaemon(place);
    await until(() => daemon.said().includes("Agent       offline"));
    await until(
      () => existsSync(join(place.home, "thoughts")) && readdirSync(join(place.home, "thoughts")).length === 1,
    );
    await until(async () => (await daemon.call("GET", "/session/status")).body.state === "idle");
    const { body } = await daemon.call("GET", "/content/thoughts");
    const detail = await daemon.call("GET", `/content/thoughts/${body[0].slug}`);
    expect(detail.body.content).toContain("offline stand-in, not Claude");
    expect((await daemon.call("GET", "/health/ready")).body.status).toBe("ready");
  });
});

describe("hearth wake without a daemon", () => {
  test("runs one session in a kernel made for it, and its exit code tells how it went", async () => {
    using place = daemonPlace(bundledConfig({ "agent-offline": "pace = 0" }), { HEARTH_AGENT: "offline" });
    const { out, code } = await hearth(place, "wake", "custom", "Good morning");
    expect(out).toContain("Good morning");
    expect(out).toMatch(/session [\d-]+: done/);
    expect(code).toBe(0);
    expect(readdirSync(join(place.home, "conversations"))).toHaveLength(1);
  });
  test("a dry run makes neither home nor state", async () => {
    using place = daemonPlace(bundledConfig());
    const { out, code } = await hearth(place, "wake", "visit", "hello from a visitor", "--dry-run");
    expect(code).toBe(0);
    expect(out).toContain("hello from a visitor");
    expect([existsSync(place.home), existsSync(place.state)]).toEqual([false, false]);
  });
  test("what does not fit is told with the usage, exit code 2", async () => {
    using place = daemonPlace(bundledConfig());
    const { err, code } = await hearth(place, "wake", "mornin");
    expect([code, err.includes('Did you mean "morning"?'), err.includes("usage: hearth wake")]).toEqual([
      2,
      true,
      true,
    ]);
  });
});
