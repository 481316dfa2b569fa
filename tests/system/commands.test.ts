import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import {
  bundledConfig,
  type DaemonPlace,
  daemonPlace,
  hearth,
  placeAt,
  startDaemon,
  type TestDaemon,
} from "../fixtures/daemon";
import { type FakeCli, fakeCli } from "../fixtures/fake-cli";

const root = join(import.meta.dir, "../..");
const bundled = readdirSync(join(root, "plugins"), { withFileTypes: true })
  .filter(entry => entry.isDirectory() && entry.name !== "node_modules")
  .map(({ name }) => name);
const configFor = (cli: string, more = "") =>
  bundledConfig(
    {
      sessions: "firstWake = false",
      "agent-offline": "pace = 0",
      "agent-claude-cli": `executable = ${JSON.stringify(cli)}\njail = "never"`,
    },
    more,
  );

describe("the hearth commands beside a daemon", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let cli: FakeCli;
  let session: string;

  beforeAll(async () => {
    place = daemonPlace("", { HEARTH_AGENT: "offline", ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" });
    cli = fakeCli(place, "console.log('Visit a page that does not exist.'); process.exit(3);");
    place.write("config/home.toml", configFor(cli.path));
    daemon = await startDaemon(place);
    const { out } = await hearth(place, "wake", "custom", "Good morning");
    session = /session ([\d-]+): done/.exec(out)![1]!;
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("graph: every plugin after those it waits for, every hook after those it waits for, with times", async () => {
    const { code, out } = await hearth(place, "graph");
    expect(code).toBe(0);
    const lines = out.split("\n");
    const at = (pattern: RegExp) => lines.findIndex(line => pattern.test(line));
    for (const id of bundled.filter(name => name !== "context-weather"))
      expect(out).toMatch(new RegExp(`● ${id} +[\\d.]+ ms`));
    expect(out).toMatch(/○ context-weather/);
    expect(at(/● watcher/)).toBeLessThan(at(/● events/));
    expect(at(/pipeline wake-context/)).toBeGreaterThan(0);
    const hooks = lines.slice(at(/pipeline post-session/));
    for (const hook of ["transcript", "thoughts", "conversation", "mood", "git"])
      expect(hooks.join("\n")).toMatch(new RegExp(`\\d {2}${hook} +(skipped )?[\\d.]+ ms of [\\d.]+ s`));
    const order = (hook: string) => hooks.findIndex(line => new RegExp(`^ {2}\\d {2}${hook} `).test(line));
    expect(order("thoughts")).toBeLessThan(order("mood"));
    expect(order("mood")).toBeLessThan(order("git"));
    expect(hooks.find(line => line.includes(" git "))).toMatch(/after .*mood/);
  });

  test("GET /system/plugins and /system/graph give the same as JSON, to those with the key", async () => {
    const { body } = await daemon.call("GET", "/system/graph");
    expect(body.plugins.map(({ id }: { id: string }) => id).toSorted()).toEqual(bundled.toSorted());
    expect(body.pipelines.map(({ id }: { id: string }) => id).toSorted()).toEqual(["post-session", "wake-context"]);
    expect((await daemon.call("GET", "/system/plugins")).body.plugins).toEqual(body.plugins);
    for (const path of ["/system/plugins", "/system/graph"])
      expect((await daemon.open(path, { "x-api-key": "" })).status).toBe(401);
  });

  test("list: a line for each plugin", async () => {
    const { out } = await hearth(place, "list");
    expect(out.trim().split("\n")).toHaveLength(bundled.length);
    expect(out).toMatch(/● {2}sessions +active/);
    expect(out).toMatch(/○ {2}context-weather +off/);
  });

  test("sessions and session: what ran, and what became of its hooks", async () => {
    expect((await hearth(place, "sessions")).out).toMatch(new RegExp(`^${session} +custom +done +offline`));
    const { code, out } = await hearth(place, "session", session);
    expect([code, out.split("\n")[0]]).toEqual([0, `session ${session}  custom  done`]);
    expect(out).toMatch(/git +done +[\d.]+ ms/);
  });

  test("session rerun: that hook alone, and a name that is none is told with the nearest", async () => {
    const times = (out: string) =>
      out
        .split("\n")
        .slice(1)
        .filter(line => !line.includes(" transcript "));
    const before = (await hearth(place, "session", session)).out;
    const again = await hearth(place, "session", session, "rerun", "transcript");
    expect(again.code).toBe(0);
    expect(times(again.out)).toEqual(times(before));
    const wrong = await hearth(place, "session", session, "rerun", "transcrip");
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('Did you mean "transcript"?')]);
  });

  test("session: one that is not there is told", async () => {
    const { code, err } = await hearth(place, "session", "20200101-000000-000");
    expect([code, err]).toEqual([1, expect.stringContaining('there is no session "20200101-000000-000"')]);
  });

  test("login: the CLI's own login at this terminal, in Hearth's own folder, without a key; its exit code is the command's", async () => {
    const { code, out } = await hearth(place, "login", "--console");
    expect([code, out]).toEqual([3, "Visit a page that does not exist.\n"]);
    const { args, env } = cli.calls().at(-1)!;
    expect(args).toEqual(["auth", "login", "--console"]);
    expect(env["CLAUDE_CONFIG_DIR"]).toBe(join(place.state, "claude"));
    expect(env["HOME"]).toStartWith(place.state);
    expect(JSON.stringify(env)).not.toContain("made-up");
  });

  test("retention: --dry-run tells what would go and leaves it, without it that goes", async () => {
    place.write("home/visitors/archive/2026-01/a.md", "Hello.");
    const file = join(place.home, "visitors/archive/2026-01/a.md");
    utimesSync(file, 0, 0);
    const line = / +visitors\/archive +30 days: 1 file, 1 folder, 1 KiB /;
    const dry = await hearth(place, "retention", "--dry-run");
    expect([dry.code, dry.out, existsSync(file)]).toEqual([
      0,
      expect.stringMatching(new RegExp(`${line.source}would go`)),
      true,
    ]);
    const { code, out } = await hearth(place, "retention");
    expect([code, out, existsSync(file)]).toEqual([0, expect.stringMatching(new RegExp(`${line.source}gone`)), false]);
  });

  test("help: every command with its usage", async () => {
    const { out } = await hearth(place, "help");
    for (const name of [
      "start",
      "login",
      "wake <type>",
      "check",
      "graph",
      "list",
      "schema",
      "sessions",
      "session <id>",
    ])
      expect(out).toContain(`  ${name}`);
    expect(out).toContain("  sessions [--limit N]   the latest sessions\n");
    expect(out).toMatch(/^ {2}mailbox list \| add .*\n {25}the mailboxes: /m);
  });
});

describe("the hearth commands without a daemon", () => {
  test("read config/home.toml when HEARTH_CONFIG names no file", async () => {
    using place = daemonPlace("[plugins.nonsense]\n");
    expect((await hearth(place, "check")).code).toBe(1);
    const { out } = await hearth(placeAt(place, { HEARTH_CONFIG: "" }), "check");
    expect(out).toStartWith(`${join(root, "config/home.toml")}: all is well`);
  });

  test("login makes its folder, and is in nobody's way", async () => {
    using place = daemonPlace("");
    const cli = fakeCli(place, "process.exit(0);");
    place.write("config/home.toml", configFor(cli.path));
    expect((await hearth(place, "login")).code).toBe(0);
    expect(cli.calls()[0]!.env["CLAUDE_CONFIG_DIR"]).toBe(join(place.state, "claude"));
  });

  test("login says what to do when there is no CLI", async () => {
    using place = daemonPlace(configFor("/nowhere/claude"));
    const { code, err } = await hearth(place, "login");
    expect([code, err]).toEqual([1, expect.stringContaining('"/nowhere/claude"')]);
  });

  test("graph, list and sessions look at the house as it would be, and change nothing", async () => {
    using place = daemonPlace(configFor("/nowhere/claude"));
    expect((await hearth(place, "graph")).out).toMatch(/● sessions +[\d.]+ ms/);
    expect((await hearth(place, "list")).out).toMatch(/● {2}hook-git/);
    expect((await hearth(place, "sessions")).out).toContain("no session yet");
    expect(readdirSync(place.folder).toSorted()).toEqual(["config", "empty"]);
  });
});
