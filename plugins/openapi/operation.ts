import type { OtherAnswer, RouteInfo } from "hearth";
import type { Components } from "./components";
import { errorBodies } from "./errors";
import { type JsonSchema, jsonSchemaOf } from "./json-schema";
import type { DocumentPath } from "./names";
import { type Parameter, parametersOf } from "./parameters";

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** An answer of a route, as OpenAPI describes it. */
export interface Answer {
  readonly description: string;
  readonly content?: Content;
}

/** A route, as OpenAPI describes it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
}

/** One route under one of its paths, as the document has it. */
export function operationOf(route: RouteInfo, path: DocumentPath, id: string, components: Components): Operation {
  const { by, summary, takes } = route;
  const named = id[0]!.toUpperCase() + id.slice(1);
  return {
    operationId: id,
    summary: summary || `${route.method} ${path.path}`,
    tags: [by],
    security: securityOf(route),
    parameters: parametersOf(route, path, components, `${named}Input`),
    ...(takes.body !== undefined && {
      requestBody: bodyOf(takes.body, components.take(takes.body, "input", `${named}Body`)),
    }),
    responses: answersOf(route, components, named),
  };
}

/** A route that takes an `authorization` header asks for more than the service key, or for something else; it may say what. */
function securityOf({ access, bearer, takes }: RouteInfo): Operation["security"] {
  const { properties = {} } = jsonSchemaOf(takes.headers, "input");
  const own = bearer ?? ("authorization" in properties ? "bearer" : undefined);
  const needs = { ...(access === "key" && { key: [] }), ...(own && { [own]: [] }) };
  return Object.keys(needs).length > 0 ? [needs] : [];
}

function bodyOf(given: unknown, schema: JsonSchema): NonNullable<Operation["requestBody"]> {
  const type = JSON.stringify(schema).includes('"format":"binary"') ? "multipart/form-data" : "application/json";
  const optional = (given as { _zod?: { optin?: string } })._zod?.optin === "optional";
  return { required: !optional, content: { [type]: { schema } } };
}

const unknownBearers = {
  sender: "The key is not one that is trusted",
  session: "The session is unknown or over",
};

type Read = (schema: unknown) => JsonSchema;

function answersOf(route: RouteInfo, components: Components, name: string): Operation["responses"] {
  const { access, bearer, takes, answers, status, errors } = route;
  const reader =
    (part: string): Read =>
    schema =>
      components.take(schema, "output", name + part);
  const validated = Object.values(takes).some(schema => schema !== undefined);
  const own = Object.entries(errors).map(
    ([code, said]) => [code, errorAnswer(Number(code), said, reader(`Answer${code}`))] as const,
  );
  return {
    ...(access === "key" && { 401: answer("The service key is missing or wrong", errorBodies.Refusal, reader("")) }),
    ...(takes.body !== undefined && refusedBodies(reader(""))),
    ...(bearer && { 401: answer(unknownBearers[bearer], errorBodies.Detail, reader("")) }),
    ...(validated && { 422: answer("The request is not as it must be", errorBodies.Invalid, reader("")) }),
    ...Object.fromEntries(own),
    [status]: answer("The answer", answers, reader("Answer")),
  };
}

/** What becomes of a body that is never looked into, or cannot be kept. */
const refusedBodies = (read: Read): Operation["responses"] => ({
  400: answer("The body is no text", errorBodies.Detail, read),
  413: answer("The body is larger than the server takes", undefined, read),
  507: answer("The disk is full or read-only", errorBodies.Detail, read),
});

function errorAnswer(status: number, said: string | OtherAnswer, read: Read): Answer {
  if (typeof said !== "string") return answer(said.when, said.answers, read);
  return answer(said, status < 400 ? undefined : errorBodies.Detail, read);
}

function answer(description: string, answers: RouteInfo["answers"], read: Read): Answer {
  if (answers === undefined) return { description };
  if (typeof answers === "string") return { description, content: { [answers]: { schema: { type: "string" } } } };
  return { description, content: { "application/json": { schema: read(answers) } } };
}
