import { z } from "zod";

/** A JSON Schema (2020-12) in the words that we read; others pass through. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: boolean | JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly format?: string;
  readonly [word: string]: unknown;
}

/** Whether a schema is of what is sent to us or of what we answer: a default makes a field optional in the one, sure in the other. */
export type Direction = "input" | "output";

/** A route's schema as JSON Schema: zod's; one that is JSON Schema already (TypeBox) as it is; of any other kind, one that takes everything. */
export function jsonSchemaOf(schema: unknown, direction: Direction): JsonSchema {
  try {
    if (isZod(schema)) return fromZod(schema, direction);
    return isJsonSchema(schema) ? (JSON.parse(JSON.stringify(schema)) as JsonSchema) : {};
  } catch (error) {
    return { description: `cannot be described: ${error instanceof Error ? error.message : error}` };
  }
}

const isZod = (schema: unknown): schema is z.ZodType =>
  typeof schema === "object" && schema !== null && "_zod" in schema;

const words = ["type", "properties", "anyOf", "allOf", "oneOf", "enum", "const"];
const isJsonSchema = (schema: unknown): boolean =>
  typeof schema === "object" && schema !== null && words.some(word => word in schema);

function fromZod(schema: z.ZodType, io: Direction): JsonSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { catchall } = zodSchema._zod.def as { catchall?: unknown };
      if (!catchall && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties; // not said to be strict
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern; // the same again, unreadable
    },
  });
  return json as JsonSchema;
}

/** The schema with each of its parts replaced, innermost first. */
export function mapped(value: unknown, change: (schema: Record<string, unknown>) => unknown): unknown {
  if (Array.isArray(value)) return value.map(item => mapped(item, change));
  if (typeof value !== "object" || value === null) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, change)])));
}
