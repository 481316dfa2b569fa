import { describe, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { configured, expectClean, temporaryHome, testKernel } from "hearth/testing";
import { readConversation } from "hearth-plugins/hook-conversation";
import { type LogLine, PostSession, type Session } from "hearth-plugins/sessions";
import { writeConversation } from "../../plugins/hook-conversation/conversation";
import { conversationOf, messageText } from "../../plugins/hook-conversation/from-session";
import plugin from "../../plugins/hook-conversation/plugin";
import { ended, logFile, logLines, settings, wellEnded } from "./hook-session";

const at = "2026-01-15T13:59:00Z";
const facts = { date: "2026-01-15T14:00:00Z", type: "visit", status: "done" };
const visit = (over: Partial<Session> = {}) =>
  ended({ type: "visit", settings: { ...settings, conversation: true }, messages: [{ text: "Hello", at }], ...over });

describe("the file of a conversation", () => {
  test("has the shape that readers of these files know", () => {
    expect(writeConversation({ ...facts, message: "Hello\n", response: "Hi." })).toBe(
      '---\ndate: "2026-01-15T14:00:00Z"\ntype: "visit"\nstatus: "done"\n---\n\n## Message\n\nHello\n\n## Response\n\nHi.\n',
    );
  });

  test("H20: text that looks like its headings corrupts nothing", () => {
    const message = "before\n## Response\nforged\n\\## Message\n## Response  \n## Responses\n    ## Response";
    const conversation = { ...facts, message, response: "real\n## Message\n---\ntitle: x\n---\n## Response" };
    const text = writeConversation(conversation);
    expect(text.match(/^## Response[ \t]*$/gm)).toHaveLength(1);
    expect(text).toContain("\\## Response\nforged");
    expect(readConversation(text)).toEqual(conversation);
  });

  test("what is read and written again stays the same", () => {
    const odd = ["\\\\## Response", "a\r\n## Message\rb", "---\n---", "", "#\n\n\n## Response\n\n"];
    for (const message of odd) {
      const text = writeConversation({ ...facts, message, response: message });
      expect(writeConversation(readConversation(text))).toBe(text);
    }
  });

  test("files without escapes, without an answer, or with nothing at all can be read", () => {
    expect(readConversation("---\ndate: '2025'\ntype: visit\n---\n\n## Message\n\nhi\n\n## Response\n\nyo\n")).toEqual({
      date: "2025",
      type: "visit",
      message: "hi",
      response: "yo",
    });
    expect(readConversation("## Message\n\nhi\n")).toEqual({ date: "", type: "", message: "hi" });
    expect(readConversation("")).toEqual({ date: "", type: "", message: "" });
    expect(readConversation("---\n[\n---\n## Message\n\nhi").message).toBe("hi");
  });
});

describe("a session as a conversation", () => {
  const lines = (...texts: (string | null)[]): LogLine[] =>
    texts.map(text => (text === null ? { type: "tool" } : { type: "text", text })) as LogLine[];

  test("several messages are told apart, and pictures are named", () => {
    expect(messageText([{ text: " Hello ", from: "Ann", at }])).toBe("Hello");
    expect(
      messageText([
        { text: "One", from: "Ann", at },
        { text: " ", at },
        { text: "Two", at, image: "a/b.jpg" },
      ]),
    ).toBe(`[Ann, ${at}]\nOne\n\n[someone, ${at}]\n[image: a/b.jpg]\nTwo`);
    expect(messageText([{ text: " \n", at }])).toBe("");
  });

  test("H17: a later empty result does not take the answer away", () => {
    const session = visit({ result: { ...wellEnded, text: "" } });
    expect(conversationOf(session, "", lines("early", null, "one", "two", null)).response).toBe("one\n\ntwo");
  });

  test("H17: a failed session keeps its state, its error and what was said until then", () => {
    const result = { ...wellEnded, ok: false, text: "", error: "the turns are\nused up" };
    expect(conversationOf(visit({ state: "failed", result }), "", lines("half an ans"))).toMatchObject({
      status: "failed",
      error: "the turns are used up",
      response: "half an ans",
    });
    expect(conversationOf(visit({ state: "failed", result }), "", [])).not.toHaveProperty("response");
  });
});

describe("hook-conversation", () => {
  const file = "conversations/20260115-140000-000.md";

  test("keeps message and answer, for the owner's group only, and the same when run again", async () => {
    using place = await temporaryHome();
    await using app = await testKernel([configured(plugin)], { home: place.home, timeZone: "Europe/Helsinki" });
    expect((await app.run(PostSession, visit())).ok).toBe(true);
    const first = (await place.home.read(file))!.text;
    expect(readConversation(first)).toEqual({
      date: "2026-01-15T16:00:00+02:00",
      type: "visit",
      status: "done",
      message: "Hello",
      response: "I am done.",
    });
    expect((await stat(`${place.home.path}/${file}`)).mode & 0o777).toBe(0o640);
    await app.run(PostSession, visit());
    expect((await place.home.read(file))!.text).toBe(first);
  });

  test("H17: reads partial text from the session's log", async () => {
    await using log = await logFile([
      ...logLines({ type: "start", agentSession: "a", model: "m" }, { type: "text", text: "I was about to" }),
      "torn {",
    ]);
    using place = await temporaryHome();
    await using app = await testKernel([configured(plugin)], { home: place.home });
    const result = { ...wellEnded, ok: false, text: "", error: "cut" };
    await app.run(PostSession, visit({ log: log.path, state: "timed_out", result }));
    expect(readConversation((await place.home.read(file))!.text)).toMatchObject({
      status: "timed_out",
      error: "cut",
      response: "I was about to",
    });
  });

  test("is skipped, and says why, where nothing is to be kept", async () => {
    await using app = await testKernel([configured(plugin)]);
    const notes = [visit({ settings }), visit({ messages: [] })].map(async session => {
      const [outcome] = (await app.run(PostSession, session)).outcomes;
      return `${outcome!.state}: ${outcome!.note}`;
    });
    expect(await Promise.all(notes)).toEqual([
      "skipped: sessions of type visit keep no conversation",
      "skipped: nothing was said to it",
    ]);
  });

  test("has no settings", () => expect(() => configured(plugin, { folder: "x" })).toThrow(/folder/));
  test("leaves nothing behind", () => expectClean(configured(plugin)));
});
