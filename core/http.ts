import { cors } from "@elysiajs/cors";
import { Elysia } from "elysia";
import { type AccessLog, requestId } from "./access-log";
import type { CallerBook } from "./callers";
import { messageOf } from "./errors";
import { HttpError } from "./http-error";
import { UnreadableJson } from "./json-body";
import { type JsonFault, unknownFault } from "./json-fault";
import type { Kernel } from "./kernel";
import type { Logger } from "./log";
import { pathOf, queryOf, soundUrls } from "./request-path";
import { BASE_PATH, type RouteEntry, Routes, RouteTable } from "./routes";
import type { ServiceKey } from "./service-key";
import { storageFault } from "./storage-fault";
import { type ValidationItem, validationItems } from "./validation";

type Fetch = (request: Request) => Response | Promise<Response>;

/** The routes as they are now, composed. */
interface Composed {
  readonly table: RouteTable;
  readonly fetch: Fetch;
}

/** What a request is known by, from the door to the log. */
interface Visitor {
  /** The caller's own (a proxy's, as a rule), else that of this run with a number. */
  readonly id: string;
  readonly count: number | undefined;
  /** Whether the answer carries it: the caller sent one, or is a browser's page. Errors carry theirs in any case. */
  readonly asked: boolean;
  readonly from: number;
  readonly request: Request;
  readonly path: string;
  readonly route: RouteEntry | undefined;
}

export interface HttpOptions {
  readonly kernel: Kernel;
  readonly key: ServiceKey;
  /** Exact origins of browsers' pages that may call. */
  readonly origins: readonly string[];
  readonly access: AccessLog;
  readonly callers: CallerBook;
}

/**
 * Everything between the socket and the plugins' routes: the key, request ids, errors, the request log, HEAD, CORS, security headers.
 * It stands in front of Elysia instead of in its hooks, where the same would cost every request about half its speed.
 */
export class HttpHost {
  readonly #options: HttpOptions;
  #composed: Composed | undefined;
  #count = 0;
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #withCors: Fetch;
  readonly #sound = soundUrls();

  constructor(options: HttpOptions) {
    this.#options = options;
    options.kernel.slots.watch(Routes, () => {
      this.#composed = undefined;
    });
    this.#withCors = corsFor(options.origins, request => this.#serve(request));
  }

  /** Answers a request. Never throws. */
  fetch = (given: Request): Response | Promise<Response> => {
    this.callers.meet(given);
    const request = this.callers.standsFor(this.#sound(given), given);
    return request.headers.has("origin") ? this.#withCors(request) : this.#serve(request);
  };

  get callers(): CallerBook {
    return this.#options.callers;
  }

  /** The routes of the moment. */
  get table(): RouteTable {
    return this.#now.table;
  }

  /** Elysia cannot forget a route: after a change the whole is composed anew, by the first request that needs it. */
  get #now(): Composed {
    this.#composed ??= compose(this.#options.kernel);
    return this.#composed;
  }

  #serve(request: Request): Response | Promise<Response> {
    const { table, fetch } = this.#now;
    const path = pathOf(request.url);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = table.find(path, method) ?? table.at(path)[0];
    const given = request.headers.get("x-request-id");
    const own = given !== null && plainId.test(given) ? given : undefined;
    const asked = given !== null || request.headers.has("origin");
    const visit = {
      id: own ?? this.#run,
      count: own === undefined ? ++this.#count : undefined,
      asked,
      from: performance.now(),
      request,
      path,
      route,
    };
    const refused = route?.access === "public" ? undefined : this.#options.key.refusal(request);
    if (refused) return this.#finish(visit, Response.json({ error: refused }, { status: 401 }));
    if (!route) return this.#finish(visit, redirectOrNothing(table, path, request));
    if (route.method !== method && route.method !== "ALL") return this.#finish(visit, wrongMethod(table.at(path)));
    if (request.method === "HEAD")
      return withoutBody(this.#answer(visit, fetch, this.callers.standsFor(asGet(request), request)));
    return this.#answer(visit, fetch, request);
  }

  #answer(visit: Visitor, fetch: Fetch, request: Request): Response | Promise<Response> {
    const answer = fetch(request);
    if (answer instanceof Response) return this.#finish(visit, answer);
    const { activity } = this.#options.kernel;
    const what = `${request.method} ${visit.path}`;
    return activity.track(visit.route?.by ?? "kernel", what, answer).then(response => this.#finish(visit, response));
  }

  #finish({ id, count, asked, from, request, path, route }: Visitor, response: Response): Response {
    const { status, headers } = response;
    guard(headers);
    if (asked || status >= 400) headers.set("x-request-id", requestId(id, count));
    if (!route?.quiet) {
      const ms = performance.now() - from;
      this.#options.access({ method: request.method, path, status, ms, id, count, fixed: route?.path === path });
    }
    return response;
  }
}

/**
 * Keeps a browser from making more of an answer than it is. Each header costs a JSON route about half a hundredth of a bare server's speed, so:
 * JSON, which no browser runs, shows or frames as a page once it may not guess its type, gets that one header;
 * anything else is sealed too, unless its route says what it may load. A 304 keeps the headers of the answer that is kept.
 */
function guard(headers: Headers): void {
  headers.set("x-content-type-options", "nosniff");
  const type = headers.get("content-type");
  if (type === null || type.startsWith("application/json")) return;
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", SEALED);
  headers.set("referrer-policy", "no-referrer");
}

/** Loads nothing, runs nothing, is in nobody's frame. */
const SEALED = "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

/** What may stand in our log as an id. */
const plainId = /^[\w.-]{1,64}$/;

function compose(kernel: Kernel): Composed {
  const held = kernel.slots.held(Routes);
  const table = new RouteTable(held);
  const root = new Elysia({ prefix: BASE_PATH }).onError(({ error, code, request, params, query, headers, body }) => {
    const route = table.find(pathOf(request.url), request.method);
    if (code === "VALIDATION" && (error as { type?: string }).type !== "response")
      return refusal(validationItems(error, { params, query, headers, body }, route?.takes));
    return answerTo(error, String(code), kernel.log(route?.by ?? "http"));
  });
  for (const { item } of held) root.use(item);
  const app = root.compile();
  return { table, fetch: app.fetch };
}

/** The one place where an error becomes an answer. */
function answerTo(error: unknown, code: string, log: Logger): Response {
  const thrown = code === "PARSE" ? (error as Error).cause : error;
  if (thrown instanceof HttpError)
    return Response.json({ detail: thrown.detail }, { status: thrown.status, headers: thrown.headers });
  if (code === "NOT_FOUND") return nothingHere();
  if (code === "PARSE") {
    const fault = thrown instanceof UnreadableJson ? thrown.fault : unknownFault;
    return refusal([unreadable(fault)]);
  }
  const fault = storageFault(error);
  log.error("a route failed", { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
  if (fault) return Response.json({ detail: `This could not be saved: ${fault}` }, { status: 507 });
  return Response.json({ detail: "Internal Server Error" }, { status: 500 });
}

const refusal = (items: readonly ValidationItem[]) => Response.json({ detail: items }, { status: 422 });
const unreadable = ({ at, why }: JsonFault) => ({
  type: "json_invalid",
  loc: ["body", at],
  msg: "JSON decode error",
  input: {},
  ctx: { error: why },
});
const nothingHere = () => Response.json({ detail: "Not Found" }, { status: 404 });

const wrongMethod = (routes: readonly RouteEntry[]) =>
  Response.json(
    { detail: "Method Not Allowed" },
    { status: 405, headers: { allow: [...new Set(routes.map(({ method }) => method))].join(", ") } },
  );

const asGet = (request: Request) => new Request(request, { method: "GET" });

/** A path that is one slash too long leads to the right one. */
function redirectOrNothing(table: RouteTable, path: string, request: Request): Response {
  const shorter = withoutLastSlashes(path);
  if (shorter === path || table.at(shorter).length === 0) return nothingHere();
  return new Response(null, { status: 307, headers: { location: shorter + queryOf(request.url) } });
}

/** By hand: a pattern would look at a long run of slashes once for each of them. */
function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}

/** Answers whose body is there at once, so that it can be measured; anything else may be a stream. */
const measurable = /^(application\/json|text\/(plain|html))/;

/** The answer to HEAD: that to GET, with its length where it can be known, and without its body. */
async function withoutBody(answer: Response | Promise<Response>): Promise<Response> {
  const response = await answer;
  const { status, headers } = response;
  if (measurable.test(headers.get("content-type") ?? ""))
    headers.set("content-length", String((await response.arrayBuffer()).byteLength));
  else await response.body?.cancel();
  return new Response(null, { status, headers });
}

/** Cross-origin rules around everything, refusals included; preflights are answered before the key is asked for. */
function corsFor(origins: readonly string[], serve: Fetch): Fetch {
  const rules = cors({
    origin: [...origins],
    credentials: true,
    methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    allowedHeaders: ["Authorization", "Content-Type", "Last-Event-ID", "X-API-Key"],
    exposeHeaders: ["X-Request-ID"],
    maxAge: 600,
  });
  const app = new Elysia()
    .use(rules)
    .all("*", ({ request }) => serve(request), { parse: "none" })
    .compile();
  return request => app.fetch(request);
}
