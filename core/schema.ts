import { z } from "zod";
import { type Env, PluginTable, readConfig, Settings } from "./config";
import { bundledPlugins, loadPlugins } from "./loader";
import { configFile, root } from "./open";
import type { Plugin } from "./plugin";

/** The JSON Schema of the config file: the kernel's settings, those of all bundled plugins, and those of the plugins that the file names. */
export async function configSchema(env: Env): Promise<object> {
  const config = readConfig(configFile(env), env);
  const named = (await loadPlugins(config, root, env)).entries.map(({ plugin }) => plugin);
  const bundled = await Promise.all(
    bundledPlugins(root).map(async id => (await import(`${root}/plugins/${id}/plugin.ts`)).default as Plugin),
  );
  const schema = jsonSchema(Settings) as { properties: Record<string, object> };
  const tables = Object.fromEntries([...bundled, ...named].map(plugin => [plugin.id, tableSchema(plugin)]));
  schema.properties["plugins"] = { type: "object", properties: tables, additionalProperties: jsonSchema(PluginTable) };
  return schema;
}

/** A plugin's table: its own settings and the kernel's three. */
function tableSchema({ summary, config }: Plugin): object {
  const kernel = jsonSchema(PluginTable) as { properties: object };
  const own = (config ? jsonSchema(config) : {}) as { properties?: object; required?: string[] };
  return {
    ...own,
    type: "object",
    description: summary,
    properties: { ...kernel.properties, ...own.properties },
    additionalProperties: false,
  };
}

const jsonSchema = (schema: z.ZodType): object => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
