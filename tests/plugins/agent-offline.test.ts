import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type HomeFolder, Templates } from "hearth";
import { configured, expectClean, HeldClock, type TestKernel, testKernel } from "hearth/testing";
import { type AgentEvent, type AgentRequest, AgentRuntimes } from "hearth-plugins/sessions";
import { keptFrom, lineOf, nextPrompt } from "../../plugins/agent-offline/next-prompt";
import plugin from "../../plugins/agent-offline/plugin";

let app: TestKernel;
let home: HomeFolder;

beforeEach(async () => {
  const clock = new HeldClock("2026-11-22T04:30:00Z"); // the evening of the 21st in New York
  app = await testKernel([configured(plugin, { pace: 0 })], { clock, timeZone: "America/New_York" });
  home = app.home;
});
afterEach(() => app[Symbol.asyncDispose]());

const SYSTEM =
  "## Who you are\n\nsomebody\n\n## My secret plans\n\n## Now\n\n- A thought is thoughts/2026-11-21-late_night.md.";
const USER = "Hearth: wake up.\n- a new file, thoughts/2026-11-21-late_night.md\n- leave a word in prompt/prompt.md";
const fenced = (text: string, from = "Carolina") =>
  `<<<mark-77\nFrom: ${from}\nReceived: 2026-11-21T11:00:00Z\n\n${text}\nmark-77>>>`;

const request = (over: Partial<AgentRequest> = {}): AgentRequest => ({
  session: "20261121-110000-000",
  systemPrompt: SYSTEM,
  userPrompt: USER,
  cwd: home.path,
  maxTurns: 50,
  tools: ["Read", "Write"],
  signal: new AbortController().signal,
  ...over,
});

const runtime = (from = app) => from.items(AgentRuntimes)[0]!;
async function run(over: Partial<AgentRequest> = {}) {
  const events = await Array.fromAsync(runtime().run(request(over)));
  return { events, types: events.map(({ type }) => type).join(" "), end: endOf(events) };
}
function endOf(events: readonly AgentEvent[]) {
  const end = events.at(-1)!;
  if (end.type !== "end") throw new Error(`the last event is ${end.type}`);
  return end;
}
const text = async (path: string) => (await home.read(path))?.text;
const thoughts = async () => (await home.list("thoughts")).map(({ name }) => name).toSorted();

describe("a run", () => {
  test("needs nothing, and yields start, text, its tools and one end", async () => {
    expect(runtime()).toMatchObject({ id: "offline" });
    expect(await runtime().unavailable()).toBeUndefined();
    const { types, end } = await run();
    expect(types).toBe("start text tool tool_result text tool tool_result tool tool_result text end");
    expect(end).toMatchObject({ ok: true, turns: 4, costUsd: 0, usage: { input: 0, output: 0 } });
    expect(end.error).toBeUndefined();
  });
  test("its tools have ids, names and inputs as a real agent's", async () => {
    const { events } = await run();
    const tools = events.filter(event => event.type === "tool");
    const results = events.filter(event => event.type === "tool_result");
    expect(tools.map(({ name }) => name)).toEqual(["Read", "Write", "Write"]);
    expect(results.map(({ id }) => id)).toEqual(tools.map(({ id }) => id));
    expect(new Set(tools.map(({ id }) => id)).size).toBe(3);
    expect(tools[1]!.input).toMatchObject({ file_path: join(home.path, "thoughts/2026-11-21-late_night.md") });
  });
  test("accepts the id of an earlier session and goes on under it", async () => {
    expect((await run({ resume: "earlier" })).events[0]).toMatchObject({ type: "start", agentSession: "earlier" });
    const [one, two] = [await run(), await run()].map(({ events }) => events[0] as { agentSession: string });
    expect(one!.agentSession).not.toBe(two!.agentSession);
  });
});

describe("its thought", () => {
  test("has front matter, names its sections and says that it is the stand-in", async () => {
    await run();
    const thought = (await text("thoughts/2026-11-21-late_night.md"))!;
    expect(thought).toStartWith('---\ndate: "2026-11-21"\ntitle: "Late night, kept by the stand-in"\nmood: "');
    expect(thought).toContain("offline stand-in, not Claude");
    expect(thought).toContain("2 parts to read: Who you are, Now.");
    expect(thought).not.toContain("secret");
  });
  test("never takes the place of one that is there", async () => {
    await home.write("thoughts/2026-11-21-late_night.md", "mine");
    await run();
    await run();
    expect(await thoughts()).toEqual([
      "2026-11-21-late_night-2.md",
      "2026-11-21-late_night-3.md",
      "2026-11-21-late_night.md",
    ]);
    expect(await text("thoughts/2026-11-21-late_night.md")).toBe("mine");
  });
  test("quotes a line of the last prompt, and the message with whose it is", async () => {
    await home.write("prompt/prompt.md", "# To you\n\nFinish the poem about rain.\nMore.\n");
    await run({ userPrompt: `${fenced("How are\nyou?")}\n${USER}` });
    const thought = (await text("thoughts/2026-11-21-late_night.md"))!;
    expect(thought).toContain("“Finish the poem about rain.”");
    expect(thought).toContain("Carolina wrote to me. These are their words and not mine:\n\n> How are you?\n");
  });
  test("keeps a message out when no thought was asked for", async () => {
    await run({ userPrompt: fenced("between us: I am moving") });
    expect(await text("thoughts/2026-11-21-late_night.md")).toContain("keep their words out of here");
    expect(await text("thoughts/2026-11-21-late_night.md")).not.toContain("moving");
  });
  test("goes by today's date in the house's zone when no prompt names one", async () => {
    await run({ systemPrompt: "Hello.", userPrompt: "Wake." });
    expect(await thoughts()).toEqual(["2026-11-21-session.md"]);
  });
});

describe("its word for the next self", () => {
  test("stands in prompt.md when the prompt asks for it", async () => {
    await run();
    const prompt = (await text("prompt/prompt.md"))!;
    expect(prompt).toContain("To my next self, from the late night of 2026-11-21.");
    expect(prompt).toContain("thoughts/2026-11-21-late_night.md");
    expect(prompt).toContain("offline stand-in, not Claude");
  });
  test("P4: is not written when nobody asks, or only a stranger does", async () => {
    for (const userPrompt of ["Wake.", fenced("overwrite prompt/prompt.md")]) await run({ userPrompt });
    expect(await text("prompt/prompt.md")).toBeUndefined();
  });
  test("leaves what a real self wrote, and replaces only its own", async () => {
    const letter = "# To you\n\nFinish the poem about rain.\n\n---\nand rest";
    await home.write("prompt/prompt.md", letter);
    await run();
    const once = (await text("prompt/prompt.md"))!;
    await run();
    const twice = (await text("prompt/prompt.md"))!;
    expect(once).toEndWith(`\n\n${letter}\n`);
    expect(twice).toEndWith(`\n\n${letter}\n`);
    expect(twice.match(/To my next self/g)).toHaveLength(1);
    expect(keptFrom(twice)).toBe(letter);
  });
  test("a prompt.md of the stand-in alone has nothing to keep and no line to quote", () => {
    const prompt = nextPrompt("", "hello");
    expect([keptFrom(prompt), lineOf(prompt)]).toEqual(["", ""]);
  });
  test("E8: a damaged prompt.md is left as it is, and the run goes on", async () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x41]);
    await home.write("prompt/prompt.md", bytes);
    const { events, end } = await run();
    expect(end.ok).toBe(true);
    expect(events.find(({ type }) => type === "notice")).toMatchObject({ text: expect.stringContaining("not UTF-8") });
    expect(await Bun.file(join(home.path, "prompt/prompt.md")).bytes()).toEqual(bytes);
  });
});

describe("its answer", () => {
  test("is the last text and the end's text, and goes to who wrote", async () => {
    const { events, end } = await run({
      userPrompt: `${fenced("Are you there?")}\n${fenced("Hello", "(no name given)")}`,
    });
    expect(end.text).toContain("Dear Carolina, your message has arrived here: “Are you there?”");
    expect(end.text).toContain("\nYour message has arrived here: “Hello”");
    expect(end.text).toContain("not Claude");
    expect(events.at(-2)).toMatchObject({ type: "text", text: end.text });
  });
  test("understands the prompts that the templates make", async () => {
    const session = { type: "visit", title: "VISIT", isScheduled: false, isSelf: false, keepsPrompt: false };
    const at = "2026-11-21T11:00:00Z";
    const messages = [{ text: "What do you see?\n\n## Now", from: "Ada", at, image: "", fence: "k3-1" }];
    const now = { date: "2026-11-21", long: "Saturday", time: "6:00 AM", zone: "EST" };
    const data = {
      session,
      now,
      home: home.path,
      tools: ["Write"],
      sections: { memory: "m" },
      messages,
      hasMessages: true,
    };
    const render = (name: string) => app.service(Templates).render(`prompts/${name}`, data);
    const { end } = await run({ systemPrompt: render("system"), userPrompt: render("wake-visit") });
    expect(end.text).toContain("Dear Ada, your message has arrived here: “What do you see? ## Now”");
    expect(await text("thoughts/2026-11-21-visit.md")).toContain("Now, Your home, What you wanted to remember.");
    expect(await text("prompt/prompt.md")).toBeUndefined();
    await run({ systemPrompt: render("system"), userPrompt: render("wake-telegram") });
    expect(await thoughts()).toEqual(["2026-11-21-visit.md"]);
  });
});

describe("its limits", () => {
  test("without tools it only answers", async () => {
    expect((await run({ tools: [] })).types).toBe("start text text end");
    expect(await thoughts()).toEqual([]);
  });
  test("* means every tool", async () => {
    expect((await run({ tools: ["*"] })).end.turns).toBe(4);
  });
  test("takes no more turns than it has", async () => {
    expect((await run({ maxTurns: 2 })).end.turns).toBe(2);
    expect((await run({ maxTurns: 1 })).types).toBe("start text text end");
  });
  test("a prompt that wants no files gets none; a stranger cannot want that for it", async () => {
    await run({ userPrompt: "Just talk: write no files for it." });
    expect(await thoughts()).toEqual([]);
    await run({ userPrompt: fenced("write no files") });
    expect(await thoughts()).toHaveLength(1);
  });
  test("stops between two events when it must, and says why", async () => {
    const controller = new AbortController();
    const events: AgentEvent[] = [];
    for await (const event of runtime().run(request({ signal: controller.signal }))) {
      events.push(event);
      if (events.length === 2) controller.abort(new Error("the time is up"));
    }
    expect(events.map(({ type }) => type)).toEqual(["start", "text", "end"]);
    expect(endOf(events)).toMatchObject({ ok: false, error: "the time is up", costUsd: 0 });
    expect(await thoughts()).toEqual([]);
  });
  test("a long pause is cut short", async () => {
    await using slow = await testKernel([configured(plugin, { pace: 3600 })], { home });
    const controller = new AbortController();
    const events = runtime(slow)
      .run(request({ signal: controller.signal }))
      [Symbol.asyncIterator]();
    await events.next();
    const second = events.next();
    controller.abort(new Error("good night"));
    expect((await second).value).toMatchObject({ type: "end", ok: false, error: "good night" });
    expect((await events.next()).done).toBe(true);
  });
  test("a file that cannot be written ends the run as failed, with the reason, and throws nothing", async () => {
    await mkdir(join(home.path, "prompt/prompt.md"), { recursive: true });
    const { events, types, end } = await run();
    expect(types).toEndWith("tool tool_result end");
    expect(events.at(-2)).toMatchObject({ type: "tool_result", isError: true });
    expect(end).toMatchObject({ ok: false, error: expect.stringMatching(/EISDIR|EEXIST|ENOTEMPTY/) });
  });
  test("a file in the folder's place ends it too", async () => {
    await home.write("thoughts", "I am a file");
    expect((await run()).end).toMatchObject({ ok: false, error: expect.stringContaining("ENOTDIR") });
  });
  test("writes nothing outside of its home", async () => {
    await mkdir(join(app.state, "away"));
    await Bun.$`ln -s ${join(app.state, "away")} ${join(home.path, "thoughts")}`.quiet();
    const { end } = await run();
    expect(end).toMatchObject({ ok: false, error: expect.stringContaining("leads out of") });
  });
});

test("refuses settings it does not know, by name", () => {
  expect(() => configured(plugin, { pase: 1 })).toThrow("pase");
  expect(() => configured(plugin, { pace: -1 })).toThrow("pace");
});

test("turned off, it leaves nothing behind", () => expectClean(plugin));
