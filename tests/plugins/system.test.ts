import { describe, expect, test } from "bun:test";
import { type Ailment, type AilmentSource, Ailments, Commands, Routes, service, UsageError } from "hearth";
import { configured, expectClean, testKernel } from "hearth/testing";
import { PostSession } from "hearth-plugins/sessions";
import system from "../../plugins/system/plugin";
import { doing, kernelOf, provider, small } from "../fixtures/small-plugin";

const Lamp = service<string>("lamp");

/** A house with one of each: a provider and its user, a hook that ran and one that did not, one that failed, one that waits. */
async function house() {
  const user = small("reader", {
    requires: { lamp: Lamp },
    setup(ctx) {
      ctx.add(PostSession, { id: "second", after: ["first", "nobody"], limit: 7, run: () => "read" });
    },
  });
  const first = doing("writer", ctx => ctx.add(PostSession, { id: "first", run: () => {} }));
  const broken = doing("broken", () => {
    throw new Error("the wick is wet");
  });
  const app = await kernelOf([user, provider("lantern", Lamp), first, broken, system]);
  await app.run(PostSession, {} as never, { key: "one", only: "first" });
  return app;
}
const print = async (app: Awaited<ReturnType<typeof house>>, id: string) => {
  const lines: string[] = [];
  const command = app.items(Commands).find(item => item.id === id)!;
  await command.run([], { print: line => lines.push(line), signal: new AbortController().signal });
  return lines.join("\n");
};

describe("what the running house looks like", () => {
  test("GET /system/plugins: each plugin, its state, what it requires and holds, its error", async () => {
    await using app = await house();
    const { body } = await app.get("/system/plugins");
    const of = (id: string) => body.plugins.find((plugin: { id: string }) => plugin.id === id);
    expect(of("reader")).toMatchObject({ state: "active", error: null, holds: { "post-session": 1 } });
    expect(of("reader").requires).toEqual([{ service: "lamp", by: "lantern" }]);
    expect(of("broken")).toMatchObject({ state: "failed", holds: {}, error: "the wick is wet" });
  });

  test("GET /system/graph: providers first, and each pipeline in the order of its hooks", async () => {
    await using app = await house();
    const { plugins, pipelines } = (await app.get("/system/graph")).body;
    const ids = plugins.map(({ id }: { id: string }) => id);
    expect(ids.indexOf("lantern")).toBeLessThan(ids.indexOf("reader"));
    expect(pipelines).toMatchObject([
      {
        id: "post-session",
        hooks: [{ id: "first" }, { id: "second", after: ["first", "nobody"], limit: 7, last: null }],
      },
    ]);
    expect(pipelines[0].hooks[0].last).toMatchObject({ state: "done", ms: expect.any(Number) });
  });

  test("hearth graph: who waits for whom, with times", async () => {
    await using app = await house();
    const text = await print(app, "graph");
    expect(text).toMatch(/● lantern +[\d.]+ ms/);
    expect(text).toMatch(/● reader +[\d.]+ ms {2}waits for lantern; {2}1 in post-session/);
    expect(text).toMatch(/✗ broken.*\n +the wick is wet/);
    expect(text).toMatch(
      /pipeline post-session\n {2}1 {2}first +[\d.]+ ms of 10 s\n {2}2 {2}second +not run yet of 7 s {2}after first$/,
    );
  });

  test("hearth list: a line for each plugin", async () => {
    await using app = await house();
    const lines = (await print(app, "list")).split("\n");
    expect(lines).toHaveLength(5);
    expect(lines.find(line => line.includes("broken"))).toMatch(/^✗ {2}broken +failed/);
  });

  test("a plugin whose provider is off is shown as waiting, and for what", async () => {
    await using app = await house();
    await app.kernel.disable("lantern");
    expect(await print(app, "graph")).toMatch(/◌ reader.*waits for nobody \(lamp\)/);
  });

  test.each(["/system/plugins", "/system/graph"])("%s asks for the service key", async path => {
    await using app = await house();
    expect((await app.get(path, { key: null })).status).toBe(401);
  });
});

describe("a command that the hearth program asks for", () => {
  const commands = doing("speaker", ctx => {
    ctx.add(Commands, {
      id: "speak",
      usage: "[word]",
      summary: "",
      run([word], io) {
        if (word === "wrong") throw new UsageError("that is no word");
        if (word === "broken") throw new Error("hoarse");
        io.print(`said ${word}`);
        return 3;
      },
    });
    ctx.add(Commands, { id: "here", usage: "", summary: "", here: true, run: () => {} });
  });
  const ask = async (id: string, ...args: string[]) => {
    await using app = await testKernel([system, commands]);
    const { status, body } = await app.call("POST", `/system/commands/${id}`, { body: { args } });
    const lines = () =>
      (body as string)
        .trim()
        .split("\n")
        .map(line => JSON.parse(line));
    return { status, said: status === 200 ? lines() : body };
  };
  test("says what it prints, and ends with its exit code", async () => {
    expect(await ask("speak", "hello")).toEqual({ status: 200, said: [{ line: "said hello" }, { exit: 3 }] });
  });
  test("tells a mistake in its arguments with its usage, code 2; its own failure with code 1", async () => {
    expect((await ask("speak", "wrong")).said).toEqual([
      { error: "that is no word\nusage: hearth speak [word]" },
      { exit: 2 },
    ]);
    expect((await ask("speak", "broken")).said).toEqual([{ error: "hoarse" }, { exit: 1 }]);
  });
  test("is not there: 404; talks with a terminal: 409", async () => {
    expect((await ask("dance")).status).toBe(404);
    expect((await ask("here")).status).toBe(409);
  });
  test("goes on when Hearth is told to stop: its caller hears that, and where to look", async () => {
    const begun = Promise.withResolvers<void>();
    const waiter = doing("waiter", ctx =>
      ctx.add(Commands, {
        id: "wait",
        usage: "",
        summary: "",
        run: (_, { print, signal }) =>
          new Promise<void>((_resolve, reject) => {
            print("waits");
            begun.resolve();
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
      }),
    );
    const app = await testKernel([system, waiter]);
    const answer = app.call("POST", "/system/commands/wait", { body: { args: [] } });
    await begun.promise;
    await app[Symbol.asyncDispose]();
    const said = ((await answer).body as string)
      .trim()
      .split("\n")
      .map(line => JSON.parse(line));
    expect(said).toEqual([{ line: "waits" }, { error: expect.stringContaining("Hearth is stopping"), exit: 1 }]);
  });
  test("asks for the service key", async () => {
    await using app = await testKernel([system, commands]);
    const { status } = await app.call("POST", "/system/commands/speak", { body: { args: [] }, key: null });
    expect(status).toBe(401);
  });
});

describe("what ails the home", () => {
  /** Knows what it is told. */
  class Doctor implements AilmentSource {
    found: Ailment[] = [];
    constructor(readonly id: string) {}
    list() {
      return this.found;
    }
  }
  const ailment = (path: string, since: string) => ({ path, problem: "the front matter is never closed", since });
  const ward = async () => {
    const doctors = [new Doctor("pages"), new Doctor("titles")] as const;
    const clinic = doing("clinic", ctx => {
      for (const doctor of doctors) ctx.add(Ailments, doctor);
    });
    return { doctors, app: await testKernel([clinic, system]) };
  };

  test("GET /system/problems: of all who know something, newest first", async () => {
    const { doctors, app } = await ward();
    await using _ = app;
    expect((await app.get("/system/problems")).body).toEqual({ problems: [] });
    doctors[0].found = [
      ailment("thoughts/a.md", "2026-11-19T00:00:00Z"),
      ailment("dreams/c.md", "2026-11-21T00:00:00Z"),
    ];
    doctors[1].found = [ailment("data/titles.jsonl", "2026-11-20T00:00:00Z")];
    expect((await app.get("/system/problems")).body).toEqual({
      problems: [
        { source: "pages", ...ailment("dreams/c.md", "2026-11-21T00:00:00Z") },
        { source: "titles", ...ailment("data/titles.jsonl", "2026-11-20T00:00:00Z") },
        { source: "pages", ...ailment("thoughts/a.md", "2026-11-19T00:00:00Z") },
      ],
    });
  });

  test("can be kept: 304 until something is found or is well again", async () => {
    const { doctors, app } = await ward();
    await using _ = app;
    const etag = (await app.get("/system/problems")).headers.get("etag")!;
    const ask = async () => (await app.get("/system/problems", { headers: { "if-none-match": etag } })).status;
    expect(await ask()).toBe(304);
    doctors[0].found = [ailment("thoughts/a.md", "2026-11-19T00:00:00Z")];
    expect(await ask()).toBe(200);
    doctors[0].found = [];
    expect(await ask()).toBe(304);
  });

  test("is for those with the service key", async () => {
    const { app } = await ward();
    await using _ = app;
    expect((await app.get("/system/problems", { key: null })).status).toBe(401);
  });

  test("hearth problems: a line for each", async () => {
    const { doctors, app } = await ward();
    await using _ = app;
    expect(await print(app, "problems")).toBe("nothing ails the home");
    doctors[0].found = [ailment("thoughts/a.md", "2026-11-19T00:00:00Z"), ailment("b.md", "2026-11-20T00:00:00Z")];
    expect(await print(app, "problems")).toBe(
      [
        "b.md           the front matter is never closed  (pages, since 2026-11-20T00:00:00Z)",
        "thoughts/a.md  the front matter is never closed  (pages, since 2026-11-19T00:00:00Z)",
      ].join("\n"),
    );
  });
});

test("has no settings", () => {
  expect(() => configured(system, { colour: true })).toThrow("takes no settings");
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(system);
  await using app = await testKernel([system]);
  await app.kernel.disable("system");
  expect(app.items(Routes)).toEqual([]);
  expect((await app.get("/system/plugins")).status).toBe(404);
});
