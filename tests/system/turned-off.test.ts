import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { until } from "../fixtures/until";

const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };
const everything = bundledConfig(quiet);
const without = (id: string) => bundledConfig({ ...quiet, [id]: "enabled = false" });

/** What goes with a plugin that is turned off. */
interface Gone {
  /** Its paths, or what they begin with. */
  readonly paths?: RegExp;
  /** A hook of post-session. */
  readonly hook?: string;
  /** Its commands. */
  readonly commands?: readonly string[];
  /** Its tools of the agent. */
  readonly tools?: readonly string[];
  /** Who cannot run without it, and says so. */
  readonly waiting?: readonly string[];
}

const gone: Readonly<Record<string, Gone>> = {
  content: {
    paths: /^\/(content\/|analytics$|memory\/map$)/,
    waiting: ["hook-echoes", "memory-map", "analytics"],
  },
  search: { paths: /^\/search/ },
  events: { paths: /^\/events\/stream$/ },
  analytics: { paths: /^\/analytics$/ },
  titles: { paths: /^\/titles/ },
  echoes: { paths: /^\/echoes\// },
  admin: { paths: /^\/admin\/(news|gifts|readings|conversations)$/ },
  openapi: { paths: /^\/(openapi\.json|docs)$/ },
  visitors: { paths: /^\/visitors$/ },
  messages: { paths: /^\/messages/ },
  mailbox: { paths: /^\/mailbox\// },
  moderation: { paths: /^\/moderation\// },
  letterbox: {
    paths: /^\/(admin\/quarantine|visitors$|messages|mailbox\/)/,
    waiting: ["visitors", "messages", "mailbox"],
  },
  pictures: { paths: /^\/(messages|mailbox\/)/, commands: ["telegram"], waiting: ["messages", "mailbox", "telegram"] },
  "hook-visitors-archive": { hook: "visitors-archive" },
  "hook-revalidation": { hook: "revalidation" },
  memory: {
    paths: /^\/(memory\/|analytics\/(drift|resonance)$)/,
    hook: "resonance",
    waiting: [
      "hook-memory-index",
      "hook-drift",
      "hook-mirror",
      "hook-graph",
      "hook-resonance",
      "hook-echoes",
      "memory-map",
    ],
  },
  "embedder-use-lite": {},
  "hook-memory-index": { hook: "memory-index" },
  "hook-graph": { paths: /^\/memory\/graph$/, hook: "graph" },
  "memory-map": { paths: /^\/memory\/map$/ },
  gateway: { paths: /^\/(costs|admin\/budget)$/, commands: ["costs", "budget"] },
  tools: { paths: /^\/tools$/, commands: ["mcp"] },
  telegram: { commands: ["telegram"] },
  appointments: {
    paths: /^\/(appointments|impulses)$/,
    commands: ["appointments", "impulses"],
    tools: ["schedule_self", "impulse_add", "impulses"],
    waiting: ["context-impulses"],
  },
  web: { tools: ["web_read"] },
  "prompt-keeper": { commands: ["prompt"] },
  talk: { paths: /^\/admin\/talk/, hook: "talk", commands: ["talk"] },
  doctor: { commands: ["doctor"] },
  watcher: {},
  system: { paths: /^\/system\// },
  health: { paths: /^\/health\// },
};

type Route = readonly [method: string, path: string];

/** The routes that the document names; nothing when there is no document. */
async function routes(daemon: TestDaemon): Promise<Route[] | undefined> {
  const { status, body } = await daemon.call("GET", "/openapi.json");
  if (status !== 200) return;
  return Object.entries<object>(body.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map(method => [method.toUpperCase(), path] as const))
    .toSorted((a, b) => a.join().localeCompare(b.join()));
}

/** Every plugin and where it stands, and the hooks after a session; nothing when `system` is off. */
async function standing(daemon: TestDaemon) {
  const { status, body } = await daemon.call("GET", "/system/graph");
  if (status !== 200) return;
  const plugins: { id: string; state: string; error: string | null; holds: object }[] = body.plugins;
  const pipelines: { id: string; hooks: { id: string }[] }[] = body.pipelines;
  return {
    plugins: Object.fromEntries(plugins.map(plugin => [plugin.id, plugin])),
    states: Object.fromEntries(plugins.map(({ id, state }) => [id, state])),
    hooks: pipelines.flatMap(({ hooks }) => hooks.map(hook => hook.id)),
  };
}

/** Which of a plugin's commands and tools are there. */
async function offered(daemon: TestDaemon, { commands = [], tools = [] }: Gone): Promise<string[]> {
  const statuses = commands.map(id => daemon.call("POST", `/system/commands/${id}`, { args: ["--none"] }));
  const there = (await Promise.all(statuses)).map(({ status }) => status !== 404);
  const named = tools.length > 0 ? (await daemon.call("GET", "/tools")).body.tools : [];
  const names: string[] = named.map(({ name }: { name: string }) => name);
  return [...commands.filter((_, at) => there[at]), ...tools.filter(name => names.includes(name))];
}

/** A route as somebody calls it who does not know that it may have gone. */
const answer = async (daemon: TestDaemon, [method, path]: Route) => {
  const asked = await daemon.call(method, path.replace(/\{\w+\}/g, "x"), method === "GET" ? undefined : {});
  const later = asked.status === 503 && asked.body.detail.startsWith("There is no map yet"); // of the works, when Hearth has just begun
  return { route: `${method} ${path}`, status: asked.status, detail: asked.body.detail, later };
};
const nothing = ([method, path]: Route) => ({
  route: `${method} ${path}`,
  status: 404,
  detail: "Not Found",
  later: false,
});

/** Changes the config of a daemon, and waits until it is taken over. */
async function change(daemon: TestDaemon, config: string): Promise<void> {
  const taken = () => daemon.log().filter(({ message }) => message === "the configuration was taken over").length;
  const before = taken();
  writeFileSync(daemon.place.configFile, config);
  await until(() => taken() > before);
}

/** All that a plugin had has gone, and all that others have is there. */
async function expectWithout(daemon: TestDaemon, id: string, full: readonly Route[]): Promise<void> {
  const { paths, hook, waiting = [] } = gone[id]!;
  const its = full.filter(([, path]) => paths?.test(path));
  const others = full.filter(route => !its.includes(route));
  expect(await offered(daemon, gone[id]!)).toEqual([]);
  if (id !== "openapi") expect(await routes(daemon)).toEqual(others);
  expect(await Promise.all(its.map(route => answer(daemon, route)))).toEqual(its.map(nothing));
  const steady = others.filter(([method, path]) => method === "GET" && !path.endsWith("/stream"));
  const answers = await Promise.all(steady.map(route => answer(daemon, route)));
  expect(answers.filter(one => (one.status >= 500 && !one.later) || one.detail === "Not Found")).toEqual([]);
  const now = await standing(daemon);
  if (!now) return expect(id).toBe("system");
  expect(now.plugins[id]).toMatchObject({ state: "off", holds: {}, error: null });
  if (hook) expect(now.hooks).not.toContain(hook);
  const { [id]: _, "context-weather": __, ...rest } = now.states;
  expect(Object.keys(rest).filter(one => rest[one] !== "active")).toEqual([...waiting]);
  for (const one of waiting) expect(now.plugins[one]).toMatchObject({ state: "waiting", holds: {} });
}

const placeWith = (config: string) => {
  const place = daemonPlace(config, { HEARTH_AGENT: "offline" });
  for (const folder of ["thoughts", "dreams"])
    place.write(`home/${folder}/2026-01-02-rain.md`, "---\ntitle: Rain\ndate: 2026-01-02\n---\nIt rains.\n");
  return place;
};
const errors = (daemon: TestDaemon) => daemon.log().filter(({ level }) => level === "error");

let place: TestDaemon["place"];
let daemon: TestDaemon;
let full: readonly Route[];
let whole: NonNullable<Awaited<ReturnType<typeof standing>>>;

beforeAll(async () => {
  place = placeWith(everything);
  daemon = await startDaemon(place);
  full = (await routes(daemon))!;
  whole = (await standing(daemon))!;
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  place?.[Symbol.dispose]();
});

test("in the whole house everything is there", async () => {
  expect(whole.states["context-weather"]).toBe("off");
  expect(new Set(Object.values(whole.states))).toEqual(new Set(["active", "off"]));
  for (const [id, its] of Object.entries(gone)) {
    expect(full.some(([, path]) => its.paths?.test(path))).toBe(its.paths !== undefined);
    if (its.hook) expect(whole.hooks).toContain(its.hook);
    expect(await offered(daemon, its)).toEqual([...(its.commands ?? []), ...(its.tools ?? [])]);
    expect(whole.states[id]).toBe("active");
  }
});

describe("turned off while the daemon runs, and on again:", () => {
  test.each(Object.keys(gone))("%s", async id => {
    await change(daemon, without(id));
    await expectWithout(daemon, id, full);
    await change(daemon, everything);
    expect(await routes(daemon)).toEqual([...full]);
    expect((await standing(daemon))!.states).toEqual(whole.states);
    expect(errors(daemon)).toEqual([]);
  });
});

describe("turned off when the daemon starts:", () => {
  test.each(Object.keys(gone))("%s", async id => {
    using place = placeWith(without(id));
    await using daemon = await startDaemon(place);
    await expectWithout(daemon, id, full);
    expect(errors(daemon)).toEqual([]);
  });
});

test("a watcher that is turned off costs the house its ears, not its sight", async () => {
  using place = daemonPlace(without("watcher"), { HEARTH_AGENT: "offline" });
  await using daemon = await startDaemon(place);
  const list = async () => (await daemon.call("GET", "/content/thoughts")).body.map(({ slug }: any) => slug);
  expect(await list()).toEqual([]);
  place.write("home/thoughts/2026-01-02-rain.md", "---\ntitle: Rain\ndate: 2026-01-02\n---\nIt rains.\n");
  expect(await list()).toEqual(["2026-01-02-rain"]);
  writeFileSync(join(place.home, "thoughts/2026-01-03-sun.md"), "---\ntitle: Sun\ndate: 2026-01-03\n---\n");
  expect(await list()).toEqual(["2026-01-03-sun", "2026-01-02-rain"]);
});
