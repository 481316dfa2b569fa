import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expectClean, fake } from "hearth/testing";
import { type AgentRequest, Sessions } from "hearth-plugins/sessions";
import { type TalkDoor, TalkLost } from "../../plugins/talk/door";
import talkPlugin from "../../plugins/talk/plugin";
import { talk } from "../../plugins/talk/talk";
import { type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { cliIn, fakeCli, flag } from "../fixtures/fake-cli";
import { result, start, untilAborted } from "../fixtures/scripted-agent";
import { sessionsKernel } from "../fixtures/sessions";
import { talking, typedInto } from "../fixtures/typed";
import { until } from "../fixtures/until";

/** An agent that repeats what was said; "hang" makes it wait, "fail" fail. */
async function* repeating(request: AgentRequest) {
  if (request.userPrompt.includes("hang")) return yield* untilAborted(request);
  yield { ...start, agentSession: request.resume ?? "s-1" };
  if (request.userPrompt.includes("fail")) yield result({ ok: false, text: "", error: "the line is dead" });
  else yield result({ text: `You said ${/<(.*)>/.exec(request.userPrompt)?.[1]}.` });
}
const house = () => sessionsKernel(repeating, { plugins: [talkPlugin] });
type House = Awaited<ReturnType<typeof house>>;

const say = async (app: House, text: string, after?: string): Promise<string> => {
  const { status, body } = await app.call("POST", "/admin/talk", { body: { text, ...(after && { after }) } });
  expect(status).toBe(202);
  return body.session_id;
};
const turn = async (app: House, id: string) => (await app.get(`/admin/talk/${id}?wait=20`)).body;

describe("the turns of a talk", () => {
  test("each goes on with the one before, and is answered when the agent has ended", async () => {
    await using app = await house();
    const first = await say(app, "one");
    expect(await turn(app, first)).toEqual({
      session_id: first,
      state: "done",
      over: true,
      answer: "You said one.",
      error: null,
    });
    const second = await say(app, "two", first);
    expect((await turn(app, second)).answer).toBe("You said two.");
    expect(app.requests.map(({ resume }) => resume)).toEqual([undefined, "s-1"]);
  });

  test("one that fails says why, and one that nothing goes on with is refused", async () => {
    await using app = await house();
    const id = await say(app, "fail");
    expect(await turn(app, id)).toMatchObject({ state: "failed", over: true, answer: "", error: "the line is dead" });
    const { status, body } = await app.call("POST", "/admin/talk", { body: { text: "on", after: "nothing" } });
    expect([status, body.detail]).toEqual([409, expect.stringContaining('there is no session "nothing"')]);
  });

  test("one that runs can be ended, once", async () => {
    await using app = await house();
    const id = await say(app, "hang");
    await until(() => app.requests.length === 1);
    expect((await app.get(`/admin/talk/${id}`)).body).toMatchObject({ over: false, answer: null });
    const asked = turn(app, id);
    expect((await app.call("DELETE", `/admin/talk/${id}`)).status).toBe(200);
    expect(await asked).toMatchObject({ state: "cancelled", over: true });
    await app.sessions.ended(id);
    expect((await app.call("DELETE", `/admin/talk/${id}`)).status).toBe(409);
  });

  test("who waits for an answer keeps no stop of Hearth waiting", async () => {
    await using app = await house();
    const id = await say(app, "hang");
    await until(() => app.requests.length === 1);
    const asked = app.get(`/admin/talk/${id}?wait=25`);
    await app.kernel.disable("talk");
    expect((await asked).body.over).toBe(false);
    app.sessions.cancel(id);
  });

  test("sessions of others are none of its business", async () => {
    await using app = await house();
    const { id } = app.sessions.wake({ type: "talk", job: "someone", message: { text: "one" } });
    await app.sessions.ended(id);
    for (const method of ["GET", "DELETE"]) expect((await app.call(method, `/admin/talk/${id}`)).status).toBe(404);
  });

  test.each([{ text: "" }, { text: "x".repeat(20_001) }, {}, { text: "a", after: 7 }])("%j is refused", async body => {
    await using app = await house();
    expect((await app.call("POST", "/admin/talk", { body })).status).toBe(422);
  });

  test("nobody talks without the key", async () => {
    await using app = await house();
    const { status } = await app.call("POST", "/admin/talk", { body: { text: "one" }, key: null });
    expect([status, app.requests.length]).toEqual([401, 0]);
  });

  test("turned off, it leaves nothing behind", () =>
    expectClean(talkPlugin, [fake(Sessions, { find: () => undefined })]));
});

/** A person at a terminal who types these lines, one after the other. */
async function* asyncOf(lines: readonly string[]): AsyncGenerator<string, undefined> {
  yield* lines;
}

describe("what a person at the terminal sees", () => {
  const talked = async (door: Partial<TalkDoor>, ...lines: string[]) => {
    const printed: string[] = [];
    const io = { print: (line: string) => printed.push(line), signal: new AbortController().signal };
    const code = await talk(door as TalkDoor, { lines: asyncOf(lines), ask: () => {} }, io);
    return { code, printed: printed.slice(1) };
  };
  const over = { over: true, answer: "", error: null } as const;

  test("a turn that failed costs the talk nothing", async () => {
    const said: (string | undefined)[][] = [];
    const { printed } = await talked(
      {
        say: async (text, after) => {
          said.push([text, after]);
          return { session_id: text, ahead: text === "two" ? 2 : 0 };
        },
        answer: async id => ({ ...over, session_id: id, state: id === "two" ? "failed" : "done", answer: `to ${id}` }),
      },
      "one",
      "  ",
      "two",
      "three",
    );
    expect(said).toEqual([
      ["one", undefined],
      ["two", "one"],
      ["three", "one"],
    ]);
    expect(printed).toEqual([
      "to one",
      "(2 sessions go before this)",
      "to two",
      "(failed)",
      "to three",
      "The talk is over.",
    ]);
  });

  test("a talk that cannot go on begins anew, and says so", async () => {
    const begun: (string | undefined)[] = [];
    const { printed } = await talked(
      {
        say: async (text, after) => {
          begun.push(after);
          if (after) throw new TalkLost("another agent runs now");
          return { session_id: text, ahead: 0 };
        },
        answer: async id => ({ ...over, session_id: id, state: "done" }),
      },
      "one",
      "two",
      "three",
    );
    expect(begun).toEqual([undefined, "one", undefined]);
    expect(printed[1]).toBe("The talk cannot go on: another agent runs now. What you say now begins a new one.");
  });

  test("one that its budget stopped names what lets it go on; a turn that is too long is not sent", async () => {
    const { printed } = await talked(
      {
        say: async () => ({ session_id: "s", ahead: 0 }),
        answer: async () => ({ ...over, session_id: "s", state: "budget_stopped", error: "the day is used up" }),
      },
      "x".repeat(20_001),
      "one",
    );
    expect(printed).toEqual([
      "That has 20001 characters, and a turn takes 20000; say it in parts.",
      "(budget_stopped: the day is used up)",
      "(`hearth session s resume` lets it go on, once the budget is raised)",
      "The talk is over.",
    ]);
  });
});

describe("hearth talk, beside a daemon", () => {
  const open: { place: DaemonPlace; daemon: TestDaemon }[] = [];
  afterEach(async () => {
    for (const { place, daemon } of open.splice(0)) {
      await daemon[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    }
  });
  /** A daemon whose agent is a stand-in for the CLI that answers with what it was told. */
  async function served(body: string) {
    const made = daemonPlace("", { ANTHROPIC_API_KEY: "sk-ant-api03-not-a-real-key" });
    const cli = fakeCli(made, body);
    made.write(
      "config/home.toml",
      `[plugins.system]\n[plugins.sessions]\nfirstWake = false\nagent = "claude-cli"\n[plugins.agent-claude-cli]\nexecutable = "${cliIn(made.folder)}"\njail = "never"\n[plugins.context-home]\n[plugins.hook-conversation]\n[plugins.talk]\n`,
    );
    const daemon = await startDaemon(made);
    open.push({ place: made, daemon });
    return { place: made, daemon, cli };
  }
  const echo = "done('I heard: ' + /^(one|two)$/m.exec(stdin)?.[1]);";

  test("the first turn has the whole context, the next goes on with it, and each has its conversation file", async () => {
    const { place, cli } = await served(echo);
    const { out, err, code } = await typedInto(place, "one\ntwo\n/end\nnever said\n");
    expect([err, code]).toEqual(["", 0]);
    expect(out).toContain("I heard: one\n");
    expect(out).toContain("I heard: two\nThe talk is over.\n");
    const [first, second] = cli.calls();
    expect(first!.system).toContain("TALK");
    expect(first!.stdin).toContain("This is its first turn");
    expect([flag(first!, "--resume"), flag(second!, "--resume")]).toEqual([undefined, "s-1"]);
    expect(second!.stdin).toContain("the talk goes on");
    expect(cli.calls()).toHaveLength(2);
    const files = () => readdirSync(join(place.home, "conversations")).filter(name => name.endsWith(".md"));
    await until(() => files().length === 2);
    const text = readFileSync(join(place.home, "conversations", files().sort()[1]!), "utf8");
    expect(text).toContain("two");
    expect(text).toContain("I heard: two");
  }, 60_000);

  test("an end of the input ends it, too", async () => {
    const { place } = await served(echo);
    const { out, code } = await typedInto(place, "one");
    expect([code, out.trimEnd().split("\n").at(-1)]).toEqual([0, "The talk is over."]);
  }, 60_000);

  test("Ctrl-C ends the turn that runs", async () => {
    const { place, daemon, cli } = await served("await new Promise(resolve => setTimeout(resolve, 60_000));");
    const child = talking(place, "pipe");
    (child.stdin as unknown as { write(text: string): void; flush(): void }).write("one\n");
    (child.stdin as unknown as { flush(): void }).flush();
    await until(() => cli.calls().length === 1, 30);
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    const [, id] = /^(\S+) {2}talk/m.exec((await hearth(place, "sessions")).out)!;
    await until(async () => (await daemon.call("GET", `/admin/talk/${id}`)).body.state === "cancelled");
  }, 60_000);

  test("without a daemon it says what to do", async () => {
    using place = daemonPlace("[plugins.sessions]\nfirstWake = false\n[plugins.talk]\n");
    const { err, code } = await typedInto(place, "one\n");
    expect([code, err]).toEqual([1, "Hearth does not run here; `bun run start` starts it\n"]);
  }, 60_000);
});
