import { describe, expect, test } from "bun:test";
import { Commands, definePlugin, type Plugin } from "hearth";
import {
  type AgentEvent,
  type AgentRuntime,
  AgentRuntimes,
  type Outfit,
  type Outfitter,
  Outfitters,
  type Outfitting,
  PostSession,
  readLog,
  SessionChanged,
  WakeContext,
} from "hearth-plugins/sessions";
import { equip } from "../../plugins/sessions/equip";
import { result, start, untilAborted } from "../fixtures/scripted-agent";
import { type SessionsKernel, sessionsKernel } from "../fixtures/sessions";

const access = { baseUrl: "http://127.0.0.1:9", token: "t-1" };
const tools = { name: "hearth", url: "http://127.0.0.1:9/mcp", token: "t-2", tools: ["memory_search"] };

const adds = (id: string, rest: Partial<Outfitter> & Pick<Outfitter, "outfit">): Plugin =>
  definePlugin({ id, summary: id, setup: ctx => ctx.add(Outfitters, { id, ...rest }) });
/** An outfitter that always gives the same. */
const giving = (id: string, outfit: Outfit): Plugin => adds(id, { outfit: () => outfit });
const wake = (app: SessionsKernel, type = "morning") => app.sessions.wake({ type, job: "test" }).id;
const wakeAndWait = (app: SessionsKernel, type?: string) => app.sessions.ended(wake(app, type));
const hook = (run: (state: string) => void): Plugin =>
  definePlugin({
    id: "hook-look",
    summary: "",
    setup: ctx => ctx.add(PostSession, { id: "look", run: ({ state }) => run(state) }),
  });

describe("outfits", () => {
  test("are made side by side, after the gathering and before the agent, and closed before the hooks", async () => {
    const seen: string[] = [];
    const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const one = (id: string, mine: number): Plugin =>
      adds(id, {
        outfit: async () => {
          seen.push("outfit");
          both[mine]!.resolve();
          await both[1 - mine]!.promise; // one after the other would wait for ever
          return { close: () => void seen.push("close") };
        },
      });
    async function* agent(): AsyncGenerator<AgentEvent> {
      seen.push("agent");
      yield start;
      yield result();
    }
    const gathers = definePlugin({
      id: "gathers",
      summary: "",
      setup: ctx => ctx.add(WakeContext, { id: "gathers", run: () => void seen.push("gather") }),
    });
    const plugins = [one("a", 0), one("b", 1), gathers, hook(() => seen.push("hook"))];
    await using app = await sessionsKernel(agent, { plugins });
    expect((await wakeAndWait(app)).state).toBe("done");
    expect(seen).toEqual(["gather", "outfit", "outfit", "agent", "close", "close", "hook"]);
  });

  test("say who they are for, and give the agent its access and its tools", async () => {
    const asked: Outfitting[] = [];
    const gateway = adds("gateway", {
      outfit: session => {
        asked.push(session);
        return { access };
      },
    });
    const settings = { types: { visit: { maxUsd: 2 } } };
    await using app = await sessionsKernel(undefined, { plugins: [gateway, giving("tools", { tools })], settings });
    const { id } = app.sessions.wake({ type: "visit", job: "test", message: { text: "hi" } });
    await app.sessions.ended(id);
    expect(asked[0]).toMatchObject({ id, type: "visit", takesAccess: false, messages: [{ text: "hi" }] });
    expect(asked[0]!.settings.agentTools).toEqual(["memory_search", "resonance_today", "graph_query"]);
    expect(app.requests[0]).toMatchObject({ access, servers: [tools] });
    expect(app.requests[0]).not.toHaveProperty("maxUsd"); // whoever gives the access counts
  });

  test("that none makes leave the agent to its own means, within the dollars of its type", async () => {
    const settings = { types: { morning: { maxUsd: 2 }, noon: { maxUsd: false } } };
    await using app = await sessionsKernel(undefined, {
      plugins: [adds("none", { outfit: () => undefined })],
      settings,
    });
    for (const type of ["morning", "noon", "evening"]) await wakeAndWait(app, type);
    expect(app.requests[0]).not.toHaveProperty("access");
    expect(app.requests[0]).not.toHaveProperty("servers");
    expect(app.requests.map(({ maxUsd }) => maxUsd)).toEqual([2, undefined, 10]); // also where nobody has set a limit
  });

  test.each([
    ["give access to the model", { access }],
    ['bring a tool server "hearth"', { tools }],
  ])("two that %s are a failed session that names both, and nothing runs", async (what, outfit) => {
    let closed = 0;
    const twice = { ...outfit, close: () => void closed++ };
    await using app = await sessionsKernel(undefined, { plugins: [giving("one", twice), giving("two", twice)] });
    const record = await wakeAndWait(app);
    expect(record).toMatchObject({ state: "failed", error: expect.stringContaining(`"one" and "two" both ${what}`) });
    expect([app.requests.length, closed]).toEqual([0, 2]);
  });

  test("one that throws is a failed session with its words; nothing runs, the others are closed, the hooks run", async () => {
    const seen: string[] = [];
    const plugins = [
      adds("gateway", {
        outfit: () => {
          throw new Error("there is no key; set ANTHROPIC_API_KEY");
        },
      }),
      adds("tools", { outfit: async () => ({ tools, close: async () => void seen.push("closed") }) }),
      hook(state => seen.push(state)),
    ];
    await using app = await sessionsKernel(undefined, { plugins });
    const record = await wakeAndWait(app);
    expect(record).toMatchObject({ state: "failed", agent: null, error: "there is no key; set ANTHROPIC_API_KEY" });
    expect([app.requests.length, ...seen]).toEqual([0, "closed", "failed"]);
  });

  test("are closed once however the agent ends, and one that cannot be is told", async () => {
    async function* throws(): AsyncGenerator<AgentEvent> {
      yield start;
      throw new Error("the wire is cut");
    }
    async function* mute(): AsyncGenerator<AgentEvent> {}
    for (const [script, state] of [
      [throws, "failed"],
      [mute, "failed"],
      [untilAborted, "timed_out"],
      [undefined, "done"],
    ] as const) {
      let closed = 0;
      const close = () => {
        closed++;
        throw new Error("it is stuck");
      };
      const settings = { types: { morning: { wallClock: 0.05 } } };
      await using app = await sessionsKernel(script, { plugins: [giving("gateway", { access, close })], settings });
      expect((await wakeAndWait(app)).state).toBe(state);
      expect(closed).toBe(1);
      expect(app.log.find(({ outfitter }) => outfitter === "gateway")).toMatchObject({ error: "it is stuck" });
    }
  });

  test("that come after the session was cancelled are closed at once, and the agent never begins", async () => {
    const late = Promise.withResolvers<Outfit>();
    const asked = Promise.withResolvers<Outfitting>();
    const slow = adds("slow", {
      outfit: session => {
        asked.resolve(session);
        return late.promise;
      },
    });
    await using app = await sessionsKernel(undefined, { plugins: [slow] });
    const id = wake(app);
    const { signal } = await asked.promise;
    app.sessions.cancel(id);
    expect((await app.sessions.ended(id)).state).toBe("cancelled");
    expect([signal.aborted, app.requests.length]).toEqual([true, 0]);
    const closed = Promise.withResolvers<void>();
    late.resolve({ close: closed.resolve });
    await closed.promise;
  });

  test("of a session whose agent had not begun when Hearth stops are closed, and it is queued again", async () => {
    const asked = Promise.withResolvers<void>();
    const seen: string[] = [];
    const quick = giving("quick", { close: () => void seen.push("closed") });
    const slow = adds("slow", {
      outfit: () => {
        asked.resolve();
        return new Promise<undefined>(() => {});
      },
    });
    const listener = definePlugin({
      id: "listener",
      summary: "",
      setup: ctx => ctx.on(SessionChanged, ({ state }) => seen.push(state)),
    });
    await using app = await sessionsKernel(undefined, { plugins: [quick, slow, listener] });
    wake(app);
    await asked.promise;
    await app.kernel.stop();
    expect([app.requests.length, ...seen]).toEqual([0, "queued", "gathering", "closed", "queued"]);
  });

  test("that take too long are a refusal that names who is late, and are closed when they come", async () => {
    const late = Promise.withResolvers<Outfit>();
    const closed: string[] = [];
    const outfitters: Outfitter[] = [
      { id: "quick", outfit: () => ({ close: () => void closed.push("quick") }) },
      { id: "slow", outfit: () => late.promise },
    ];
    const shop = { outfitters: () => outfitters, stopping: new AbortController().signal, log: { error() {} } };
    const job = { id: "20261121-110000-000", type: "morning", messages: [], resumes: null };
    const equipping = equip(
      shop as never,
      job as never,
      {} as never,
      {} as never,
      {} as never,
      new AbortController(),
      0.02,
    );
    await expect(equipping).rejects.toThrow('"slow" did not equip it within 0.02 s');
    expect(closed).toEqual(["quick"]);
    const gone = Promise.withResolvers<void>();
    late.resolve({ close: gone.resolve });
    await gone.promise;
  });

  test("write notices into the session's log, none after its end", async () => {
    let told: Outfitting | undefined;
    const notes = adds("notes", {
      outfit: session => {
        told = session;
        session.note("equipped");
        return { close: () => session.note("too late") };
      },
    });
    await using app = await sessionsKernel(undefined, { plugins: [notes] });
    const { id } = await wakeAndWait(app);
    told!.note("far too late");
    const lines = await Array.fromAsync(readLog(`${app.state}/sessions/${id}.jsonl`));
    expect(lines.map(line => (line.type === "notice" ? line.text : line.type))).toEqual([
      "equipped",
      "start",
      "text",
      "end",
    ]);
  });
});

describe("a session that its budget stops", () => {
  const stopping = (when: (stop: () => void) => void): Plugin =>
    adds("gateway", {
      outfit: session => {
        when(() => session.stop("the day's $5.00 are spent"));
        return { access };
      },
    });

  test("has a state of its own, why as its error, and its hooks", async () => {
    let stop = () => {};
    const seen: string[] = [];
    async function* spends(request: Parameters<typeof untilAborted>[0]): AsyncGenerator<AgentEvent> {
      queueMicrotask(stop);
      for await (const event of untilAborted(request))
        yield event.type === "end" ? { ...event, error: "API Error: 403" } : event;
    }
    const gateway = stopping(given => {
      stop = given;
    });
    await using app = await sessionsKernel(spends, { plugins: [gateway, hook(state => seen.push(state))] });
    const record = await wakeAndWait(app);
    expect(record).toMatchObject({ state: "budget_stopped", error: "the day's $5.00 are spent" });
    expect(seen).toEqual(["budget_stopped"]);
    expect((await app.home.read(`logs/session-${record.id}.log`))!.text).toContain(": budget_stopped, exit code");
    const printed: string[] = [];
    const list = app.items(Commands).find(({ id }) => id === "sessions")!;
    await list.run([], { print: line => printed.push(line), signal: new AbortController().signal });
    expect(printed[0]).toMatch(/ {2}budget_stopped {2}.*the day's \$5\.00 are spent$/);
  });

  test("before its agent began, never runs", async () => {
    await using app = await sessionsKernel(undefined, { plugins: [stopping(stop => stop())] });
    expect(await wakeAndWait(app)).toMatchObject({ state: "budget_stopped", error: "the day's $5.00 are spent" });
    expect(app.requests).toEqual([]);
  });

  test("by the agent's own count, too", async () => {
    async function* counts(): AsyncGenerator<AgentEvent> {
      yield start;
      yield result({ ok: false, overBudget: true, error: "Reached maximum budget ($1)" });
    }
    await using app = await sessionsKernel(counts);
    expect(await wakeAndWait(app)).toMatchObject({ state: "budget_stopped", error: "Reached maximum budget ($1)" });
  });

  test("once it has come to a good end, is done", async () => {
    let stop = () => {};
    async function* hurries(): AsyncGenerator<AgentEvent> {
      yield start;
      stop();
      yield result();
    }
    const gateway = stopping(given => {
      stop = given;
    });
    await using app = await sessionsKernel(hurries, { plugins: [gateway] });
    expect((await wakeAndWait(app)).state).toBe("done");
  });
});

describe("an agent that takes access", () => {
  /** Two agents: one that needs a key or access, one that needs nothing. */
  function kernel(lacks?: () => string | undefined) {
    const asked: unknown[] = [];
    const add = (runtime: AgentRuntime) =>
      definePlugin({ id: `agent-${runtime.id}`, summary: "", setup: ctx => ctx.add(AgentRuntimes, runtime) });
    async function* run(): AsyncGenerator<AgentEvent> {
      yield start;
      yield result();
    }
    const unavailable = (given?: boolean) => {
      asked.push(given);
      return given ? undefined : "there is no key";
    };
    const plugins = [
      add({ id: "model", summary: "", takesAccess: true, unavailable, run }),
      add({ id: "plain", summary: "", unavailable: () => undefined, run }),
      ...(lacks
        ? [adds("gateway", { lacks, outfit: ({ takesAccess }) => (takesAccess ? { access } : undefined) })]
        : []),
    ];
    const settings = { agent: "auto", prefer: ["model", "plain"] };
    return { asked, app: sessionsKernel(undefined, { plugins, settings }) };
  }

  test("is asked for no key when there is one who gives access", async () => {
    const { asked, app } = kernel(() => undefined);
    await using house = await app;
    expect((await wakeAndWait(house)).agent).toBe("model");
    expect(asked).toEqual([true]);
  });

  test("cannot run when that one lacks something, whatever key it has itself; the next can", async () => {
    const { asked, app } = kernel(() => "the gateway has no key");
    await using house = await app;
    expect((await wakeAndWait(house)).agent).toBe("plain");
    expect(asked).toEqual([]);
  });

  test("needs its own key when nobody gives access", async () => {
    const { asked, app } = kernel();
    await using house = await app;
    expect((await wakeAndWait(house)).agent).toBe("plain");
    expect(asked).toEqual([false]);
  });
});
