import { expect, test } from "bun:test";
import { Config, definePlugin, HearthError, inject, injectable, Log, type Logger, Settled, service } from "hearth";
import { fake, testKernel } from "hearth/testing";
import { z } from "zod";
import { doing, kernelOf, provider, said, small, states } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const Lamp = service<string>("test.lamp");
const Oil = service<string>("test.oil");
const never = () => new Promise<void>(() => {});

test("plugins start in the order of their services, whatever the order of the file", async () => {
  const seen: string[] = [];
  const noting = (id: string, requires: object, ...provides: (typeof Lamp)[]) =>
    small(id, {
      requires,
      provides,
      setup(ctx) {
        seen.push(id);
        for (const token of provides) ctx.provide(token, id);
      },
    });
  await using _ = await testKernel([
    noting("reader", { lamp: Lamp }),
    noting("sleeper", {}),
    noting("lamp", { oil: Oil }, Lamp),
    noting("press", {}, Oil),
  ]);
  expect(seen).toEqual(["sleeper", "press", "lamp", "reader"]);
});

test("setup is given exactly the services that the header names", async () => {
  let given: object = {};
  const reader = definePlugin({
    id: "reader",
    summary: "reads",
    requires: { light: Lamp },
    setup(_, deps) {
      given = deps;
    },
  });
  await using _ = await testKernel([fake(Lamp, "a flame"), reader]);
  expect(given).toEqual({ light: "a flame" });
});

test("a plugin knows its id, its settings and its log", async () => {
  const plugin = definePlugin({
    id: "clerk",
    summary: "writes",
    config: z.strictObject({ pens: z.number().default(2) }),
    setup: ctx => ctx.log.info(`${ctx.id} has ${ctx.config.pens} pens`, { blue: 1 }),
  });
  await using app = await testKernel([plugin]);
  expect(app.log).toContainEqual(
    expect.objectContaining({ level: "info", plugin: "clerk", message: "clerk has 2 pens", blue: 1 }),
  );
});

test("one that fails does not stop the others; those that need it wait", async () => {
  const broken = small("lamp", {
    provides: [Lamp],
    setup() {
      throw new Error("no wick");
    },
  });
  await using app = await kernelOf([small("reader", { requires: { lamp: Lamp } }), broken, small("sleeper")]);
  expect(states(app)).toEqual({ lamp: "failed", reader: "waiting", sleeper: "active" });
  expect(said(app, "error")).toEqual(["lamp: the plugin did not start: no wick"]);
  expect(app.kernel.why("lamp")).toBe("no wick");
  expect(app.kernel.why("reader")).toBe("it waits for test.lamp");
});

test("a setup that fails later fails the plugin too", async () => {
  await using app = await kernelOf([
    doing("slow", async () => {
      await Promise.resolve();
      throw new Error("changed its mind");
    }),
  ]);
  expect(states(app)).toEqual({ slow: "failed" });
});

test("whatever is thrown is told, also when it is no error", async () => {
  await using app = await kernelOf([doing("odd", () => Promise.reject("just words"))]);
  expect(said(app, "error")).toEqual(["odd: the plugin did not start: just words"]);
});

test("a setup that fails half way is undone in reverse", async () => {
  const undone: number[] = [];
  await using app = await kernelOf([
    doing("half", ctx => {
      ctx.own(() => undone.push(1));
      ctx.own(async () => {
        await Promise.resolve();
        undone.push(2);
      });
      ctx.own(() => undone.push(3));
      throw new Error("half way");
    }),
  ]);
  expect(undone).toEqual([3, 2, 1]);
  expect(states(app)).toEqual({ half: "failed" });
});

test("when undoing a failed start fails too, both errors are told", async () => {
  await using app = await kernelOf([
    doing("half", ctx => {
      ctx.own(() => {
        throw new Error("the door is stuck");
      });
      throw new Error("no key");
    }),
  ]);
  expect(app.kernel.why("half")).toBe("no key; and undoing it: the door is stuck");
});

test("a setup that never returns has failed after the limit, and the others start", async () => {
  let signal: AbortSignal | undefined;
  const stuck = small("stuck", {
    provides: [Lamp],
    setup(ctx) {
      signal = ctx.signal;
      return never();
    },
  });
  await using app = await kernelOf([stuck, small("reader", { requires: { lamp: Lamp } }), small("other")], {
    limits: { setup: 0.05 },
  });
  expect(states(app)).toEqual({ stuck: "failed", reader: "waiting", other: "active" });
  expect(app.kernel.why("stuck")).toBe(
    "it took too long: setup of stuck took more than 0.05 s; it may hang, or [limits] setup is too short",
  );
  expect(signal?.aborted).toBe(true);
});

test("a setup that goes on after it was given up can do nothing any more", async () => {
  let refused: unknown;
  const late = small("late", {
    provides: [Lamp],
    async setup(ctx) {
      await until(() => ctx.signal.aborted);
      try {
        ctx.provide(Lamp, "too late");
      } catch (error) {
        refused = error;
      }
    },
  });
  await using app = await kernelOf([late], { limits: { setup: 0.05 } });
  await until(() => refused);
  expect(refused).toMatchObject({ code: "STOPPED" });
  expect(app.kernel.services.providerOf(Lamp)).toBeUndefined();
});

test("without a critical plugin there is no start", async () => {
  await using app = await testKernel([]);
  const broken = doing("heart", () => {
    throw new Error("no beat");
  });
  await expect(app.kernel.apply([{ plugin: broken, critical: true }, { plugin: small("other") }])).rejects.toThrow(
    "no beat",
  );
});

test("a critical plugin that waits is no start either, and says for what", async () => {
  await using app = await testKernel([]);
  const lamp = small("lamp", {
    provides: [Lamp],
    setup() {
      throw new Error("no wick");
    },
  });
  const reader = small("reader", { requires: { lamp: Lamp } });
  await expect(app.kernel.apply([{ plugin: lamp }, { plugin: reader, critical: true }])).rejects.toThrow(
    "reader is critical, and it waits for test.lamp",
  );
});

test("a critical plugin that is turned off is not missed", async () => {
  await using app = await testKernel([]);
  await app.kernel.apply([{ plugin: small("heart"), critical: true, enabled: false }]);
  expect(states(app)).toEqual({ heart: "off" });
});

test("a header that promises a service which setup does not provide is a fault of the plugin", async () => {
  await using app = await kernelOf([small("liar", { provides: [Lamp] })]);
  expect(app.kernel.why("liar")).toBe(
    "a plugin did not do what its header says: the header of liar says that it provides test.lamp, and setup did not",
  );
});

test("a service that the header does not name cannot be provided", async () => {
  await using app = await kernelOf([doing("smuggler", ctx => ctx.provide(Lamp, "hot"))]);
  expect(app.kernel.why("smuggler")).toContain("smuggler provides test.lamp, and its header does not say so");
  expect(app.kernel.services.providerOf(Lamp)).toBeUndefined();
});

test("a service cannot be provided twice by one plugin", async () => {
  const eager = small("eager", {
    provides: [Lamp],
    setup(ctx) {
      ctx.provide(Lamp, "one");
      ctx.provide(Lamp, "two");
    },
  });
  await using app = await kernelOf([eager]);
  expect(app.kernel.why("eager")).toContain("the service test.lamp, by eager and eager");
});

test("the second provider of a service that nobody requires fails, naming both", async () => {
  await using app = await kernelOf([provider("candle", Lamp), provider("torch", Lamp)]);
  expect(states(app)).toEqual({ candle: "active", torch: "failed" });
  expect(app.kernel.why("torch")).toBe("two plugins claim the same thing: the service test.lamp, by candle and torch");
});

test("a service may be nothing at all, as long as it is provided", async () => {
  const Nothing = service<undefined>("test.nothing");
  await using app = await kernelOf([
    small("none", { provides: [Nothing], setup: ctx => ctx.provide(Nothing, undefined) }),
  ]);
  expect(states(app)).toEqual({ none: "active" });
});

test("two tokens of one id are one service", async () => {
  const again = service<string>("test.lamp");
  await using app = await testKernel([provider("lamp", Lamp), small("reader", { requires: { lamp: again } })]);
  expect(app.service(again)).toBe("lamp");
});

test("when all have started it is told once, and what hears it may begin", async () => {
  const seen: string[] = [];
  await using _ = await testKernel([
    doing("early", ctx => ctx.on(Settled, () => seen.push("settled"))),
    doing("late", () => void seen.push("late starts")),
  ]);
  expect(seen).toEqual(["late starts", "settled"]);
});

@injectable()
class Reader {
  constructor(
    @inject(Lamp) readonly lamp: string,
    @inject(Log) readonly log: Logger,
    @inject(Config) readonly config: { readonly page: number },
  ) {}
}

test("a class is built from the plugin's own services, its log and its settings among them", async () => {
  let made: Reader | undefined;
  const reader = small("reader", {
    requires: { lamp: Lamp },
    config: z.strictObject({ page: z.int().default(7) }),
    setup(ctx) {
      made = ctx.make(Reader);
    },
  });
  await using app = await testKernel([fake(Lamp, "a flame"), reader]);
  made?.log.info("reads");
  expect([made?.lamp, made?.config.page]).toEqual(["a flame", 7]);
  expect(app.log.at(-1)).toMatchObject({ plugin: "reader", message: "reads" });
});

test("a class gets nothing that its plugin does not require", async () => {
  await using app = await kernelOf([fake(Lamp, "a flame"), doing("thief", ctx => void ctx.make(Reader))]);
  expect(states(app)["thief"]).toBe("failed");
});

test("a service that nobody provides is an error with a code", async () => {
  await using app = await testKernel([]);
  expect(() => app.service(Lamp)).toThrow(HearthError);
  expect(() => app.service(Lamp)).toThrow("no active plugin provides test.lamp");
});

test("the time that a setup took is kept", async () => {
  await using app = await testKernel([doing("slow", () => Bun.sleep(5))]);
  expect(app.kernel.unit("slow")?.ms).toBeGreaterThan(1);
});
