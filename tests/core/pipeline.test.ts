import { expect, test } from "bun:test";
import { type Context, type Hook, pipeline } from "hearth";
import { type TestKernel, type TestOptions, testKernel } from "hearth/testing";
import type { Outcome } from "../../core/pipeline";
import { doing, said } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const Evening = pipeline<{ day: string }>("evening");
const DAY = { day: "monday" };
type Run = Hook<{ day: string }>["run"];

const hook = (id: string, rest: Partial<Hook<{ day: string }>> = {}): Hook<{ day: string }> => ({
  id,
  run() {},
  ...rest,
});

/** A kernel with one plugin per hook. */
const kernelWith = (hooks: readonly Hook<{ day: string }>[], options: TestOptions = {}): Promise<TestKernel> =>
  testKernel(
    hooks.map(one => doing(`hook-${one.id}`, ctx => ctx.add(Evening, one))),
    options,
  );

const endings = (outcomes: readonly Outcome[]) => outcomes.map(({ id, state }) => `${id} ${state}`).sort();

/** Something that a test lets happen. */
function gate(): { open(): void; readonly passed: Promise<void> } {
  let open!: () => void;
  const passed = new Promise<void>(resolve => {
    open = resolve;
  });
  return { open, passed };
}

test("a hook gets the input, and what it returns is its note", async () => {
  await using app = await kernelWith([hook("mood", { run: ({ day }) => `it was ${day}` })]);
  const report = await app.run(Evening, DAY);
  expect(report).toMatchObject({ ok: true, outcomes: [{ id: "mood", by: "hook-mood", state: "done", attempts: 1 }] });
  expect(report.outcomes[0]?.note).toBe("it was monday");
  expect(new Date(report.outcomes[0]!.at).toISOString()).toBe(report.outcomes[0]!.at);
});

test("a hook that has nothing to say has no note", async () => {
  await using app = await kernelWith([hook("mood")]);
  expect((await app.run(Evening, DAY)).outcomes[0]).not.toHaveProperty("note");
});

test("a pipeline without hooks is over at once", async () => {
  await using app = await testKernel([]);
  expect(await app.run(Evening, DAY)).toMatchObject({ ok: true, outcomes: [] });
});

test("what waits for nothing runs side by side", async () => {
  const both = [gate(), gate()];
  const meet =
    (mine: number): Run =>
    async () => {
      both[mine]!.open();
      await both[1 - mine]!.passed;
    };
  await using app = await kernelWith([hook("a", { run: meet(0) }), hook("b", { run: meet(1) })]);
  expect((await app.run(Evening, DAY)).ok).toBe(true);
});

test("a hook starts the moment its own predecessors are over, whatever else still runs", async () => {
  const last = gate();
  await using app = await kernelWith([
    hook("slow", { run: () => last.passed }),
    hook("thoughts"),
    hook("index", { needs: ["thoughts"] }),
    hook("links", { needs: ["index"], run: () => last.open() }),
  ]);
  expect(endings((await app.run(Evening, DAY)).outcomes)).toEqual([
    "index done",
    "links done",
    "slow done",
    "thoughts done",
  ]);
});

test("needs and after are both waited for", async () => {
  const seen: string[] = [];
  const noting = (id: string, rest: Partial<Hook<{ day: string }>> = {}) =>
    hook(id, {
      ...rest,
      async run() {
        await Promise.resolve();
        seen.push(id);
      },
    });
  await using app = await kernelWith([
    noting("git", { after: ["mood", "index", "nobody"] }),
    noting("index", { needs: ["thoughts"] }),
    noting("mood"),
    noting("thoughts"),
  ]);
  await app.run(Evening, DAY);
  expect(seen).toEqual(["mood", "thoughts", "index", "git"]);
});

test("a failure skips those that need it, says why, and leaves the others alone", async () => {
  await using app = await kernelWith([
    hook("thoughts", { run: () => Promise.reject(new Error("no ink")) }),
    hook("index", { needs: ["thoughts"] }),
    hook("links", { needs: ["index"] }),
    hook("git", { after: ["thoughts", "links"] }),
    hook("mood"),
  ]);
  const { ok, outcomes } = await app.run(Evening, DAY);
  expect(ok).toBe(false);
  expect(Object.fromEntries(outcomes.map(({ id, state, note }) => [id, [state, note]]))).toEqual({
    thoughts: ["failed", "no ink"],
    index: ["skipped", 'it needs "thoughts", which is failed'],
    links: ["skipped", 'it needs "index", which is skipped'],
    git: ["done", undefined],
    mood: ["done", undefined],
  });
});

test("a hook that throws at once fails like one that rejects, and is reported under its plugin's name", async () => {
  await using app = await kernelWith([
    hook("mood", {
      run() {
        throw new Error("no feeling");
      },
    }),
  ]);
  expect((await app.run(Evening, DAY)).outcomes).toMatchObject([{ state: "failed", note: "no feeling", attempts: 1 }]);
  expect(app.log).toContainEqual(
    expect.objectContaining({ level: "warn", plugin: "hook-mood", message: "hook failed", pipeline: "evening" }),
  );
});

test("a hook that says that it has nothing to do is skipped, and nobody minds", async () => {
  const seen: string[] = [];
  await using app = await kernelWith([
    hook("titles", {
      unless: ({ day }) => (day === "monday" ? "it is monday" : undefined),
      run: () => void seen.push("ran"),
    }),
  ]);
  expect(await app.run(Evening, DAY)).toMatchObject({
    ok: true,
    outcomes: [{ state: "skipped", note: "it is monday" }],
  });
  expect((await app.run(Evening, { day: "friday" })).outcomes).toMatchObject([{ state: "done" }]);
  expect(seen).toEqual(["ran"]);
});

test("a hook whose question whether to run throws is skipped with what it threw", async () => {
  await using app = await kernelWith([
    hook("titles", {
      unless() {
        throw new Error("who knows");
      },
    }),
  ]);
  expect((await app.run(Evening, DAY)).outcomes[0]?.note).toBe("its `unless` threw: who knows");
});

test("a hook that takes too long has failed, and its signal told it to end", async () => {
  let reason: unknown;
  const run: Run = (_, signal) =>
    new Promise<void>((_, reject) =>
      signal.addEventListener("abort", () => {
        reason = signal.reason;
        reject(signal.reason);
      }),
    );
  await using app = await kernelWith([hook("slow", { limit: 0.02, run })]);
  expect((await app.run(Evening, DAY)).outcomes).toMatchObject([
    { state: "failed", note: "it took more than 0.02 s", attempts: 1 },
  ]);
  expect(reason).toMatchObject({ message: "it took more than 0.02 s" });
});

test("a hook that does not heed its signal is left behind, and the others go on", async () => {
  await using app = await kernelWith(
    [hook("deaf", { limit: 0.02, run: () => new Promise(() => {}) }), hook("git", { after: ["deaf"] })],
    { limits: { stop: 0.05, cut: 0.05 } },
  );
  expect(endings((await app.run(Evening, DAY)).outcomes)).toEqual(["deaf failed", "git done"]);
  await app.kernel.disable("hook-deaf");
  expect(said(app, "error")).toEqual(["kernel: this did not end and is left behind: hook-deaf: hook deaf, 0 s"]);
});

test("a hook without a limit of its own has the house's", async () => {
  await using app = await kernelWith([hook("slow", { run: () => new Promise(() => {}) })], {
    limits: { hook: 0.02, stop: 0.05, cut: 0.05 },
  });
  expect((await app.run(Evening, DAY)).outcomes[0]?.note).toBe("it took more than 0.02 s");
});

test("a failed attempt is tried again as often as the hook says", async () => {
  let attempts = 0;
  const run: Run = () => {
    attempts++;
    if (attempts < 3) throw new Error("not yet");
  };
  await using app = await kernelWith([hook("mail", { retries: 2, run })]);
  expect((await app.run(Evening, DAY)).outcomes).toMatchObject([{ state: "done", attempts: 3 }]);
});

test("when no attempt succeeds, the last error is told", async () => {
  let attempts = 0;
  const run: Run = () => Promise.reject(new Error(`no ${++attempts}`));
  await using app = await kernelWith([hook("mail", { retries: 1, run })]);
  expect((await app.run(Evening, DAY)).outcomes).toMatchObject([{ state: "failed", attempts: 2, note: "no 2" }]);
});

test("each attempt has its own time limit", async () => {
  let attempts = 0;
  const run: Run = () => {
    attempts++;
    return attempts === 1 ? new Promise(() => {}) : undefined;
  };
  await using app = await kernelWith([hook("mail", { retries: 1, limit: 0.02, run })], {
    limits: { stop: 0.05, cut: 0.05 },
  });
  expect((await app.run(Evening, DAY)).outcomes).toMatchObject([{ state: "done", attempts: 2 }]);
});

/** Hooks a, b, c, one after the other; counts how often each ran. */
function chain(runs: Record<string, number>, broken: () => string | undefined = () => undefined) {
  const counted = (id: string, ...needs: string[]) =>
    hook(id, {
      needs,
      run() {
        runs[id] = (runs[id] ?? 0) + 1;
        if (broken() === id) throw new Error("broken");
      },
    });
  return [counted("a"), counted("b", "a"), counted("c", "b")];
}

test("a run without a name runs everything each time", async () => {
  const runs: Record<string, number> = {};
  await using app = await kernelWith(chain(runs));
  await app.run(Evening, DAY);
  await app.run(Evening, DAY);
  expect(runs).toEqual({ a: 2, b: 2, c: 2 });
});

test("a named run runs nothing twice", async () => {
  const runs: Record<string, number> = {};
  await using app = await kernelWith(chain(runs));
  const first = await app.run(Evening, DAY, { key: "s1" });
  const again = await app.run(Evening, DAY, { key: "s1" });
  expect(runs).toEqual({ a: 1, b: 1, c: 1 });
  expect(again.outcomes).toEqual(first.outcomes);
  await app.run(Evening, DAY, { key: "s2" });
  expect(runs).toEqual({ a: 2, b: 2, c: 2 });
});

test("a named run that was broken off goes on with only what had not run", async () => {
  const runs: Record<string, number> = {};
  await using app = await kernelWith(chain(runs));
  const done = (id: string): Outcome => ({
    id,
    by: `hook-${id}`,
    state: "done",
    at: "2026-11-21T12:00:00Z",
    ms: 1,
    attempts: 1,
  });
  app.kernel.journal.write("evening", "s1", done("a"));
  const { ok, outcomes } = await app.run(Evening, DAY, { key: "s1" });
  expect(ok).toBe(true);
  expect(runs).toEqual({ b: 1, c: 1 });
  expect(outcomes[0]).toEqual(done("a"));
});

test("what has failed in a named run stays failed, until it is asked for by name", async () => {
  const runs: Record<string, number> = {};
  let broken: string | undefined = "b";
  await using app = await kernelWith(chain(runs, () => broken));
  await app.run(Evening, DAY, { key: "s1" });
  broken = undefined;
  expect(endings((await app.run(Evening, DAY, { key: "s1" })).outcomes)).toEqual(["a done", "b failed", "c skipped"]);
  expect(endings((await app.run(Evening, DAY, { key: "s1", only: "b" })).outcomes)).toEqual([
    "a done",
    "b done",
    "c skipped",
  ]);
  expect(runs).toEqual({ a: 1, b: 2 });
  expect((await app.run(Evening, DAY, { key: "s1", only: "c" })).ok).toBe(true);
  expect(runs).toEqual({ a: 1, b: 2, c: 1 });
});

test("one hook that is run again is the only one that runs, and its new outcome is kept", async () => {
  const runs: Record<string, number> = {};
  await using app = await kernelWith(chain(runs));
  await app.run(Evening, DAY, { key: "s1" });
  await app.run(Evening, DAY, { key: "s1", only: "b" });
  expect(runs).toEqual({ a: 1, b: 2, c: 1 });
  expect(app.kernel.journal.outcomes("evening", "s1")).toHaveLength(3);
});

test("what is cut off by a stop is unfinished, is not kept, and runs at the next time", async () => {
  const begun = gate();
  let last = false;
  let attempts = 0;
  const run: Run = (_, signal) => {
    attempts++;
    if (last) return;
    begun.open();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  let runner!: Context<any>;
  const plugins = [
    doing("runner", ctx => {
      runner = ctx;
    }),
    doing("hook-a", ctx => ctx.add(Evening, hook("a", { run }))),
    doing("hook-b", ctx => ctx.add(Evening, hook("b", { needs: ["a"] }))),
  ];
  await using app = await testKernel(plugins, { limits: { stop: 0.05 } });
  const running = runner.run(Evening, DAY, { key: "s1" });
  await begun.passed;
  await app.kernel.stop();
  expect(await running).toMatchObject({ ok: false });
  expect(endings((await running).outcomes)).toEqual(["a unfinished", "b unfinished"]);
  expect(app.kernel.journal.outcomes("evening", "s1")).toEqual([]);
  last = true;
  await app.kernel.apply(plugins.map(plugin => ({ plugin })));
  expect((await app.run(Evening, DAY, { key: "s1" })).ok).toBe(true);
  expect(attempts).toBe(2);
});

test("when only a hook's own plugin is cut off, those that need it are unfinished too", async () => {
  const begun = gate();
  const run: Run = (_, signal) => {
    begun.open();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  await using app = await kernelWith([hook("a", { run }), hook("b", { needs: ["a"] }), hook("c", { after: ["a"] })], {
    limits: { stop: 0.05 },
  });
  const running = app.run(Evening, DAY, { key: "s1" });
  await begun.passed;
  await app.kernel.disable("hook-a");
  expect(endings((await running).outcomes)).toEqual(["a unfinished", "b unfinished", "c done"]);
  expect(app.kernel.journal.outcomes("evening", "s1").map(({ id }) => id)).toEqual(["c"]);
});

test("a hook that waits for its next attempt when it is cut off is not tried again", async () => {
  let attempts = 0;
  let attemptsAtCut = 0;
  const run: Run = () => {
    attempts++;
    throw new Error("not yet");
  };
  const mail = doing("hook-mail", ctx => {
    ctx.add(Evening, hook("mail", { retries: 9, run }));
    ctx.cut.addEventListener("abort", () => {
      attemptsAtCut = attempts;
    });
  });
  await using app = await testKernel([mail]);
  const running = app.run(Evening, DAY);
  await until(() => attempts > 0);
  await app.kernel.disable("hook-mail");
  expect(endings((await running).outcomes)).toEqual(["mail unfinished"]);
  expect(attempts).toBe(attemptsAtCut);
});

test("a journal that cannot be written spoils no run", async () => {
  const runs: Record<string, number> = {};
  await using app = await kernelWith(chain(runs));
  app.kernel.journal.write = () => {
    throw new Error("the disk is full");
  };
  const report = await app.run(Evening, DAY, { key: "s1" });
  expect(report.ok).toBe(true);
  expect(said(app, "error")).toContain("kernel: an outcome could not be kept: the disk is full");
});

test("two runs at once do not disturb each other", async () => {
  const seen: string[] = [];
  await using app = await kernelWith([
    hook("a", {
      async run({ day }) {
        await Promise.resolve();
        seen.push(day);
      },
    }),
  ]);
  const reports = await Promise.all(["monday", "tuesday"].map(day => app.run(Evening, { day }, { key: day })));
  expect(reports.every(({ ok }) => ok)).toBe(true);
  expect(seen.sort()).toEqual(["monday", "tuesday"]);
});

test("a hook that is added while a pipeline runs takes no part in that run", async () => {
  let plugin!: Context<any>;
  await using app = await testKernel([
    doing("adder", ctx => {
      plugin = ctx;
      ctx.add(Evening, hook("a", { run: () => plugin.add(Evening, hook("b")) }));
    }),
  ]);
  expect((await app.run(Evening, DAY)).outcomes.map(({ id }) => id)).toEqual(["a"]);
  await until(() => app.items(Evening).length === 2);
});

test("hooks that are over leave no signal behind", async () => {
  const { heapStats } = await import("bun:jsc");
  const signals = () => {
    Bun.gc(true);
    return heapStats().objectTypeCounts["AbortSignal"] ?? 0;
  };
  await using app = await kernelWith([hook("a"), hook("b")]);
  await app.run(Evening, DAY);
  const before = signals();
  for (let run = 0; run < 200; run++) await app.run(Evening, DAY);
  await Bun.sleep(0);
  expect(signals() - before).toBeLessThan(100);
});
