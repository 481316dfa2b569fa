// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how the config file names a variable
import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { Elysia } from "elysia";
import { Routes } from "hearth";
import { configured, temporaryFolder, testKernel } from "hearth/testing";
import { z } from "zod";
import { type Env, readConfig } from "../../core/config";
import { loadPlugins } from "../../core/loader";
import { root } from "../../core/open";

const strangers = join(import.meta.dir, "..", "fixtures", "plugins");

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** What the loader makes of a config file in the temporary folder; paths are shown without that folder. */
async function load(toml: string, env: Env = {}) {
  const file = join(folder.path, "home.toml");
  await Bun.write(file, toml);
  const { entries, problems } = await loadPlugins(readConfig(file, env), root, env);
  const shown = problems.map(({ place, text }) => `${place?.line}:${place?.column} ${text}`);
  return { entries, problems: shown.map(text => text.replaceAll(folder.path, "~")) };
}

const put = (path: string, text: string) => Bun.write(join(folder.path, path), text);
const plugin = (header: string) => `export default { summary: "", setup() {}, ${header} };\n`;

test("a bundled plugin is found by its name alone", async () => {
  const { entries, problems } = await load("[plugins.health]\n");
  expect(problems).toEqual([]);
  expect(entries[0]).toMatchObject({ from: "bundled", enabled: true, folder: join(root, "plugins", "health") });
});

test("a folder anywhere in Hearth's own folder is found", async () => {
  const { entries } = await load(`[plugins.moon]\nfrom = "${join(strangers, "moon")}"\n`);
  expect(entries[0]).toMatchObject({ plugin: { id: "moon" }, config: { city: "Oslo" } });
});

test("a folder beside a config file that lies elsewhere is found", async () => {
  cpSync(join(strangers, "moon"), join(folder.path, "local/moon"), { recursive: true });
  const { entries, problems } = await load('[plugins.moon]\nfrom = "./local/moon"\ncity = "Rome"\n');
  expect(problems).toEqual([]);
  expect(entries[0]).toMatchObject({ from: "./local/moon", config: { city: "Rome" } });
  expect(entries[0]?.folder).toBe(join(folder.path, "local/moon"));
});

test("a plugin outside Hearth's folder gets Hearth's own modules, not copies", async () => {
  cpSync(join(strangers, "moon"), join(folder.path, "moon"), { recursive: true });
  await load('[plugins.moon]\nfrom = "./moon"\n');
  const { given } = await import(join(folder.path, "moon/plugin.ts"));
  expect(given.Routes).toBe(Routes);
  expect(given.Elysia).toBe(Elysia);
  expect(given.z.object).toBe(z.object);
});

test("a plugin outside Hearth's folder answers by its route", async () => {
  cpSync(join(strangers, "moon"), join(folder.path, "moon"), { recursive: true });
  const { entries } = await load('[plugins.moon]\nfrom = "./moon"\n');
  await using app = await testKernel(entries);
  expect((await app.get("/moon", { key: null })).body).toEqual({ city: "Oslo" });
});

test("a package that is installed beside the config file is found by its name", async () => {
  cpSync(join(strangers, "hearth-plugin-dew"), join(folder.path, "node_modules/hearth-plugin-dew"), {
    recursive: true,
  });
  const { entries, problems } = await load('[plugins.dew]\nfrom = "hearth-plugin-dew"\ndrops = 5\n');
  expect(problems).toEqual([]);
  await using app = await testKernel(entries);
  expect((await app.get("/dew")).body).toEqual({ drops: 5 });
  const { given } = await import(join(folder.path, "node_modules/hearth-plugin-dew/index.ts"));
  expect(given.Routes).toBe(Routes);
});

test("a file can be named instead of its folder", async () => {
  await put("local/sun.ts", plugin('id: "sun"'));
  expect((await load('[plugins.sun]\nfrom = "./local/sun.ts"\n')).entries[0]?.folder).toBe(join(folder.path, "local"));
});

test("an unknown name is told with the nearest one that comes with Hearth", async () => {
  expect((await load("[plugins.heallth]\n")).problems).toEqual([
    '1:1 [plugins.heallth] names no plugin that comes with Hearth. Did you mean "health"? One of your own needs `from`.',
  ]);
});

test("a name that would lead out of the plugins' folder is only an unknown name", async () => {
  expect((await load('[plugins."../core"]\n')).problems[0]).toContain("names no plugin that comes with Hearth");
});

test("an unknown plugin that is turned off is no problem", async () => {
  expect(await load("[plugins.heallth]\nenabled = false\n")).toMatchObject({ entries: [], problems: [] });
});

test("a folder that is not there is told", async () => {
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems).toEqual([
    '1:1 [plugins.sun] from = "./sun" leads nowhere: no plugin.ts or index.ts in ~/sun',
  ]);
});

test("a package that is not installed is told", async () => {
  expect((await load('[plugins.sun]\nfrom = "hearth-plugin-sun"\n')).problems).toEqual([
    '1:1 [plugins.sun] from = "hearth-plugin-sun" leads nowhere: no such package is installed beside ~/home.toml',
  ]);
});

test("a plugin for another API version is refused with a clear sentence", async () => {
  await put("sun/plugin.ts", plugin('id: "sun", api: "^2.0"'));
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems).toEqual([
    "1:1 [plugins.sun] the plugin is made for another version of Hearth: sun (./sun) needs version ^2.0 of Hearth's plugin API; this is 1.0.0. Install a version of the plugin that fits.",
  ]);
});

test("a plugin for another API version is no problem when it is turned off", async () => {
  await put("sun/plugin.ts", plugin('id: "sun", api: "^2.0"'));
  expect((await load('[plugins.sun]\nenabled = false\nfrom = "./sun"\n')).problems).toEqual([]);
});

test("a plugin that names no API version is taken", async () => {
  await put("sun/plugin.ts", plugin('id: "sun"'));
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems).toEqual([]);
});

test("wrong settings are refused, each at its own place and with the nearest name", async () => {
  const toml = `home = "x"\n[plugins.moon]\nfrom = "${join(strangers, "moon")}"\ncity = ""\nnihgts = 3\n`;
  expect((await load(toml)).problems).toEqual([
    "4:1 plugins.moon.city: Too small: expected string to have >=1 characters",
    '5:1 [plugins.moon] has no setting "nihgts". Did you mean "nights"?',
  ]);
});

test("a setting of a plugin that takes none is refused", async () => {
  await put("sun/plugin.ts", plugin('id: "sun"'));
  expect((await load('[plugins.sun]\nfrom = "./sun"\nheat = 3\n')).problems).toEqual([
    '3:1 [plugins.sun] takes no settings; "heat" is one',
  ]);
});

test("the problems of several plugins are told at once", async () => {
  const toml = `[plugins.moon]\nfrom = "${join(strangers, "moon")}"\ncity = 3\n[plugins.heallth]\n[plugins.sun]\nfrom = "./sun"\n`;
  const { entries, problems } = await load(toml);
  expect(entries).toHaveLength(1);
  expect(problems.map(text => text.split(" ")[0]).sort()).toEqual(["3:1", "4:1", "5:1"]);
});

test("wrong settings of a plugin that is turned off are no problem", async () => {
  const toml = `[plugins.moon]\nenabled = false\nfrom = "${join(strangers, "moon")}"\ncity = "\${NOPE}"\n`;
  expect((await load(toml)).problems).toEqual([]);
});

test("the plugin's own environment variable wins over its setting", async () => {
  const toml = `[plugins.moon]\nfrom = "${join(strangers, "moon")}"\ncity = "Rome"\n`;
  expect((await load(toml, { MOON_CITY: " Lima " })).entries[0]?.config).toEqual({ city: "Lima" });
  expect((await load(toml, { MOON_CITY: "" })).entries[0]?.config).toEqual({ city: "Rome" });
});

test("a plugin that calls itself otherwise is refused", async () => {
  await put("sun/plugin.ts", plugin('id: "star"'));
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems).toEqual([
    '1:1 [plugins.sun] loads a plugin that calls itself "star"; the table must be [plugins.star]',
  ]);
});

test("a file without a plugin as its default export is refused", async () => {
  await put("sun/plugin.ts", "export const sun = 1;\n");
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems[0]).toContain(
    "~/sun/plugin.ts has no plugin as its default export; it should `export default definePlugin({ id, summary, setup })`",
  );
});

test("a file that throws while it is imported is refused with what it threw", async () => {
  await put("sun/plugin.ts", 'throw new Error("no light today");\nexport default 1;\n');
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems).toEqual([
    "1:1 [plugins.sun] ~/sun/plugin.ts cannot be loaded: no light today",
  ]);
});

test("a file that throws while it is imported is no problem when it is turned off", async () => {
  await put("sun/plugin.ts", 'throw new Error("no light today");\nexport default 1;\n');
  expect((await load('[plugins.sun]\nenabled = false\nfrom = "./sun"\n')).problems).toEqual([]);
});

test("a file that is not TypeScript is refused", async () => {
  await put("sun/plugin.ts", "export default {{{\n");
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems[0]).toContain("~/sun/plugin.ts cannot be loaded: ");
});

test("a file that imports what is not there is refused", async () => {
  await put("sun/plugin.ts", 'import "./ray";\nexport default 1;\n');
  expect((await load('[plugins.sun]\nfrom = "./sun"\n')).problems[0]).toContain("./ray");
});

test("the table's order is the entries' order", async () => {
  const sun = `[plugins.moon]\nfrom = "${join(strangers, "moon")}"\n[plugins.health]\n[plugins.dew]\nfrom = "${dirname(join(strangers, "hearth-plugin-dew/index.ts"))}"\n`;
  expect((await load(sun)).entries.map(({ plugin }) => plugin.id)).toEqual(["moon", "health", "dew"]);
});

test("the kit reads a table as the config file is read", async () => {
  const { default: moon } = await import(join(strangers, "moon/plugin.ts"));
  expect(configured(moon, { city: "Rome", enabled: false }).enabled).toBe(false);
  expect(() => configured(moon, { citty: "Rome" })).toThrow(
    '[plugins.moon] has no setting "citty". Did you mean "city"?',
  );
});
