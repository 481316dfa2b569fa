import { expect, test } from "bun:test";
import { Checks, Commands, definePlugin, event, pipeline, Routes, Schedules, service, slot } from "hearth";
import { fake, testKernel } from "hearth/testing";
import { z } from "zod";

interface Lamp {
  light(): string;
  oil: number;
}
const Lamp = service<Lamp>("test.lamp");
const Bell = service<{ ring(): void }>("test.bell");
const Shelf = slot<{ title: string }>("test.shelf");
const Rang = event("test.rang", z.object({ times: z.number() }));
const Evening = pipeline<{ day: string }>("test.evening");

/** Nothing in here runs: each comment says what the compiler must refuse on the line below it, and `bun check` fails when it does not. */
export const refused = definePlugin({
  id: "refused",
  summary: "what a plugin's author gets wrong",
  config: z.strictObject({ city: z.string(), nights: z.number().default(1) }),
  requires: { lamp: Lamp },
  provides: [Bell],

  async setup(ctx, deps) {
    deps.lamp.light().trim();
    ctx.config.city.trim();
    ctx.config.nights.toFixed();

    // @ts-expect-error a dependency that the header does not require
    deps.bell;
    // @ts-expect-error what the service does not have
    deps.lamp.dim();
    // @ts-expect-error dependencies are not for changing
    deps.lamp = undefined;
    // @ts-expect-error a setting that the schema does not have
    ctx.config.town;
    // @ts-expect-error a setting of another type
    ctx.config.city.toFixed();

    // @ts-expect-error a value that is not the service
    ctx.provide(Bell, { knock() {} });
    // @ts-expect-error not a service
    ctx.provide(Shelf, { title: "" });

    // @ts-expect-error an item that does not fit its slot
    ctx.add(Shelf, { name: "Moby Dick" });
    // @ts-expect-error not routes
    ctx.add(Routes, 3);
    // @ts-expect-error a schedule without its cron
    ctx.add(Schedules, { id: "tide", run() {} });
    // @ts-expect-error a policy that does not exist
    ctx.add(Schedules, { id: "tide", cron: "0 * * * *", catchUp: "twice", run() {} });
    // @ts-expect-error a check that answers with a number
    ctx.add(Checks, { id: "tide", run: () => 3 });
    // @ts-expect-error a command without its usage
    ctx.add(Commands, { id: "tide", summary: "", run() {} });
    // @ts-expect-error a hook that waits by number
    ctx.add(Evening, { id: "mood", after: 3, run() {} });
    // @ts-expect-error a hook that wants another input
    ctx.add(Evening, { id: "mood", run: (input: { night: string }) => input.night });
    ctx.add(Evening, { id: "mood", needs: ["thoughts"], run: ({ day }) => day.toUpperCase() });

    // @ts-expect-error a payload of another shape
    ctx.emit(Rang, { often: 1 });
    // @ts-expect-error a listener that hears another payload
    ctx.on(Rang, (payload: { often: number }) => payload.often);
    ctx.on(Rang, ({ times }) => times.toFixed());

    // @ts-expect-error an input of another shape
    await ctx.run(Evening, { night: "late" });
    const report = await ctx.run(Evening, { day: "monday" }, { key: "s1" });
    report.outcomes[0]?.note?.trim();
    // @ts-expect-error a report is not for changing
    report.ok = true;
    // @ts-expect-error a state that does not exist
    if (report.outcomes[0]?.state === "lost") return;

    ctx.items(Shelf)[0]?.title.trim();
    // @ts-expect-error what is in a slot is not for changing from here
    ctx.items(Shelf).push({ title: "" });
    // @ts-expect-error what a slot's item does not have
    ctx.items(Shelf)[0]?.name;

    ctx.make(Map);
    // @ts-expect-error not a class
    ctx.make(3);
    (await ctx.track("a walk", Promise.resolve(3))).toFixed();
    // @ts-expect-error work that is no promise
    ctx.track("a walk", 3);
    // @ts-expect-error what is undone is a function
    ctx.own(3);
    // @ts-expect-error there is no such verb
    ctx.stop();
  },
});

// @ts-expect-error a header without an id
export const nameless = definePlugin({ summary: "", setup() {} });
// @ts-expect-error a header without a setup
export const idle = definePlugin({ id: "idle", summary: "" });
export const vague = definePlugin({
  id: "vague",
  summary: "",
  // @ts-expect-error what is required is a service
  requires: { shelf: Shelf },
  setup() {},
});

// @ts-expect-error a stand-in with what the service does not have
export const wrong = fake(Lamp, { shine: () => "" });
// @ts-expect-error a stand-in of another type
export const dry = fake(Lamp, { oil: "much" });

test("a plugin without settings is given none", async () => {
  let seen: unknown = "not yet";
  const plain = definePlugin({
    id: "plain",
    summary: "",
    setup(ctx) {
      // @ts-expect-error there are no settings
      ctx.config.anything;
      seen = ctx.config;
    },
  });
  await expect(testKernel([plain])).rejects.toThrow(TypeError);
  expect(seen).toBe("not yet");
});

test("what the compiler accepts is a plugin that starts", async () => {
  const reader = definePlugin({
    id: "reader",
    summary: "",
    requires: { lamp: Lamp },
    setup: (_, { lamp }) => void lamp.light(),
  });
  await using app = await testKernel([fake(Lamp, { light: () => "dim", oil: 1 }), reader]);
  expect(app.service(Lamp).oil).toBe(1);
});
