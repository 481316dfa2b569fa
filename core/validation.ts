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
  readonly validator?: { readonly schema?: Schema };
}

/** A schema of whatever library. */
interface Schema {
  readonly "~standard"?: { validate(value: unknown): unknown };
}

/** The parts of a request, in the order in which Elysia looks at them: at none after the first that fails. */
const parts = ["headers", "params", "query", "body"] as const;
type Part = (typeof parts)[number];

/** What a route takes: the schemas of its own, zod's as a rule. Nothing for a part of which it says nothing. */
export type Takes = Readonly<Partial<Record<Part, Schema | undefined>>>;

/**
 * Turns a failed validation into the items of a 422: all that is wrong with a request, the path first, then the query, the headers, the body.
 * Beside other faults nothing is said of a body that is not there: it may not have been read.
 * @param given the parts as they came @param takes the route's
 */
export function validationItems(
  error: unknown,
  given: Partial<Record<Part, unknown>> = {},
  takes: Takes = {},
): ValidationItem[] {
  const { type, value, valueError, validator } = error as ElysiaValidation;
  const first = issuesOf(validator?.schema, value) ?? (valueError ? [valueError] : []);
  const rest = parts.slice(parts.indexOf(type as Part) + 1).filter(part => part !== "body" || given.body != null);
  return [
    ...first.map(issue => itemOf(type, value, issue)),
    ...rest.flatMap(part => (issuesOf(takes[part], given[part]) ?? []).map(issue => itemOf(part, given[part], issue))),
  ].toSorted((a, b) => places.indexOf(String(a.loc[0])) - places.indexOf(String(b.loc[0])));
}

const issuesOf = (schema: Schema | undefined, value: unknown): readonly Issue[] | undefined =>
  (schema?.["~standard"]?.validate(value) as { issues?: readonly Issue[] } | undefined)?.issues;

/** What the parts are called, in the order in which they are told. */
const places = ["path", "query", "header", "body"];
const placeOf = (part: string): string => ({ params: "path", headers: "header" })[part] ?? part;

function itemOf(part: string, value: unknown, issue: Issue): ValidationItem {
  const path = (issue.path ?? []).map(key => (typeof key === "symbol" ? String(key) : key));
  const input = path.reduce<unknown>((held, key) => (held as Record<string, unknown> | undefined)?.[key], value);
  const loc = [placeOf(part), ...path];
  if (isMissing(input, path) && (issue.code === "invalid_type" || issue.code === "invalid_value"))
    return { type: "missing", loc, msg: "Field required", input: part === "body" && path.length > 0 ? value : null };
  return { loc, input, ...wording(part, issue, input) };
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
type Wording = Pick<ValidationItem, "type" | "msg" | "ctx">;

function wording(part: string, issue: Issue, input: unknown): Wording {
  const own = { type: "value_error", msg: `Value error, ${issue.message}`, ctx: { error: {} } };
  return wordings[issue.code ?? ""]?.(issue, input, part) ?? own;
}

/** By zod's code; a code or a case that is not here is told in zod's own words. */
const wordings: Readonly<Record<string, (issue: Issue, input: unknown, part: string) => Wording | undefined>> = {
  too_small: ({ origin, minimum: least }) =>
    origin === "string"
      ? {
          type: "string_too_short",
          msg: `String should have at least ${characters(least)}`,
          ctx: { min_length: least },
        }
      : { type: "greater_than_equal", msg: `Input should be greater than or equal to ${least}`, ctx: { ge: least } },
  too_big: ({ origin, maximum: most }) =>
    origin === "string"
      ? { type: "string_too_long", msg: `String should have at most ${characters(most)}`, ctx: { max_length: most } }
      : { type: "less_than_equal", msg: `Input should be less than or equal to ${most}`, ctx: { le: most } },
  invalid_value: ({ values }, _, part) =>
    values && {
      type: part === "body" ? "enum" : "literal_error",
      msg: `Input should be ${oneOf(values)}`,
      ctx: { expected: oneOf(values) },
    },
  invalid_format({ format, pattern }) {
    if (format !== "regex") return;
    const text = bare(pattern);
    return { type: "string_pattern_mismatch", msg: `String should match pattern '${text}'`, ctx: { pattern: text } };
  },
  invalid_type: ({ expected }, input) => typeWordings[expected ?? ""]?.(input),
};

/** Of a wrong type, by the one that was expected. */
const typeWordings: Readonly<Record<string, (input: unknown) => Wording>> = {
  string: () => ({ type: "string_type", msg: "Input should be a valid string" }),
  int: () => notInteger,
  number: () => notInteger,
  boolean: input =>
    typeof input === "string" || typeof input === "number"
      ? { type: "bool_parsing", msg: "Input should be a valid boolean, unable to interpret input" }
      : { type: "bool_type", msg: "Input should be a valid boolean" },
  object: () => ({
    type: "model_attributes_type",
    msg: "Input should be a valid dictionary or object to extract fields from",
  }),
};
const notInteger = {
  type: "int_parsing",
  msg: "Input should be a valid integer, unable to parse string as an integer",
};

/** A pattern as text, without the slashes of a literal. */
const bare = (pattern = "") => pattern.replace(/^\/(.*)\/[a-z]*$/, "$1");
