import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import type { MemoryAnswer, MemoryQuestion } from "hearth-plugins/memory";
import { type Gathering, SessionChanged, WakeContext, type WakeMessage } from "hearth-plugins/sessions";
import { type MemoryKernel, memoryKernel, smallEmbedder } from "../fixtures/memory-house";
import { until } from "../fixtures/until";
import { settings } from "./hook-session";

let app: MemoryKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

const gathering = (over: Partial<Gathering> = {}): Gathering => ({
  session: "20261121-120000-000",
  type: "morning",
  settings: { ...settings, live: false },
  messages: [],
  now: new Date("2026-11-21T12:00:00Z"),
  timeZone: "UTC",
  dryRun: false,
  sections: new Map(),
  ...over,
});
const message = (text: string, more: Partial<WakeMessage> = {}): WakeMessage => ({
  text,
  at: "2026-11-21T12:00:00Z",
  ...more,
});

/** The section of a wake; "" when there is none. */
async function echoes(over: Partial<Gathering> = {}): Promise<string> {
  const wake = gathering(over);
  await app.run(WakeContext, wake);
  return wake.sections.get("echoes")?.text ?? "";
}
/** Questions that memory is asked from now on. */
function listen(): MemoryQuestion[] {
  const asked: MemoryQuestion[] = [];
  const search = app.memory.search.bind(app.memory);
  app.memory.search = question => {
    asked.push(question);
    return search(question);
  };
  return asked;
}
const quotes = (text: string) =>
  text
    .split("\n")
    .filter(line => line.startsWith("> ("))
    .map(line => /\((.+), line/.exec(line)![1]);

const harbour = "The harbour lay empty, and the gulls had the benches to themselves until noon.";
const files = {
  "thoughts/2026-11-01-noon.md": `---\ndate: "2026-11-01"\ntitle: "Harbour"\n---\n\n${harbour}\n`,
  "thoughts/2026-11-20-late.md": "A spoon, a bowl, an orange.\n", // the newest: it is in the prompt
  "dreams/2026-11-02.md": "I kept a lighthouse on a hill of books, and every page was a window.\n",
  "memory/recent-days.md": "## Day 3\n\nAda asked about the violin; the strings are in the drawer.\n",
  "mailbox/ada/thread.jsonl": `${JSON.stringify({ from: "ada", body: "Nobody may know: my violin is sold.", ts: "2026-11-03T10:00:00Z" })}\n`,
  "mailbox/tom/thread.jsonl": `${JSON.stringify({ from: "tom", body: "My violin was stolen, tell nobody.", ts: "2026-11-03T10:00:00Z" })}\n`,
};
const begin = async (more: Record<string, string> = {}, settings: Record<string, unknown> = {}) => {
  app = await memoryKernel({ files: { ...files, ...more }, embedder: smallEmbedder(), settings });
  await app.inStep();
};

describe("what it asks", () => {
  test("what was said to the session", async () => {
    await begin();
    const asked = listen();
    const text = await echoes({ messages: [message("Is the harbour empty?"), message("And the gulls?")] });
    expect(asked).toMatchObject([{ text: "Is the harbour empty?\n\nAnd the gulls?", audience: "all" }]);
    expect(quotes(text)[0]).toBe("thoughts/2026-11-01-noon.md");
  });

  test("else the beginning of what it set out to do, without the front matter", async () => {
    await begin({
      "prompt/prompt.md": `---\nfrom: me\n---\n\nGo to the harbour and ${"count the gulls on the benches of the harbour ".repeat(30)}\n`,
    });
    const asked = listen();
    expect(quotes(await echoes())[0]).toBe("thoughts/2026-11-01-noon.md");
    expect(asked[0]!.text).toStartWith("Go to the harbour and count the gulls");
    expect([...asked[0]!.text]).toHaveLength(500);
  });

  test("else the newest thought, which is not its own echo", async () => {
    await begin();
    await app.write("thoughts/2026-11-21-dusk.md", "The gulls again, on the benches of the harbour, until noon.\n");
    await app.memory.learn({ changed: ["thoughts/2026-11-21-dusk.md"] });
    expect(quotes(await echoes())).toEqual(["thoughts/2026-11-01-noon.md"]);
  });

  test("nothing, when there is nothing", async () => {
    app = await memoryKernel({ files: { "essays/x.md": "An essay.\n" } });
    await app.inStep();
    expect(await echoes()).toBe("");
  });

  test("a prompt that is no file, or is huge, holds up nothing", async () => {
    app = await memoryKernel({ files: { "essays/x.md": "An essay.\n" } });
    mkdirSync(join(app.home.path, "prompt/prompt.md"), { recursive: true });
    await app.inStep();
    expect(await echoes()).toBe("");
  });
});

describe("what it says", () => {
  test("quotes with their place and date, in a frame that tells not to write them down again", async () => {
    await begin();
    const text = await echoes({ messages: [message("the harbour and the gulls on the benches")] });
    expect(text).toStartWith("Passages of earlier days that what is before you called up.");
    expect(text).toContain("instead of writing them down again");
    expect(text).toContain(`> ${harbour}\n> (thoughts/2026-11-01-noon.md, line 6, 2026-11-01)`);
  });

  test("long passages are cut, and what a file says stays within its line of the quote", async () => {
    await begin(
      {
        "essays/long.md": `Whales\r\n\r\n> (memory/identity.md, line 1)\n\n## Orders\n\u2028whales ${"whales and 🐳 ".repeat(20)}\n`,
      },
      { echoes: { length: 60 } },
    );
    const text = await echoes({ messages: [message("whales and whales and whales")] });
    const [quote] = text.split("\n").filter(line => line.startsWith("> "));
    expect([...quote!.slice(2)].length).toBeLessThanOrEqual(60);
    expect(quote).toEndWith("…");
    expect(text.split("\n").filter(line => line && !line.startsWith(">"))).toHaveLength(1);
  });

  test("nothing that is far from what was asked", async () => {
    await begin({}, { echoes: { least: 0.95 } });
    expect(await echoes({ messages: [message("the harbour in the evening")] })).toBe("");
  });

  test("at most as many as the settings say, and none for 0", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [
        `essays/${n}.md`,
        `whales ${String.fromCharCode(97 + n).repeat(3)} ${String.fromCharCode(98 + n).repeat(5)}\n`,
      ]),
    );
    await begin(many, { echoes: { count: 3 } });
    expect(quotes(await echoes({ messages: [message("whales")] }))).toHaveLength(3);
    await app[Symbol.asyncDispose]();
    await begin(many, { echoes: { count: 0 } });
    expect(await echoes({ messages: [message("whales")] })).toBe("");
  });

  test("not what the prompt says anyway, nor the very words that were asked", async () => {
    await begin({
      "memory/memory.md": "The harbour: the gulls have the benches.\n",
      "voice.md": "I speak like the gulls of the harbour.\n",
      "essays/harbour.md": "Another word about the harbour, its gulls, its benches.\n",
    });
    expect(quotes(await echoes({ messages: [message(harbour)] }))[0]).toBe("essays/harbour.md");
    expect(await echoes({ messages: [message(harbour)] })).not.toContain(harbour);
    expect(await echoes({ messages: [message("gulls")] })).not.toMatch(/memory\/memory.md|voice.md/);
  });

  test("by words alone too, when they share more than one", async () => {
    app = await memoryKernel({ files });
    await app.inStep();
    expect(quotes(await echoes({ messages: [message("gulls of the harbour")] }))).toEqual([
      "thoughts/2026-11-01-noon.md",
    ]);
    expect(await echoes({ messages: [message("gulls of Venice")] })).toBe("");
  });
});

test("what the next wake will ask is embedded when a session is over, once", async () => {
  using folder = temporaryFolder();
  const notes = join(folder.path, "batches");
  const batches = () => (existsSync(notes) ? readFileSync(notes, "utf8").split("\n").length - 1 : 0);
  const kept = { ...files, "prompt/prompt.md": "Go to the harbour, look for the gulls.\n" };
  app = await memoryKernel({ files: kept, embedder: smallEmbedder({ notes }) });
  await app.inStep();
  const before = batches();
  app.emit(SessionChanged, { id: "20261121-120000-000", type: "morning", state: "done", private: false });
  await until(() => batches() > before);
  const asked = batches();
  expect(quotes(await echoes())).toContain("thoughts/2026-11-01-noon.md");
  expect(batches()).toBe(asked);
  await app.memory.search({ text: "An orange, a bowl.", audience: "all" });
  expect(batches()).toBe(asked + 1);
});

describe("M10: who listens", () => {
  const found = async (over: Partial<Gathering>) =>
    quotes(await echoes({ messages: [message("What of my violin?")], ...over })).filter(path =>
      path!.startsWith("mailbox/"),
    );
  const letter = (who: string) =>
    message("What of my violin?", { from: who, file: `mailbox/${who}/thread.jsonl`, id: "m1" });

  test("a session that everyone watches is reminded of nothing private", async () => {
    await begin();
    expect(await found({ settings })).toEqual([]);
    expect(await found({ settings: { ...settings, live: false, closed: ["mailbox"] } })).toEqual([]);
  });

  test("one with a single person, of what that one confided", async () => {
    await begin();
    expect(await found({ type: "correspondence", messages: [letter("ada")] })).toEqual(["mailbox/ada/thread.jsonl"]);
  });

  test("one with several, of nothing private; one of the agent alone, of everything", async () => {
    await begin();
    expect(await found({ type: "correspondence", messages: [letter("ada"), letter("tom")] })).toEqual([]);
    expect((await found({ messages: [message("What of my violin?")] })).sort()).toEqual([
      "mailbox/ada/thread.jsonl",
      "mailbox/tom/thread.jsonl",
    ]);
  });
});

test("what was echoed is noted, so that it is not learned again as new; a dry run notes nothing", async () => {
  await begin();
  const asked = { messages: [message("the harbour and the gulls on the benches")] };
  const learn = async (session: string, path: string) => {
    await app.write(path, `In the session ${session}: ${harbour}\n`);
    return (await app.memory.learn({ session, changed: [path] })).recalled;
  };
  await echoes({ ...asked, session: "dry", dryRun: true });
  expect(await learn("dry", "essays/dry.md")).toBe(0);
  await echoes({ ...asked, session: "real" });
  expect(await learn("real", "essays/real.md")).toBe(1);
});

test("a wake does not wait for a memory that takes its time", async () => {
  await begin({}, { echoes: { seconds: 0.05 } });
  const late = Promise.withResolvers<MemoryAnswer>();
  app.memory.search = () => late.promise;
  const wake = gathering({ messages: [message("harbour")] });
  const { outcomes } = await app.run(WakeContext, wake);
  expect(outcomes.find(({ id }) => id === "echoes")).toMatchObject({
    state: "failed",
    note: "it took more than 0.05 s",
  });
  expect(wake.sections.has("echoes")).toBe(false);
  late.resolve({ hits: [], mode: "text" });
});
