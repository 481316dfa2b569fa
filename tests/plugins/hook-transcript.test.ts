import { describe, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { configured, expectClean, temporaryHome, testKernel } from "hearth/testing";
import { parseFrontMatter } from "hearth-plugins/content";
import { type AgentEvent, type LogLine, PostSession } from "hearth-plugins/sessions";
import { cutText, fenced } from "../../plugins/hook-transcript/fence";
import plugin from "../../plugins/hook-transcript/plugin";
import { renderTranscript } from "../../plugins/hook-transcript/render";
import { ended, logFile, logLines, wellEnded } from "./hook-session";

const start: AgentEvent = { type: "start", agentSession: "agent-1", model: "m" };
const tool: AgentEvent = { type: "tool", id: "t1", name: "Read", input: { path: "voice.md" } };
const result: AgentEvent = { type: "tool_result", id: "t1", content: "a voice", isError: false };
const style = { date: "2026-01-15T14:00:00Z", resultLength: 500 };

const render = (events: object[], over: Parameters<typeof ended>[0] = {}) =>
  renderTranscript(ended(over), events as LogLine[], style);

describe("a transcript", () => {
  test("tells text, tools, results and the last words in order", () => {
    const page = render([
      start,
      { type: "text", text: "Let me look." },
      tool,
      result,
      { type: "text", text: "I am done." },
    ]);
    expect(parseFrontMatter(page).data).toEqual({
      date: "2026-01-15T14:00:00Z",
      session_id: "agent-1",
      num_turns: 3,
      type: "morning",
      status: "done",
    });
    expect(parseFrontMatter(page).body).toBe(
      [
        "",
        "# Session",
        "",
        "Let me look.",
        "",
        "### Tool: Read",
        "",
        '```json\n{\n  "path": "voice.md"\n}\n```',
        "",
        "**Result**",
        "",
        "```\na voice\n```",
        "",
        "## Final Response",
        "",
        "I am done.",
        "",
      ].join("\n"),
    );
  });

  test("last words that stand nowhere else are not lost, and earlier text is kept beside them", () => {
    const page = render([{ type: "text", text: "I am done." }, tool]);
    expect(page.split("I am done.").length - 1).toBe(2);
  });

  test("cuts results and marks errors", () => {
    const page = render([{ type: "tool_result", id: "t", content: "x".repeat(600), isError: true }]);
    expect(page).toContain("**Error**");
    expect(page).toContain(`${"x".repeat(500)}\n[… 100 more characters]`);
    expect(page).not.toContain("x".repeat(501));
  });

  test("no content closes its fence", () => {
    expect(fenced("a\n````\nb")).toBe("`````\na\n````\nb\n`````");
    expect(fenced("plain", "json")).toBe("```json\nplain\n```");
  });

  test("a cut never halves a character", () => {
    expect(cutText("ab🌙", 3)).toBe("ab\n[… 2 more characters]");
    expect(cutText("ab", 2)).toBe("ab");
  });

  test("lines of a wrong shape are told as far as they go", () => {
    const odd = [{ type: "text" }, { type: "tool" }, { type: "tool_result", content: { a: 1 } }, { type: "new kind" }];
    const page = render(odd, { result: { ...wellEnded, text: "" } });
    expect(page).toContain('{"a":1}');
    expect(page).toContain("*None.*");
  });

  test("E16: a killed session keeps its state, its exit code and its error", () => {
    const over = { ok: false, text: "", error: "ended: it took too long", exitCode: -9 };
    const page = render([start], { state: "timed_out", result: { ...wellEnded, ...over } });
    expect(parseFrontMatter(page).data).toMatchObject({ status: "timed_out", exit_code: -9, error: over.error });
    expect(page).toContain("*None: ended: it took too long*");
  });
});

describe("hook-transcript", () => {
  test("H1: a line that is not JSON costs only itself", async () => {
    await using log = await logFile([
      ...logLines(start),
      "npm warn old lockfile",
      '{"n":2,"type',
      ...logLines(tool, result),
    ]);
    using place = await temporaryHome();
    await using app = await testKernel([configured(plugin)], { home: place.home, timeZone: "America/New_York" });
    expect((await app.run(PostSession, ended({ log: log.path }))).ok).toBe(true);
    const file = "transcripts/session-20260115-140000-000.md";
    const page = (await place.home.read(file))!.text;
    expect(page).toContain('date: "2026-01-15T09:00:00-05:00"');
    expect(page).toContain("### Tool: Read");
    expect(page).toContain("a voice");
    expect((await stat(`${place.home.path}/${file}`)).mode & 0o777).toBe(0o640);
  });

  test("a log that is gone leaves a page with the last words", async () => {
    using place = await temporaryHome();
    await using app = await testKernel([configured(plugin)], { home: place.home });
    expect((await app.run(PostSession, ended())).ok).toBe(true);
    const page = (await place.home.read("transcripts/session-20260115-140000-000.md"))!.text;
    expect(page).toContain("session_id: null");
    expect(page).toEndWith("## Final Response\n\nI am done.\n");
  });

  test("its length of results can be set, and nothing unknown", () => {
    expect(configured(plugin, { resultLength: 10 }).config).toEqual({ resultLength: 10 });
    expect(() => configured(plugin, { resultLenght: 10 })).toThrow(/resultLenght/);
  });

  test("leaves nothing behind", () => expectClean(configured(plugin)));
});
