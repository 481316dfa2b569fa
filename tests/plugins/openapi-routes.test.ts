import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { Plugin, RouteInfo } from "hearth";
import { configured, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import { Letterbox } from "hearth-plugins/letterbox";
import { inspect } from "../../core/inspector";
import { until } from "../fixtures/until";

const root = join(import.meta.dir, "../..");
const ids = readdirSync(join(root, "plugins")).filter(id => existsSync(join(root, "plugins", id, "plugin.ts")));

const page = (more = "") => `---\ndate: "2026-11-20"\ntitle: "The lamp"\n${more}---\n\nIt burns.\n`;

/** A home with one of everything. */
const files: Record<string, string> = {
  ...Object.fromEntries(
    ["thoughts", "scores", "letters", "essays", "bookshelf"].map(kind => [`${kind}/lamp.md`, page()]),
  ),
  "dreams/lamp.md": page("type: prose\n"),
  "about/about.md": "# About\n\nA lamp.\n",
  "landing-page/landing.json": '{"headline": "Hello"}',
  "sandbox/lamp.py": "print('on')\n",
  "sandbox/deep/lamp.txt": "on\n",
  "news/2026-11-20.md": "News.\n",
  "mailbox/ann/attachments/lamp.png": "PNG",
  "conversations/2026-11-20-120000-visit.md": "---\ndate: 2026-11-20\n---\n\nHello.\n",
};

/** Where a route with parameters, or one that must be asked something, is asked. */
const examples: Record<string, string> = {
  ...Object.fromEntries(
    ["thoughts", "dreams", "scores", "letters", "essays", "bookshelf"].map(kind => [
      `/content/${kind}/:slug`,
      `/content/${kind}/lamp`,
    ]),
  ),
  "/content/files/:root/*": "/content/files/sandbox/deep/lamp.txt",
  "/echoes/:content_type/:slug": "/echoes/thoughts/lamp",
  "/titles/:hash": "/titles/abc",
  "/mailbox/attachments/:username/:filename": "/mailbox/attachments/ann/lamp.png",
  "/memory/search": "/memory/search?q=lamp",
  "/search": "/search?q=lamp",
  "/search/suggest": "/search/suggest?q=la",
};

/** Has the quarantine hold a message with a picture; answers its id. */
async function heldPicture(app: TestKernel): Promise<string> {
  const { id } = await app.service(Letterbox).take({
    message: { kind: "visitor", from: "Ann", text: "Look." },
    screened: { standing: "unscreened", held: true, verdicts: [] },
    picture: { bytes: Uint8Array.of(1), mime: "image/png", extension: ".png", width: 1, height: 1 },
  });
  return id;
}

/** Makes a mailbox with a letter in it; answers the header of a session. */
async function sessionOf(app: TestKernel, key: string): Promise<string> {
  const body = { username: "ann", display_name: "Ann" };
  const made = await app.call("POST", "/mailbox/register", { body, headers: { authorization: key } });
  const login = await app.call("POST", "/mailbox/login", { body: { password: made.body.web_password } });
  const authorization = `Bearer ${login.body.session_token}`;
  await app.call("POST", "/mailbox/send", { body: { message: "Hello." }, headers: { authorization } });
  return authorization;
}

/** What the plugins need to be told. */
const settings: Record<string, Record<string, unknown>> = {
  "context-weather": { place: "Helsinki" },
  letterbox: { keys: ["key-of-ann"] },
};

/** Whether a media type is the one that is said, or of the range: "image/*". */
const isOf = (type: string | undefined, said: string): boolean =>
  said.endsWith("/*") ? type?.startsWith(said.slice(0, -1)) === true : type === said;

const short = ({ path }: RouteInfo) => path.replace(/^\/api\/v1/, "");
const nameOf = (route: RouteInfo) => `${route.by}: ${route.method} ${short(route)}`;

describe("every route of every plugin that comes with Hearth", () => {
  let home: Awaited<ReturnType<typeof temporaryHome>>;
  let app: TestKernel;
  let routes: readonly RouteInfo[];
  let authorization: string;

  beforeAll(async () => {
    home = await temporaryHome(files);
    const plugins = await Promise.all(
      ids.map(async id => (await import(join(root, "plugins", id, "plugin.ts"))).default as Plugin),
    );
    const entries = plugins.map(plugin => configured(plugin, settings[plugin.id] ?? {}));
    const folders = Object.fromEntries(ids.map(id => [id, join(root, "plugins", id)]));
    app = await testKernel(entries, { home: home.home, mode: "serve", folders });
    await app.call("POST", "/titles", {
      body: { hash: "abc", title: "The lamp", model: "none", original_path: "x.md" },
    });
    examples["/admin/quarantine/:id/picture"] = `/admin/quarantine/${await heldPicture(app)}/picture`;
    const { body: turn } = await app.call("POST", "/admin/talk", { body: { text: "Hello." } });
    examples["/admin/talk/:id"] = `/admin/talk/${turn.session_id}`;
    authorization = await sessionOf(app, "key-of-ann");
    await until(async () => (await app.get("/memory/map")).status === 200); // 503 before there is one
    routes = inspect(app.kernel).routes();
  }, 60_000);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    home?.[Symbol.dispose]();
  });

  test("says what it is for, and what it answers", () => {
    expect(routes.length).toBeGreaterThan(20);
    const silent = routes.filter(({ summary, answers }) => !summary || answers === undefined);
    expect(silent.map(nameOf)).toEqual([]);
  });

  test("is in a document that is valid OpenAPI, with an id of its own", async () => {
    const { body } = await app.get("/openapi.json");
    expect(await new Validator().validate(structuredClone(body))).toEqual({ valid: true });
    const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap(Object.values);
    expect(operations.length).toBeGreaterThanOrEqual(routes.length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(JSON.stringify(body)).not.toContain("cannot be described");
  });

  test("answers a GET with what it says, no more and no less", async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(({ method }) => method === "GET")) {
      const fault = await faultOf(route);
      if (fault) wrong.push(`${nameOf(route)} ${fault}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  /** How the answer of a GET differs from what its route says; nothing when it does not. */
  async function faultOf(route: RouteInfo): Promise<string | undefined> {
    const path = examples[short(route)] ?? short(route);
    if (/[:*]/.test(path)) return "has no example; add one to the table of this test";
    const response = await app.fetch(path, { headers: { "x-api-key": "test-service-key", authorization } });
    const type = (response.headers.get("content-type") ?? "").split(";")[0];
    if (typeof route.answers === "string" || response.status !== route.status) await response.body?.cancel();
    if (response.status !== route.status) return `answers ${response.status} for ${path}, and says ${route.status}`;
    if (typeof route.answers === "string") return isOf(type, route.answers) ? undefined : `answers ${type}`;
    if (route.answers === undefined) return "does not say what it answers";
    const body = await response.json();
    const read = route.answers.safeParse(body);
    if (!read.success) return `answers otherwise than it says: ${read.error.message}`;
    return Bun.deepEquals(read.data, body) ? undefined : `answers more than it says: ${JSON.stringify(body)}`;
  }
});
