import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { Elysia } from "elysia";
import { Clock, definePlugin, event, Home, House, Inspector, pipeline, Routes, service, slot } from "hearth";
import { configured, expectClean, fake, HeldClock, temporaryFolder, temporaryHome, testKernel } from "hearth/testing";
import { z } from "zod";
import { doing, small } from "../fixtures/small-plugin";

const Lamp = service<{ light(): string; oil: number }>("test.lamp");
const Shelf = slot<string>("test.shelf");
const Rang = event("test.rang", z.object({ times: z.number() }));
const Evening = pipeline<object>("evening");

test("a stand-in may leave out what a test does not use", async () => {
  await using app = await testKernel([fake(Lamp, { light: () => "dim" }), small("reader", { requires: { Lamp } })]);
  expect(app.service(Lamp).light()).toBe("dim");
});

test("the first plugin that does not start is thrown", async () => {
  const broken = doing("broken", () => {
    throw new Error("no wick");
  });
  await expect(testKernel([small("fine"), broken])).rejects.toThrow("no wick");
});

test("when a plugin does not start, the others are stopped and nothing is left behind", async () => {
  let state = "";
  const seen: string[] = [];
  const fine = definePlugin({
    id: "fine",
    summary: "",
    requires: { house: House },
    setup(ctx, { house }) {
      state = house.state;
      ctx.own(() => seen.push("undone"));
    },
  });
  await expect(testKernel([fine, doing("broken", () => Promise.reject(new Error("no wick")))])).rejects.toThrow(
    "no wick",
  );
  expect([seen, existsSync(state)]).toEqual([["undone"], false]);
});

test("settings are read by the plugin's schema", async () => {
  let seen: unknown;
  const plugin = definePlugin({
    id: "lamp",
    summary: "",
    config: z.strictObject({ watts: z.number().default(40) }),
    setup: ctx => {
      seen = ctx.config;
    },
  });
  await using _ = await testKernel([plugin]);
  expect(seen).toEqual({ watts: 40 });
  expect(configured(plugin, { watts: 60 }).config).toEqual({ watts: 60 });
  expect(() => configured(plugin, { wats: 60 })).toThrow('has no setting "wats". Did you mean "watts"?');
});

test("the surroundings are made up, but for what a test brings", async () => {
  using folder = await temporaryHome({ "prompt.md": "hello" });
  const plugin = definePlugin({
    id: "guest",
    summary: "",
    requires: { home: Home, house: House, clock: Clock },
    setup(_, { home, house, clock }) {
      expect(home).toBe(folder.home);
      expect(house).toMatchObject({ mode: "command", timeZone: "Asia/Tokyo", env: { A: "1" } });
      expect(clock.now().toISOString()).toBe("2027-01-01T00:00:00.000Z");
      expect(existsSync(house.state)).toBe(true);
    },
  });
  await using _ = await testKernel([plugin], {
    home: folder.home,
    mode: "command",
    timeZone: "Asia/Tokyo",
    env: { A: "1" },
    clock: new HeldClock("2027-01-01T00:00:00Z"),
  });
});

test("routes are called with the key, without the base path, and JSON is read", async () => {
  await using app = await testKernel([
    doing("echo", ctx =>
      ctx.add(
        Routes,
        new Elysia().post("/echo", ({ body }) => ({ got: body })),
      ),
    ),
  ]);
  expect(await app.call("POST", "/echo", { body: { a: 1 } })).toMatchObject({ status: 200, body: { got: { a: 1 } } });
  expect((await app.fetch("/echo")).status).toBe(401);
});

test("telling an event waits for those who hear it", async () => {
  const seen: number[] = [];
  await using app = await testKernel([
    doing("ear", ctx =>
      ctx.on(Rang, async ({ times }) => {
        await Promise.resolve();
        seen.push(times);
      }),
    ),
  ]);
  await app.emit(Rang, { times: 2 });
  expect(seen).toEqual([2]);
});

test("its folder is gone when it is disposed of", async () => {
  const app = await testKernel([]);
  const { path } = app.home;
  expect(existsSync(path)).toBe(true);
  await app[Symbol.asyncDispose]();
  expect([existsSync(path), existsSync(app.state)]).toEqual([false, false]);
});

test("a temporary folder is gone when it is disposed of", () => {
  const folder = temporaryFolder();
  expect(existsSync(folder.path)).toBe(true);
  folder[Symbol.dispose]();
  expect(existsSync(folder.path)).toBe(false);
});

const tidy = small("tidy", {
  provides: [Lamp],
  setup(ctx) {
    ctx.provide(Lamp, { light: () => "", oil: 1 });
    ctx.add(Shelf, "a book");
    ctx.add(Evening, { id: "tidy", run() {} });
    ctx.on(Rang, () => {});
    ctx.own(() => {});
  },
});

test("a plugin that cleans up after itself is clean", async () => {
  await expectClean(tidy);
  await expectClean(small("reader", { requires: { Lamp } }), [tidy]);
});

test("work that goes on after a plugin was turned off is left behind", async () => {
  const messy = doing("messy", ctx => void ctx.track("a long walk", new Promise(() => {})));
  await expect(expectClean(messy, [], { limits: { stop: 0.05, cut: 0.05 } })).rejects.toThrow(
    /messy was turned off and left behind: messy: a long walk/,
  );
});

test("an error at the stop is not clean", async () => {
  const messy = doing("messy", ctx =>
    ctx.own(() => {
      throw new Error("the vase fell");
    }),
  );
  await expect(expectClean(messy)).rejects.toThrow("the plugin did not stop cleanly: the vase fell");
});

test("the kernel can be looked at", async () => {
  let inspector!: Inspector;
  const looker = definePlugin({
    id: "looker",
    summary: "",
    requires: { inspector: Inspector, lamp: Lamp },
    setup(_, deps) {
      inspector = deps.inspector;
    },
  });
  await using app = await testKernel([looker, tidy, { plugin: small("sleeper"), enabled: false }]);
  expect(inspector.plugins()).toMatchObject([
    { id: "tidy", state: "active", provides: ["test.lamp"], holds: { "test.shelf": 1, evening: 1 }, error: null },
    {
      id: "looker",
      state: "active",
      requires: [
        { service: "hearth.inspector", by: "kernel" },
        { service: "test.lamp", by: "tidy" },
      ],
    },
    { id: "sleeper", state: "off", ms: null },
  ]);
  expect(inspector.pipelines()).toMatchObject([
    { id: "evening", hooks: [{ id: "tidy", by: "tidy", needs: [], after: [], limit: 10, retries: 0 }] },
  ]);
  await app.kernel.disable("tidy");
  expect(inspector.plugins().find(({ id }) => id === "looker")).toMatchObject({
    state: "waiting",
    requires: [{}, { service: "test.lamp", by: null }],
  });
});
