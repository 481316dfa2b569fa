import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Elysia, t } from "elysia";
import { about, Commands, Routes } from "hearth";
import { temporaryFolder, testKernel } from "hearth/testing";
import { z } from "zod";
import openapi from "../../plugins/openapi/plugin";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { doing } from "../fixtures/small-plugin";

const root = join(import.meta.dir, "../..");

/** A folder in which programs are type-checked and run as those of a stranger are, who has openapi-fetch. */
function workshop(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const options = {
    target: "ESNext",
    lib: ["ESNext", "DOM"],
    module: "Preserve",
    moduleResolution: "bundler",
    types: ["bun"],
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  };
  symlinkSync(join(root, "node_modules"), join(folder.path, "node_modules"));
  const all = { "tsconfig.json": JSON.stringify({ compilerOptions: options, include: ["*.ts"] }), ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder.path, name), text);
  const run = (...args: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...args], { cwd: folder.path });
    return { code: exitCode, said: stdout.toString() + stderr.toString() };
  };
  return { ...folder, run, check: () => run("check", "-p", "."), [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const program = (url: string, key: string) => `
import createClient from "openapi-fetch";
import type { components, paths } from "./hearth-api";

const hearth = createClient<paths>({ baseUrl: "${url}/api/v1", headers: { "X-API-Key": "${key}" } });

const plugins = await hearth.GET("/system/plugins");
const first: components["schemas"]["Plugin"] | undefined = plugins.data?.plugins[0];
const status = await hearth.GET("/session/status");
const woken = await hearth.POST("/admin/wake", { body: { session_type: "custom", prompt: "Good morning" } });
const ahead: number | undefined = woken.data?.ahead;
const ask = { params: { path: { id: "list" } }, body: { args: [] } };
const list: string | undefined = (await hearth.POST("/system/commands/{id}", { ...ask, parseAs: "text" })).data;
const nobody = createClient<paths>({ baseUrl: "${url}/api/v1" });
const refused: string | undefined = (await nobody.GET("/system/problems")).error?.error;
const problems = await hearth.GET("/system/problems");

export async function refusedByTheCompiler() {
  // @ts-expect-error a path that is not there
  await hearth.GET("/nowhere");
  // @ts-expect-error a type of session that is not there
  await hearth.POST("/admin/wake", { body: { session_type: "brunch" } });
  // @ts-expect-error a field that is not there
  status.data?.moon;
  // @ts-expect-error a command without its arguments
  await hearth.POST("/system/commands/{id}", { params: { path: { id: "list" } } });
}

console.log(JSON.stringify({ first: first?.state, active: status.data?.active, ahead, list, refused, problems: problems.data }));
`;

describe("hearth client, beside a daemon with all that comes with Hearth", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;

  beforeAll(async () => {
    const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };
    const key = { ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" }; // without one, moderation is a problem
    place = daemonPlace(bundledConfig(quiet), { HEARTH_AGENT: "offline", API_DEBUG: "true", ...key });
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("writes types with which a program is checked, and works", async () => {
    const file = join(place.folder, "hearth-api.ts");
    expect(await hearth(place, "client", "--out", file)).toEqual({ code: 0, out: "", err: "" });
    using shop = workshop({
      "hearth-api.ts": readFileSync(file, "utf8"),
      "program.ts": program(daemon.url, daemon.key),
    });
    expect(shop.check()).toMatchObject({ code: 0, said: expect.stringContaining("No type errors") });
    const { code, said } = shop.run("program.ts");
    expect([code, JSON.parse(said)]).toEqual([
      0,
      {
        first: "active",
        active: false,
        ahead: 0,
        list: expect.stringContaining("openapi"),
        refused: "Missing X-API-Key header",
        problems: { problems: [] },
      },
    ]);
  }, 60_000);

  test("a program that asks for what is not there is refused", async () => {
    const { out } = await hearth(place, "client");
    using shop = workshop({
      "hearth-api.ts": out,
      "program.ts": program(daemon.url, daemon.key).replaceAll("// @ts-expect-error", "//"),
    });
    const { code, said } = shop.check();
    expect(code).toBe(1);
    expect(said.match(/program\.ts\(\d+/g)).toHaveLength(4);
  }, 60_000);

  test("the file is written whole or not at all, and never by the daemon", async () => {
    const wrong = join(place.folder, "none", "api.ts");
    writeFileSync(join(place.folder, "none"), "a file where a folder would have to be");
    const { code, err } = await hearth(place, "client", "--out", wrong);
    expect([code, err]).toEqual([1, expect.stringContaining(`${wrong} could not be written`)]);
    expect((await hearth(place, "client", "--out")).code).toBe(2);
    const failed = join(place.folder, "failed.txt");
    expect((await hearth(place, "session", "nobody", "--out", failed)).code).not.toBe(0);
    expect(existsSync(failed)).toBe(false);
    const told = await daemon.call("POST", "/system/commands/client", { args: ["--out", failed] });
    expect([told.status, existsSync(failed)]).toEqual([200, false]);
  }, 60_000);

  test("API_DEBUG opens the document and the page to everyone", async () => {
    for (const path of ["/openapi.json", "/docs"])
      expect((await fetch(`${daemon.url}/api/v1${path}`)).status).toBe(200);
  });
});

describe("the types", () => {
  /** What `hearth client` prints of these routes. */
  async function typesOf(routes: Parameters<typeof doing>[1]): Promise<string> {
    await using app = await testKernel([doing("moon", routes), openapi]);
    const lines: string[] = [];
    const client = app.items(Commands).find(({ id }) => id === "client")!;
    await client.run([], { print: line => lines.push(line), signal: new AbortController().signal });
    return lines.join("\n");
  }

  test("hold for every kind of schema", async () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree);
      },
    });
    const answers = z.object({
      tree: Tree,
      pair: z.tuple([z.string(), z.number()]),
      either: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a"), n: z.int() }),
        z.object({ kind: z.literal("b") }),
      ]),
      lists: z.array(z.union([z.string(), z.object({ deep: z.boolean().nullable() })])),
      counts: z.record(z.string(), z.int()),
      "odd-name": z.unknown().optional(),
      both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
      open: z.looseObject({ known: z.string() }),
      never: z.never().optional(),
    });
    const body = t.Intersect([
      t.Object({ a: t.String() }),
      t.Union([t.Object({ b: t.Number() }), t.Object({ c: t.Literal(3) })]),
    ]);
    const types = await typesOf(ctx =>
      ctx.add(
        Routes,
        new Elysia().get("/moon", () => "", about("", { answers })).post("/moon", () => "", { body, ...about("") }),
      ),
    );
    using shop = workshop({
      "hearth-api.ts": types,
      "program.ts": `
        import type { operations } from "./hearth-api";
        type Moon = operations["getMoon"]["responses"][200]["content"]["application/json"];
        type Box = operations["postMoon"]["requestBody"]["content"]["application/json"];
        type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
        export const proofs: [
          Same<Moon["tree"]["children"], Moon["tree"][]>,
          Same<Moon["pair"], [string, number]>,
          Same<Moon["either"], { kind: "a"; n: number } | { kind: "b" }>,
          Same<Moon["lists"], (string | { deep: boolean | null })[]>,
          Same<Moon["counts"], { [key: string]: number }>,
          Same<Moon["odd-name"], unknown>,
          Same<Moon["both"], { a: string; b: number }>,
          Same<Box, { a: string } & ({ b: number } | { c: 3 })>,
          Same<Moon["open"]["known"], string>,
          Same<Moon["open"]["other"], unknown>,
          Same<Moon["never"], undefined>,
        ] = [true, true, true, true, true, true, true, true, true, true, true];
      `,
    });
    expect(shop.check()).toMatchObject({ code: 0, said: expect.stringContaining("No type errors") });
  }, 60_000);

  test("stay types, whatever a plugin says of itself", async () => {
    const evil = `*/ } export const owned = process.exit(3); /* \${1} " ' \\ \u2028`;
    const types = await typesOf(ctx =>
      ctx.add(
        Routes,
        new Elysia().post("/moon", () => "", {
          body: z.object({ [evil]: z.string().describe(evil), a: z.literal(evil) }),
          ...about(evil, { answers: z.object({}).meta({ id: evil, description: evil }), errors: { 409: evil } }),
        }),
      ),
    );
    using shop = workshop({
      "hearth-api.ts": types,
      "program.ts": `import * as api from "./hearth-api"; console.log(JSON.stringify(Object.keys(api)));`,
    });
    expect(shop.check()).toMatchObject({ code: 0, said: expect.stringContaining("No type errors") });
    expect(shop.run("program.ts")).toEqual({ code: 0, said: "[]\n" });
  }, 60_000);
});
