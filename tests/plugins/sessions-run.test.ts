import { describe, expect, test } from "bun:test";
import { definePlugin, type Hook } from "hearth";
import { configured, expectClean, HeldClock, testKernel } from "hearth/testing";
import {
  type AgentEvent,
  PostSession,
  readLog,
  type Session,
  SessionChanged,
  source,
  WakeContext,
} from "hearth-plugins/sessions";
import sessions from "../../plugins/sessions/plugin";
import { result, scriptedAgent, start, untilAborted } from "../fixtures/scripted-agent";
import { sessionsFolder, sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

const hook = (id: string, run: Hook<Session>["run"], rest: Partial<Hook<Session>> = {}) =>
  definePlugin({ id: `hook-${id}`, summary: id, setup: ctx => ctx.add(PostSession, { id, run, ...rest }) });
const withSource = (...sources: Hook<any>[]) =>
  definePlugin({ id: "sources", summary: "sources", setup: ctx => sources.forEach(one => ctx.add(WakeContext, one)) });

describe("a wake", () => {
  test("goes through its states, and the hooks see what happened", async () => {
    const seen: Session[] = [];
    const states: string[] = [];
    const listener = definePlugin({
      id: "listener",
      summary: "",
      setup: ctx => ctx.on(SessionChanged, ({ state }) => states.push(state)),
    });
    await using app = await sessionsKernel(undefined, {
      plugins: [hook("look", session => void seen.push(session)), listener],
    });
    const { id } = app.sessions.wake({ type: "custom", job: "test", message: { text: "hello" } });
    const record = await app.sessions.ended(id);
    expect(record).toMatchObject({ state: "done", agent: "scripted", turns: 1, costUsd: 0.01, error: null });
    expect(states).toEqual(["queued", "gathering", "running", "finishing", "done"]);
    expect(seen[0]).toMatchObject({
      id,
      type: "custom",
      state: "done",
      messages: [{ text: "hello" }],
      result: { text: "done" },
    });
  });

  test("gives the agent both prompts, with what the sources have read", async () => {
    const moon = source({ id: "moon", budget: 100, read: () => "full" });
    await using app = await sessionsKernel(undefined, { plugins: [withSource(moon)] });
    await app.sessions.ended(app.sessions.wake({ type: "visit", job: "test", message: { text: "hi" } }).id);
    expect(app.requests[0]!.systemPrompt).toContain("system of visit for scripted\n[moon] full");
    expect(app.requests[0]!.userPrompt).toContain("<hi>");
    expect(app.requests[0]!.tools).not.toContain("Bash");
    expect(app.requests[0]!.closed).toContain("mailbox"); // everyone watches, and a stranger asks
  });

  test("keeps a numbered log without gaps", async () => {
    await using app = await sessionsKernel();
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    await app.sessions.ended(id);
    const lines = await Array.fromAsync(readLog(`${app.state}/sessions/${id}.jsonl`));
    expect(lines.map(({ n, type }) => [n, type])).toEqual([
      [1, "start"],
      [2, "text"],
      [3, "end"],
    ]);
  });

  test("leaves a log in logs/ that analytics can read", async () => {
    await using app = await sessionsKernel();
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    await app.sessions.ended(id);
    const lines = (await app.home.read(`logs/session-${id}.log`))!.text.trimEnd().split("\n");
    expect(lines.slice(0, 5)).toContain("Type: morning");
    expect(lines.find(line => line.includes('"type":"result"'))).toContain('"total_cost_usd":0.01');
    expect(lines.at(-1)).toMatch(/exit code: 0/);
  });

  test("knows which files the session wrote", async () => {
    const seen: string[][] = [];
    async function* writes(request: { cwd: string }): AsyncGenerator<AgentEvent> {
      yield start;
      await Bun.write(`${request.cwd}/thoughts/new.md`, "new");
      yield result();
    }
    await using app = await sessionsKernel(writes, {
      plugins: [hook("look", ({ changed }) => void seen.push([...changed]))],
    });
    await app.home.write("thoughts/old.md", "old");
    const { utimesSync } = await import("node:fs");
    utimesSync(`${app.home.path}/thoughts/old.md`, 1, 1);
    await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect(seen[0]).toContain("thoughts/new.md");
    expect(seen[0]).not.toContain("thoughts/old.md");
  });

  test("puts each message between marks of its own, which nobody can know from an earlier session", async () => {
    await using app = await sessionsKernel(undefined, { templates: [] });
    for (const text of ["one", "two"]) {
      const { id } = app.sessions.wake({ type: "telegram", job: "test", message: { text, from: "Ada" } });
      await app.sessions.ended(id);
    }
    const marks = app.requests.flatMap(({ userPrompt }) => /^<<<(.+)\n[\s\S]*?\n\1>>>$/m.exec(userPrompt)![1]!);
    for (const mark of marks) expect(mark).toMatch(/^~~~~ [\w-]{12} ~~~~$/);
    expect(new Set(marks).size).toBe(2);
  });

  test("S3: runs one at a time, in turn, its gathering and its hooks included", async () => {
    const steps: string[] = [];
    const slow = async (what: string) => {
      steps.push(what);
      await Bun.sleep(2);
      steps.push(`${what}, over`);
    };
    async function* agent(): AsyncGenerator<AgentEvent> {
      yield start;
      await slow("runs");
      yield result();
    }
    const gathering = withSource(source({ id: "slow", budget: 9, read: () => slow("gathers").then(() => "") }));
    await using app = await sessionsKernel(agent, { plugins: [gathering, hook("slow", () => slow("hooks"))] });
    const ids = ["morning", "noon", "dusk"].map(type => app.sessions.wake({ type, job: "test" }).id);
    await Promise.all(ids.map(id => app.sessions.ended(id)));
    const one = ["gathers", "runs", "hooks"].flatMap(what => [what, `${what}, over`]);
    expect(steps).toEqual(ids.flatMap(() => one));
    expect(app.requests.map(({ session }) => session)).toEqual(ids);
  });
});

describe("what goes wrong", () => {
  test("a source that throws, hangs or gives nonsense costs its own section only", async () => {
    const sources = [
      source({
        id: "broken",
        budget: 10,
        fallback: "(nothing)",
        read: () => {
          throw new Error("no ink");
        },
      }),
      source({ id: "late", budget: 10, limit: 0.02, read: () => new Promise<string>(() => {}) }),
      source({ id: "odd", budget: 10, read: () => 7 as never }),
      source({ id: "good", budget: 10, read: () => "here" }),
    ];
    await using app = await sessionsKernel(undefined, {
      plugins: [withSource(...sources)],
      limits: { stop: 0.05, cut: 0.05 },
    });
    const record = await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect(record.state).toBe("done");
    const prompt = app.requests[0]!.systemPrompt;
    expect(prompt).toContain("[broken] (nothing)");
    expect(prompt).toContain("[good] here");
    expect(prompt).not.toContain("[late]");
    const warned = app.log.filter(({ message }) => message.startsWith("a source")).map(({ source: id }) => id);
    expect(warned).toEqual(expect.arrayContaining(["broken", "late"]));
  });

  test("a source that reads too much is cut at its budget and says so", async () => {
    const long = source({ id: "long", budget: 200, read: () => "a line of text\n".repeat(100) });
    await using app = await sessionsKernel(undefined, { plugins: [withSource(long)] });
    await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    const section = app.requests[0]!.systemPrompt.split("[long] ")[1]!;
    expect(section.length).toBeLessThanOrEqual(210);
    expect(section).toContain("cut here");
  });

  test("an agent that runs too long is ended, and the next session runs", async () => {
    await using app = await sessionsKernel(untilAborted, { settings: { types: { morning: { wallClock: 0.05 } } } });
    const first = await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect(first).toMatchObject({ state: "timed_out", error: "it ran longer than 0.05 s" });
    const second = app.sessions.wake({ type: "morning", job: "test" });
    expect((await app.sessions.ended(second.id)).state).toBe("timed_out");
  });

  test("an agent that falls silent is ended", async () => {
    await using app = await sessionsKernel(untilAborted, { settings: { types: { morning: { idle: 0.05 } } } });
    const record = await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect(record).toMatchObject({ state: "timed_out", error: "it gave no sign of life for 0.05 s" });
  });

  test("an agent that does not heed its signal is left behind", async () => {
    async function* deaf(): AsyncGenerator<AgentEvent> {
      yield start;
      await new Promise(() => {});
    }
    await using app = await sessionsKernel(deaf, { settings: { grace: 0.05, types: { morning: { idle: 0.05 } } } });
    const record = await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect(record.state).toBe("timed_out");
    expect(record.error).toContain("was left behind");
  });

  test("an agent that throws, or ends without a result, is a failed session with its reason", async () => {
    async function* throws(): AsyncGenerator<AgentEvent> {
      yield start;
      throw new Error("the wire is cut");
    }
    async function* silent(): AsyncGenerator<AgentEvent> {
      yield start;
    }
    for (const [script, error] of [
      [throws, "the wire is cut"],
      [silent, "the agent ended without a result"],
    ] as const) {
      await using app = await sessionsKernel(script);
      expect(await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id)).toMatchObject({
        state: "failed",
        error,
      });
    }
  });

  test("an agent that is not there is a failed session that names what is", async () => {
    await using app = await sessionsKernel(undefined, { settings: { agent: "claudette" } });
    const record = await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect(record.state).toBe("failed");
    expect(record.error).toContain('no active plugin adds the agent "claudette" (there are: scripted)');
  });

  test("a template that is broken is a failed session that names the file", async () => {
    await using app = await sessionsKernel(undefined, { settings: { types: { morning: { template: "nowhere" } } } });
    const record = await app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    expect(record.error).toContain("prompts/nowhere.hbs");
  });

  test("a hook that fails is in the report, and the session has its end", async () => {
    await using app = await sessionsKernel(undefined, {
      plugins: [
        hook("bad", () => {
          throw new Error("no paper");
        }),
      ],
    });
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    expect((await app.sessions.ended(id)).state).toBe("done");
    expect(app.kernel.journal.outcomes("post-session", id)).toMatchObject([
      { id: "bad", state: "failed", note: "no paper" },
    ]);
  });

  test("a session type that is misspelt is refused with the right name", async () => {
    await using app = await sessionsKernel();
    expect(() => app.sessions.wake({ type: "mornin", job: "test" })).toThrow('Did you mean "morning"?');
  });

  test("a session can be cancelled while it waits and while it runs", async () => {
    await using app = await sessionsKernel(untilAborted);
    const running = app.sessions.wake({ type: "morning", job: "test" });
    const waiting = app.sessions.wake({ type: "noon", job: "test" });
    await until(() => app.sessions.find(running.id)!.state === "running");
    app.sessions.cancel(waiting.id);
    app.sessions.cancel(running.id);
    expect([(await app.sessions.ended(running.id)).state, (await app.sessions.ended(waiting.id)).state]).toEqual([
      "cancelled",
      "cancelled",
    ]);
    expect(() => app.sessions.cancel(running.id)).toThrow("that waits or runs");
  });

  test("a stop cuts a session off at the limit, and its agent is told", async () => {
    const states: string[] = [];
    const listener = definePlugin({
      id: "listener",
      summary: "",
      setup: ctx => ctx.on(SessionChanged, ({ state }) => states.push(state)),
    });
    const app = await sessionsKernel(untilAborted, { limits: { stop: 0.1 }, plugins: [listener] });
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    await until(() => app.sessions.find(id)!.state === "running");
    await app[Symbol.asyncDispose]();
    expect(states).toEqual(["queued", "gathering", "running", "finishing", "interrupted"]);
    expect((app.requests[0]!.signal.reason as Error).message).toBe("Hearth was stopped");
  });
});

describe("the daily slots", () => {
  const rings = async (settings: Record<string, unknown>) => {
    const clock = new HeldClock("2026-11-21T00:30:00Z");
    const app = await sessionsKernel(undefined, { clock, timeZone: "America/New_York", settings });
    app.schedules();
    clock.advance(24 * 3600_000);
    await until(() => app.sessions.list(100).every(({ state }) => state === "done"));
    const types = app.sessions
      .list(100)
      .map(({ type }) => type)
      .reverse();
    await app[Symbol.asyncDispose]();
    return types;
  };
  test("are eight in the zone of the house", async () => {
    // 00:30 UTC is 19:30 of the day before in New York.
    expect(await rings({})).toEqual([
      "evening",
      "midnight",
      "late_night",
      "morning",
      "midmorning",
      "noon",
      "afternoon",
      "dusk",
    ]);
  });
  test("can be moved, taken away and added", async () => {
    const slots = {
      evening: false,
      midnight: false,
      late_night: false,
      morning: "0 7 * * *",
      midmorning: false,
      noon: { cron: "0 11 * * *", timeZone: "UTC" },
      afternoon: false,
      dusk: false,
    };
    expect(await rings({ slots })).toEqual(["noon", "morning"]);
  });
});

describe("the plugin", () => {
  test("refuses a bad setting by its name", () => {
    expect(() => configured(sessions, { prefr: [] })).toThrow(
      '[plugins.sessions] has no setting "prefr". Did you mean "prefer"?',
    );
  });
  test("leaves nothing behind when it is turned off", async () => {
    await expectClean(sessions, [scriptedAgent().plugin], { folders: { sessions: sessionsFolder } });
  });
  test("begins nothing by itself in a kernel that lives for one command", async () => {
    await using app = await sessionsKernel(undefined, { mode: "command" });
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    await Bun.sleep(0);
    expect(app.sessions.find(id)!.state).toBe("queued");
    expect(await Bun.file(`${app.home.path}/data/session-status.json`).exists()).toBe(false);
  });
  test("wakes a fresh home once by itself", async () => {
    await using app = await testKernel([configured(sessions, { agent: "scripted" }), scriptedAgent().plugin], {
      folders: { sessions: sessionsFolder },
      fresh: true,
    });
    const { Sessions } = await import("hearth-plugins/sessions");
    await until(() => app.service(Sessions).list(5).length === 1);
    expect(app.service(Sessions).list(5)[0]).toMatchObject({ job: "sessions.first", type: "noon" });
  });
});
