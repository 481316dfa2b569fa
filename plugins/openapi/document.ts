import { BASE_PATH, type RouteInfo } from "hearth";
import { Components } from "./components";
import type { JsonSchema } from "./json-schema";
import { alignment, documentPaths, onceEach, operationId } from "./names";
import { type Operation, operationOf } from "./operation";

/** A plugin as the document's reader needs it. */
export interface Author {
  readonly id: string;
  readonly summary: string;
}

/** An OpenAPI document (3.1.1). */
export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

/** What holds for all routes. */
const description = `What this Hearth can be asked. A route that needs the service key takes it in the header X-API-Key.

HEAD answers wherever GET does. An answer with an ETag can be kept: send it as If-None-Match, and get 304 as long as it holds.
An error says what is wrong in \`detail\`; any route may also answer 405 for a wrong method, and 500 without a word of why.
A parameter \`path\` is all that comes after, slashes included.`;

const securitySchemes = {
  key: { type: "apiKey", in: "header", name: "X-API-Key", description: "The service key" },
  bearer: { type: "http", scheme: "bearer", description: "A key or a session of the caller's own" },
  sender: { type: "http", scheme: "bearer", description: "A key that the owner has given to someone who may write" },
  session: { type: "http", scheme: "bearer", description: "The session of a mailbox, from its login" },
};

/** The document of these routes. @param version of Hearth */
export function documentOf(routes: readonly RouteInfo[], authors: readonly Author[], version: string): OpenApi {
  const components = new Components();
  const unique = onceEach();
  const paths: Record<string, Record<string, Operation>> = {};
  const aligned = alignment();
  for (const route of routes)
    for (const path of documentPaths(route.path).map(aligned))
      for (const method of methodsOf(route.method)) {
        paths[path.path] ??= {};
        paths[path.path]![method] ??= operationOf(route, path, unique(operationId(method, path.path)), components);
      }
  const present = new Set(routes.map(({ by }) => by));
  return {
    openapi: "3.1.1",
    info: { title: "Hearth", version, description },
    servers: [{ url: BASE_PATH }],
    tags: authors.filter(({ id }) => present.has(id)).map(({ id, summary }) => ({ name: id, description: summary })),
    paths,
    components: { schemas: components.schemas, securitySchemes },
  };
}

/** The words of OpenAPI for a route's method: several for one that takes all, none for what OpenAPI has no word for (WebSocket). */
function methodsOf(method: string): string[] {
  const usual = ["get", "post", "put", "patch", "delete"];
  if (method === "ALL") return usual;
  return [...usual, "head", "options", "trace"].filter(word => word === method.toLowerCase());
}
