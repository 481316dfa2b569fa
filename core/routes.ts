import type { AnyElysia } from "elysia";
import type { z } from "zod";
import { HearthError } from "./errors";
import { type Held, slot } from "./tokens";
import type { Takes } from "./validation";

/** Every path of the API begins with this. */
export const BASE_PATH = "/api/v1";

/** A plugin's routes: an Elysia instance of its own, with paths from the API's base on. Refuses a route that another plugin has. */
export const Routes = slot<AnyElysia>("http.routes", refuseDoubles);

/** Who may call a route. "key": whoever has the service key; "public": everyone (the route itself may ask for more). */
export type Access = "key" | "public";

/** What a caller brings in `Authorization: Bearer …` when a route asks for it by itself: a key of the owner's friends, or a session of a mailbox. */
export type Bearer = "sender" | "session";

/** What a route says of itself beside its summary. */
export interface About {
  readonly access?: Access;
  /** For documents: the route itself checks it. */
  readonly bearer?: Bearer;
  /** Calls are not written to the request log (health probes). */
  readonly quiet?: boolean;
  /** The shape of its answer, for documents and clients; or the media type of one that is not JSON. It is not checked while answering. */
  readonly answers?: z.ZodType | string;
  /** The status of its answer; 200 when left out. */
  readonly status?: number;
  /** What else it may answer: status, and when. 401 and 422 are known without saying. */
  readonly errors?: Readonly<Record<number, string | OtherAnswer>>;
}

/** An answer beside the usual one whose body is not `{"detail"}`: `{ when: "not ready", answers: Readiness }`. */
export interface OtherAnswer {
  readonly when: string;
  readonly answers: z.ZodType | string;
}

/**
 * What a route says of itself, for documents and for the door: `.get("/moon", handler, about("The moon tonight", { access: "public" }))`.
 * A route that says nothing needs the service key.
 */
export const about = (
  summary: string,
  { access = "key", bearer, quiet = false, answers, status = 200, errors = {} }: About = {},
) => ({
  detail: {
    summary,
    security: access === "public" ? [] : [{ key: [] as string[] }],
    "x-quiet": quiet,
    "x-about": { bearer, answers, status, errors },
  },
});

/** One route, as the door sees it. */
export interface RouteEntry {
  readonly by: string;
  readonly method: string;
  /** With the base path. */
  readonly path: string;
  readonly access: Access;
  readonly quiet: boolean;
  readonly takes: Takes;
}

/** The routes of a plugin's item, each with what Elysia knows of it. */
export const routesOf = ({ by, item }: Held<AnyElysia>): { entry: RouteEntry; hooks: unknown }[] =>
  item.routes.map(({ method, path, hooks }) => {
    const detail = (hooks as { detail?: { security?: unknown[]; "x-quiet"?: boolean } } | undefined)?.detail;
    const access = detail?.security?.length === 0 ? "public" : "key";
    const { body, query, params, headers } = (hooks ?? {}) as Takes;
    const takes = { body, query, params, headers };
    return { entry: { by, method, path: BASE_PATH + path, access, quiet: detail?.["x-quiet"] === true, takes }, hooks };
  });

const entriesOf = (held: Held<AnyElysia>): RouteEntry[] => routesOf(held).map(({ entry }) => entry);

/** Elysia lets the later of two equal routes win without a word, and drops an instance whose name it knows. Here both are refused. */
function refuseDoubles(held: readonly Held<AnyElysia>[]): void {
  const last = held.at(-1)!;
  const before = held.slice(0, -1);
  const taken = new Map(before.flatMap(entriesOf).map(route => [keyOf(route), route.by]));
  for (const route of entriesOf(last)) {
    const other = taken.get(keyOf(route));
    if (other) throw new HearthError("TWICE", `the route ${route.method} ${route.path}, by ${other} and ${last.by}`);
  }
  const name = last.item.config.name;
  const namesake = name === undefined ? undefined : before.find(({ item }) => item.config.name === name);
  if (namesake) throw new HearthError("TWICE", `the Elysia name "${name}", by ${namesake.by} and ${last.by}`);
}

/** Two paths that differ in the names of their parameters only are the same route. */
const keyOf = ({ method, path }: RouteEntry) => `${method} ${path.replace(/:\w+\??/g, ":")}`;

/** Finds what the door must know of a request's path, without running Elysia. */
export class RouteTable {
  readonly entries: readonly RouteEntry[];
  readonly #fixed = new Map<string, RouteEntry[]>();
  readonly #shaped: Shaped[] = [];

  constructor(held: readonly Held<AnyElysia>[]) {
    this.entries = held.flatMap(entriesOf);
    for (const entry of this.entries)
      if (/[:*]/.test(entry.path)) this.#shaped.push(shapedOf(entry));
      else this.#fixed.set(entry.path, [...(this.#fixed.get(entry.path) ?? []), entry]);
    this.#shaped.sort((a, b) => vagueness(a.entry.path).localeCompare(vagueness(b.entry.path)));
  }

  /** The route that Elysia takes for a request: the one of the most fixed words, from the left. */
  find(path: string, method: string): RouteEntry | undefined {
    return forMethod(this.#fixed.get(path) ?? [], method) ?? this.#first(path, method) ?? this.#first(path, "ALL");
  }

  /** The routes of a path, of every method. */
  at(path: string): readonly RouteEntry[] {
    return [...(this.#fixed.get(path) ?? []), ...this.#like(path)];
  }

  #first(path: string, method: string): RouteEntry | undefined {
    return this.#shaped.find(one => one.entry.method === method && fits(one, path))?.entry;
  }

  #like(path: string): RouteEntry[] {
    return this.#shaped.filter(one => fits(one, path)).map(({ entry }) => entry);
  }
}

/** A route whose path has parameters. */
interface Shaped {
  /** What every path of it begins with: much cheaper to see than its shape. */
  readonly start: string;
  readonly shape: RegExp;
  readonly entry: RouteEntry;
}

const shapedOf = (entry: RouteEntry): Shaped => ({
  start: entry.path.slice(0, entry.path.search(/\/[^/]*[:*]/)),
  shape: shapeOf(entry.path),
  entry,
});

const fits = ({ start, shape }: Shaped, path: string): boolean => path.startsWith(start) && shape.test(path);

const forMethod = (routes: readonly RouteEntry[], method: string): RouteEntry | undefined =>
  routes.find(one => one.method === method) ?? routes.find(one => one.method === "ALL");

/** Sorts paths: a word goes before a parameter, a parameter before a wildcard, one part after the other. */
const vagueness = (path: string): string =>
  path
    .split("/")
    .map(part => (part === "*" ? 3 : part.startsWith(":") ? 2 : part.includes(":") ? 1 : 0))
    .join("");

/** `/content/:type/:slug?/*` as a regular expression. */
const shapeOf = (path: string): RegExp => new RegExp(`^${path.split("/").slice(1).map(shapeOfPart).join("")}$`);

function shapeOfPart(part: string): string {
  if (part === "*") return "/.*";
  const [word = "", name] = part.split(":");
  const fixed = `/${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
  if (name === undefined) return fixed;
  return name.endsWith("?") ? `(?:${fixed}[^/]+)?` : `${fixed}[^/]+`;
}
