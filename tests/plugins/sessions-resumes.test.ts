import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Commands, definePlugin, type Plugin } from "hearth";
import { HeldClock, temporaryFolder } from "hearth/testing";
import { audienceFor } from "hearth-plugins/memory";
import {
  type AgentEvent,
  type AgentRequest,
  AgentRuntimes,
  Outfitters,
  PostSession,
  source,
  WakeContext,
  type WakeOrder,
} from "hearth-plugins/sessions";
import { openDatabase } from "../../core/database";
import { Queue } from "../../plugins/sessions/queue";
import { checkResumes } from "../../plugins/sessions/resumes";
import { sessionTypes } from "../../plugins/sessions/types";
import { result, sayDone, start } from "../fixtures/scripted-agent";
import { type SessionsKernel, sessionsFolder, sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

const say = (text: string) => ({ message: { text } });
const order = (app: SessionsKernel, over: Partial<WakeOrder> = {}) =>
  app.sessions.ended(app.sessions.wake({ type: "talk", job: "test", ...over }).id);

/** An agent that stops at its budget as often as is said, and then comes to its end. */
function spender(times: number) {
  let left = times;
  return async function* (): AsyncGenerator<AgentEvent> {
    yield start;
    yield left-- > 0 ? result({ ok: false, overBudget: true, error: "the purse is empty" }) : result();
  };
}

describe("an order that resumes", () => {
  test("T4: has the agent go on under its own id, with the new message alone and a system prompt made anew", async () => {
    const seen: (string | undefined)[] = [];
    const look = definePlugin({
      id: "look",
      summary: "",
      setup: ctx => ctx.add(PostSession, { id: "look", run: ({ resumes }) => void seen.push(resumes) }),
    });
    await using app = await sessionsKernel(undefined, { plugins: [look] });
    const { id } = await order(app, say("one"));
    expect((await order(app, { ...say("two"), resumes: id })).state).toBe("done");
    expect(app.requests.map(({ resume }) => resume)).toEqual([undefined, "scripted-1"]);
    expect(app.requests[1]!.userPrompt).toBe("user of talk\n<two>\n");
    expect(app.requests[1]!.systemPrompt).toContain("system of talk");
    expect(seen).toEqual([undefined, id]);
  });

  test("is for those who wrote to the sessions before it: memory confides to it no more than to them", async () => {
    const audiences: unknown[] = [];
    const look = definePlugin({
      id: "look",
      summary: "",
      setup: ctx =>
        ctx.add(WakeContext, source({ id: "look", budget: 10, read: wake => void audiences.push(audienceFor(wake)) })),
    });
    await using app = await sessionsKernel(undefined, { plugins: [look] });
    const { id } = await order(app, { message: { text: "one", from: "Ada" } });
    const { id: second } = await order(app, { ...say("two"), resumes: id });
    await order(app, { message: { text: "three", from: "Tom" }, resumes: second });
    await order(app, say("alone"));
    expect(audiences).toEqual([{ person: "talk/Ada" }, { person: "talk/Ada" }, "own", "all"]);
  });

  test("may be given again and again, each time for the one before, and outfitters know what was said", async () => {
    const earlier: string[][] = [];
    const look = definePlugin({
      id: "look",
      summary: "",
      setup: ctx =>
        ctx.add(Outfitters, {
          id: "look",
          outfit: session => void earlier.push(session.earlier.map(({ text }) => text)),
        }),
    });
    await using app = await sessionsKernel(undefined, { plugins: [look] });
    let { id } = await order(app);
    for (const text of ["a", "b", "c"]) ({ id } = await order(app, { ...say(text), resumes: id }));
    expect(app.requests.slice(1).map(({ resume }) => resume)).toEqual(["scripted-1", "scripted-1", "scripted-1"]);
    expect(earlier).toEqual([[], [], ["a"], ["a", "b"]]);
  });

  test("is not refused while the hooks of the other still run", async () => {
    const gate = Promise.withResolvers<void>();
    const slow = definePlugin({
      id: "slow",
      summary: "",
      setup: ctx => ctx.add(PostSession, { id: "slow", run: () => gate.promise }),
    });
    await using app = await sessionsKernel(undefined, { plugins: [slow] });
    const first = app.sessions.wake({ type: "talk", job: "test" }).id;
    await until(() => app.sessions.find(first)!.state === "finishing");
    const second = app.sessions.wake({ type: "talk", job: "test", resumes: first, ...say("two") });
    gate.resolve();
    expect((await app.sessions.ended(second.id)).state).toBe("done");
    expect(app.requests[1]!.resume).toBe("scripted-1");
  });

  test("is a failed session when another agent would run now", async () => {
    let away = false;
    const fickle: Plugin = definePlugin({
      id: "agent-fickle",
      summary: "",
      setup: ctx =>
        ctx.add(AgentRuntimes, {
          id: "fickle",
          summary: "",
          unavailable: () => (away ? "it is away" : undefined),
          run: sayDone,
        }),
    });
    const settings = { agent: "auto", prefer: ["fickle", "scripted"] };
    await using app = await sessionsKernel(undefined, { plugins: [fickle], settings });
    const { id } = await order(app);
    away = true;
    const record = await order(app, { resumes: id });
    expect(record.state).toBe("failed");
    expect(record.error).toContain(`session ${id} was run by the agent "fickle", and "scripted" does not know it`);
    expect(app.requests).toEqual([]);
  });
});

describe("the queue", () => {
  const open = (path = ":memory:") => {
    const queue = new Queue(openDatabase(path, `${sessionsFolder}/migrations`), new HeldClock("2026-11-21T12:00:00Z"));
    const types = sessionTypes({ morning: { agent: "claude-cli" } });
    const put = (over: Partial<WakeOrder> & { type: string }) => queue.put({ job: "test", ...over }, types[over.type]!);
    const check = (over: Partial<WakeOrder> & { type: string }) =>
      checkResumes({ queue, types, settings: { agent: "auto" } } as never, { job: "test", ...over });
    return { queue, put, check };
  };

  test("refuses to go on with what is not there, is of another type, has not ended, never began, or is another agent's", () => {
    const { queue, put, check } = open();
    const { id } = put({ type: "morning" });
    const complaint = (type = "morning", resumes = id) => {
      try {
        check({ type, resumes });
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    expect(complaint("morning", "20200101-000000-000")).toContain('there is no session "20200101-000000-000"');
    expect(complaint("noon")).toContain(`session ${id} is of the type "morning", not "noon"`);
    expect(complaint()).toContain("has not ended, it is queued");
    queue.move(id, "running", { agent: "offline" });
    expect(complaint()).toContain("has not ended, it is running");
    queue.move(id, "failed");
    expect(complaint()).toContain(`the agent of session ${id} never began`);
    queue.move(id, "failed", { agentSession: "o-1" });
    expect(complaint()).toContain(`was run by the agent "offline", and "claude-cli" does not know it`);
    queue.move(id, "failed", { agent: "claude-cli" });
    expect(complaint()).toBe("");
    expect(() => check({ type: "morning" })).not.toThrow();
  });

  test("keeps the agent's own id and what a session resumes on disk", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "sessions.db");
    const before = open(path);
    const first = before.put({ type: "talk" });
    before.queue.move(first.id, "running", { agent: "scripted", agentSession: "s-1" });
    before.queue.move(first.id, "done");
    const second = before.put({ type: "talk", resumes: first.id });
    before.queue.db.close();
    const { queue } = open(path);
    expect(queue.find(first.id)).toMatchObject({ agentSession: "s-1", resumes: null });
    expect(queue.find(second.id)).toMatchObject({ agentSession: null, resumes: first.id });
    expect(queue.resumedAs(first.id)!.id).toBe(second.id);
    queue.db.close();
  });

  test("gathers orders for one session only with those that go on with the same", () => {
    const { queue, put } = open();
    const earlier = ["a", "b"].map(slot => {
      const { id } = put({ type: "visit", slot });
      queue.move(id, "budget_stopped", { agentSession: slot });
      return id;
    });
    const [fresh, ofA, ofB] = [undefined, ...earlier].map(
      resumes => put({ type: "visit", ...(resumes !== undefined && { resumes }), ...say("x") }).id,
    );
    expect(new Set([fresh, ofA, ofB]).size).toBe(3);
    expect(put({ type: "visit", ...say("y") })).toMatchObject({ id: fresh, created: false });
    expect(put({ type: "visit", resumes: earlier[1]!, ...say("y") })).toMatchObject({ id: ofB, created: false });
  });
});

describe("a session that was stopped by its budget", () => {
  const resume = (app: SessionsKernel, id: string) => app.call("POST", `/admin/sessions/${id}/resume`);

  test("goes on as a new one, and is told no more than that it may", async () => {
    await using app = await sessionsKernel(spender(1));
    const { id } = await order(app, { type: "morning", maxTurns: 7 });
    const next = app.sessions.resume(id);
    expect(next).toMatchObject({ created: true });
    expect((await app.sessions.ended(next.id)).state).toBe("done");
    expect(app.requests[1]).toMatchObject({ resume: "scripted-1", userPrompt: "go on with morning\n", maxTurns: 7 });
  });

  test("is resumed and watched by a command, once", async () => {
    await using app = await sessionsKernel(spender(1));
    const { id } = await order(app);
    const command = app.items(Commands).find(one => one.id === "session")!;
    const printed: string[] = [];
    const run = (...args: string[]) =>
      command.run(args, { print: line => printed.push(line), signal: new AbortController().signal });
    expect(await run(id, "resume")).toBe(0);
    const [next] = app.sessions.list(1);
    expect(printed).toEqual([`session ${next!.id}: it begins`, `session ${next!.id}: done`]);
    await expect(run(id, "resume")).rejects.toThrow(`session ${id} was resumed already, by ${next!.id}, which is done`);
    await expect(run(id, "resume", "git")).rejects.toThrow("`cancel` or `resume`");
  });

  test("that was not, is not there, or went on already is refused over HTTP, and nothing is ordered", async () => {
    await using app = await sessionsKernel(spender(1));
    const stopped = await order(app);
    const first = await resume(app, stopped.id);
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ success: true, status: "started", state: expect.any(String), ahead: 0 });
    await app.sessions.ended(first.body.session_id);
    const again = await resume(app, stopped.id);
    expect([again.status, again.body.detail]).toEqual([
      409,
      expect.stringContaining(`was resumed already, by ${first.body.session_id}, which is done`),
    ]);
    const done = await resume(app, first.body.session_id);
    expect([done.status, done.body.detail]).toEqual([409, expect.stringContaining("was not stopped by its budget")]);
    expect((await resume(app, "20200101-000000-000")).status).toBe(404);
    expect((await resume(app, "x".repeat(3000))).status).toBe(404);
    expect((await app.call("POST", `/admin/sessions/${stopped.id}/resume`, { key: null })).status).toBe(401);
    expect(app.sessions.list(10)).toHaveLength(2);
  });

  test("answers the one that waits when it is ordered twice, and may be resumed again when that one failed", async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    async function* agent(_: AgentRequest): AsyncGenerator<AgentEvent> {
      yield start;
      runs++;
      if (runs === 1) return yield result({ ok: false, overBudget: true, error: "the purse is empty" });
      if (runs > 2) return yield result();
      await gate.promise;
      yield result({ ok: false, error: "the wire is cut" });
    }
    await using app = await sessionsKernel(agent);
    const { id } = await order(app, { type: "custom" });
    const next = app.sessions.resume(id);
    expect(app.sessions.resume(id)).toMatchObject({ id: next.id, created: false });
    gate.resolve();
    expect((await app.sessions.ended(next.id)).state).toBe("failed");
    const third = app.sessions.resume(id);
    expect((await app.sessions.ended(third.id)).state).toBe("done");
    expect(app.requests.at(-1)!.resume).toBe("scripted-1");
  });

  test("while it was to go on, before its agent began, goes on with what came before", async () => {
    let room = 1;
    const gateway = definePlugin({
      id: "gateway",
      summary: "",
      setup: ctx =>
        ctx.add(Outfitters, { id: "gateway", outfit: session => void (room-- > 0 || session.stop("nothing is left")) }),
    });
    await using app = await sessionsKernel(spender(1), { plugins: [gateway] });
    const first = await order(app);
    const second = await app.sessions.ended(app.sessions.resume(first.id).id);
    expect([first, second].map(({ state, agent }) => [state, agent])).toEqual([
      ["budget_stopped", "scripted"],
      ["budget_stopped", null],
    ]);
    room = 2;
    expect((await app.sessions.ended(app.sessions.resume(second.id).id)).state).toBe("done");
    const turn = await order(app, { ...say("and now?"), resumes: second.id });
    expect(turn.state).toBe("done");
    expect(app.requests.map(({ resume }) => resume)).toEqual([undefined, "scripted-1", "scripted-1"]);
  });

  test("before its agent began is begun anew, with what it was to carry", async () => {
    let spent = true;
    const gateway = definePlugin({
      id: "gateway",
      summary: "",
      setup: ctx =>
        ctx.add(Outfitters, {
          id: "gateway",
          outfit: session => void (spent && session.stop("the day's money is spent")),
        }),
    });
    await using app = await sessionsKernel(undefined, { plugins: [gateway] });
    const { id, state } = await order(app, { type: "custom", ...say("please look") });
    expect(state).toBe("budget_stopped");
    spent = false;
    await app.sessions.ended(app.sessions.resume(id).id);
    expect(app.requests).toHaveLength(1);
    expect(app.requests[0]!.userPrompt).toBe("user of custom\n<please look>\n");
    expect(app.requests[0]).not.toHaveProperty("resume");
  });
});
