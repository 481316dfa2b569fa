import type { JsonSchema } from "./json-schema";
import type { Operation } from "./operation";
import type { Parameter } from "./parameters";

/** How an operation is tried from a shell: `$HEARTH` is the address, `$KEY` the service key, words in capitals are for filling in. */
export function curlText(
  method: string,
  path: string,
  operation: Operation,
  schemas: Readonly<Record<string, JsonSchema>>,
): string {
  const { parameters, security, requestBody, responses } = operation;
  const streams = Object.values(responses).some(({ content = {} }) => "text/event-stream" in content);
  const needs = Object.keys(security[0] ?? {});
  const words = [
    "curl",
    ...(streams ? ["-N"] : []),
    ...(method === (requestBody ? "post" : "get") ? [] : ["-X", method.toUpperCase()]),
    ...(needs.includes("key") ? ['-H "X-API-Key: $KEY"'] : []),
    ...(needs.some(need => need !== "key") ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...bodyWords(requestBody, schemas),
    quoted(`$HEARTH/api/v1${filled(path, parameters)}${queryOf(parameters)}`),
  ];
  return words.join(" ");
}

function bodyWords(body: Operation["requestBody"], schemas: Readonly<Record<string, JsonSchema>>): string[] {
  const [[type, content] = []] = Object.entries(body?.content ?? {});
  if (!content) return [];
  const sample = sampleOf(content.schema, schemas);
  if (type === "application/json") return [`--json '${JSON.stringify(sample).replaceAll("'", "'\\''")}'`];
  return Object.entries((sample ?? {}) as object).map(([name, value]) => `-F ${quoted(`${name}=${value}`)}`);
}

const filled = (path: string, parameters: readonly Parameter[]) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const { schema } = parameters.find(one => one.in === "path" && one.name === name) ?? {};
    return String(schema?.enum?.[0] ?? name.toUpperCase());
  });

function queryOf(parameters: readonly Parameter[]): string {
  const needed = parameters.filter(one => one.in === "query" && one.required);
  const pairs = needed.map(({ name, schema }) => `${name}=${encodeURIComponent(String(sampleOf(schema, {})))}`);
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

/** A text in double quotes, of which the shell fills in our own variables only. */
const quoted = (text: string) => `"${text.replace(/["\\`]/g, "\\$&").replace(/\$(?!HEARTH\b|KEY\b)/g, "\\$")}"`;

const samples: Readonly<Record<string, unknown>> = { string: "…", number: 1, integer: 1, boolean: true, null: null };

/** A value that has the look of a schema; of an object, what it must have. @param depth after which it gives up */
function sampleOf(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>, depth = 4): unknown {
  if (depth === 0) return null;
  const next = (one: JsonSchema | undefined) => (one ? sampleOf(one, schemas, depth - 1) : null);
  if (schema.$ref) return next(schemas[schema.$ref.split("/").at(-1)!]);
  const given = [schema.default, schema.const, schema.enum?.[0]].find(value => value !== undefined);
  if (given !== undefined) return given;
  const [either] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (either) return next(either);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "array") return typeof schema.items === "object" ? [next(schema.items)] : [];
  if (type !== "object") return schema.format === "binary" ? "@FILE" : (samples[String(type)] ?? null);
  const needed = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name));
  return Object.fromEntries(needed.map(([name, value]) => [name, next(value)]));
}
