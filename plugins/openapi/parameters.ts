import type { RouteInfo } from "hearth";
import type { Components } from "./components";
import type { JsonSchema } from "./json-schema";
import type { DocumentPath } from "./names";

/** A parameter of the path, the query or the headers. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

/** The parameters of a route under one of its paths. */
export function parametersOf(
  { takes, answers }: RouteInfo,
  path: DocumentPath,
  components: Components,
  name: string,
): Parameter[] {
  const fields = (schema: unknown) => fieldsOf(components.take(schema, "input", name), components);
  const { properties = {} } = fields(takes.params);
  const inPath = path.parameters.map(({ name: shown, known }) =>
    parameter("path", shown, properties[known] ?? { type: "string" }, true),
  );
  const ofHeaders = own("header", fields(takes.headers)).filter(
    ({ name: header }) => !spoken.has(header.toLowerCase()),
  );
  return [...inPath, ...own("query", fields(takes.query)), ...ofHeaders, ...(answers === STREAM ? [lastEventId] : [])];
}

/** Server-sent events. */
const STREAM = "text/event-stream";

/** Headers that a document tells in another way. */
const spoken = new Set(["accept", "authorization", "content-type", "last-event-id"]);

const lastEventId: Parameter = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  description: "The `id:` of the last event that was heard; what came after it is told first",
  schema: { type: "string" },
};

const fieldsOf = (schema: JsonSchema, { schemas }: Components): JsonSchema =>
  schema.$ref ? (schemas[schema.$ref.split("/").at(-1)!] ?? {}) : schema;

const own = (place: Parameter["in"], { properties = {}, required = [] }: JsonSchema): Parameter[] =>
  Object.entries(properties).map(([name, schema]) => parameter(place, name, schema, required.includes(name)));

function parameter(place: Parameter["in"], name: string, schema: JsonSchema, required: boolean): Parameter {
  const { description, ...rest } = schema;
  return { name, in: place, required, ...(description && { description }), schema: rest };
}
