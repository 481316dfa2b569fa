import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Commands, Settled, type Wall, Walls } from "hearth";
import { configured, expectClean, type TestOptions, testKernel } from "hearth/testing";
import { MessageScreens } from "hearth-plugins/letterbox";
import { hostLook, originsLook } from "../../plugins/doctor/doors";
import doctor from "../../plugins/doctor/plugin";
import gateway from "../../plugins/gateway/plugin";
import { settings as letterboxSettings } from "../../plugins/letterbox/settings";
import { letterboxWalls } from "../../plugins/letterbox/walls";
import { embedderWall } from "../../plugins/memory/wall";
import { Settings as moderationSettings } from "../../plugins/moderation/settings";
import { moderationWall } from "../../plugins/moderation/wall";
import { Settings as retentionSettings } from "../../plugins/retention/settings";
import { deletionWall } from "../../plugins/retention/wall";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, placeAt, startDaemon } from "../fixtures/daemon";
import { gatewayFolder } from "../fixtures/gateway";
import { doing } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

/** A kernel with the doctor and what else is given. */
const clinic = async (plugins: Parameters<typeof testKernel>[0] = [], options: TestOptions = {}) => {
  const app = await testKernel([doctor, ...plugins], options);
  chmodSync(app.state, 0o700);
  return app;
};
type Clinic = Awaited<ReturnType<typeof clinic>>;

const look = async (app: Clinic, id: string) =>
  app
    .items(Walls)
    .find(wall => wall.id === id)!
    .look();
const examine = async (app: Clinic) => {
  const lines: string[] = [];
  const command = app.items(Commands).find(({ id }) => id === "doctor")!;
  const code = await command.run([], { print: line => lines.push(line), signal: new AbortController().signal });
  return { code, lines };
};
const wallOf = (wall: Wall) => doing("mason", ctx => ctx.add(Walls, wall));

describe("the doctor", () => {
  test("names each wall, the worst first, and what to do; one that is missing makes the exit code 1", async () => {
    await using app = await clinic([
      wallOf({ id: "moat", look: () => ({ state: "missing", what: "it is dry", todo: "let water in" }) }),
    ]);
    const { code, lines } = await examine(app);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/^missing +moat +it is dry$/);
    expect(lines[1]).toMatch(/^ +→ let water in$/);
    expect(lines.filter(line => line.startsWith("ok")).length).toBeGreaterThan(3);
    expect(lines.at(-1)).toMatch(/^\d+ ok, \d+ weak, 1 missing$/);
  });

  test("a wall that nobody can look at counts as missing, and keeps none of the others", async () => {
    const look = () => {
      throw new Error("there is fog");
    };
    await using app = await clinic([wallOf({ id: "tower", look })]);
    const { code, lines } = await examine(app);
    expect([code, lines[0]]).toEqual([1, expect.stringMatching(/^missing +tower.*there is fog/)]);
    expect(lines.some(line => line.startsWith("ok"))).toBe(true);
  });

  test("the log has a line for each that does not stand, once, and again when it is found otherwise", async () => {
    let what = "it is low";
    await using app = await clinic([wallOf({ id: "fence", look: () => ({ state: "weak", what }) })]);
    const told = () =>
      app.log.filter(line => line["wall"] === "fence").map(line => [line.level, line.message, line["what"]]);
    await until(() => told().length === 1);
    const again = async () => {
      await app.emit(Settled, {});
      await until(() => app.kernel.activity.running(["doctor"]).length === 0);
    };
    await again();
    what = "it is lower";
    await app.emit(Settled, {});
    await until(() => told().length === 2);
    expect(told()).toEqual([
      ["warn", "a wall is weak", "it is low"],
      ["warn", "a wall is weak", "it is lower"],
    ]);
  });

  test("a plugin that protects the house and does not run is a wall that is weak", async () => {
    await using app = await clinic([configured(gateway, { apiKey: "sk-ant-api03-a-key-of-somebody" })], {
      folders: { gateway: gatewayFolder },
    });
    const weak = (lines: readonly string[]) =>
      lines.flatMap(line => /^weak +(\S+) +this plugin does not run/.exec(line)?.[1] ?? []);
    expect(weak((await examine(app)).lines)).toEqual(["moderation", "retention", "hook-git"]);
    await app.kernel.disable("gateway");
    expect(weak((await examine(app)).lines)).toEqual(["gateway", "moderation", "retention", "hook-git"]);
  });

  test("turned off, it leaves nothing behind", () => expectClean(doctor));
});

describe("the walls of every house", () => {
  test("the state folder is its owner's alone", async () => {
    await using app = await clinic();
    expect((await look(app, "state")).state).toBe("ok");
    chmodSync(app.state, 0o750);
    expect(await look(app, "state")).toMatchObject({ state: "missing", todo: `chmod 700 ${app.state}` });
  });

  test("the service key: made or given, long enough, read by nobody else", async () => {
    await using app = await clinic();
    expect(await look(app, "api-key")).toMatchObject({ state: "ok", what: expect.stringContaining("first start") });
    const file = join(app.state, "api.key");
    writeFileSync(file, "hearth_key\n", { mode: 0o600 });
    expect((await look(app, "api-key")).state).toBe("ok");
    chmodSync(file, 0o644);
    expect((await look(app, "api-key")).state).toBe("missing");
    await using short = await clinic([], { env: { API_KEY: "secret" } });
    const found = await look(short, "api-key");
    expect([found.state, JSON.stringify(found).includes("secret")]).toEqual(["weak", false]);
  });

  test("secrets that no plugin reads are named, never their values", async () => {
    const env = { FOO_TOKEN: "abc-very-secret", ANTHROPIC_API_KEY: "sk-ant-1", API_KEY: "k".repeat(30), PATH: "/bin" };
    await using app = await clinic([], { env });
    const found = await look(app, "secrets");
    expect(found).toMatchObject({ state: "weak", what: expect.stringMatching(/: FOO_TOKEN$/) });
    expect(JSON.stringify(found)).not.toContain("abc-very-secret");
    const reader = { ...doing("reader", () => {}), env: { FOO_TOKEN: ["foo", String] as const } };
    await using read = await clinic([reader], { env });
    expect((await look(read, "secrets")).state).toBe("ok");
  });

  test("who reaches the API: this machine alone, or more", () => {
    for (const host of ["127.0.0.1", "127.0.0.9", "localhost", "::1"]) expect(hostLook(host).state).toBe("ok");
    for (const host of ["0.0.0.0", "::", "192.168.1.5", "127.evil.example"]) expect(hostLook(host).state).toBe("weak");
    expect(originsLook(["https://example.org", "http://localhost:3000"]).state).toBe("ok");
    expect(originsLook(["http://example.org"])).toMatchObject({
      state: "weak",
      what: expect.stringContaining("http://example.org"),
    });
  });

  test("a clock that was set by hand, and a plugin that waits, are told", async () => {
    await using app = await clinic([], { env: { HEARTH_CLOCK: "2026-01-01T00:00:00Z" }, timeZone: "Asia/Tokyo" });
    expect(await look(app, "clock")).toMatchObject({ state: "weak", what: expect.stringContaining("Asia/Tokyo") });
    expect((await look(app, "plugins")).state).toBe("ok");
  });
});

describe("the walls of plugins", () => {
  const letterbox = (given: object, screens = 1) =>
    letterboxWalls(letterboxSettings.parse(given), () =>
      Array.from({ length: screens }, (_, n) => ({ id: `s${n}` }) as never),
    );
  const stateOf = async (walls: Wall | readonly Wall[]) =>
    Promise.all([walls].flat().map(async wall => (await (wall as Wall).look()).state));

  test("letterbox: nobody screens, and strangers' mail is let in", async () => {
    expect(MessageScreens.id).toBeString();
    expect(await stateOf(letterbox({}))).toEqual(["ok", "ok"]);
    expect(await stateOf(letterbox({ outage: { strangers: "open" } }, 0))).toEqual(["missing", "weak"]);
    expect(await stateOf(letterbox({ suspicious: { strangers: "open" } }))).toEqual(["ok", "weak"]);
  });

  test("moderation: counted, by itself, without a key, and with a screen turned off", async () => {
    const wall = (asker: { isCounted: boolean; lacks(): string | undefined }, given = {}) =>
      stateOf(moderationWall(moderationSettings.parse(given), asker as never));
    const counted = { isCounted: true, lacks: () => undefined };
    expect(
      await Promise.all([
        wall(counted),
        wall({ ...counted, isCounted: false }),
        wall({ isCounted: false, lacks: () => "there is no key" }),
        wall(counted, { injection: false }),
      ]),
    ).toEqual([["ok"], ["weak"], ["weak"], ["weak"]]);
  });

  test("retention: what others wrote goes some day, or never", async () => {
    expect(await stateOf(deletionWall(retentionSettings.parse({})))).toEqual(["ok"]);
    expect(await stateOf(deletionWall(retentionSettings.parse({ visitorsArchive: false })))).toEqual(["weak"]);
  });

  test("memory: by meaning, or by words alone", async () => {
    const able = { id: "able", unavailable: () => undefined } as never;
    const broken = { id: "broken", unavailable: () => "its model is missing" } as never;
    expect(await stateOf(embedderWall(["broken", "able"], () => [broken, able]))).toEqual(["ok"]);
    const { state, what } = await embedderWall(["broken"], () => [broken]).look();
    expect([state, what]).toEqual(["weak", expect.stringContaining("its model is missing")]);
  });

  test.each([
    [{}, "weak"],
    [{ apiKey: "sk-ant-api03-a-key-of-somebody" }, "ok"],
    [{ apiKey: "sk-ant-api03-a-key-of-somebody", day: { usd: false } }, "weak"],
  ])("gateway: %j", async (given, state) => {
    await using app = await clinic([configured(gateway, given)], { folders: { gateway: gatewayFolder } });
    expect((await look(app, "budget")).state).toBe(state as never);
  });
});

const KEY = "sk-ant-api03-the-key-of-the-house";
/** A line of the doctor's: what it found of a wall. */
const found = (out: string, wall: string) => new RegExp(`^(ok|weak|missing) +${wall} +(.*)$`, "m").exec(out)?.slice(1);

/** A folder with all programs that a shell needs but for bubblewrap. */
function withoutBubblewrap(place: DaemonPlace): string {
  const folder = join(place.folder, "bin");
  mkdirSync(folder);
  for (const name of ["git", "socat", "sh", "env"]) {
    const path = Bun.which(name);
    if (path) symlinkSync(path, join(folder, name));
  }
  return folder;
}

describe("hearth doctor, of a whole house", () => {
  const config = bundledConfig({ sessions: "firstWake = false" });

  test("with a key: the gateway keeps it, and the daemon says at its start what is weak, a line each", async () => {
    using place = daemonPlace(config, {
      ANTHROPIC_API_KEY: KEY,
      HEARTH_AGENT: "offline",
      LOST_TOKEN: "nobody-reads-this",
    });
    await using daemon = await startDaemon(place);
    const { out, err, code } = await hearth(place, "doctor");
    expect(err).toBe("");
    expect(found(out, "agent-key")).toEqual(["ok", expect.stringContaining("the key stays with Hearth")]);
    expect(found(out, "budget")![0]).toBe("ok");
    expect(found(out, "moderation-key")![0]).toBe("ok");
    expect(found(out, "state")![0]).toBe("ok");
    expect(found(out, "git-remote")![0]).toBe("weak");
    expect(found(out, "secrets")).toEqual(["weak", expect.stringMatching(/: LOST_TOKEN$/)]);
    expect(out).not.toContain(KEY);
    expect(code).toBe(/^missing/m.test(out) ? 1 : 0);
    const told = () => daemon.log().filter(({ plugin, level }) => plugin === "doctor" && level === "warn");
    const wrong = [...out.matchAll(/^(?:weak|missing) +(\S+)/gm)].map(([, id]) => id!);
    await until(() => told().length >= wrong.length);
    expect(
      told()
        .map(({ wall }) => wall)
        .sort(),
    ).toEqual(wrong.sort());
    chmodSync(place.state, 0o755);
    const open = await hearth(place, "doctor");
    expect([open.code, found(open.out, "state")![0]]).toEqual([1, "missing"]);
  }, 60_000);

  test("without a key the agent has none, and with a login the gateway keeps it from the agent", async () => {
    using place = daemonPlace(config, { HEARTH_AGENT: "offline" });
    await using daemon = await startDaemon(place);
    const { out } = await hearth(place, "doctor");
    expect(daemon.url).toStartWith("http://127.0.0.1");
    expect(found(out, "agent-key")).toEqual(["weak", expect.stringContaining("no key and no login")]);
    expect(found(out, "budget")![0]).toBe("weak");
    expect(found(out, "moderation-key")![0]).toBe("weak");
    place.write("state/claude/.credentials.json", '{"claudeAiOauth":{"accessToken":"x"}}');
    const loggedIn = (await hearth(place, "doctor")).out;
    expect(found(loggedIn, "agent-key")).toEqual(["ok", expect.stringContaining("the key stays with Hearth")]);
    expect([found(loggedIn, "budget")![0], found(loggedIn, "moderation-key")![0]]).toEqual(["ok", "weak"]);
  }, 60_000);

  test("without a daemon, and where bubblewrap is not on the path: the shell's wall is missing, and the exit code says so", async () => {
    using place = daemonPlace(config, { ANTHROPIC_API_KEY: KEY, HEARTH_AGENT: "offline" });
    using hidden = placeAt(place, { PATH: withoutBubblewrap(place) });
    const { out, code } = await hearth(hidden, "doctor");
    expect(found(out, "agent-shell")).toEqual(["missing", expect.stringContaining("bwrap is not installed")]);
    expect(found(out, "agent-jail")).toEqual(["weak", expect.stringContaining("bubblewrap is not installed")]);
    expect(code).toBe(1);
    writeFileSync(place.configFile, bundledConfig({ "agent-claude-cli": 'bash = "never"\njail = "always"' }));
    const strict = (await hearth(hidden, "doctor")).out;
    expect(found(strict, "agent-shell")).toEqual(["ok", expect.stringContaining("the agent has no shell")]);
    expect(found(strict, "agent-jail")).toEqual(["missing", expect.stringContaining("bubblewrap is not installed")]);
    writeFileSync(
      place.configFile,
      bundledConfig({ "agent-claude-cli": 'bash = "always"\njail = "never"\npassEnv = ["DB_PASSWORD"]' }),
    );
    using risky = placeAt(place, { DB_PASSWORD: "a-secret-of-mine" });
    const always = (await hearth(risky, "doctor")).out;
    expect(found(always, "agent-shell")![0]).toBe("missing");
    expect(found(always, "agent-jail")).toEqual(["weak", expect.stringContaining("as it was set")]);
    expect(found(always, "agent-environment")).toEqual(["missing", expect.stringContaining("DB_PASSWORD")]);
    expect(always).not.toContain("a-secret-of-mine");
  }, 60_000);
});
