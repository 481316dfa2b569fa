import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Checks } from "hearth";
import { configured, expectClean, testKernel } from "hearth/testing";
import health from "../../plugins/health/plugin";
import { doing } from "../fixtures/small-plugin";

/** A kernel whose home has these folders, and a plugin that adds a check. */
async function kernel(folders: readonly string[], check?: () => string | undefined) {
  const patient = doing("patient", ctx => check && ctx.add(Checks, { id: "pulse", run: check }));
  const app = await testKernel([health, patient]);
  for (const folder of folders) await app.home.write(`${folder}/.keep`, "");
  return app;
}
const both = ["thoughts", "dreams"];

describe("GET /health/live", () => {
  test("says that the process lives, to those without the key too", async () => {
    await using app = await kernel([]);
    const { status, body } = await app.get("/health/live", { key: null });
    expect([status, body]).toEqual([200, { status: "alive" }]);
  });
});

describe("GET /health/ready", () => {
  test("is ready when every check is well, and names each", async () => {
    await using app = await kernel(both, () => undefined);
    const { status, body } = await app.get("/health/ready", { key: null });
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "ready",
      checks: [
        { name: `dir:${app.home.path}/thoughts`, status: "ok", message: null },
        { name: `dir:${app.home.path}/dreams`, status: "ok", message: null },
        { name: "pulse", status: "ok", message: null },
      ],
    });
  });

  test("names the folders first, as its settings have them, whoever started before", async () => {
    const early = doing("early", ctx => ctx.add(Checks, { id: "db:early", run: () => undefined }));
    const settings = configured(health, { folders: ["thoughts", "dreams", "essays"] });
    await using app = await testKernel([
      early,
      settings,
      doing("late", ctx => ctx.add(Checks, { id: "db:late", run: () => undefined })),
    ]);
    const { body } = await app.get("/health/ready");
    const folders = ["thoughts", "dreams", "essays"].map(name => `dir:${app.home.path}/${name}`);
    expect(body.checks.map(({ name }: any) => name)).toEqual([...folders, "db:early", "db:late"]);
  });

  test("is 503 with the same shape when a folder is missing, and ready again when it is back", async () => {
    await using app = await kernel(both);
    rmSync(join(app.home.path, "dreams"), { recursive: true });
    const { status, body } = await app.get("/health/ready");
    expect([status, body.status]).toEqual([503, "not_ready"]);
    expect(body.checks[1]).toEqual({
      name: `dir:${app.home.path}/dreams`,
      status: "failed",
      message: "Directory not found",
    });
    await app.home.write("dreams/.keep", "");
    expect((await app.get("/health/ready")).status).toBe(200);
  });

  test("is 503 when a check of another plugin finds something, or throws", async () => {
    const answers = [
      () => "no pulse",
      () => {
        throw new Error("no patient");
      },
    ];
    for (const check of answers) {
      await using app = await kernel(both, check);
      const { status, body } = await app.get("/health/ready");
      expect([status, body.checks.at(-1).status]).toEqual([503, "failed"]);
      expect(body.checks.at(-1).message).toMatch(/^no (pulse|patient)$/);
    }
  });

  test("changes nothing", async () => {
    await using app = await kernel([]);
    await app.get("/health/ready");
    expect(await Array.fromAsync(new Bun.Glob("**").scan({ cwd: app.home.path, onlyFiles: false }))).toEqual([]);
  });
});

test("probes are not in the request log", async () => {
  await using app = await kernel(both);
  await app.get("/health/live");
  await app.get("/health/ready");
  expect(app.log.filter(({ message }) => message === "request")).toEqual([]);
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(health, { folder: [] })).toThrow('has no setting "folder". Did you mean "folders"?');
});

test("turned off, it leaves nothing behind", () => expectClean(health));
