import { BASE_PATH } from "hearth";

/** One path of the document: as OpenAPI writes it, and the names of its parameters with those that Elysia knows them by. */
export interface DocumentPath {
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly known: string }[];
}

/** The paths of a route: `/content/:type/*` is `/content/{type}/{path}`; with a part that may be left out (`/:slug?`) they are two. */
export function documentPaths(path: string): DocumentPath[] {
  const parts = (path.startsWith(BASE_PATH) ? path.slice(BASE_PATH.length) : path).split("/").slice(1);
  const short = parts.filter(part => !part.endsWith("?"));
  const full = parts.map(part => part.replace(/\?$/, ""));
  return (short.length === full.length ? [full] : [short, full]).map(documentPath);
}

function documentPath(parts: readonly string[]): DocumentPath {
  const parameters = parts.flatMap(part => (part === "*" ? [rest] : namesIn(part)));
  const shown = parts.map(part => (part === "*" ? `{${rest.name}}` : part.replace(/:(\w+)/g, "{$1}")));
  return { path: `/${shown.join("/")}`, parameters };
}

/** All that comes after, slashes included. */
const rest = { name: "path", known: "*" };

const namesIn = (part: string) => [...part.matchAll(/:(\w+)/g)].map(([, name]) => ({ name: name!, known: name! }));

/** `GET /content/thoughts/{slug}` → "getContentThoughtsBySlug". */
export function operationId(method: string, path: string): string {
  const words = path
    .split("/")
    .flatMap(part => part.replace(/\{(\w+)\}/g, " by $1").split(/[^A-Za-z0-9]+/))
    .filter(Boolean);
  return method.toLowerCase() + words.map(word => word[0]!.toUpperCase() + word.slice(1)).join("");
}

/** Hands out names, each once: a second of the same name gets a number. */
export function onceEach(): (name: string) => string {
  const given = new Set<string>();
  return name => {
    let unique = name;
    for (let number = 2; given.has(unique); number++) unique = `${name}${number}`;
    given.add(unique);
    return unique;
  };
}

/** Paths that differ in the names of their parameters only are one path to OpenAPI: later ones take the names of the first. */
export function alignment(): (path: DocumentPath) => DocumentPath {
  const first = new Map<string, DocumentPath>();
  return path => {
    const shape = path.path.replace(/\{\w+\}/g, "{}");
    const other = first.get(shape) ?? path;
    first.set(shape, other);
    const parameters = path.parameters.map(({ known }, index) => ({ name: other.parameters[index]!.name, known }));
    return { path: other.path, parameters };
  };
}
