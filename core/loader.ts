import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Config, type Env, isFolder, type Settings } from "./config";
import { HearthError, messageOf } from "./errors";
import { API_VERSION, type Plugin } from "./plugin";
import { complaints, type Problem } from "./problems";
import { shareModules } from "./share";
import { didYouMean } from "./suggest";
import type { Entry } from "./unit";

type Table = Settings["plugins"][string];

/** The plugins of a config file as far as they could be loaded, and what is wrong with the others. */
export interface Loaded {
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
}

/** Where a plugin's code is. */
interface Place {
  /** The module to import. */
  readonly file: string;
  readonly folder: string;
  readonly from: string;
}

class LoadError extends Error {}

/**
 * Finds and checks each plugin that the configuration names: bundled with Hearth, in a folder, or an npm package
 * (looked for beside the config file, then beside Hearth). Never throws: what is wrong is told, all at once.
 * @param root Hearth's own folder
 */
export async function loadPlugins(config: Config, root: string, env: Env): Promise<Loaded> {
  const problems: Problem[] = [];
  const load = async ([id, table]: [string, Table]) => {
    try {
      return await loadEntry(id, table, config, root, env, problems);
    } catch (error) {
      if (table.enabled || !(error instanceof LoadError || error instanceof HearthError))
        problems.push(config.problem(["plugins", id], `[plugins.${id}] ${messageOf(error)}`));
      return undefined;
    }
  };
  const entries = await Promise.all(Object.entries(config.settings.plugins).map(load));
  return { entries: entries.filter(entry => entry !== undefined), problems };
}

async function loadEntry(
  id: string,
  { enabled, critical, from, ...settings }: Table,
  config: Config,
  root: string,
  env: Env,
  problems: Problem[],
): Promise<Entry> {
  const place = from === undefined ? bundled(id, root) : elsewhere(from, config.file, root);
  const plugin = await importPlugin(id, place);
  refuseOtherApi(plugin, place);
  const entry = { plugin, enabled, critical, folder: place.folder, from: place.from };
  if (!enabled) return entry;
  const read = readSettings(plugin, settings, env);
  problems.push(...read.complaints.map(({ path, text }) => config.problem(["plugins", id, ...path], text)));
  return { ...entry, config: read.settings };
}

/** What the plugin's schema makes of its table, after the environment has had its say. */
function readSettings(plugin: Plugin, table: Record<string, unknown>, env: Env) {
  const raw = { ...table };
  for (const [name, [key, read]] of Object.entries(plugin.env ?? {})) if (env[name]) raw[key] = read(env[name]);
  const name = `plugins.${plugin.id}`;
  if (!plugin.config) {
    const keys = Object.keys(raw);
    return {
      settings: undefined,
      complaints: keys.map(key => ({ path: [key], text: `[${name}] takes no settings; "${key}" is one` })),
    };
  }
  const checked = plugin.config.safeParse(raw);
  return checked.success
    ? { settings: checked.data, complaints: [] }
    : { settings: undefined, complaints: complaints(plugin.config, checked.error, name) };
}

/** The ids of the plugins that come with Hearth. */
export const bundledPlugins = (root: string): string[] =>
  readdirSync(join(root, "plugins")).filter(id => existsSync(join(root, "plugins", id, "plugin.ts")));

function bundled(id: string, root: string): Place {
  const folder = join(root, "plugins", id);
  const file = join(folder, "plugin.ts");
  if (!/^[\w-]+$/.test(id) || !existsSync(file))
    throw new LoadError(
      `names no plugin that comes with Hearth.${didYouMean(id, bundledPlugins(root))} One of your own needs \`from\`.`,
    );
  return { file, folder, from: "bundled" };
}

/** The entry of a folder beside the config file, or of a package. */
function elsewhere(from: string, configFile: string, root: string): Place {
  const beside = dirname(configFile);
  const file = isFolder(from) ? entryOf(resolve(beside, from)) : (resolved(from, beside) ?? resolved(from, root));
  if (!file)
    throw new LoadError(
      `from = "${from}" leads nowhere: ${isFolder(from) ? `no plugin.ts or index.ts in ${resolve(beside, from)}` : `no such package is installed beside ${configFile}`}`,
    );
  const folder = dirname(realpathSync(file));
  shareModules(root, folder);
  return { file, folder, from };
}

function resolved(name: string, folder: string): string | undefined {
  try {
    return Bun.resolveSync(name, folder);
  } catch {
    return undefined;
  }
}

function entryOf(path: string): string | undefined {
  if (existsSync(path) && statSync(path).isFile()) return path;
  return ["plugin.ts", "index.ts", "plugin.js", "index.js"]
    .map(name => join(path, name))
    .find(file => existsSync(file));
}

async function importPlugin(id: string, { file }: Place): Promise<Plugin> {
  const module = await import(file).catch(error => {
    throw new LoadError(`${file} cannot be loaded: ${messageOf(error)}`);
  });
  const plugin = module.default as Plugin | undefined;
  if (typeof plugin?.setup !== "function" || typeof plugin.id !== "string")
    throw new LoadError(
      `${file} has no plugin as its default export; it should \`export default definePlugin({ id, summary, setup })\``,
    );
  if (plugin.id !== id)
    throw new LoadError(`loads a plugin that calls itself "${plugin.id}"; the table must be [plugins.${plugin.id}]`);
  return plugin;
}

function refuseOtherApi(plugin: Plugin, { folder, from }: Place): void {
  const range = plugin.api;
  if (range === undefined || Bun.semver.satisfies(API_VERSION, range)) return;
  throw new HearthError(
    "API",
    `${plugin.id} (${from === "bundled" ? folder : from}) needs version ${range} of Hearth's plugin API; this is ${API_VERSION}. Install a version of the plugin that fits.`,
  );
}
