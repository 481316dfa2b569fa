import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Commands, type Plugin, Routes } from "hearth";
import { configured, testKernel } from "hearth/testing";
import { AgentTools } from "hearth-plugins/tools";
import { z } from "zod";
import { Settings } from "../core/config";
import { inspect } from "../core/inspector";

const root = join(import.meta.dir, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const ids = readdirSync(join(root, "plugins")).filter(id => existsSync(join(root, "plugins", id, "plugin.ts")));
const readmeOf = (id: string) => readFileSync(join(root, "plugins", id, "README.md"), "utf8");
const pluginOf = async (id: string): Promise<Plugin> => (await import(`../plugins/${id}/plugin.ts`)).default;

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}
const jsonOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;

/** The names of the settings within a schema's settings: "visit", "quiet". */
const innerSettingsOf = (schema: z.ZodType | undefined): string[] => {
  const inside = ({ properties = {} }: JsonSchema): string[] =>
    Object.entries(properties).flatMap(([name, value]) => [name, ...inside(value)]);
  return schema ? Object.values(jsonOf(schema).properties ?? {}).flatMap(inside) : [];
};

/** The names of a schema's settings. */
function settingsOf(schema: z.ZodType | undefined): string[] {
  if (!schema) return [];
  return Object.keys(jsonOf(schema).properties ?? {});
}
const missing = (names: readonly string[], text: string) => names.filter(name => !text.includes(name));

describe.each(ids)("%s", id => {
  test("is in the README of the house and in the config file that comes with it", () => {
    expect(readme).toContain(`plugins/${id}/README.md`);
    expect(readFileSync(join(root, "config/home.toml"), "utf8")).toContain(`[plugins.${id}]`);
  });
  test("has a line for each of its settings and environment variables", async () => {
    const plugin = await pluginOf(id);
    const text = readmeOf(id);
    expect(settingsOf(plugin.config).filter(name => !new RegExp(`\`${name}\\b`).test(text))).toEqual([]);
    expect(innerSettingsOf(plugin.config).filter(name => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
    expect(missing(Object.keys(plugin.env ?? {}), text)).toEqual([]);
  });
});

test("the README has a line for each setting of the kernel", () => {
  const tables = ["http", "log", "limits"] as const;
  const nested = tables.flatMap(table =>
    settingsOf(Settings.shape[table] as z.ZodType).map(name => `${table}.${name}`),
  );
  const own = settingsOf(Settings).filter(name => name !== "plugins" && !tables.includes(name as never));
  expect(
    missing(
      [...own, ...nested].map(name => `\`${name}\``),
      readme,
    ),
  ).toEqual([]);
});

describe("what the running house has, some README names", () => {
  const all = [readme, ...ids.map(readmeOf)].join("\n");
  const house = async () => {
    const plugins = await Promise.all(ids.map(pluginOf));
    const entries = plugins.map(plugin =>
      configured(plugin, plugin.id === "context-weather" ? { place: "Helsinki" } : {}),
    );
    return testKernel(entries, {
      mode: "command",
      folders: Object.fromEntries(ids.map(id => [id, join(root, "plugins", id)])),
    });
  };
  test("routes", async () => {
    await using app = await house();
    const paths = app.items(Routes).flatMap(item => item.routes.map(({ path }) => path));
    expect(paths.length).toBeGreaterThan(8);
    expect(missing(paths, all)).toEqual([]);
  });
  test("commands", async () => {
    await using app = await house();
    const commands = app.items(Commands).map(({ id }) => `hearth ${id}`);
    expect(missing([...commands, "hearth check", "hearth schema", "run start"], all)).toEqual([]);
  });
  test("commands, and no others", async () => {
    await using app = await house();
    const known = [...app.items(Commands).map(({ id }) => id), "start", "check", "schema", "help"];
    const named = [...all.matchAll(/(?:bun run |`)hearth ([a-z][a-z-]*)/g)].map(([, id]) => id!);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter(id => !known.includes(id))).toEqual([]);
  });
  test("tools of the agent", async () => {
    await using app = await house();
    const tools = app.items(AgentTools).map(({ name }) => `| \`${name}\``);
    expect(tools.length).toBeGreaterThan(7);
    expect(missing(tools, readmeOf("tools"))).toEqual([]);
  });
  test("hooks and slots", async () => {
    await using app = await house();
    const inspector = inspect(app.kernel);
    const hooks = inspector.pipelines().flatMap(({ id, hooks: held }) => [id, ...held.map(hook => hook.id)]);
    const slots = inspector
      .plugins()
      .flatMap(({ holds }) => Object.keys(holds))
      .map(slot => slot.replace(/^\w+\./, ""));
    expect(missing([...new Set([...hooks, ...slots])], all.toLowerCase())).toEqual([]);
  });
});

test("the README of the house names each environment variable of a plugin", async () => {
  const plugins = await Promise.all(ids.map(pluginOf));
  const named = [...readme.matchAll(/`([A-Z][A-Z_*]+)`/g)].map(([, name]) => new Bun.Glob(name!));
  const variables = plugins.flatMap(({ env = {} }) => Object.keys(env));
  expect(variables.length).toBeGreaterThan(15);
  expect(variables.filter(name => !named.some(glob => glob.match(name)))).toEqual([]);
});

test("each figure of the README stands beside a bench that is there", () => {
  const benches = ["main", "memory-measures"].map(file =>
    readFileSync(join(root, "tests/bench", `${file}.ts`), "utf8"),
  );
  const named = [...readme.matchAll(/^\| `([a-z-]+)` +\| [^|]+ \| [^|]+ \| [^|]+ \|$/gm)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(30);
  const isThere = (name: string) => benches.some(text => new RegExp(`async "?${name}"?\\(`).test(text));
  expect(named.filter(name => !isThere(name))).toEqual([]);
});

test("every test file is in the map of the tests", () => {
  const map = readFileSync(join(root, "tests/README.md"), "utf8");
  const files = [...new Bun.Glob("**/*.test.ts").scanSync(join(root, "tests"))];
  expect(missing(files, map)).toEqual([]);
});

test("every test that the map names is in the file that it names", () => {
  const map = readFileSync(join(root, "tests/README.md"), "utf8");
  const rows = [...map.matchAll(/^\| .*\| `([\w./-]+\.test\.ts)`\s*\| `(.+)`\s*\|$/gm)];
  expect(rows.length).toBeGreaterThan(200);
  const lost = rows.filter(
    ([, file, name]) => !plainText(readFileSync(join(root, "tests", file!), "utf8")).includes(plainText(name!)),
  );
  expect(lost.map(([, file, name]) => `${file}: ${name}`)).toEqual([]);
});

/** A text without the marks by which a name may differ between a table and a string of the code. */
const plainText = (text: string) => text.replace(/[\\"'`]/g, "");
