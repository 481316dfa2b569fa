// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how the config file names a variable
import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { type Env, readConfig, readList, readSwitch } from "../../core/config";
import { messageOf } from "../../core/errors";
import { ConfigError } from "../../core/problems";

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, "home.toml");
});
afterEach(() => folder[Symbol.dispose]());

async function read(text: string, env: Env = {}) {
  await Bun.write(file, text);
  return readConfig(file, env);
}

/** What is wrong with a file, one problem a line, without the folder's name. */
async function problems(text: string, env: Env = {}): Promise<string[]> {
  try {
    await read(text, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return messageOf(error)
      .replace("the configuration does not fit: ", "")
      .split("\n")
      .map(line => line.replaceAll(`${folder.path}/`, ""));
  }
  return [];
}

test("an empty file has every default", async () => {
  const { settings } = await read("");
  expect(settings.http).toEqual({
    host: "127.0.0.1",
    port: 8000,
    origins: ["http://localhost:3000"],
    maxBody: 8_388_608,
    trustedProxies: ["127.0.0.1", "::1"],
  });
  expect(settings.limits).toEqual({ setup: 30, stop: 30, cut: 10, hook: 120 });
  expect(settings.timeZone).toBe("UTC");
  expect(settings.plugins).toEqual({});
});

test("all that is wrong is told at once, each with its line and column", async () => {
  const text = `
timeZone = "Mars/Olympus"
hoem = "./x"

[http]
  prot = 3
port = 70000

[limits]
stop = -1
`;
  expect(await problems(text)).toEqual([
    'home.toml:2:1  timeZone: "Mars/Olympus" is not a time zone that is known here',
    "home.toml:7:1  http.port: Too big: expected number to be <=65535",
    'home.toml:6:3  [http] has no setting "prot". Did you mean "port"?',
    "home.toml:10:1  limits.stop: Too small: expected number to be >0",
    'home.toml:3:1  the file has no setting "hoem". Did you mean "home"?',
  ]);
});

test("a trusted proxy that is neither an address nor a network is told with its line", async () => {
  const wrong = [
    "home.example.org",
    "10.0.0.0/33",
    "::1/129",
    "10.0.0.1/",
    "1.2.3",
    "10.0.0.0/8/8",
    "fe80::1%eth0",
    "",
  ];
  const text = `[http]\ntrustedProxies = ["10.0.0.0/8", "::/0", ${wrong.map(one => JSON.stringify(one)).join(", ")}]\n`;
  expect(await problems(text)).toEqual(
    wrong.map(
      (one, index) =>
        `home.toml:2:1  http.trustedProxies.${index + 2}: "${one}" is neither an address nor a network such as "10.0.0.0/8"`,
    ),
  );
});

test("a value of another type is told by its key", async () => {
  const [only] = await problems('[log]\nlevel = "loud"\n');
  expect(only).toStartWith("home.toml:2:1  log.level: ");
  expect(only).toContain('"debug"|"info"|"warn"|"error"');
});

test("a key that is taken twice is refused with its line", async () => {
  const [only, ...more] = await problems("[plugins.health]\n[http]\nport = 1\n[plugins.health]\n");
  expect(only).toMatch(/^home\.toml:4:\d+ {2}/);
  expect(more).toEqual([]);
});

test("a file that is not there is told with its path", async () => {
  expect(() => readConfig(join(folder.path, "nowhere.toml"), {})).toThrow(
    `${folder.path}/nowhere.toml  there is no such file; HEARTH_CONFIG names the config file`,
  );
});

test("a plugin's table that is no table is told", async () => {
  const [only] = await problems("[plugins]\nmoon = 3\n");
  expect(only).toStartWith("home.toml:2:1  plugins.moon: ");
});

test("the environment's value takes the place of its name", async () => {
  const text = '[plugins.moon]\ncity = "${CITY}"\nroads = ["to ${CITY}", "${A}-${B}"]\ndeep = { er = "${A}" }\n';
  const { settings } = await read(text, { CITY: "Oslo", A: "1", B: "2" });
  expect(settings.plugins["moon"]).toMatchObject({ city: "Oslo", roads: ["to Oslo", "1-2"], deep: { er: "1" } });
});

test("a value from the environment is not read for names again", async () => {
  const { settings } = await read('[plugins.moon]\ncity = "${CITY}"\n', { CITY: "${HOME} $& $1" });
  expect(settings.plugins["moon"]?.["city"]).toBe("${HOME} $& $1");
});

test("every name that the environment has not is told with its place", async () => {
  expect(await problems('[plugins.moon]\ncity = "${CITY}"\nroads = ["x", "${ROAD}"]\n')).toEqual([
    "home.toml:2:1  plugins.moon.city: the environment has no CITY; set it, or turn off what needs it",
    "home.toml:3:1  plugins.moon.roads.1: the environment has no ROAD; set it, or turn off what needs it",
  ]);
});

test("a missing name and a misspelt setting are told together", async () => {
  expect(await problems('hoem = "x"\n[plugins.moon]\ncity = "${CITY}"\n')).toHaveLength(2);
});

test("what is turned off needs no secret", async () => {
  const { settings } = await read('[plugins.moon]\nenabled = false\ntoken = "${NOPE}"\n');
  expect(settings.plugins["moon"]?.enabled).toBe(false);
});

test("the environment wins over the file", async () => {
  const text =
    '[http]\nhost = "0.0.0.0"\nport = 1\norigins = ["http://a"]\n[limits]\nstop = 1\n[log]\nlevel = "error"\n';
  const { settings } = await read(text, {
    API_HOST: "127.0.0.9",
    API_PORT: "0",
    API_CORS_ORIGINS_RAW: "http://b, http://c,,",
    API_SHUTDOWN_TIMEOUT: "2.5",
    API_DEBUG: "true",
  });
  expect(settings.http).toMatchObject({ host: "127.0.0.9", port: 0, origins: ["http://b", "http://c"] });
  expect(settings.limits.stop).toBe(2.5);
  expect(settings.log.level).toBe("debug");
});

test("an empty variable is as good as none", async () => {
  const { settings } = await read("[http]\nport = 81\n", { API_PORT: "", API_HOST: "" });
  expect(settings.http).toMatchObject({ host: "127.0.0.1", port: 81 });
});

test("a port in the environment that is no number is refused by its name", async () => {
  const [only] = await problems("", { API_PORT: "many" });
  expect(only).toContain("API_PORT");
});

test("home and state are taken from the environment, then from the file, then from the working folder", async () => {
  const text = 'home = "house"\nstate = "../state"\n';
  expect(await read(text, { HEARTH_HOME: "/tmp/h", HEARTH_STATE: "/tmp/s" })).toMatchObject({
    home: "/tmp/h",
    state: "/tmp/s",
  });
  expect(await read(text)).toMatchObject({
    home: join(folder.path, "house"),
    state: join(folder.path, "..", "state"),
  });
  expect(await read("")).toMatchObject({
    home: join(process.cwd(), "home"),
    state: join(process.cwd(), "home.state"),
  });
});

test("the state folder follows the home when nobody names it", async () => {
  expect((await read("", { HEARTH_HOME: "/tmp/h" })).state).toBe("/tmp/h.state");
});

test("a state folder in the home is refused", async () => {
  const said = "lies in the home /tmp/h, where the agent works; put it outside";
  expect((await problems("", { HEARTH_HOME: "/tmp/h", HEARTH_STATE: "/tmp/h/state" }))[0]).toContain(said);
  expect((await problems("", { HEARTH_HOME: "/tmp/h", HEARTH_STATE: "/tmp/h" }))[0]).toContain(said);
  expect(await problems("", { HEARTH_HOME: "/tmp/h", HEARTH_STATE: "/tmp/h-state" })).toEqual([]);
});

test("a file with Windows line ends and a byte order mark is read", async () => {
  expect((await read("\uFEFF[http]\r\nport = 5\r\n")).settings.http.port).toBe(5);
});

test("lists and switches are read from text", () => {
  expect(readList(" a, b,,c ")).toEqual(["a", "b", "c"]);
  expect(["1", "true", "YES", "on"].map(readSwitch)).toEqual([true, true, true, true]);
  expect(["0", "false", "no", "off", "", "truely"].map(readSwitch)).toEqual(Array(6).fill(false));
});
