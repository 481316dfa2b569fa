import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { reportOf } from "../fixtures/reports";
import { until } from "../fixtures/until";

/** The source of a stranger's plugin: what it does in setup, and what else its header says. */
const plugin = (id: string, setup: string, header = "") => `
import { Elysia } from "elysia";
import { definePlugin, event, Routes, service } from "hearth";
import { PostSession, SessionChanged, WakeContext } from "hearth-plugins/sessions";
const never = () => new Promise(() => {});
const fail = () => { throw new Error("${id} is out of order"); };
export default definePlugin({ id: "${id}", summary: "", ${header} setup(ctx) { ${setup} } });`;

const bad: Record<string, string> = {
  "bad-setup": "ctx.own(fail); fail();",
  "bad-endless-setup": "return never();",
  "bad-route":
    'ctx.add(Routes, new Elysia().get("/bad", fail).get("/endless", () => (ctx.log.info("endless"), never())));',
  "bad-listener": "ctx.on(SessionChanged, fail);",
  "bad-endless-listener": "ctx.on(SessionChanged, never);",
  "bad-hook": 'ctx.add(PostSession, { id: "bad", run: fail });',
  "bad-endless-hook": 'ctx.add(PostSession, { id: "endless", run: never });',
  "bad-source": 'ctx.add(WakeContext, { id: "bad", run: fail });',
  "bad-endless-source": 'ctx.add(WakeContext, { id: "endless", limit: 0.2, run: never });',
};
const tables = (ids: readonly string[]) => ids.map(id => `[plugins.${id}]\nfrom = "./local/${id}"\n`).join("");
const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };

describe("a house full of plugins that throw or never return", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let report: string;

  beforeAll(async () => {
    const limits = "[limits]\nsetup = 0.5\nstop = 0.5\ncut = 0.2\nhook = 1\n";
    place = daemonPlace(bundledConfig(quiet, limits + tables(Object.keys(bad))), { HEARTH_AGENT: "offline" });
    for (const [id, setup] of Object.entries(bad)) place.write(`config/local/${id}/plugin.ts`, plugin(id, setup));
    daemon = await startDaemon(place);
    const { body } = await daemon.call("POST", "/admin/wake", {});
    report = await reportOf(daemon, body.session_id);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  const said = (id: string) => daemon.log().filter(line => line["plugin"] === id);

  test("starts all the same, and says which have failed and why", async () => {
    const { plugins } = (await daemon.call("GET", "/system/plugins")).body;
    const failed = plugins.filter(({ state }: { state: string }) => state === "failed");
    expect(failed.map(({ id }: { id: string }) => id).toSorted()).toEqual(["bad-endless-setup", "bad-setup"]);
    const { out } = await hearth(place, "graph");
    expect(out).toMatch(/✗ bad-setup.*\n +bad-setup is out of order/);
    expect(out).toMatch(/✗ bad-endless-setup.*\n +.*0\.5 s/);
  });

  test("has its session, with all other hooks; each bad one is in the report", () => {
    expect(report.split("\n")[0]).toEndWith("done");
    expect(report).toMatch(/ bad +failed .*bad-hook is out of order/);
    expect(report).toMatch(/ endless +failed .*1 s/);
    for (const hook of ["transcript", "thoughts", "conversation", "mood", "git"])
      expect(report).toMatch(new RegExp(` ${hook} +(done|skipped)`));
  });

  test("reports each under its own name", async () => {
    await until(() => daemon.log().some(({ message }) => message === "session done"));
    for (const id of ["bad-setup", "bad-endless-setup", "bad-listener", "bad-hook", "bad-endless-hook"])
      expect(said(id).map(({ level }) => level)).toContain(id.includes("hook") ? "warn" : "error");
    expect(daemon.log().filter(line => line["source"] === "bad")).toHaveLength(1);
    expect(daemon.log().filter(line => line["source"] === "endless")).toHaveLength(1);
  });

  test("answers 500 for a route that throws, without a word of why, and serves all others", async () => {
    const { status, body } = await daemon.call("GET", "/bad");
    expect([status, body]).toEqual([500, { detail: "Internal Server Error" }]);
    await until(() => said("bad-route").some(line => line["error"] === "bad-route is out of order"));
    expect((await daemon.call("GET", "/health/ready")).status).toBe(200);
  });

  test("stops in time with exit 0, and names what never returned", async () => {
    const endless = daemon.call("GET", "/endless").catch(error => error);
    await until(() => said("bad-route").some(({ message }) => message === "endless"));
    daemon.signal("SIGTERM");
    expect(await daemon.exited).toBe(0);
    await endless;
    const left = daemon.log().filter(({ message }) => message === "this did not end and is left behind");
    const names = left.map(({ what }) => String(what).split(":")[0]);
    expect(names).toEqual(expect.arrayContaining(["bad-endless-listener", "bad-route"]));
  });
});

describe("plugins that do not fit together are refused at the start by name:", () => {
  const refused = async (sources: Record<string, string>) => {
    using place = daemonPlace(bundledConfig(quiet, tables(Object.keys(sources))));
    for (const [id, source] of Object.entries(sources)) place.write(`config/local/${id}/plugin.ts`, source);
    const checked = await hearth(place, "check");
    const started = await hearth(place, "start");
    expect([checked.code, started.code]).toEqual([1, 1]);
    expect(started.err).toContain("Hearth cannot start.");
    return checked.err;
  };
  const needs = (name: string, other: string) =>
    `requires: { other: service("${other}") }, provides: [service("${name}")],`;

  test("a cycle, the whole way round", async () => {
    const err = await refused({
      sun: plugin("sun", "", needs("sun", "moon")),
      moon: plugin("moon", "", needs("moon", "sun")),
    });
    expect(err).toMatch(/sun.*moon.*sun|moon.*sun.*moon/);
  });

  test("a service that nobody provides, with the nearest name", async () => {
    const err = await refused({ reader: plugin("reader", "", 'requires: { sessions: service("sesions") },') });
    expect(err).toMatch(/reader.*"?sesions"?.*Did you mean "sessions"\?/);
  });

  test("two plugins that provide one service", async () => {
    const err = await refused({ twin: plugin("twin", "", 'provides: [service("sessions")],') });
    expect(err).toMatch(/sessions.*twin|twin.*sessions/);
  });
});

describe("what two plugins cannot both have, one of them does not get, and both are named:", () => {
  const failure = async (id: string, setup: string) => {
    using place = daemonPlace(bundledConfig(quiet, tables([id])));
    place.write(`config/local/${id}/plugin.ts`, plugin(id, setup));
    await using daemon = await startDaemon(place);
    const { plugins } = (await daemon.call("GET", "/system/plugins")).body;
    const { state, error } = plugins.find((one: { id: string }) => one.id === id);
    expect(state).toBe("failed");
    return error as string;
  };
  test("a hook", async () => {
    expect(await failure("other-git", 'ctx.add(PostSession, { id: "git", run() {} });')).toMatch(
      /other-git.*hook-git|hook-git.*other-git/,
    );
  });
  test("a route", async () => {
    const setup = 'ctx.add(Routes, new Elysia().get("/session/status", () => "mine"));';
    expect(await failure("other-status", setup)).toMatch(/other-status.*sessions|sessions.*other-status/);
  });
});
