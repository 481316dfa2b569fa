/** One complaint about a request, in the shape that clients of this API know. */
export interface ValidationItem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** The parts of a zod issue that are read here. */
interface Issue {
  readonly code?: string;
  readonly path?: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly origin?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly values?: readonly unknown[];
}

/** What Elysia's validation error carries, as far as it is read here. */
interface ElysiaValidation {
  readonly type: string;
  readonly value: unknown;
  readonly valueError?: Issue;
  readonly validator?: { readonly schema?: { readonly "~standard"?: { validate(value: unknown): unknown } } };
}

/** Turns a failed validation into the items of a 422. */
export function validationItems(error: unknown): ValidationItem[] {
  const { type, value, valueError, validator } = error as ElysiaValidation;
  const result = validator?.schema?.["~standard"]?.validate(value) as { issues?: readonly Issue[] } | undefined;
  const issues = result?.issues ?? (valueError ? [valueError] : []);
  return issues.map(issue => itemOf(type === "params" ? "path" : type, value, issue));
}

function itemOf(part: string, value: unknown, issue: Issue): ValidationItem {
  const path = (issue.path ?? []).map(key => (typeof key === "symbol" ? String(key) : key));
  const input = path.reduce<unknown>((held, key) => (held as Record<string, unknown> | undefined)?.[key], value);
  const loc = [part === "headers" ? "header" : part, ...path];
  if (isMissing(input, path) && (issue.code === "invalid_type" || issue.code === "invalid_value"))
    return { type: "missing", loc, msg: "Field required", input: part === "body" && path.length > 0 ? value : null };
  return { loc, input, ...wording(part, issue) };
}

/** A body that is `null` is as good as none. */
const isMissing = (input: unknown, path: readonly unknown[]): boolean =>
  input === undefined || (input === null && path.length === 0);

const characters = (count: number | undefined) => `${count} character${count === 1 ? "" : "s"}`;
const oneOf = (values: readonly unknown[]) => {
  const quoted = values.map(value => `'${value}'`);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
};

/** The type, the sentence and the numbers of an item. */
function wording(part: string, issue: Issue): Pick<ValidationItem, "type" | "msg" | "ctx"> {
  const { code, origin, minimum, maximum, values, pattern, format, expected } = issue;
  const text = origin === "string";
  if (code === "too_small" && text)
    return {
      type: "string_too_short",
      msg: `String should have at least ${characters(minimum)}`,
      ctx: { min_length: minimum },
    };
  if (code === "too_big" && text)
    return {
      type: "string_too_long",
      msg: `String should have at most ${characters(maximum)}`,
      ctx: { max_length: maximum },
    };
  if (code === "too_small")
    return {
      type: "greater_than_equal",
      msg: `Input should be greater than or equal to ${minimum}`,
      ctx: { ge: minimum },
    };
  if (code === "too_big")
    return { type: "less_than_equal", msg: `Input should be less than or equal to ${maximum}`, ctx: { le: maximum } };
  if (code === "invalid_value" && values)
    return {
      type: part === "body" ? "enum" : "literal_error",
      msg: `Input should be ${oneOf(values)}`,
      ctx: { expected: oneOf(values) },
    };
  if (code === "invalid_format" && format === "regex")
    return {
      type: "string_pattern_mismatch",
      msg: `String should match pattern '${bare(pattern)}'`,
      ctx: { pattern: bare(pattern) },
    };
  if (code === "invalid_type" && expected === "string")
    return { type: "string_type", msg: "Input should be a valid string" };
  if (code === "invalid_type" && (expected === "int" || expected === "number"))
    return { type: "int_parsing", msg: "Input should be a valid integer, unable to parse string as an integer" };
  if (code === "invalid_type" && expected === "object")
    return {
      type: "model_attributes_type",
      msg: "Input should be a valid dictionary or object to extract fields from",
    };
  return { type: "value_error", msg: `Value error, ${issue.message}`, ctx: { error: {} } };
}

/** A pattern as text, without the slashes of a literal. */
const bare = (pattern = "") => pattern.replace(/^\/(.*)\/[a-z]*$/, "$1");
