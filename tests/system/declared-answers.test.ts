import { afterAll, beforeAll, expect, test } from "bun:test";
import { type BadCall, badCalls } from "../fixtures/bad-calls";
import { bundledConfig, type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { documentedRoutes, isPathOf } from "../fixtures/documented-routes";
import type { DocumentedRoute } from "../fixtures/hostile-requests";

const MAX_BODY = 300_000;

/** What the document says of every route at once: another method, and a path that is one slash too long. */
const ALWAYS = [405, 307];

let place: DaemonPlace;
let daemon: TestDaemon;
let routes: DocumentedRoute[];
let seen: Map<DocumentedRoute, Set<number>>;

beforeAll(async () => {
  const config = bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0" });
  place = daemonPlace(config.replace("[http]\n", `[http]\nmaxBody = ${MAX_BODY}\n`), {
    HEARTH_AGENT: "offline",
    TRUSTED_API_KEYS: "key-of-somebody-else",
  });
  for (const root of ["sandbox", "thoughts"]) place.write(`home/${root}/.hidden`, "hidden");
  daemon = await startDaemon(place);
  routes = await documentedRoutes(daemon);
  seen = new Map(routes.map(route => [route, new Set()]));
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

interface Answer {
  readonly status: number;
  readonly body: any;
}

/** The answer to a call; of a stream its beginning. */
async function answerTo({ method, path, headers, body }: BadCall): Promise<Answer> {
  const response = await fetch(`${daemon.url}/api/v1${path}`, {
    method,
    headers: { "x-api-key": daemon.key, ...headers },
    redirect: "manual",
    ...(body !== undefined && { body }),
  });
  const { status } = response;
  if (response.headers.get("content-type")?.startsWith("application/json"))
    return { status, body: await response.json() };
  await response.body?.cancel();
  return { status, body: undefined };
}

/** Whether a path is this route's, as it goes out. */
const isOf = (route: DocumentedRoute, asked: string) =>
  isPathOf(route, new URL(`${daemon.url}/api/v1${asked}`).pathname);

const bodies: Readonly<Record<string, (body: any) => boolean>> = {
  Detail: body => typeof body?.detail === "string",
  Refusal: body => typeof body?.error === "string",
  Invalid: body => Array.isArray(body?.detail) && body.detail.every(({ type, loc, msg }: any) => type && loc && msg),
};

/** What is wrong with an answer: it is not in the document, or has another body than is said there. */
function wrong(route: DocumentedRoute, call: BadCall, { status, body }: Answer): string | undefined {
  if (ALWAYS.includes(status) || (status === 404 && !isOf(route, call.path))) return;
  const name = route.answers.get(status);
  if (name === undefined) return `${status} is not in the document`;
  if (status === 413 && body === undefined) return; // refused before anybody looks at it
  return bodies[name]?.(body) === false ? `${status} is no ${name}: ${JSON.stringify(body)}` : undefined;
}

test("whatever is wrong with a call, the answer is one that the document has, with the body that it has there", async () => {
  const faults: string[] = [];
  for (const route of routes)
    for (const call of badCalls(route, MAX_BODY)) {
      const answer = await answerTo(call);
      const fault = wrong(route, call, answer);
      if (fault) faults.push(`${route.method} ${route.path}, ${call.what}: ${fault}`);
      seen.get(route)!.add(answer.status);
    }
  expect(faults).toEqual([]);
}, 120_000);

test("every refusal that the document has for a kind of route was seen on each of them", () => {
  const unseen = routes.flatMap(route =>
    [401, 413, 422]
      .filter(status => route.answers.has(status) && (status !== 413 || route.body || route.form))
      .filter(status => !seen.get(route)!.has(status))
      .map(status => `${route.method} ${route.path}: ${status}`),
  );
  expect(unseen).toEqual([]);
  expect(routes.filter(({ answers }) => answers.has(401)).length).toBeGreaterThan(30);
});

test("every schema that the document names has a name that says what it is", async () => {
  const { body } = await daemon.call("GET", "/openapi.json");
  const names = Object.keys(body.components.schemas);
  expect(names).toContain("TreeNode");
  expect(names.filter(name => /^_|Part\d*$/.test(name))).toEqual([]);
});
