import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { dice } from "../fixtures/dice";
import { documentedRoutes, isPathOf } from "../fixtures/documented-routes";
import {
  type Credentials,
  type DocumentedRoute,
  type HostileRequest,
  hostileRequest,
} from "../fixtures/hostile-requests";
import { logIn, register } from "../fixtures/mail";
import { type RawAnswer, sendRaw } from "../fixtures/raw-http";

/** Another seed asks other questions: `FUZZ_SEED=7 FUZZ_REQUESTS=50000 bun test tests/system/fuzz.test.ts`. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 20261121);
const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 4500);
const AT_ONCE = 16;
const MAX_BODY = 3_000_000;

const CANARY = "the canary sings of what lies outside";
const KEYS = Array.from({ length: 200 }, (_, n) => `key-of-sender-${n}`);
const secrets = (key: string) => [CANARY, "root:x:0:0", key, ...KEYS.slice(0, 3)];

/** Folders of the home into which people may write through the API. */
const OPEN = /^(news|gifts|readings|data|visitors|mailbox|moderation)\//;

/** Nobody has to wait between two messages. */
const HASTE = {
  letterbox: `cooldown = 0\nperDay = 1000000\noutage.strangers = "open"`,
  visitors: "perHour = 100000",
  mailbox: "keyTries = 100000",
};

/** What is no business of the API's: the state folder, and Bun's own cache. */
const OWN = /^(state|empty\/\.bun)\//;

let place: DaemonPlace;
let daemon: TestDaemon;
let routes: DocumentedRoute[];
let credentials: Credentials;

const filesIn = (folder: string): string[] => [...new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true })].toSorted();

function furnish(): void {
  for (const folder of ["thoughts", "dreams"])
    place.write(`home/${folder}/rain.md`, "---\ntitle: Rain\ndate: 2026-01-02\ntype: poetry\n---\nIt rains.\n");
  place.write("home/sandbox/rain.py", "print('rain')\n");
  place.write("canary.txt", CANARY);
  for (const folder of ["thoughts", "sandbox"])
    symlinkSync(join(place.folder, "canary.txt"), join(place.home, folder, "out.md"));
  symlinkSync(place.folder, join(place.home, "sandbox/link"));
  writeFileSync(join(place.home, "sandbox/.hidden"), CANARY);
}

beforeAll(async () => {
  const config = bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0", ...HASTE });
  place = daemonPlace(config.replace("[http]\n", `[http]\nmaxBody = ${MAX_BODY}\n`), {
    HEARTH_AGENT: "offline",
    TRUSTED_API_KEYS: KEYS.join(","),
  });
  furnish();
  daemon = await startDaemon(place);
  credentials = await friendly();
  routes = await documentedRoutes(daemon);
  const known = { hash: "known", title: "Rain", model: "m", original_path: "thoughts/rain.md" };
  await daemon.call("POST", "/titles", known);
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

/** The keys and sessions of people with a mailbox. A route that uses one up gets another each time. */
async function friendly(): Promise<Credentials> {
  const [alice, spare, forgetful, ...fresh] = KEYS as [string, string, string, ...string[]];
  const token = await logIn(daemon, await register(daemon, alice, "alice"));
  const password = await register(daemon, spare, "spare");
  await register(daemon, forgetful, "forgetful");
  const short: string[] = [];
  for (let n = 0; n < 20; n++) short.push(await logIn(daemon, password));
  return {
    serviceKey: daemon.key,
    bearer({ bearer, path, method }) {
      if (bearer === "session") return /logout/.test(path) || method === "DELETE" ? (short.pop() ?? token) : token;
      if (path.endsWith("/register")) return fresh.pop() ?? alice;
      return path.endsWith("/reset-password") ? forgetful : alice;
    },
  };
}

/** What is wrong with an answer; nothing as a rule. */
function wrong({ status, headers, bytes }: RawAnswer, broken: boolean): string | undefined {
  if (status === undefined) return broken ? undefined : "no answer";
  const full = status === 503 && headers["retry-after"] !== undefined; // a stream has as many clients as it may have
  if (status >= 500 && !full && !(broken && status === 505)) return `answered ${status}`;
  const leak = secrets(daemon.key).find(secret => bytes.includes(secret));
  return leak && `told ${leak}`;
}

/** Whether an answer is not in the document, if it is sure which route has given it. */
function undeclared({ status }: RawAnswer, { method, target, broken }: HostileRequest): string | undefined {
  const asked = pathOf(target);
  if (status === undefined || broken || asked === undefined) return;
  const taken = routes.filter(route => isPathOf(route, asked));
  const route = taken.length === 1 ? taken[0]! : undefined;
  if (route?.method !== (method === "HEAD" ? "GET" : method) || status === 304) return;
  return route.answers.has(status) ? undefined : `answered ${status}, which is not in the document`;
}

/** The path of a target as servers read it. */
function pathOf(target: string): string | undefined {
  const url = URL.parse(target.startsWith("/") ? `http://h${target}` : target);
  return url?.pathname;
}

/** Asks number so-and-so of a seed. Answers what went wrong, with what was asked. */
async function ask(number: number, seen: Map<string, Set<number>>): Promise<string | undefined> {
  const chance = dice(SEED + number);
  const route = routes[number % routes.length]!;
  const request = hostileRequest(chance, route, credentials, MAX_BODY);
  const answer = await sendRaw(daemon.url, request.bytes).catch((error: Error) => error);
  const fault =
    answer instanceof Error ? answer.message : (wrong(answer, request.broken) ?? undeclared(answer, request));
  if (fault) return `seed ${SEED}, request ${number}: ${fault}\n${request.said}`;
  const name = `${route.method} ${route.path}`;
  seen.set(name, (seen.get(name) ?? new Set()).add((answer as RawAnswer).status ?? 0));
  return;
}

describe("whatever is sent to whatever route", () => {
  const seen = new Map<string, Set<number>>();
  let before: string[];

  test("is answered, never with a 5xx or what is not in the document, and never with what lies outside the home", async () => {
    before = filesIn(place.folder);
    const faults: string[] = [];
    let number = 0;
    const askOn = async () => {
      while (number < REQUESTS && faults.length < 5) {
        const fault = await ask(number++, seen);
        if (fault) faults.push(fault);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askOn));
    expect(faults).toEqual([]);
    if (process.env["FUZZ_SHOW"]) console.log(seen);
  }, 600_000);

  test("every route was asked, and most have both answered and refused", () => {
    const statuses = [...seen.values()].map(set => [...set]);
    expect(seen.size).toBe(routes.length);
    expect(statuses.filter(some => some.some(status => status >= 400)).length).toBe(routes.length);
    expect(statuses.filter(some => some.some(status => status >= 200 && status < 300)).length).toBeGreaterThan(
      routes.length * 0.75,
    );
  });

  test("leaves the daemon as it was", async () => {
    expect(await daemon.call("GET", "/health/live")).toEqual({ status: 200, body: { status: "alive" } });
    expect((await daemon.call("GET", "/health/ready")).status).toBe(200);
    expect((await daemon.call("GET", "/content/thoughts")).body).toMatchObject([{ slug: "rain", title: "Rain" }]);
    expect((await daemon.call("GET", "/search?q=rain")).body.results.length).toBeGreaterThan(1);
    expect((await daemon.call("GET", "/session/status")).body.active).toBe(false);
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
    expect(readFileSync(`/proc/${daemon.pid}/cmdline`, "utf8")).toContain("core/cli.ts");
  });

  test("writes nothing but what people may send in", () => {
    const come = filesIn(place.folder).filter(path => !before.includes(path) && !OWN.test(path));
    expect(come.filter(path => !OPEN.test(path.replace(/^home\//, "")))).toEqual([]);
    for (const folder of ["news", "visitors", "mailbox/alice", "moderation"])
      expect([folder, come.some(path => path.startsWith(`home/${folder}/`))]).toEqual([folder, true]);
    expect(readFileSync(join(place.folder, "canary.txt"), "utf8")).toBe(CANARY);
  });
});
