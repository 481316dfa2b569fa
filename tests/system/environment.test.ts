import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  bundledConfig,
  type DaemonPlace,
  daemonPlace,
  placeAt,
  startDaemon,
  type TestDaemon,
} from "../fixtures/daemon";
import { eventsUntil, readEvents } from "../fixtures/sse-client";
import { until } from "../fixtures/until";

const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };

/** The variables that older set-ups have, each read by a daemon with every bundled plugin, against a file that says otherwise. */
describe("of the environment", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;

  beforeAll(async () => {
    const config = bundledConfig(quiet).replace('host = "127.0.0.1"\nport = 8000', 'host = "127.0.0.3"\nport = 1');
    place = daemonPlace(config, {
      HEARTH_AGENT: "offline",
      API_HOST: "127.0.0.2",
      API_PORT: "0",
      API_KEY: "the-key-of-the-environment",
      API_DEBUG: "true",
      API_CORS_ORIGINS_RAW: "https://one.example, https://two.example,",
      API_WATCH_PATHS_RAW: "dreams",
      API_EVENT_DEBOUNCE_MS: "1",
      API_EVENT_QUEUE_SIZE: "50",
      API_EVENT_MAX_SUBSCRIBERS: "1",
      API_SSE_HEARTBEAT_INTERVAL: "0.1",
      API_SESSION_STATUS_PATH: "status/now.json",
      API_SESSION_STREAM_PATH: "status/live.jsonl",
    });
    mkdirSync(join(place.home, "dreams"), { recursive: true });
    mkdirSync(join(place.home, "thoughts"));
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("API_HOST and API_PORT say where it listens; port 0 picks a free one and says which", async () => {
    expect(daemon.url).toMatch(/^http:\/\/127\.0\.0\.2:[1-9]\d+$/);
    await until(() => daemon.said().includes(`Listening   ${daemon.url}/api/v1`));
  });

  test("API_KEY is the key, and no other is made", async () => {
    expect((await daemon.call("GET", "/system/plugins")).status).toBe(200);
    expect((await daemon.open("/system/plugins", { "x-api-key": "another" })).status).toBe(401);
    expect(existsSync(join(place.state, "api.key"))).toBe(false);
  });

  test("API_CORS_ORIGINS_RAW names who may read answers in a browser", async () => {
    const allowed = async (origin: string) =>
      (await daemon.open("/health/live", { origin })).headers.get("access-control-allow-origin");
    expect(await allowed("https://two.example")).toBe("https://two.example");
    expect(await allowed("http://localhost:3000")).toBeNull();
  });

  test("API_WATCH_PATHS_RAW, API_SSE_HEARTBEAT_INTERVAL and API_EVENT_* reach the event stream", async () => {
    await until(() => daemon.log().some(({ message }) => message === "the watch stands"));
    const events = readEvents(await daemon.open("/events/stream"));
    expect((await daemon.open("/events/stream")).status).toBe(503);
    await until(async () => (await events.next()).value?.event === "heartbeat");
    place.write("home/thoughts/unwatched.md", "x");
    place.write("home/dreams/first.md", "la");
    const seen: string[] = [];
    await until(async () => seen.push(JSON.stringify((await events.next()).value)) && seen.at(-1)!.includes("first"));
    expect(seen.join()).not.toContain("unwatched");
    await events.return(undefined);
  });

  test("API_SESSION_STATUS_PATH and API_SESSION_STREAM_PATH say where tools outside read; API_DEBUG writes more lines", async () => {
    const stream = eventsUntil(await daemon.open("/session/stream"), "session.end");
    await daemon.call("POST", "/admin/wake", { session_type: "custom", prompt: "hello" });
    await stream;
    await until(() => readFileSync(join(place.home, "status/now.json"), "utf8").includes('"active":false'));
    expect(readFileSync(join(place.home, "status/live.jsonl"), "utf8")).toContain('"type":"result"');
    expect(existsSync(join(place.home, "data/session-status.json"))).toBe(false);
    await until(() => daemon.log().some(({ level }) => level === "debug"));
  });

  test("API_SHUTDOWN_TIMEOUT bounds what runs at a stop", async () => {
    using slow = daemonPlace(bundledConfig({ ...quiet, "agent-offline": "pace = 3000" }), {
      HEARTH_AGENT: "offline",
      API_SHUTDOWN_TIMEOUT: "0.2",
    });
    const one = await startDaemon(slow);
    await one.call("POST", "/admin/wake", {});
    await until(async () => (await one.call("GET", "/session/status")).body.state === "running");
    one.signal("SIGTERM");
    expect(await one.exited).toBe(0);
  });
});

describe("the greeting", () => {
  const credentials = JSON.stringify({ claudeAiOauth: { accessToken: "a-made-up-token", refreshToken: "another" } });

  test("says in plain words where to look, which agent it uses, and how to wake it", async () => {
    using place = daemonPlace(bundledConfig(quiet));
    await using daemon = await startDaemon(place);
    const said = await until(() => /Watch it .*/.test(daemon.said()) && daemon.said());
    const lines = said.split("\n").map(line => line.trim());
    expect(lines).toContain("Hearth is awake.");
    expect(lines).toContain(`Listening   ${daemon.url}/api/v1`);
    expect(lines).toContain(`Home        ${place.home} (made just now)`);
    expect(said).toContain(`State       ${place.state} `);
    expect(lines).toContain(`Config      ${place.configFile}`);
    expect(said).toMatch(/Agent {7}offline: the offline stand-in/);
    expect(said).toMatch(/Wake it .*hearth wake custom "Good morning"/);
    expect(lines).toContain(`Watch it    curl -N ${daemon.url}/api/v1/session/stream`);
    expect(readdirOfHome(place)).toContain("thoughts");
  });

  test.each([
    ["ANTHROPIC_API_KEY", { ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" }, "claude-cli"],
    ["CLAUDE_CODE_OAUTH_TOKEN", { CLAUDE_CODE_OAUTH_TOKEN: "a-made-up-token" }, "claude-cli"],
    ["a login of Hearth's own", {}, "claude-cli"],
    ["HEARTH_AGENT", { HEARTH_AGENT: "offline", ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" }, "offline"],
  ])("names the agent that goes with %s", async (what, env, agent) => {
    using place = daemonPlace(bundledConfig(quiet));
    if (what.startsWith("a login")) place.write("state/claude/.credentials.json", credentials);
    await using daemon = await startDaemon(placeAt(place, env));
    await until(() => daemon.said().includes(`Agent       ${agent}: `));
    expect(daemon.said()).not.toMatch(/made-up/);
  });

  test("says that there is no agent when the one that is wanted is not there", async () => {
    using place = daemonPlace(bundledConfig(quiet), { HEARTH_AGENT: "oracle" });
    await using daemon = await startDaemon(place);
    await until(() => /Agent {7}none: .*"oracle".*there are: claude-cli, offline/.test(daemon.said()));
  });
});

const readdirOfHome = ({ home }: DaemonPlace) => [...new Bun.Glob("*").scanSync({ cwd: home, onlyFiles: false })];
