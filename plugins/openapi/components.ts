import { type Direction, type JsonSchema, jsonSchemaOf, mapped } from "./json-schema";

/** The place of a named schema in the document. */
export const REFERENCE = "#/components/schemas/";

/** The schemas that have a name in the document: those that name themselves (`.meta({ id })`), and those that contain themselves. */
export class Components {
  readonly #raw = new Map<string, JsonSchema>();
  readonly #schemas: Record<string, JsonSchema> = {};

  get schemas(): Readonly<Record<string, JsonSchema>> {
    return this.#schemas;
  }

  /** A schema as the document has it: its named parts are put among the components, and referred to. @param name for parts without one */
  take(schema: unknown, direction: Direction, name: string): JsonSchema {
    const { $defs = {}, ...root } = jsonSchemaOf(schema, direction) as JsonSchema & {
      $defs?: Record<string, JsonSchema>;
    };
    const named: Record<string, JsonSchema> = { ...$defs, ...(refersTo(root, "#") && { "#": root }) };
    const names = new Map(Object.entries(named).map(([key, raw]) => [key, this.#claim(nameOf(key, name), raw)]));
    const link = (part: unknown) => linked(part, names);
    for (const [key, raw] of Object.entries(named)) this.#schemas[names.get(key)!] ??= link(raw);
    return names.has("#") ? { $ref: REFERENCE + names.get("#") } : link(root);
  }

  /** A name for a schema: the wanted one, unless another schema has it. */
  #claim(wanted: string, raw: JsonSchema): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted}${number}`;
      const other = this.#raw.get(name);
      if (other && !Bun.deepEquals(other, raw)) continue;
      this.#raw.set(name, raw);
      return name;
    }
  }
}

/** zod calls a part that has no name of its own `__schema0`. */
const nameOf = (key: string, name: string): string =>
  key === "#" || key.startsWith("__") ? `${name}Part` : key.replace(/[^\w.-]/g, "_");

function refersTo(schema: JsonSchema, target: string): boolean {
  let found = false;
  mapped(schema, part => {
    found ||= part["$ref"] === target;
    return part;
  });
  return found;
}

const linked = (schema: unknown, names: ReadonlyMap<string, string>): JsonSchema =>
  mapped(schema, part => {
    const ref = part["$ref"];
    const name = typeof ref === "string" ? names.get(keyOf(ref)) : undefined;
    return name === undefined ? part : { ...part, $ref: REFERENCE + name };
  }) as JsonSchema;

/** The key that a reference names: "#/$defs/a~1b" → "a/b" (RFC 6901). */
const keyOf = (ref: string) => ref.replace("#/$defs/", "").replaceAll("~1", "/").replaceAll("~0", "~");
