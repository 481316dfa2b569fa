import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { configured } from "hearth/testing";
import moderation from "../../plugins/moderation/plugin";
import visitors from "../../plugins/visitors/plugin";
import { fault, hang, type MessagesApi, startMessagesApi, useTool } from "../fixtures/messages-api";
import { type PeopleKernel, peopleKernel } from "../fixtures/people";
import { until } from "../fixtures/until";

let api: MessagesApi;
let app: PeopleKernel;

beforeEach(async () => {
  api = startMessagesApi([], { otherwise: fault(529) });
  app = await start();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  await api.stop();
});

const start = (table: Record<string, unknown> = { apiKey: "sk-ant-for-tests", timeout: 0.3 }) =>
  peopleKernel([configured(moderation, { baseUrl: api.url, ...table }), configured(visitors)]);
const leave = () => app.call("POST", "/visitors", { body: { name: "Ada", message: "Good morning" } });
const inFolder = (folder: string) =>
  readdir(join(app.home.path, folder)).then(
    list => list.filter(name => !name.startsWith(".")).sort(),
    () => [],
  );
const log = async () => {
  const names = await inFolder("moderation");
  return Promise.all(names.map(async name => JSON.parse((await app.home.read(`moderation/${name}`))!.text)));
};
const fine = useTool("verdict", { allowed: true, safe: true, reason: "" });

describe("a visitor's message under the eyes of the judge", () => {
  test("that both screens pass is delivered, and is in the audit log", async () => {
    api.script(fine, fine);
    expect((await leave()).status).toBe(200);
    expect(await inFolder("visitors")).toEqual(["2026-11-21-0708-ada.md"]);
    await until(async () => (await log()).length === 1);
    expect(await log()).toMatchObject([{ source: "visitors", screened: true, held: false, injection_safe: true }]);
  });

  test("that is rejected is refused, and the second screen is not asked", async () => {
    api.script(useTool("verdict", { allowed: false, reason: "explicit" }));
    expect((await leave()).body).toEqual({ detail: "Message could not be accepted." });
    expect([api.calls.length, await inFolder("visitors")]).toEqual([1, []]);
    await until(async () => (await log()).length === 1);
    expect(await log()).toMatchObject([{ allowed: false, reason: "inappropriate", screened: true }]);
  });

  test("W-10: waits while the service is down, and comes through when it is back, without a person", async () => {
    expect((await leave()).status).toBe(200);
    expect(await inFolder("visitors")).toEqual([]);
    expect((await app.get("/admin/quarantine")).body.messages).toMatchObject([{ standing: "unscreened" }]);
    await until(async () => (await log()).length === 1);
    expect(await log()).toMatchObject([{ allowed: true, screened: false, held: true }]);
    const anHourLater = () => {
      app.clock.advance(5 * 60_000);
      return app.clock.now() > new Date("2026-11-21T08:10:00Z") && api.calls.length > 6;
    };
    await until(anHourLater);
    expect(await inFolder("visitors")).toEqual([]);
    api.script(fine, fine, fine, fine);
    await until(async () => {
      app.clock.advance(5 * 60_000);
      return (await inFolder("visitors")).length === 1;
    });
    expect(await inFolder("visitors")).toEqual(["2026-11-21-0708-ada.md"]);
    await until(async () => (await log()).length === 2);
    expect((await log()).at(-1)).toMatchObject({ screened: true, held: false });
  });

  test("W-49: is answered in time by a service that hangs, and waits", async () => {
    api.script(hang(), hang());
    const answer = await leave();
    expect([answer.status, await inFolder("visitors")]).toEqual([200, []]);
    expect(app.screened[0]!.verdicts.map(({ reason }) => reason)).toEqual([
      "no answer within 0.3 s",
      "no answer within 0.3 s",
    ]);
  });

  test("waits for a person when there is no key", async () => {
    await app[Symbol.asyncDispose]();
    app = await start({});
    expect((await leave()).status).toBe(200);
    expect(await inFolder("visitors")).toEqual([]);
    expect(app.moved).toMatchObject([{ to: "held" }]);
  });

  test("is delivered without a word when moderation is turned off", async () => {
    await app.kernel.disable("moderation");
    expect((await leave()).status).toBe(200);
    expect(await inFolder("visitors")).toHaveLength(1);
    expect(app.screened).toMatchObject([{ standing: "none", held: false }]);
  });

  test("what a person decides is in the audit log", async () => {
    await app[Symbol.asyncDispose]();
    app = await start({});
    await leave();
    const { id } = (await app.get("/admin/quarantine")).body.messages[0];
    await app.call("POST", `/admin/quarantine/${id}`, { body: { decision: "release" } });
    await until(async () => (await log()).length === 2);
    expect((await log()).filter(({ decided_by }) => decided_by)).toMatchObject([
      { source: "visitors", name: "Ada", mail: id, decision: "released" },
    ]);
  });
});
