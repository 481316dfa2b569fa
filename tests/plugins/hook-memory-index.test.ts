import { afterEach, describe, expect, test } from "bun:test";
import { definePlugin, type Plugin } from "hearth";
import { configured, expectClean, fake, type TestKernel, testKernel } from "hearth/testing";
import { Embedders, type Learned, type Lesson, Memory } from "hearth-plugins/memory";
import { PostSession, type Session, Sessions, type WakeMessage } from "hearth-plugins/sessions";
import conversation from "../../plugins/hook-conversation/plugin";
import plugin from "../../plugins/hook-memory-index/plugin";
import memory from "../../plugins/memory/plugin";
import sessions from "../../plugins/sessions/plugin";
import { memoryFolder, quick, smallEmbedder } from "../fixtures/memory-house";
import { result, type Script, scriptedAgent, start } from "../fixtures/scripted-agent";
import { sessionsFolder } from "../fixtures/sessions";
import { until } from "../fixtures/until";
import { ended } from "./hook-session";

let app: TestKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

const some: Learned = { files: 5, added: 12, kept: 3, removed: 1, recalled: 0 };

/** A kernel with the hook, and a memory that notes what it is to learn. */
async function begin(
  answer: Learned | ((signal: AbortSignal) => Promise<Learned>) = some,
  settings = {},
): Promise<Lesson[]> {
  const lessons: Lesson[] = [];
  const noting = fake(Memory, {
    learn(lesson, signal) {
      lessons.push(lesson);
      return typeof answer === "function" ? answer(signal!) : Promise.resolve(answer);
    },
  });
  app = await testKernel([noting, configured(plugin, settings)]);
  return lessons;
}
const run = async (over: Partial<Session> = {}) => (await app.run(PostSession, ended(over))).outcomes[0]!;

describe("the hook", () => {
  test("has memory learn what the session changed, and tells how much that was", async () => {
    const lessons = await begin();
    const outcome = await run({ changed: ["thoughts/a.md", "memory/memory.md"] });
    expect(outcome).toMatchObject({
      id: "memory-index",
      state: "done",
      note: "5 files, 12 new passages, 3 kept, 1 gone",
    });
    expect(lessons).toEqual([
      { session: "20260115-140000-000", type: "morning", persons: [], changed: ["thoughts/a.md", "memory/memory.md"] },
    ]);
  });

  test("names the conversation when there is one, and who spoke, each once", async () => {
    const lessons = await begin({ ...some, files: 1, recalled: 2 });
    await app.home.write("conversations/20260115-140000-000.md", "## Message\n\nHello.\n");
    const message = (from: string): WakeMessage => ({
      text: "x",
      from,
      at: "2026-01-15T14:00:00Z",
      file: `mailbox/${from}/thread.jsonl`,
    });
    const { note } = await run({ type: "correspondence", messages: [message("ada"), message("tom"), message("ada")] });
    expect(lessons[0]).toMatchObject({
      type: "correspondence",
      persons: ["mailbox/ada", "mailbox/tom"],
      changed: ["conversations/20260115-140000-000.md"],
    });
    expect(note).toBe("1 file, 12 new passages, 3 kept, 1 gone, 2 only recalled");
  });

  test("what memory cannot learn fails the hook, with the reason", async () => {
    await begin(() => Promise.reject(new Error("the disk is full")));
    expect(await run()).toMatchObject({ state: "failed", note: "the disk is full" });
  });

  test("waits for vectors only as long as its limit allows", async () => {
    await begin(
      signal => new Promise(resolve => signal.addEventListener("abort", () => resolve(some), { once: true })),
      { limit: 1 },
    );
    const outcome = await run();
    expect(outcome).toMatchObject({
      state: "done",
      note: "5 files, 12 new passages, 3 kept, 1 gone, vectors are still being made",
    });
  });

  test("comes after the hooks that write what is remembered", async () => {
    const order: string[] = [];
    const hooks = ["visitors-archive", "conversation", "thoughts"].map(id =>
      definePlugin({
        id: `fake-${id}`,
        summary: "a hook",
        setup: ctx =>
          ctx.add(PostSession, {
            id,
            async run() {
              await Bun.sleep(5);
              order.push(id);
            },
          }),
      }),
    );
    const noting = fake(Memory, {
      async learn() {
        order.push("memory-index");
        return some;
      },
    });
    app = await testKernel([plugin, noting, ...hooks]);
    await app.run(PostSession, ended());
    expect(order.at(-1)).toBe("memory-index");
    expect(order).toHaveLength(4);
  });
});

describe("a real session", () => {
  const path = "thoughts/2026-11-21-morning.md";
  const writing = (text: string): Script =>
    async function* () {
      yield start;
      await app.home.write(path, text);
      yield result({ text: "The lighthouse keeper answers." });
    };
  async function house(script: Script, more: readonly Plugin[] = []) {
    const agent = scriptedAgent(script);
    const embedders = definePlugin({
      id: "embedder-small",
      summary: "a test's embedder",
      setup: ctx => ctx.add(Embedders, smallEmbedder()),
    });
    const list = [
      configured(sessions, { agent: "scripted", grace: 1 }),
      agent.plugin,
      embedders,
      configured(memory, quick),
    ];
    app = await testKernel([...list, conversation, ...more], {
      folders: { sessions: sessionsFolder, memory: memoryFolder },
      templates: [`${import.meta.dir}/../fixtures/prompts`],
    });
    await until(async () => !(await app.service(Memory).status()).reading);
    return app.service(Sessions);
  }
  const found = async (text: string, audience: "all" | "own" | { person: string } = "all") =>
    (await app.service(Memory).search({ text, audience, mode: "text" })).hits.map(hit => hit.path);

  test("what it wrote and what was said is found when its hooks are over, as its own", async () => {
    const all = await house(writing("A heron stood in the shallow water.\n"), [plugin]);
    const message = { text: "Do you see the heron?", from: "Ada" };
    const { id, state } = await all.ended(all.wake({ type: "telegram", job: "test", message }).id);
    expect(state).toBe("done");
    const memory = app.service(Memory);
    const semantic = await memory.search({ text: "heron in the water", audience: "own", mode: "semantic" });
    expect(semantic.hits[0]).toMatchObject({ path, provenance: { who: "agent", session: id } });
    expect(await found("lighthouse")).toEqual([`conversations/${id}.md`]);
    expect(await found("lighthouse", "own")).toEqual([]);
    expect(await found("lighthouse", { person: "telegram/Ada" })).toEqual([`conversations/${id}.md`]);
    expect(await found("lighthouse", { person: "telegram/Tom" })).toEqual([]);
  });

  test("without the hook it is read all the same, and its conversation stays nobody's", async () => {
    const all = await house(writing("A heron stood in the shallow water.\n"));
    const message = { text: "Do you see the heron?", from: "Ada" };
    const { id } = await all.ended(all.wake({ type: "telegram", job: "test", message }).id);
    await until(async () => (await found("heron")).includes(path));
    await until(async () => (await found("lighthouse")).length === 1);
    expect(await found("lighthouse", { person: "telegram/Ada" })).toEqual([]);
    const [passage] = await app.service(Memory).passages({ audience: "own", paths: [path] });
    expect(passage!.provenance).toMatchObject({ who: "agent", session: id });
  });
});

test("a setting that is none is refused by name", () => {
  expect(() => configured(plugin, { limits: 3 })).toThrow("limits");
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(plugin, [fake(Memory, {})]);
});
