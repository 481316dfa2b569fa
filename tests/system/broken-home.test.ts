import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundledConfig, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { reportOf } from "../fixtures/reports";

/** All that the agent, or anybody in its home, may write and Hearth reads. */
const pages = [
  "thoughts/2026-01-01-broken.md",
  "dreams/2026-01-01-broken.md",
  "prompt/prompt.md",
  "memory/identity.md",
  "memory/memory.md",
  "voice.md",
  "data/compiled-memory.md",
  "conversations/20260101-000000-000.md",
  "visitors/2026-01-01-120000-anna.md",
  "news/2026-01-01-news.md",
  "gifts/2026-01-01-gift.md",
  ".gitignore",
];
const records = [
  "data/mood-state.json",
  "data/mood-history.jsonl",
  "data/session-status.json",
  "data/live-stream.jsonl",
  "logs/session-20260101-000000-000.log",
];
const NOT_UTF8 = new Uint8Array([0x23, 0x20, 0xff, 0xfe, 0x0a, 0xc3, 0x28, 0x00, 0xed, 0xa0, 0x80, 0x0a]);
const shapes = ["[]", "null", '"text"', "7", "{", '{"timestamp":7,"blended":"sad","mood_words":{"0":"x"}}', ""];

const put = (home: string, path: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), content);
};

/** Wakes the agent and answers the session's report when it is over. */
async function wake(daemon: TestDaemon, session_type = "morning"): Promise<string> {
  const { body } = await daemon.call("POST", "/admin/wake", { session_type });
  return reportOf(daemon, body.session_id);
}
const placeOf = () =>
  daemonPlace(bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0" }), {
    HEARTH_AGENT: "offline",
  });
/** What the sources said that they had skipped or mended. */
const skipped = (daemon: TestDaemon) =>
  daemon.log().filter(({ message }) => message === "a source of context skipped something");
const namesOf = (daemon: TestDaemon) => [...new Set(skipped(daemon).map(({ source }) => source as string))].toSorted();

describe("a wake in a broken home goes on, and says what it skipped:", () => {
  test("bytes that are not UTF-8, in everything that is read", async () => {
    using place = placeOf();
    for (const path of [...pages, ...records]) put(place.home, path, NOT_UTF8);
    await using daemon = await startDaemon(place);
    const report = await wake(daemon);
    expect(report.split("\n")[0]).toEndWith("done");
    expect(report).not.toContain("failed");
    expect(namesOf(daemon)).toEqual(
      expect.arrayContaining(["ambient", "compiled", "identity", "memory", "prompt", "voice"]),
    );
    expect(new Uint8Array(readFileSync(join(place.home, "prompt/prompt.md")))).toEqual(NOT_UTF8);
    expect((await daemon.call("GET", "/content/thoughts")).status).toBe(200);
    expect((await wake(daemon)).split("\n")[0]).toEndWith("done");
  }, 60_000);

  test("JSON of every wrong shape", async () => {
    using place = placeOf();
    await using daemon = await startDaemon(place);
    for (const shape of shapes) {
      for (const path of records) put(place.home, path, shape);
      const report = await wake(daemon);
      expect(report.split("\n")[0]).toEndWith("done");
      expect(report).not.toContain("failed");
    }
    expect(namesOf(daemon)).toContain("ambient");
    expect(JSON.parse(readFileSync(join(place.home, "data/mood-state.json"), "utf8"))).toMatchObject({
      session_type: "morning",
    });
  }, 60_000);

  test("no file at all, and no folder", async () => {
    using place = placeOf();
    mkdirSync(place.home);
    await using daemon = await startDaemon(place);
    expect((await wake(daemon)).split("\n")[0]).toEndWith("done");
    for (const entry of readdirSync(place.home)) rmSync(join(place.home, entry), { recursive: true });
    const report = await wake(daemon);
    expect(report.split("\n")[0]).toEndWith("done");
    expect(report).not.toContain("failed");
    expect(readdirSync(join(place.home, "thoughts"))).toHaveLength(1);
  }, 60_000);

  test("folders where files should be, links in circles and out of the home", async () => {
    using place = placeOf();
    const kinds = [
      (path: string) => mkdirSync(path, { recursive: true }),
      (path: string) => symlinkSync(path, path),
      (path: string) => symlinkSync(join(place.folder, "treasure"), path),
    ];
    put(place.folder, "treasure", "not for the agent");
    // The offline agent cannot do its work without a prompt.md that it can write.
    const places = [...pages, ...records].filter(path => ![".gitignore", "prompt/prompt.md"].includes(path));
    places.forEach((path, index) => {
      mkdirSync(dirname(join(place.home, path)), { recursive: true });
      kinds[index % kinds.length]!(join(place.home, path));
    });
    await using daemon = await startDaemon(place);
    const report = await wake(daemon);
    expect(report.split("\n")[0]).toEndWith("done");
    expect(skipped(daemon).length).toBeGreaterThan(2);
    expect(readFileSync(join(place.folder, "treasure"), "utf8")).toBe("not for the agent");
    const { out } = await hearth(place, "wake", "noon", "--dry-run");
    expect(out).not.toContain("not for the agent");
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);
  }, 60_000);
});
