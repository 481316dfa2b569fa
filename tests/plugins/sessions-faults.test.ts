import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Commands, definePlugin } from "hearth";
import { configured, HeldClock } from "hearth/testing";
import { type AgentEvent, type AgentRequest, AgentRuntimes, PostSession, WakeContext } from "hearth-plugins/sessions";
import { runWithin } from "../../plugins/sessions/deadline";
import sessions from "../../plugins/sessions/plugin";
import { Queue } from "../../plugins/sessions/queue";
import { result, sayDone, start, untilAborted } from "../fixtures/scripted-agent";
import { sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

type App = Awaited<ReturnType<typeof sessionsKernel>>;
const wakeAndWait = async (app: App, type = "morning") =>
  app.sessions.ended(app.sessions.wake({ type, job: "test", message: { text: "hi" } }).id);

describe("the files for tools outside", () => {
  test("hold what everyone may see and no more: no private call, no answer of a shell, no secret", async () => {
    async function* reads({ cwd }: AgentRequest): AsyncGenerator<AgentEvent> {
      yield start;
      yield { type: "tool", id: "1", name: "Read", input: { file_path: `${cwd}/memory/memory.md` } };
      yield { type: "tool_result", id: "1", content: "private words", isError: false };
      yield { type: "tool", id: "2", name: "Bash", input: { command: `echo sk-ant-${"x".repeat(20)}` } };
      yield { type: "tool_result", id: "2", content: "what the shell said", isError: false };
      yield result();
    }
    await using app = await sessionsKernel(reads);
    await wakeAndWait(app);
    const text = readFileSync(`${app.home.path}/data/live-stream.jsonl`, "utf8");
    expect(text).not.toMatch(/private words|memory\.md|sk-ant|the shell said/);
    expect(
      text
        .trim()
        .split("\n")
        .map(line => JSON.parse(line).type),
    ).toEqual(["system", "assistant", "user", "result"]);
  });

  test("are never written through a link that the agent has laid", async () => {
    await using app = await sessionsKernel();
    const precious = `${app.state}/precious`;
    writeFileSync(precious, "precious");
    for (const name of ["live-stream.jsonl", "session-status.json"]) {
      rmSync(`${app.home.path}/data/${name}`, { force: true });
      symlinkSync(precious, `${app.home.path}/data/${name}`);
    }
    expect((await wakeAndWait(app)).state).toBe("done");
    expect(readFileSync(precious, "utf8")).toBe("precious");

    rmSync(`${app.home.path}/data`, { recursive: true });
    symlinkSync(app.state, `${app.home.path}/data`);
    expect((await wakeAndWait(app)).state).toBe("done");
    expect(existsSync(`${app.state}/live-stream.jsonl`)).toBe(false);
    expect(app.log.some(({ error }) => String(error).includes("leads out of the home"))).toBe(true);
  });

  test("may vanish, or be something else, while a session runs, and it goes on", async () => {
    async function* sweeps({ cwd }: AgentRequest): AsyncGenerator<AgentEvent> {
      yield start;
      rmSync(`${cwd}/data`, { recursive: true });
      writeFileSync(`${cwd}/data`, "no folder");
      yield { type: "text", text: "swept" };
      yield result();
    }
    await using app = await sessionsKernel(sweeps);
    expect((await wakeAndWait(app)).state).toBe("done");
    expect((await wakeAndWait(app)).state).toBe("done");
    expect(app.log.some(({ message }) => message === "a file for tools outside could not be written")).toBe(true);
  });
});

describe("the log in logs/", () => {
  test("has a live session's last words without secrets, and none of a private one", async () => {
    async function* tells(): AsyncGenerator<AgentEvent> {
      yield start;
      yield result({ text: `it is sk-ant-${"x".repeat(20)}, dear` });
    }
    await using app = await sessionsKernel(tells);
    const log = async (type: string) =>
      (await app.home.read(`logs/session-${(await wakeAndWait(app, type)).id}.log`))!.text;
    expect(await log("morning")).toContain("it is [REDACTED], dear");
    expect(await log("telegram")).not.toContain("dear");
  });
});

describe("a run", () => {
  const runtime = (run: (request: AgentRequest) => AsyncIterable<AgentEvent>) => ({
    id: "x",
    summary: "",
    unavailable: () => undefined,
    run,
  });
  const limits = { wallClock: 5, idle: 5, grace: 1 };

  test("is ended when its reader leaves early, and tidies up in every case", async () => {
    let tidied = 0;
    async function* tidy(): AsyncGenerator<AgentEvent> {
      try {
        yield start;
        yield result();
      } finally {
        tidied++;
      }
    }
    const abort = new AbortController();
    for await (const _ of runWithin(runtime(tidy), {} as never, limits, abort)) break;
    expect([tidied, abort.signal.aborted]).toEqual([1, true]);
    const whole = new AbortController();
    for await (const _ of runWithin(runtime(tidy), {} as never, limits, whole));
    expect([tidied, whole.signal.aborted]).toEqual([2, false]);
  });

  test("that throws before it begins has its end all the same", async () => {
    const throws = runtime(() => {
      throw new Error("no spark");
    });
    const events = await Array.fromAsync(runWithin(throws, {} as never, limits, new AbortController()));
    expect(events).toMatchObject([{ type: "end", ok: false, error: "no spark" }]);
  });

  test("an agent that throws when it is asked whether it can run is passed over for the next", async () => {
    const broken = definePlugin({
      id: "agent-broken",
      summary: "",
      setup: ctx =>
        ctx.add(AgentRuntimes, {
          id: "broken",
          summary: "",
          unavailable: () => {
            throw new Error("no idea");
          },
          run: sayDone,
        }),
    });
    const settings = { agent: "auto", prefer: ["broken", "scripted"] };
    await using app = await sessionsKernel(undefined, { plugins: [broken], settings });
    expect(await wakeAndWait(app)).toMatchObject({ state: "done", agent: "scripted" });
  });

  test("of a listener that throws at each line goes on", async () => {
    await using app = await sessionsKernel();
    const wake = app.items(Commands).find(({ id }) => id === "wake")!;
    const print = (line: string) => {
      if (!line.startsWith("session")) throw new Error("the terminal is gone");
    };
    expect(await wake.run(["morning"], { print, signal: new AbortController().signal })).toBe(0);
    expect(app.sessions.list(1)[0]!.state).toBe("done");
  });
});

describe("a stop", () => {
  test("puts a session back whose agent had not begun, and starts no agent any more", async () => {
    const gate = Promise.withResolvers<void>();
    const slow = definePlugin({
      id: "slow",
      summary: "",
      setup: ctx => ctx.add(WakeContext, { id: "slow", run: () => gate.promise }),
    });
    await using app = await sessionsKernel(untilAborted, { plugins: [slow] });
    const { id } = app.sessions.wake({ type: "visit", job: "test", message: { text: "hi" } });
    await until(() => app.sessions.find(id)!.state === "gathering");
    const stopping = app.kernel.stop();
    gate.resolve();
    await stopping;
    expect(app.requests).toEqual([]);
    const told = app.log.filter(({ session }) => session === id).map(({ message }) => message);
    expect(told).toEqual(["session queued", "session gathering", "session queued"]);
  });

  test("of the plugin alone tells those who wait for a session that nobody will tell them", async () => {
    const stuck = definePlugin({
      id: "stuck",
      summary: "",
      setup: ctx => ctx.add(PostSession, { id: "stuck", run: () => new Promise<void>(() => {}) }),
    });
    await using app = await sessionsKernel(undefined, { plugins: [stuck], limits: { stop: 0.05, cut: 0.05 } });
    const { id } = app.sessions.wake({ type: "morning", job: "test" });
    const waiting = app.sessions.ended(id).catch(error => String(error));
    await until(() => app.sessions.find(id)!.state === "finishing");
    await app.kernel.disable("sessions");
    expect(await waiting).toContain(`"sessions" before session ${id} was over`);
  });

  test("of a hook's plugin in the middle of the hook lets the session come to its end", async () => {
    const begun = Promise.withResolvers<void>();
    const stuck = definePlugin({
      id: "stuck",
      summary: "",
      setup: ctx =>
        ctx.add(PostSession, {
          id: "stuck",
          run: (_, signal) =>
            new Promise<void>((_, reject) => {
              begun.resolve();
              signal.addEventListener("abort", () => reject(signal.reason));
            }),
        }),
    });
    await using app = await sessionsKernel(undefined, { plugins: [stuck], limits: { stop: 0.05 } });
    const ended = app.sessions.ended(app.sessions.wake({ type: "morning", job: "test" }).id);
    await begun.promise;
    await app.kernel.disable("stuck");
    expect((await ended).state).toBe("done");
  });
});

test("a wake in a kernel that lives for one command leaves what waits behind it in the queue", async () => {
  await using app = await sessionsKernel(undefined, { mode: "command" });
  const wake = app.items(Commands).find(({ id }) => id === "wake")!;
  const running = wake.run(["custom"], { print() {}, signal: new AbortController().signal });
  const behind = app.sessions.wake({ type: "morning", job: "test" });
  expect(await running).toBe(0);
  await Bun.sleep(0);
  expect(app.sessions.find(behind.id)!.state).toBe("queued");
  expect(app.requests.length).toBe(1);
});

test("a queue that cannot be written is told, and tried again after a pause, not without end", async () => {
  const clock = new HeldClock("2026-11-21T12:00:00Z");
  await using app = await sessionsKernel(undefined, { clock });
  const { claim } = Queue.prototype;
  let claims = 0;
  Queue.prototype.claim = () => {
    claims++;
    throw new Error("the disk is full");
  };
  try {
    app.sessions.wake({ type: "morning", job: "test" });
    const told = () => app.log.filter(({ error }) => error === "the disk is full");
    await until(() => told().length === 1);
    expect([claims, told()[0]!.message]).toEqual([1, "the queue could not be worked on; it is tried again"]);
  } finally {
    Queue.prototype.claim = claim;
  }
  clock.advance(10_000);
  await until(() => app.sessions.list(1)[0]!.state === "done");
});

describe("the settings", () => {
  test.each([
    [{ mornin: "0 7 * * *" }, 'slots.mornin: there is no session type "mornin". Did you mean "morning"?'],
    [{ morning: "99 7 * * *" }, '"99 7 * * *" is no cron line of five fields'],
    [{ noon: { cron: "0 7 * * *", timeZone: "Mars/Olympus" } }, '"Mars/Olympus" is not a time zone'],
  ])("refuse a slot that would never ring: %j", (slots, complaint) => {
    expect(() => configured(sessions, { slots })).toThrow(complaint);
  });
  test("take a slot of a type of one's own", () => {
    expect(() => configured(sessions, { types: { tea: {} }, slots: { tea: "0 16 * * *" } })).not.toThrow();
  });
});
