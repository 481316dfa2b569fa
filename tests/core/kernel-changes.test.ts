import { expect, test } from "bun:test";
import { type Context, event, type Plugin, pipeline, service, slot } from "hearth";
import { testKernel } from "hearth/testing";
import { z } from "zod";
import type { Entry } from "../../core/unit";
import { doing, kernelOf, provider, said, small, states } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const Lamp = service<string>("test.lamp");
const Shade = service<string>("test.shade");
const Shelf = slot<string>("test.shelf");
const Rang = event("test.rang", z.object({ times: z.number() }));
const Evening = pipeline<object>("evening");

/** Says when it starts and stops; requires and provides what it is told. */
function noted(seen: string[], id: string, header: Partial<Plugin> = {}): Plugin {
  return small(id, {
    ...header,
    setup(ctx) {
      seen.push(`+${id}`);
      ctx.own(() => seen.push(`-${id}`));
      for (const token of header.provides ?? []) ctx.provide(token, id);
    },
  });
}

/** A lamp, its shade, a reader of the shade, and one who needs nothing. */
const house = (seen: string[]): Plugin[] => [
  noted(seen, "reader", { requires: { Shade } }),
  noted(seen, "shade", { requires: { Lamp }, provides: [Shade] }),
  noted(seen, "sleeper"),
  noted(seen, "lamp", { provides: [Lamp] }),
];

test("a provider that stops takes its users with it, users first", async () => {
  const seen: string[] = [];
  await using app = await testKernel(house(seen));
  seen.length = 0;
  await app.kernel.disable("lamp");
  expect(seen).toEqual(["-reader", "-shade", "-lamp"]);
  expect(states(app)).toEqual({ lamp: "off", shade: "waiting", reader: "waiting", sleeper: "active" });
});

test("when the provider comes back, its users start again", async () => {
  const seen: string[] = [];
  await using app = await testKernel(house(seen));
  await app.kernel.disable("lamp");
  seen.length = 0;
  await app.kernel.enable("lamp");
  expect(seen).toEqual(["+lamp", "+shade", "+reader"]);
  expect(Object.values(states(app))).toEqual(Array(4).fill("active"));
});

test("a stop of all goes in reverse of the start", async () => {
  const seen: string[] = [];
  const app = await testKernel(house(seen));
  const started = seen.map(line => line.slice(1));
  seen.length = 0;
  await app[Symbol.asyncDispose]();
  expect(seen).toEqual(started.reverse().map(id => `-${id}`));
});

test("a change restarts what changed and its users, and nothing else", async () => {
  const seen: string[] = [];
  const plugins = house(seen);
  await using app = await testKernel(plugins);
  seen.length = 0;
  await app.kernel.apply(plugins.map(plugin => ({ plugin, ...(plugin.id === "shade" && { config: { red: true } }) })));
  expect(seen).toEqual(["-reader", "-shade", "+shade", "+reader"]);
});

test("settings that are equal are no change", async () => {
  const seen: string[] = [];
  const plugin = noted(seen, "shade");
  await using app = await testKernel([]);
  await app.kernel.apply([{ plugin, config: { red: true, folds: [1, { deep: 2 }] } }]);
  await app.kernel.apply([{ plugin, config: { red: true, folds: [1, { deep: 2 }] } }]);
  expect(seen).toEqual(["+shade"]);
});

test("a plugin that is gone is stopped, and a new one is started", async () => {
  const seen: string[] = [];
  await using app = await testKernel([noted(seen, "old")]);
  await app.kernel.apply([{ plugin: noted(seen, "new") }]);
  expect(seen).toEqual(["+old", "-old", "+new"]);
  expect(states(app)).toEqual({ new: "active" });
});

test("another order of the same plugins is no change", async () => {
  const seen: string[] = [];
  const plugins = house(seen);
  await using app = await testKernel(plugins);
  seen.length = 0;
  await app.kernel.apply([...plugins].reverse().map(plugin => ({ plugin })));
  expect(seen).toEqual([]);
});

test("a plugin that has become critical runs on, and is critical", async () => {
  const seen: string[] = [];
  const plugin = noted(seen, "heart");
  await using app = await testKernel([plugin]);
  await app.kernel.apply([{ plugin, critical: true }]);
  expect(seen).toEqual(["+heart"]);
  expect(app.kernel.unit("heart")?.entry.critical).toBe(true);
});

test("changes that are refused change nothing", async () => {
  const seen: string[] = [];
  const plugins = house(seen);
  await using app = await testKernel(plugins);
  seen.length = 0;
  const entries: Entry[] = plugins.filter(({ id }) => id !== "lamp").map(plugin => ({ plugin }));
  await expect(app.kernel.apply(entries)).rejects.toThrow("test.lamp");
  expect(seen).toEqual([]);
  expect(Object.values(states(app))).toEqual(Array(4).fill("active"));
});

test("a plugin that failed is tried again at the next change", async () => {
  let broken = true;
  const plugin = doing("moody", () => {
    if (broken) throw new Error("not now");
  });
  await using app = await kernelOf([plugin]);
  expect(states(app)).toEqual({ moody: "failed" });
  broken = false;
  await app.kernel.apply([{ plugin }]);
  expect(states(app)).toEqual({ moody: "active" });
  expect(app.kernel.unit("moody")?.error).toBeUndefined();
});

test("when a provider that failed succeeds at the next change, those that waited start", async () => {
  let broken = true;
  const lamp = small("lamp", {
    provides: [Lamp],
    setup(ctx) {
      if (broken) throw new Error("no wick");
      ctx.provide(Lamp, "lit");
    },
  });
  const reader = small("reader", { requires: { Lamp } });
  await using app = await kernelOf([lamp, reader]);
  broken = false;
  await app.kernel.apply([{ plugin: lamp }, { plugin: reader }]);
  expect(states(app)).toEqual({ lamp: "active", reader: "active" });
});

test("changes that come at once are made one after the other", async () => {
  const seen: string[] = [];
  await using app = await testKernel(house(seen));
  await Promise.all([app.kernel.disable("lamp"), app.kernel.enable("lamp"), app.kernel.disable("sleeper")]);
  expect(states(app)).toEqual({ lamp: "active", shade: "active", reader: "active", sleeper: "off" });
});

test("two that are turned off at once are both off", async () => {
  await using app = await testKernel([small("a"), small("b")]);
  await Promise.all([app.kernel.disable("a"), app.kernel.disable("b")]);
  expect(app.kernel.units().map(({ state }) => state)).toEqual(["off", "off"]);
});

test("a stop in the middle of a change lets it start nothing more", async () => {
  const work = Promise.withResolvers<void>();
  let starts = 0;
  const busy = doing("busy", ctx => {
    starts++;
    void ctx.track("work", work.promise);
  });
  await using app = await testKernel([busy]);
  const change = app.kernel.apply([{ plugin: busy, config: { lamp: true } }]).catch(error => error.code);
  const stopped = app.kernel.stop();
  work.resolve();
  await stopped;
  expect([await change, starts]).toEqual(["STOPPED", 1]);
});

test("a plugin that does not exist cannot be turned off", async () => {
  await using app = await testKernel([small("lamp")]);
  await expect(app.kernel.disable("lamb")).rejects.toThrow('there is no plugin "lamb"');
});

test("what a plugin did is gone when it is off, and all of it is back when it is on", async () => {
  const plugin = small("busy", {
    provides: [Lamp],
    setup(ctx) {
      ctx.provide(Lamp, "lit");
      ctx.add(Shelf, "a book");
      ctx.add(Evening, { id: "tidy", run() {} });
      ctx.on(Rang, () => {});
    },
  });
  const held = () => [app.items(Shelf), app.kernel.bus.listenersOf("busy"), app.kernel.services.providerOf(Lamp)];
  await using app = await testKernel([plugin]);
  const before = held();
  expect(before).toEqual([["a book"], ["test.rang"], "busy"]);
  await app.kernel.disable("busy");
  expect(held()).toEqual([[], [], undefined]);
  expect(app.kernel.slots.countOf("busy")).toEqual({});
  await app.kernel.enable("busy");
  expect(held()).toEqual(before);
});

test("what one plugin put in a slot stays when another's goes", async () => {
  await using app = await testKernel([
    doing("one", ctx => ctx.add(Shelf, "a book")),
    doing("two", ctx => ctx.add(Shelf, "a vase")),
  ]);
  await app.kernel.disable("one");
  expect(app.items(Shelf)).toEqual(["a vase"]);
});

test("after its stop a plugin can begin nothing new", async () => {
  let kept!: Context<any>;
  const plugin = small("ghost", {
    provides: [Lamp],
    setup(ctx) {
      kept = ctx;
      ctx.provide(Lamp, "lit");
    },
  });
  await using app = await testKernel([plugin]);
  await app.kernel.disable("ghost");
  const attempts = [
    () => kept.own(() => {}),
    () => kept.add(Shelf, "a book"),
    () => kept.on(Rang, () => {}),
    () => kept.provide(Lamp, "again"),
  ];
  for (const attempt of attempts) expect(attempt).toThrow("the plugin has stopped: ghost asked for something new");
  expect(app.items(Shelf)).toEqual([]);
  expect(kept.signal.aborted && kept.cut.aborted).toBe(true);
});

test("a plugin that starts again has new signals", async () => {
  const signals: AbortSignal[] = [];
  await using app = await testKernel([doing("phoenix", ctx => void signals.push(ctx.signal, ctx.cut))]);
  await app.kernel.disable("phoenix");
  await app.kernel.enable("phoenix");
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false, false]);
});

test("undoing is the last thing first, one after the other, whatever takes how long", async () => {
  const seen: number[] = [];
  await using app = await testKernel([
    doing("tidy", ctx => {
      for (const [index, turns] of [0, 30, 5].entries())
        ctx.own(async () => {
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          seen.push(index);
        });
    }),
  ]);
  await app.kernel.disable("tidy");
  expect(seen).toEqual([2, 1, 0]);
});

test("an error of undoing is told with all others, and the rest is undone", async () => {
  const seen: string[] = [];
  await using app = await testKernel([
    doing("clumsy", ctx => {
      ctx.own(() => seen.push("first"));
      ctx.own(() => {
        throw new Error("the vase fell");
      });
      ctx.own(() => seen.push("second"));
      ctx.own(() => Promise.reject(new Error("the cup too")));
    }),
    doing("other", ctx => ctx.own(() => seen.push("other"))),
  ]);
  await app.kernel.disable("clumsy");
  expect(seen).toEqual(["second", "first"]);
  expect(states(app)).toEqual({ clumsy: "off", other: "active" });
  const [line] = said(app, "error");
  expect(line).toStartWith("clumsy: the plugin did not stop cleanly: ");
  expect(line).toContain("the vase fell");
  expect(line).toContain("the cup too");
});

test("an undo that never ends is named and left behind, and the rest is undone", async () => {
  const seen: string[] = [];
  await using app = await testKernel(
    [
      doing("stuck", ctx => {
        ctx.own(() => seen.push("first"));
        ctx.own(() => new Promise(() => {}));
      }),
    ],
    { limits: { stop: 0.05 } },
  );
  await app.kernel.disable("stuck");
  expect(seen).toEqual(["first"]);
  expect(said(app, "error")).toEqual([expect.stringContaining("stuck: the plugin did not stop cleanly: ")]);
});

test("a stop waits for work that the plugin has named", async () => {
  let finish!: () => void;
  const work = new Promise<void>(resolve => {
    finish = resolve;
  });
  const seen: string[] = [];
  const plugin = doing("baker", ctx => {
    void ctx.track(
      "the bread",
      work.then(() => seen.push("baked")),
    );
    ctx.signal.addEventListener("abort", () => seen.push("asked"));
    ctx.cut.addEventListener("abort", () => seen.push("cut"));
    ctx.own(() => seen.push("undone"));
  });
  await using app = await testKernel([plugin]);
  const stopped = app.kernel.disable("baker");
  await until(() => seen.includes("asked"));
  expect(states(app)).toEqual({ baker: "stopping" });
  finish();
  await stopped;
  expect(seen).toEqual(["asked", "baked", "cut", "undone"]);
  expect(said(app, "error")).toEqual([]);
});

test("work that does not end in time is cut off, and may end then", async () => {
  const seen: string[] = [];
  const plugin = doing("baker", ctx => {
    const cut = new Promise<void>(resolve => ctx.cut.addEventListener("abort", () => resolve()));
    void ctx.track(
      "the bread",
      cut.then(() => seen.push("taken out half baked")),
    );
    ctx.own(() => seen.push("undone"));
  });
  await using app = await testKernel([plugin], { limits: { stop: 0.05 } });
  await app.kernel.disable("baker");
  expect(seen).toEqual(["taken out half baked", "undone"]);
  expect(said(app, "error")).toEqual([]);
});

test("work that ends for no signal is named and left behind", async () => {
  const seen: string[] = [];
  const plugin = doing("baker", ctx => {
    void ctx.track("the bread", new Promise(() => {}));
    ctx.own(() => seen.push("undone"));
  });
  await using app = await testKernel([plugin], { limits: { stop: 0.05, cut: 0.05 } });
  await app.kernel.disable("baker");
  expect(seen).toEqual(["undone"]);
  expect(said(app, "error")).toEqual(["kernel: this did not end and is left behind: baker: the bread, 0 s"]);
});

test("work that fails is no reason to wait, and its error reaches the plugin", async () => {
  let failed: unknown;
  const plugin = doing("baker", ctx => {
    ctx.track("the bread", Promise.reject(new Error("burnt"))).catch(error => {
      failed = error;
    });
  });
  await using app = await testKernel([plugin]);
  await app.kernel.disable("baker");
  expect(failed).toMatchObject({ message: "burnt" });
});

test("a stop while a pipeline runs lets the whole of it end", async () => {
  let begin!: () => void;
  const begun = new Promise<void>(resolve => {
    begin = resolve;
  });
  const link = (id: string, ...needs: string[]) => ({
    id,
    needs,
    async run() {
      begin();
      await Promise.resolve();
    },
  });
  let report: unknown;
  const hooks = doing("hooks", ctx => {
    for (const link_ of [
      link("a"),
      link("b", "a"),
      link("c", "a", "b"),
      link("d", "a", "b", "c"),
      link("e", "a", "b", "c", "d"),
    ])
      ctx.add(Evening, link_);
  });
  const runner = doing("runner", ctx => {
    void ctx.run(Evening, {}).then(done => {
      report = done;
    });
  });
  const app = await testKernel([hooks, runner]);
  await begun;
  await app[Symbol.asyncDispose]();
  expect(report).toMatchObject({ ok: true });
});

test("a slot's reader sees what is there at the moment", async () => {
  let reader!: Context<any>;
  await using app = await testKernel([
    doing("reader", ctx => {
      reader = ctx;
    }),
    doing("giver", ctx => ctx.add(Shelf, "a book")),
  ]);
  expect(reader.items(Shelf)).toEqual(["a book"]);
  await app.kernel.disable("giver");
  expect(reader.items(Shelf)).toEqual([]);
});

test("two plugins that share a name of a service provide nothing twice when one replaces the other", async () => {
  await using app = await testKernel([provider("candle", Lamp), small("reader", { requires: { Lamp } })]);
  await app.kernel.apply([{ plugin: provider("torch", Lamp) }, { plugin: small("reader", { requires: { Lamp } }) }]);
  expect(app.service(Lamp)).toBe("torch");
  expect(states(app)).toEqual({ torch: "active", reader: "active" });
});
