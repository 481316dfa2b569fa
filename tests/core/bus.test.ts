import { expect, test } from "bun:test";
import { type Context, event } from "hearth";
import { testKernel } from "hearth/testing";
import { z } from "zod";
import { doing, kernelOf, said, states } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const Rang = event("test.rang", z.object({ times: z.number().int(), by: z.string().default("nobody") }));

test("every listener hears an event, in the order in which they began to listen", async () => {
  const heard: string[] = [];
  await using app = await testKernel([
    doing("one", ctx => ctx.on(Rang, ({ times }) => heard.push(`one ${times}`))),
    doing("two", ctx => ctx.on(Rang, ({ times }) => heard.push(`two ${times}`))),
  ]);
  await app.emit(Rang, { times: 3, by: "a" });
  expect(heard).toEqual(["one 3", "two 3"]);
});

test("an event that nobody hears is told all the same", async () => {
  await using app = await testKernel([doing("bell", ctx => ctx.emit(Rang, { times: 1, by: "a" }))]);
  expect(states(app)).toEqual({ bell: "active" });
});

test("a listener that throws is reported under its plugin's name and touches nobody else", async () => {
  const heard: string[] = [];
  await using app = await testKernel([
    doing("clumsy", ctx =>
      ctx.on(Rang, () => {
        throw new Error("dropped it");
      }),
    ),
    doing("calm", ctx => ctx.on(Rang, () => heard.push("calm"))),
  ]);
  await app.emit(Rang, { times: 1, by: "a" });
  expect(heard).toEqual(["calm"]);
  expect(said(app, "error")).toEqual(["clumsy: a listener failed: dropped it"]);
  expect(app.log.at(-1)).toMatchObject({ event: "test.rang" });
});

test("a listener that rejects is reported under its plugin's name", async () => {
  await using app = await testKernel([
    doing("clumsy", ctx => ctx.on(Rang, () => Promise.reject(new Error("dropped it later")))),
  ]);
  await app.emit(Rang, { times: 1, by: "a" });
  expect(said(app, "error")).toEqual(["clumsy: a listener failed: dropped it later"]);
});

test("a listener that never returns keeps nobody waiting, and is named when its plugin stops", async () => {
  const heard: string[] = [];
  await using app = await kernelOf(
    [
      doing("stuck", ctx => ctx.on(Rang, () => new Promise(() => {}))),
      doing("calm", ctx => ctx.on(Rang, () => heard.push("calm"))),
    ],
    { limits: { stop: 0.05, cut: 0.05 } },
  );
  app.kernel.bus.emit("test", Rang, { times: 1, by: "a" });
  expect(heard).toEqual(["calm"]);
  await app.kernel.disable("stuck");
  expect(said(app, "error")).toEqual([
    "kernel: this did not end and is left behind: stuck: listener of test.rang, 0 s",
  ]);
});

test("a stop waits for a listener that is at work", async () => {
  const seen: string[] = [];
  let finish!: () => void;
  const work = new Promise<void>(resolve => {
    finish = resolve;
  });
  await using app = await testKernel([
    doing("scribe", ctx => {
      ctx.on(Rang, () => work.then(() => seen.push("written")));
      ctx.signal.addEventListener("abort", () => finish());
      ctx.own(() => seen.push("undone"));
    }),
  ]);
  app.kernel.bus.emit("test", Rang, { times: 1, by: "a" });
  await app.kernel.disable("scribe");
  expect(seen).toEqual(["written", "undone"]);
});

test("a payload that does not fit is refused where it is told, and nobody hears it", async () => {
  const heard: unknown[] = [];
  let bell!: Context<any>;
  await using _ = await testKernel([
    doing("ear", ctx => ctx.on(Rang, rang => heard.push(rang))),
    doing("bell", ctx => {
      bell = ctx;
    }),
  ]);
  expect(() => bell.emit(Rang, { times: 1.5, by: "a" })).toThrow(
    "the payload does not fit its event: test.rang, told by bell: ",
  );
  expect(heard).toEqual([]);
});

test("what the schema does not name is taken out, and its defaults are put in", async () => {
  const heard: unknown[] = [];
  await using app = await testKernel([doing("ear", ctx => ctx.on(Rang, rang => heard.push(rang)))]);
  await app.emit(Rang, { times: 2, secret: "x" } as never);
  expect(heard).toEqual([{ times: 2, by: "nobody" }]);
});

test("a listener of a plugin that is off hears nothing", async () => {
  const heard: unknown[] = [];
  await using app = await testKernel([doing("ear", ctx => ctx.on(Rang, rang => heard.push(rang)))]);
  await app.kernel.disable("ear");
  await app.emit(Rang, { times: 1, by: "a" });
  expect(heard).toEqual([]);
});

test("a listener that begins to listen while an event is told disturbs nobody", async () => {
  let heard = 0;
  await using app = await testKernel([
    doing("ear", ctx =>
      ctx.on(Rang, () => {
        heard++;
        if (heard === 1) ctx.on(Rang, () => {});
      }),
    ),
  ]);
  await app.emit(Rang, { times: 1, by: "a" });
  await until(() => heard === 1);
  expect(app.kernel.bus.listenersOf("ear")).toEqual(["test.rang"]);
});
