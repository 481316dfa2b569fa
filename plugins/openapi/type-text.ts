import type { JsonSchema } from "./json-schema";

/** How a type is written down. */
export interface Hand {
  /** What stands for a named schema. */
  readonly reference: (name: string) => string;
}

/** A schema as a TypeScript type. Descriptions become comments above their fields. @param indent blanks before the lines after the first */
export function typeText(schema: JsonSchema | boolean | undefined, hand: Hand, indent = ""): string {
  if (schema === undefined || typeof schema === "boolean") return schema === false ? "never" : "unknown";
  const { $ref, anyOf, oneOf, allOf } = schema;
  if ($ref !== undefined) return hand.reference($ref.split("/").at(-1)!);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum)
    return joined(
      schema.enum.map(value => JSON.stringify(value)),
      " | ",
    );
  const either = anyOf ?? oneOf;
  if (either)
    return joined(
      either.map(one => typeText(one, hand, indent)),
      " | ",
    );
  if (allOf)
    return joined(
      allOf.map(one => inBrackets(typeText(one, hand, indent))),
      " & ",
    );
  if (Array.isArray(schema.type))
    return joined(
      schema.type.map(type => plain({ ...schema, type }, hand, indent)),
      " | ",
    );
  return plain(schema, hand, indent);
}

const plainTypes: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  integer: "number",
  boolean: "boolean",
  null: "null",
};

function plain(schema: JsonSchema, hand: Hand, indent: string): string {
  if (schema.type === "array") return arrayText(schema, hand, indent);
  if (schema.type === "object" || schema.properties) return objectText(schema, hand, indent);
  if (schema.format === "binary") return "Blob";
  return plainTypes[String(schema.type)] ?? (schema.not ? "never" : "unknown");
}

function arrayText({ items, prefixItems }: JsonSchema, hand: Hand, indent: string): string {
  if (!prefixItems) return listText(typeText(items, hand, indent));
  const more = items === undefined || items === false ? [] : [`...${listText(typeText(items, hand, indent))}`];
  return `[${[...prefixItems.map(item => typeText(item, hand, indent)), ...more].join(", ")}]`;
}

function objectText({ properties = {}, required = [], additionalProperties }: JsonSchema, hand: Hand, indent: string) {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, schema]) => {
    const key = `${keyText(name)}${required.includes(name) ? "" : "?"}`;
    return `${commentText(schema, inner)}${inner}${key}: ${typeText(schema, hand, inner)};`;
  });
  const more = typeof additionalProperties === "object" || additionalProperties === true;
  if (fields.length === 0 && !more) return "Record<string, unknown>";
  // Fields of their own types fit no narrower index.
  const value = fields.length === 0 && more ? typeText(additionalProperties, hand, inner) : "unknown";
  const index = more ? [`${inner}[key: string]: ${value};`] : [];
  return `{\n${[...fields, ...index].join("\n")}\n${indent}}`;
}

/** A field's name as it may stand in a type. */
export const keyText = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** What is said of a schema, as a comment on a line of its own. What it says cannot end the comment. */
export function commentText({ description, default: usual }: JsonSchema, indent: string): string {
  const without = usual === undefined ? [] : [`${JSON.stringify(usual)} when left out`];
  const text = [...(description ? [description] : []), ...without].join("; ");
  return text ? `${indent}/** ${text.replaceAll("*/", "*\\/").replace(/\s+/g, " ")} */\n` : "";
}

const joined = (types: readonly string[], by: string) => [...new Set(types)].join(by) || "never";

const listText = (type: string) => (isWord(type) ? `${type}[]` : `Array<${type}>`);

const inBrackets = (type: string) => (isWord(type) ? type : `(${type})`);

const isWord = (type: string) => /^[\w$."[\]]+$/.test(type);
