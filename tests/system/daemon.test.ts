import { afterEach, describe, expect, test } from "bun:test";
import { cpSync, existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { reportOf } from "../fixtures/reports";
import { readEvents } from "../fixtures/sse-client";
import { until } from "../fixtures/until";

const root = join(import.meta.dir, "../..");
const strangers = join(import.meta.dir, "../fixtures/plugins");

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** A place with the strangers' plugins: folders beside the config file, and a package that is installed there. */
function placeWith(config: string, env: Record<string, string> = {}): DaemonPlace {
  const place = daemonPlace(config, env);
  cleanUp.push(() => place[Symbol.dispose]());
  for (const id of ["moon", "radio"])
    cpSync(join(strangers, id), join(place.folder, "config/local", id), { recursive: true });
  cpSync(join(strangers, "hearth-plugin-dew"), join(place.folder, "config/node_modules/hearth-plugin-dew"), {
    recursive: true,
  });
  return place;
}

async function start(place: DaemonPlace): Promise<TestDaemon> {
  const daemon = await startDaemon(place);
  cleanUp.push(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

const daemonWith = (config: string, env?: Record<string, string>) => start(placeWith(config, env));

const health = "[plugins.health]\n";
const system = "[plugins.system]\n";
const moon = '[plugins.moon]\nfrom = "./local/moon"\n';
const radio = '[plugins.radio]\nfrom = "./local/radio"\n';
const dew = '[plugins.dew]\nfrom = "hearth-plugin-dew"\n';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const configure = (daemon: TestDaemon, text: string) => daemon.place.write("config/home.toml", text);
const logged = (daemon: TestDaemon, message: string) => daemon.log().filter(line => line["message"] === message);
const lastLogged = (daemon: TestDaemon, message: string) => logged(daemon, message).at(-1);
/** Writes a config file and waits until the daemon has said what it makes of it. */
async function reconfigure(daemon: TestDaemon, text: string): Promise<Record<string, any>> {
  const said = () =>
    daemon.log().filter(({ message }) => /^the configuration was (not )?taken over/.test(message as string));
  const before = said().length;
  configure(daemon, text);
  await until(() => said().length > before);
  return said().at(-1)!;
}

describe("a daemon that starts", () => {
  test("says where it listens, keeps its things to itself, and answers those who have the key", async () => {
    const daemon = await daemonWith(health + system);
    const { state, home } = daemon.place;
    expect(daemon.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await until(() => daemon.said().includes(`${daemon.url}/api/v1`));
    await until(() => lastLogged(daemon, "ready"));
    expect(lastLogged(daemon, "ready")).toMatchObject({ level: "info", plugin: "kernel", url: daemon.url, plugins: 2 });
    expect([mode(state), mode(join(state, "api.key")), mode(join(state, "daemon.json"))]).toEqual([
      "700",
      "600",
      "600",
    ]);
    expect(existsSync(home)).toBe(true);
    expect((await daemon.call("GET", "/system/plugins")).body.plugins).toMatchObject([
      { id: "health", state: "active", from: "bundled" },
      { id: "system", state: "active", from: "bundled" },
    ]);
    expect((await fetch(`${daemon.url}/api/v1/system/plugins`)).status).toBe(401);
  });

  test("finds its own modules from whatever folder it is started in", async () => {
    const place = placeWith(health + moon);
    using elsewhere = temporaryFolder();
    const child = Bun.spawn([process.execPath, join(root, "core/cli.ts"), "start"], {
      cwd: elsewhere.path,
      env: place.env,
      stdout: "ignore",
      stderr: "pipe",
    });
    cleanUp.push(async () => {
      child.kill();
      await child.exited;
    });
    const file = join(place.state, "daemon.json");
    await until(() => existsSync(file) || child.exitCode !== null, 60);
    if (child.exitCode !== null) throw new Error(await child.stderr.text());
    const { url } = JSON.parse(readFileSync(file, "utf8"));
    expect(await (await fetch(`${url}/api/v1/moon`)).json()).toEqual({ city: "Oslo" });
  });

  test("does not start with a config file that has errors, and tells them all", async () => {
    const place = placeWith(`${moon}citty = "Oslo"\n[plugins.heallth]\n[http]\nport = 1\nhots = "x"\n`);
    const { code, err } = await hearth(place, "start");
    expect(code).toBe(1);
    expect(err).toContain("Hearth cannot start.");
    expect(err).toContain('home.toml:7:1  [http] has no setting "hots". Did you mean "host"?');
    place.write("config/home.toml", `${moon}citty = "Oslo"\n[plugins.heallth]\n`);
    const again = (await hearth(place, "start")).err;
    expect(again).toContain('home.toml:3:1  [plugins.moon] has no setting "citty". Did you mean "city"?');
    expect(again).toContain(
      'home.toml:4:1  [plugins.heallth] names no plugin that comes with Hearth. Did you mean "health"?',
    );
    expect(existsSync(join(place.state, "daemon.json"))).toBe(false);
  });

  test("does not start twice on one state folder, and the first lives on", async () => {
    const daemon = await daemonWith(health);
    const { code, err } = await hearth(daemon.place, "start");
    expect(code).toBe(1);
    expect(err).toContain("another Hearth has this state folder");
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);
  });

  test("does not start on a port that is taken, says which, and stops its plugins again", async () => {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("taken") });
    cleanUp.push(() => server.stop(true));
    const place = placeWith(health + moon, { API_PORT: String(server.port) });
    const { code, out, err } = await hearth(place, "start");
    expect(code).toBe(1);
    expect(out).toContain("the moon has set");
    expect(err).toContain("Hearth cannot start.");
    expect(err).toContain(String(server.port));
  });

  test("starts again after it was killed", async () => {
    const place = placeWith(health);
    const first = await start(place);
    first.signal("SIGKILL");
    await first.exited;
    const second = await start(place);
    expect((await second.call("GET", "/health/live")).status).toBe(200);
    expect(second.key).toBe(first.key);
  });

  test("writes one line of JSON per request, none for a probe, and never a secret", async () => {
    const daemon = await daemonWith(health + radio, {
      API_KEY: "the-secret-of-the-house",
      OTHER_TOKEN: "t0p-secret-token",
    });
    await daemon.call("GET", "/health/live");
    await daemon.call("GET", "/tell?text=the-secret-of-the-house,t0p-secret-token");
    await daemon.call("GET", "/the-secret-of-the-house");
    await until(() => logged(daemon, "request").length >= 2);
    expect(logged(daemon, "request")).toMatchObject([
      { plugin: "http", method: "GET", path: "/api/v1/tell", status: 200 },
      { plugin: "http", method: "GET", path: "/api/v1/[REDACTED]", status: 404 },
    ]);
    expect(logged(daemon, "told [REDACTED],[REDACTED]")).toHaveLength(1);
  });

  test("lives on when a plugin throws where nobody catches", async () => {
    const daemon = await daemonWith(health + radio);
    await daemon.call("GET", "/stray");
    await until(() => logged(daemon, "an error that nobody caught").length === 2);
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);
  });
});

describe("a daemon that is told to stop", () => {
  test("before it is ready stops in order too", async () => {
    const place = placeWith(health + system);
    place.write("config/home.toml", `${health}[plugins.slow]\nfrom = "./local/slow"\n`);
    place.write(
      "config/local/slow/plugin.ts",
      'import { definePlugin, House } from "hearth";\nexport default definePlugin({ id: "slow", summary: "takes its time", requires: { house: House }, async setup(ctx, { house }) { await Bun.write(house.state + "/slow.begun", ""); await Bun.sleep(300); ctx.own(() => Bun.write(house.state + "/slow.undone", "")); } });\n',
    );
    const child = Bun.spawn([process.execPath, "core/cli.ts", "start"], {
      cwd: root,
      env: place.env,
      stdio: ["ignore", "ignore", "ignore"],
    });
    await until(() => existsSync(join(place.state, "slow.begun")));
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(existsSync(join(place.state, "slow.undone"))).toBe(true);
  });

  test("lets a request in flight have its answer and streams a last event, and ends with 0", async () => {
    const daemon = await daemonWith(health + radio);
    const { state } = daemon.place;
    const events = readEvents(await daemon.open("/radio"));
    await daemon.call("POST", "/radio", { text: "hello" });
    expect((await events.next()).value).toMatchObject({ event: "said", data: { text: "hello" } });
    const slow = daemon.call("GET", "/slow");
    await until(() => lastLogged(daemon, "a slow request has begun"));

    daemon.signal("SIGTERM");
    await until(() => lastLogged(daemon, "stopping"));
    daemon.place.write("state/gate", "");
    expect(await slow).toMatchObject({ status: 200, body: "at last" });
    expect((await events.next()).value).toMatchObject({ event: "farewell" });
    expect((await events.next()).done).toBe(true);
    expect(await daemon.exited).toBe(0);
    expect(lastLogged(daemon, "stopped")).toBeTruthy();
    expect(existsSync(join(state, "daemon.json"))).toBe(false);
  });

  test("waits no longer than its limit for a request that never ends, names it, and ends with 0", async () => {
    const daemon = await daemonWith(`[limits]\nstop = 0.2\ncut = 0.1\n${health}${radio}`);
    const never = daemon.call("GET", "/never").catch(error => error);
    await until(() => lastLogged(daemon, "an endless request has begun"));
    daemon.signal("SIGTERM");
    expect(await daemon.exited).toBe(0);
    expect(lastLogged(daemon, "this did not end and is left behind")?.["what"]).toStartWith(
      "radio: GET /api/v1/never, ",
    );
    await never;
  });

  test("ends at once at a second signal", async () => {
    const daemon = await daemonWith(health + radio);
    const never = daemon.call("GET", "/never").catch(error => error);
    await until(() => lastLogged(daemon, "an endless request has begun"));
    daemon.signal("SIGTERM");
    await until(() => lastLogged(daemon, "stopping"));
    daemon.signal("SIGTERM");
    expect(await daemon.exited).toBe(130);
    await never;
  });

  test("ends as well on an interrupt from the keyboard", async () => {
    const daemon = await daemonWith(health);
    daemon.signal("SIGINT");
    expect(await daemon.exited).toBe(0);
  });
});

describe("a config file that changes while the daemon runs", () => {
  test("whose critical plugin fails brings the old configuration back", async () => {
    const daemon = await daemonWith(health + system);
    daemon.place.write(
      "config/local/brittle/plugin.ts",
      'import { definePlugin } from "hearth";\nexport default definePlugin({ id: "brittle", summary: "breaks", setup() { throw new Error("no ink"); } });\n',
    );
    const said = await reconfigure(daemon, `[plugins.brittle]\nfrom = "./local/brittle"\ncritical = true\n${system}`);
    expect(said).toMatchObject({
      message: "the configuration was not taken over; the old one stays",
      error: expect.stringContaining("no ink"),
    });
    const { body } = await daemon.call("GET", "/system/plugins");
    expect(body.plugins.map(({ id, state }: any) => `${id} ${state}`)).toEqual(["health active", "system active"]);
  });

  test("stays without effect when it has errors, which are all told; mended, it is taken over", async () => {
    const daemon = await daemonWith(health + moon);
    const refused = await reconfigure(daemon, `${health}${moon}citty = "Rome"\ncity = ""\n[plugins.heallth]\n`);
    expect(refused).toMatchObject({ level: "error", plugin: "kernel" });
    expect(refused["message"]).toBe("the configuration was not taken over; the old one stays");
    for (const said of [
      '4:1  [plugins.moon] has no setting "citty"',
      "5:1  plugins.moon.city",
      "6:1  [plugins.heallth]",
    ])
      expect(refused["error"]).toContain(said);
    expect((await daemon.call("GET", "/moon")).body).toEqual({ city: "Oslo" });

    expect((await reconfigure(daemon, "[plugins.health\n"))["error"]).toContain("home.toml:2:1  ");
    expect((await daemon.call("GET", "/moon")).body).toEqual({ city: "Oslo" });

    expect((await reconfigure(daemon, `${health}${moon}city = "Rome"\n`))["level"]).toBe("info");
    expect((await daemon.call("GET", "/moon")).body).toEqual({ city: "Rome" });
  });

  test("stays without effect when the file is gone, and has effect when it is back", async () => {
    const daemon = await daemonWith(health + moon);
    rmSync(daemon.place.configFile);
    await until(() => logged(daemon, "the configuration was not taken over; the old one stays").length > 0);
    expect((await daemon.call("GET", "/moon")).status).toBe(200);
    expect((await reconfigure(daemon, health))["level"]).toBe("info");
    expect((await daemon.call("GET", "/moon")).status).toBe(404);
  });

  test("turns a stranger's plugin off without a trace, and on again; others' streams live on", async () => {
    const daemon = await daemonWith(health + system + moon + dew + radio);
    const events = readEvents(await daemon.open("/radio"));
    expect((await daemon.call("GET", "/dew")).body).toEqual({ drops: 3 });

    await reconfigure(daemon, `${health}${system}${moon}enabled = false\n${dew}enabled = false\n${radio}`);
    expect((await daemon.call("GET", "/moon")).status).toBe(404);
    expect((await daemon.call("GET", "/dew")).status).toBe(404);
    expect(lastLogged(daemon, "the moon has set")).toMatchObject({ plugin: "moon" });
    const { plugins, pipelines } = (await daemon.call("GET", "/system/graph")).body;
    expect(plugins.filter(({ state }: { state: string }) => state === "off")).toMatchObject([
      { id: "moon", holds: {} },
      { id: "dew", holds: {} },
    ]);
    expect(pipelines.flatMap(({ hooks }: { hooks: unknown[] }) => hooks)).toEqual([]);

    await reconfigure(daemon, `${health}${system}${moon}city = "Lima"\n${radio}`);
    expect((await daemon.call("GET", "/moon")).body).toEqual({ city: "Lima" });
    await daemon.call("POST", "/radio", { text: "still here" });
    expect((await events.next()).value).toMatchObject({ event: "said", data: { text: "still here" } });
  });

  test("with a plugin for another API version is refused with a clear sentence", async () => {
    const daemon = await daemonWith(health + moon);
    const other = 'export default { id: "sun", summary: "", api: "^2.0", setup() {} };\n';
    daemon.place.write("config/local/sun/plugin.ts", other);
    const refused = await reconfigure(daemon, `${health}${moon}[plugins.sun]\nfrom = "./local/sun"\n`);
    expect(refused["error"]).toContain(
      "[plugins.sun] the plugin is made for another version of Hearth: sun (./local/sun) needs version ^2.0 of Hearth's plugin API; this is 1.0.0.",
    );
    expect((await daemon.call("GET", "/moon")).status).toBe(200);
  });

  test("says what will be taken over at the next start only", async () => {
    const daemon = await daemonWith(health);
    await reconfigure(daemon, `timeZone = "Asia/Tokyo"\n${health}`);
    expect(daemon.log().some(({ level, message }) => level === "warn" && /next start/.test(message))).toBe(true);
  });
});

test("strangers' hooks run in the pipeline of a session, from a folder and from a package, until they are off", async () => {
  const bundled = bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0" });
  const daemon = await daemonWith(bundled + moon + dew, { HEARTH_AGENT: "offline" });
  const wake = async () => {
    const { body } = await daemon.call("POST", "/admin/wake", { session_type: "custom", prompt: "hello" });
    return reportOf(daemon, body.session_id);
  };
  const report = await wake();
  expect(report).toMatch(/moon .*seen from Oslo/);
  expect(report).toMatch(/dew .*3 drops/);
  await reconfigure(daemon, bundled);
  expect(await wake()).not.toMatch(/moon|dew/);
});

describe("the program beside the daemon", () => {
  test("checks a config file", async () => {
    const place = placeWith(health + moon);
    expect(await hearth(place, "check")).toMatchObject({
      code: 0,
      out: `${place.configFile}: all is well; 2 plugins on, 0 off\n`,
    });
    place.write("config/home.toml", `${moon}citty = 1\n`);
    const { code, err } = await hearth(place, "check");
    expect([code, err.includes('has no setting "citty". Did you mean "city"?')]).toEqual([1, true]);
  });

  test("prints the schema of the config file, strangers' settings and all", async () => {
    const place = placeWith(moon);
    const { code, out } = await hearth(place, "schema");
    const { properties } = JSON.parse(out);
    expect(code).toBe(0);
    expect(properties.http.properties.port.default).toBe(8000);
    expect(properties.plugins.properties.moon.properties).toMatchObject({
      city: { default: "Oslo" },
      enabled: { type: "boolean" },
    });
    expect(Object.keys(properties.plugins.properties)).toContain("health");
  });

  test("all that it prints reaches who reads it through a pipe; one who reads no further ends it quietly", async () => {
    const place = placeWith(moon);
    const through = async (pipe: string) => {
      const script = `"${process.execPath}" core/cli.ts schema | ${pipe}; echo ":\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = Bun.spawn(["bash", "-c", script], { cwd: root, env: place.env, stderr: "pipe" });
      return { out: await new Response(stdout).text(), err: await new Response(stderr).text() };
    };
    const [whole, start] = await Promise.all([through("cat"), through("head -c 1")]);
    const [, schema, code] = /^(.*):(\d+)\n$/s.exec(whole.out)!;
    expect(schema!.length).toBeGreaterThan(2 * 65_536); // what a pipe holds, and more
    expect([Object.keys(JSON.parse(schema!)), code, whole.err]).toEqual([
      expect.arrayContaining(["properties"]),
      "0",
      "",
    ]);
    expect(start).toEqual({ out: "{:141\n", err: "" });
  });

  test("says what is wrong with the config file in words, and not with a stack", async () => {
    const place = placeWith("citty = 1\n");
    const { code, err } = await hearth(place, "list");
    expect([code, err]).toEqual([1, expect.stringContaining('has no setting "citty"')]);
    expect(err).not.toContain("    at ");
  });

  test("does the work itself when the daemon of its file is gone and another program has its number", async () => {
    const place = placeWith(health + system);
    place.write("state/daemon.json", JSON.stringify({ pid: process.pid, url: "http://127.0.0.1:9" }));
    expect(await hearth(place, "list")).toMatchObject({ code: 0, out: expect.stringContaining("health") });
  });

  test("says why the daemon refused it", async () => {
    const daemon = await daemonWith(health + system);
    const other = { ...daemon.place, env: { ...daemon.place.env, API_KEY: "another-key-of-the-house" } };
    const { code, err } = await hearth(other as DaemonPlace, "list");
    expect([code, err]).toEqual([2, "Invalid API key: the daemon was started with another API_KEY\n"]);
  });

  test("tells a command that does not exist, with code 2", async () => {
    const daemon = await daemonWith(health + system);
    expect(await hearth(daemon.place, "dance")).toMatchObject({ code: 2 });
    expect((await hearth(daemon.place, "list")).out).toContain("health");
  });
});
