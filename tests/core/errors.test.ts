import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Context,
  definePlugin,
  type ErrorCode,
  event,
  HearthError,
  inside,
  messageOf,
  service,
  UsageError,
} from "hearth";
import { temporaryFolder, testKernel } from "hearth/testing";
import { z } from "zod";
import { readConfig } from "../../core/config";
import { openDatabase } from "../../core/database";
import { errorCodes } from "../../core/errors";
import { order } from "../../core/graph";
import { takeHome } from "../../core/home-lock";
import { loadPlugins } from "../../core/loader";
import { takeLock } from "../../core/lock";
import { root } from "../../core/open";
import { TemplateFolders } from "../../core/templates";
import { doing, kernelOf, provider, small } from "../fixtures/small-plugin";

const Lamp = service<string>("test.lamp");
const Rang = event("test.rang", z.object({ times: z.number() }));

/** The error of the only plugin. */
async function failing(plugin: Parameters<typeof testKernel>[0][number], limits = {}): Promise<unknown> {
  await using app = await kernelOf([plugin], { limits });
  return app.kernel.units()[0]?.error;
}

/** How each code can be made to happen. A code without a case does not compile, and fails below. */
const cases: Record<ErrorCode, (folder: string) => unknown> = {
  CYCLE: () => order([{ id: "a", after: ["a"] }]),
  MISSING: () => testKernel([small("reader", { requires: { Lamp } })]),
  TWICE: () => testKernel([provider("candle", Lamp), provider("torch", Lamp)]),
  UNKEPT: () => failing(small("liar", { provides: [Lamp] })),
  CONFIG: folder => readConfig(join(folder, "nowhere.toml"), {}),
  async API(folder) {
    await Bun.write(join(folder, "sun/plugin.ts"), 'export default { id: "sun", api: "^9.0", setup() {} };\n');
    await Bun.write(join(folder, "home.toml"), '[plugins.sun]\nfrom = "./sun"\n');
    const { problems } = await loadPlugins(readConfig(join(folder, "home.toml"), {}), root, {});
    const [table, detail] = problems[0]!.text.split(" the plugin is made for another version of Hearth: ");
    expect(table).toBe("[plugins.sun]");
    return new HearthError("API", detail!);
  },
  async STOPPED() {
    let kept!: Context;
    await using app = await testKernel([
      doing("ghost", ctx => {
        kept = ctx;
      }),
    ]);
    await app.kernel.disable("ghost");
    kept.own(() => {});
  },
  LATE: () =>
    failing(
      doing("slow", () => new Promise(() => {})),
      { setup: 0.01 },
    ),
  OUTSIDE: folder => inside(folder, "../x"),
  TEMPLATE: folder => new TemplateFolders([folder]).render("nothing", {}),
  HELD(folder) {
    const release = takeLock(folder);
    try {
      takeLock(folder);
    } finally {
      release();
    }
  },
  LIVED_IN(folder) {
    const release = takeHome(folder);
    try {
      takeHome(folder);
    } finally {
      release();
    }
  },
  async EVENT() {
    await using app = await testKernel([]);
    app.kernel.bus.emit("test", Rang, { times: "often" } as never);
  },
  async MIGRATION(folder) {
    mkdirSync(join(folder, "migrations"));
    await Bun.write(join(folder, "migrations/0001_broken.sql"), "create nonsense;");
    openDatabase(join(folder, "x.db"), join(folder, "migrations"));
  },
};

for (const code of errorCodes)
  test(`the error ${code} can happen, says more than its code, and is signed with it`, async () => {
    using folder = temporaryFolder();
    const error = await (async () => cases[code](folder.path))().catch(thrown => thrown);
    expect(error).toBeInstanceOf(HearthError);
    const { code: signed, message } = error as HearthError;
    expect(signed).toBe(code);
    expect(message).toMatch(/^[a-zA-Z ]+: ./);
  });

test("there is a case for each code, and no other", () => {
  expect(Object.keys(cases).sort()).toEqual([...errorCodes].sort());
});

test("an error keeps what caused it", () => {
  const cause = new Error("the disk");
  expect(new HearthError("HELD", "x", cause).cause).toBe(cause);
  expect("cause" in new HearthError("HELD", "x")).toBe(false);
});

test("whatever is thrown says something", () => {
  expect(messageOf(new Error("text"))).toBe("text");
  expect(messageOf("words")).toBe("words");
  expect(messageOf(undefined)).toBe("undefined");
  expect(messageOf(new SuppressedError(new Error("second"), new Error("first")))).toBe("first; and then: second");
});

test("arguments that do not fit are an error of their own", () => {
  expect(new UsageError("too many")).toBeInstanceOf(HearthError);
});

test("a plugin's own errors pass through the kernel as they are", async () => {
  class Own extends Error {}
  const plugin = definePlugin({
    id: "own",
    summary: "",
    setup() {
      throw new Own("mine");
    },
  });
  await expect(testKernel([plugin])).rejects.toBeInstanceOf(Own);
});
