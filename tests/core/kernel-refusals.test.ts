import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { Checks, Commands, type Hook, pipeline, Routes, Schedules, type Slot, service } from "hearth";
import { testKernel } from "hearth/testing";
import type { Entry } from "../../core/unit";
import { doing, kernelOf, provider, small, states } from "../fixtures/small-plugin";

const Lamp = service<string>("test.lamp");
const Oil = service<string>("test.oil");
const Evening = pipeline<object>("evening");
const hook = (id: string, rest: Partial<Hook<object>> = {}): Hook<object> => ({ id, run() {}, ...rest });

/** Two plugins that put something in one slot; answers why the second did not start. */
async function second<T>(slot: Slot<T>, one: NoInfer<T>, other: NoInfer<T>): Promise<string> {
  const plugins = [doing("first", ctx => ctx.add(slot, one)), doing("second", ctx => ctx.add(slot, other))];
  await using app = await kernelOf(plugins);
  expect(states(app)).toEqual({ first: "active", second: "failed" });
  return app.kernel.why("second").replace("two plugins claim the same thing: ", "");
}

describe("plugins that do not fit together are refused before anything changes:", () => {
  async function refusal(...entries: Entry[]): Promise<string> {
    await using app = await testKernel([small("old")]);
    const answer = await app.kernel.apply([{ plugin: small("new") }, ...entries]).then(
      () => "nothing was refused",
      error => error.message as string,
    );
    expect(states(app)).toEqual({ old: "active" });
    return answer;
  }

  test("a service that no plugin provides, with the nearest name", async () => {
    const Lamb = service<string>("test.lamb");
    expect(
      await refusal({ plugin: small("reader", { requires: { Lamb } }) }, { plugin: provider("candle", Lamp) }),
    ).toBe(
      'something needed is not there: reader requires the service "test.lamb", which no plugin of the config file provides. Did you mean "test.lamp"?',
    );
  });

  test("a service that two plugins provide", async () => {
    const entries = [provider("candle", Lamp), provider("torch", Lamp), small("reader", { requires: { Lamp } })];
    expect(await refusal(...entries.map(plugin => ({ plugin })))).toBe(
      "two plugins claim the same thing: the service test.lamp, by candle and torch; turn one of them off",
    );
  });

  test("services that wait for each other, the whole way round", async () => {
    const entries = [
      small("candle", { requires: { Oil }, provides: [Lamp] }),
      small("press", { requires: { Lamp }, provides: [Oil] }),
    ];
    expect(await refusal(...entries.map(plugin => ({ plugin })))).toBe(
      "these wait for each other: candle → press → candle",
    );
  });

  test("a plugin that requires what it provides itself", async () => {
    expect(await refusal({ plugin: small("snake", { requires: { Lamp }, provides: [Lamp] }) })).toBe(
      "these wait for each other: snake → snake",
    );
  });

  test("two plugins of one id", async () => {
    expect(await refusal({ plugin: small("twin") }, { plugin: small("twin") })).toBe(
      'two plugins claim the same thing: the id "twin" of a plugin',
    );
  });

  test("several faults, all told at once", async () => {
    const entries = [
      small("reader", { requires: { Lamp } }),
      small("cook", { requires: { Oil } }),
      small("twin"),
      small("twin"),
    ];
    const lines = (await refusal(...entries.map(plugin => ({ plugin })))).split("\n");
    expect(lines.map(line => /twin|reader|cook/.exec(line)?.[0])).toEqual(["twin", "reader", "cook"]);
  });
});

describe("what is turned off is in nobody's way:", () => {
  test("of two providers one may be off", async () => {
    await using app = await kernelOf([
      { plugin: provider("candle", Lamp), enabled: false },
      provider("torch", Lamp),
      small("reader", { requires: { Lamp } }),
    ]);
    expect(states(app)).toEqual({ candle: "off", torch: "active", reader: "active" });
  });

  test("a plugin that is off may require what nobody provides", async () => {
    await using app = await kernelOf([{ plugin: small("reader", { requires: { Lamp } }), enabled: false }]);
    expect(states(app)).toEqual({ reader: "off" });
  });

  test("a cycle through a plugin that is off is none", async () => {
    await using app = await kernelOf([
      small("candle", { requires: { Oil }, provides: [Lamp] }),
      { plugin: small("press", { requires: { Lamp }, provides: [Oil] }), enabled: false },
    ]);
    expect(states(app)).toEqual({ candle: "waiting", press: "off" });
  });

  test("a plugin whose only provider is off waits", async () => {
    await using app = await kernelOf([
      small("reader", { requires: { Lamp } }),
      { plugin: provider("candle", Lamp), enabled: false },
    ]);
    expect(states(app)).toEqual({ candle: "off", reader: "waiting" });
  });
});

describe("what two plugins cannot both have is refused, naming both:", () => {
  test("a hook's id", async () => {
    expect(await second(Evening, hook("mood"), hook("mood"))).toBe('the hook of evening "mood", by first and second');
  });

  test("a route", async () => {
    const route = () => new Elysia().get("/moon", () => "full");
    expect(await second(Routes, route(), route())).toBe("the route GET /api/v1/moon, by first and second");
  });

  test("a route whose parameter has another name", async () => {
    const one = new Elysia().get("/moon/:city", () => "full");
    const other = new Elysia().get("/moon/:town", () => "half");
    expect(await second(Routes, one, other)).toBe("the route GET /api/v1/moon/:town, by first and second");
  });

  test("the name of an Elysia instance", async () => {
    const one = new Elysia({ name: "sky" }).get("/moon", () => "full");
    const other = new Elysia({ name: "sky" }).get("/sun", () => "bright");
    expect(await second(Routes, one, other)).toBe('the Elysia name "sky", by first and second');
  });

  test("a schedule's id", async () => {
    const schedule = { id: "tide", cron: "0 * * * *", run() {} };
    expect(await second(Schedules, schedule, { ...schedule })).toBe('the schedule "tide", by first and second');
  });

  test("a check's id", async () => {
    const check = { id: "tide", run: () => undefined };
    expect(await second(Checks, check, { ...check })).toBe('the check "tide", by first and second');
  });

  test("a command's id", async () => {
    const command = { id: "tide", usage: "", summary: "", run() {} };
    expect(await second(Commands, command, { ...command })).toBe('the command "tide", by first and second');
  });
});

test("other methods of a path, and paths beside it, are free", async () => {
  await using app = await kernelOf([
    doing("first", ctx =>
      ctx.add(
        Routes,
        new Elysia().get("/moon", () => "full").get("/moon/:city", () => "full"),
      ),
    ),
    doing("second", ctx =>
      ctx.add(
        Routes,
        new Elysia().post("/moon", () => "set").get("/moon/:city/tide", () => "low"),
      ),
    ),
  ]);
  expect(states(app)).toEqual({ first: "active", second: "active" });
});

test("what was taken is free again when its plugin is off", async () => {
  const plugins = [
    doing("first", ctx => ctx.add(Evening, hook("mood"))),
    doing("second", ctx => ctx.add(Evening, hook("mood"))),
  ];
  await using app = await kernelOf(plugins);
  await app.kernel.disable("first");
  expect(states(app)).toEqual({ first: "off", second: "active" });
});

test("hooks that wait for each other are refused the whole way round", async () => {
  await using app = await kernelOf([
    doing("hook-a", ctx => ctx.add(Evening, hook("a", { needs: ["b"] }))),
    doing("hook-b", ctx => ctx.add(Evening, hook("b", { after: ["c"] }))),
    doing("hook-c", ctx => ctx.add(Evening, hook("c", { needs: ["a"] }))),
  ]);
  expect(states(app)).toMatchObject({ "hook-c": "failed" });
  expect(app.kernel.why("hook-c")).toBe("these wait for each other: a → b → c → a");
});

test("a hook that needs a name which no plugin adds fails its plugin, with the nearest name", async () => {
  await using app = await kernelOf([
    doing("hook-index", ctx => ctx.add(Evening, hook("index", { needs: ["thouhgts"] }))),
    doing("hook-thoughts", ctx => ctx.add(Evening, hook("thoughts"))),
  ]);
  expect(states(app)).toEqual({ "hook-index": "failed", "hook-thoughts": "active" });
  expect(app.kernel.why("hook-index")).toBe(
    'something needed is not there: the hook "index" of hook-index needs "thouhgts" in evening, which no plugin adds. Did you mean "thoughts"?',
  );
  expect(app.items(Evening).map(({ id }) => id)).toEqual(["thoughts"]);
});

test("a hook that needs one whose plugin is configured and off stays, and is skipped when it runs", async () => {
  await using app = await kernelOf([
    doing("hook-index", ctx => ctx.add(Evening, hook("index", { needs: ["thoughts"] }))),
    { plugin: doing("hook-thoughts", ctx => ctx.add(Evening, hook("thoughts"))), enabled: false },
  ]);
  expect(states(app)).toEqual({ "hook-index": "active", "hook-thoughts": "off" });
  const { ok, outcomes } = await app.run(Evening, {});
  expect(ok).toBe(true);
  expect(outcomes).toMatchObject([
    { id: "index", by: "hook-index", state: "skipped", note: 'it needs "thoughts", which is not there' },
  ]);
});

test("a hook may wait for a name that nobody has", async () => {
  await using app = await kernelOf([doing("hook-git", ctx => ctx.add(Evening, hook("git", { after: ["echoes"] })))]);
  expect((await app.run(Evening, {})).outcomes).toMatchObject([{ id: "git", state: "done" }]);
});

test("a cron that does not parse is refused with its plugin's name", async () => {
  await using app = await kernelOf([
    doing("tide", ctx => ctx.add(Schedules, { id: "tide.high", cron: "every day", run() {} })),
  ]);
  expect(app.kernel.why("tide")).toContain('the schedule "tide.high" of tide, "every day": ');
});

test("a time zone that nobody knows is refused with its plugin's name", async () => {
  const schedule = { id: "tide.high", cron: "0 * * * *", timeZone: "Mars/Olympus", run() {} };
  await using app = await kernelOf([doing("tide", ctx => ctx.add(Schedules, schedule))]);
  expect(app.kernel.why("tide")).toContain('the schedule "tide.high" of tide');
});
