import { describe, expect, test } from "bun:test";
import { linkSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import type { HomeFolder } from "hearth";
import { configured, expectClean, temporaryFolder, temporaryHome, testKernel } from "hearth/testing";
import { type AgentEvent, PostSession, type Session, type WakeMessage } from "hearth-plugins/sessions";
import plugin from "../../plugins/hook-visitors-archive/plugin";
import { ended, logFile, logLines } from "./hook-session";

const november = "2026-11-21T12:00:00Z";
const carried = (...files: string[]): { messages: WakeMessage[] } => ({
  messages: files.map(file => ({ text: "hi", at: november, file: `visitors/${file}` })),
});

/** A home whose visitors/ has these files: name → text; each of them of a November noon. */
async function visited(files: Readonly<Record<string, string>>) {
  const place = await temporaryHome();
  for (const [name, text] of Object.entries(files)) {
    await place.home.write(`visitors/${name}`, text);
    setDate(place.home, name, november);
  }
  return place;
}
const setDate = (home: HomeFolder, name: string, iso: string) =>
  utimesSync(`${home.path}/visitors/${name}`, new Date(iso), new Date(iso));

/** Runs the hook, and answers its outcome. */
async function after(home: HomeFolder, over: Partial<Session>, timeZone = "UTC") {
  await using app = await testKernel([configured(plugin)], { home, timeZone });
  return (await app.run(PostSession, ended(over))).outcomes[0]!;
}
const inFolder = (home: HomeFolder, folder = "") =>
  readdirSync(`${home.path}/visitors/${folder}`, { withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
const read = (id: string, file_path: unknown): AgentEvent => ({ type: "tool", id, name: "Read", input: { file_path } });
const answer = (id: string, isError = false): AgentEvent => ({ type: "tool_result", id, content: "x", isError });

describe("a session that ended well", () => {
  test("H2: puts away what it was shown with its messages, and leaves what it was not", async () => {
    using place = await visited({ "a.md": "a", "b.md": "b", "c.md": "c" });
    expect(await after(place.home, carried("a.md", "b.md", "b.md"))).toMatchObject({
      state: "done",
      note: "2 archived",
    });
    expect(inFolder(place.home)).toEqual(["c.md"]);
    expect(inFolder(place.home, "archive/2026-11")).toEqual(["a.md", "b.md"]);
  });

  test("H2: puts away what its agent opened and got to see, by whatever path, and nothing that it only looked for", async () => {
    using place = await visited({ "a.md": "a", "b.md": "b", "c.md": "c", "d.md": "d", "e.md": "e" });
    const home = place.home.path;
    const events: AgentEvent[] = [
      ...[read("1", `${home}/visitors/a.md`), answer("1")],
      ...[read("2", "visitors/../visitors/b.md"), answer("2")],
      ...[read("3", `${home}/visitors/c.md`), answer("3", true)],
      ...[{ type: "tool", id: "4", name: "Glob", input: { pattern: "visitors/*" } } as const, answer("4")],
      read("5", `${home}/visitors/e.md`),
      ...[read("6", 7), answer("6"), read("7", "visitors/gone.md"), answer("7")],
    ];
    await using log = await logFile([...logLines(...events), "no json"]);
    expect((await after(place.home, { log: log.path })).note).toBe("2 archived");
    expect(inFolder(place.home)).toEqual(["c.md", "d.md", "e.md"]);
  });

  test("H3: never replaces what is in the archive", async () => {
    using place = await visited({ "a.md": "new", "archive/2026-11/a.md": "old", "archive/2026-11/a-2.md": "older" });
    await after(place.home, carried("a.md"));
    expect(inFolder(place.home)).toEqual([]);
    const texts = ["a.md", "a-2.md", "a-3.md"].map(name =>
      readFileSync(`${place.home.path}/visitors/archive/2026-11/${name}`, "utf8"),
    );
    expect(texts).toEqual(["old", "older", "new"]);
  });

  test("H3: leaves README.md, hidden files, folders, and what lies elsewhere", async () => {
    using place = await visited({ "README.md": "r", "readme.MD": "r", ".hidden.md": "h", "deep/x.md": "x" });
    await place.home.write("memory/memory.md", "m");
    const names = ["README.md", "readme.MD", ".hidden.md", "deep", "deep/x.md", "../memory/memory.md"];
    expect((await after(place.home, carried(...names))).note).toBe("0 archived");
    expect(inFolder(place.home)).toEqual([".hidden.md", "README.md", "readme.MD"]);
  });

  test("files by the month of the file's date in the house's zone, and the date stays", async () => {
    using place = await visited({ "a.md": "a" });
    setDate(place.home, "a.md", "2026-12-01T03:00:00Z");
    await after(place.home, carried("a.md"), "America/New_York");
    const [file] = await place.home.list("visitors/archive/2026-11");
    expect(new Date(file!.mtimeMs).toISOString()).toBe("2026-12-01T03:00:00.000Z");
  });

  test("follows no link out of the home, neither of a file nor of the archive", async () => {
    using outside = temporaryFolder();
    writeFileSync(`${outside.path}/precious.md`, "precious");
    using place = await visited({ "a.md": "a" });
    symlinkSync(`${outside.path}/precious.md`, `${place.home.path}/visitors/link.md`);
    symlinkSync(outside.path, `${place.home.path}/visitors/archive`);
    const { state, note } = await after(place.home, carried("link.md", "a.md"));
    expect([state, note]).toEqual(["failed", expect.stringContaining("0 archived, 1 not: a.md: ")]);
    expect(inFolder(place.home)).toEqual(["a.md", "archive", "link.md"]);
    expect(readdirSync(outside.path)).toEqual(["precious.md"]);
  });

  test("one file that cannot be moved keeps none of the others, and is named", async () => {
    using place = await visited({ "a.md": "a", "b.md": "b", "archive/2026-10": "a file where a folder should be" });
    setDate(place.home, "a.md", "2026-10-05T12:00:00Z");
    const { state, note } = await after(place.home, carried("a.md", "b.md"));
    expect([state, note]).toEqual(["failed", expect.stringMatching(/^1 archived, 1 not: a\.md: /)]);
    expect(inFolder(place.home)).toEqual(["a.md"]);
  });

  test("a move that was cut off in the middle is taken up, and makes no copy", async () => {
    using place = await visited({ "a.md": "a", "archive/2026-11/b.md": "b" });
    const visitors = `${place.home.path}/visitors`;
    linkSync(`${visitors}/a.md`, `${visitors}/archive/2026-11/a.md`);
    await after(place.home, carried("a.md"));
    expect(inFolder(place.home)).toEqual([]);
    expect(inFolder(place.home, "archive/2026-11")).toEqual(["a.md", "b.md"]);
  });

  test("what is gone is no fault, nor is a home without visitors", async () => {
    using place = await temporaryHome({ "memory/memory.md": "m" });
    expect(await after(place.home, carried("a.md"))).toMatchObject({ state: "done", note: "0 archived" });
  });
});

test.each(["failed", "budget_stopped", "timed_out", "cancelled", "interrupted"] as const)(
  "H2: a session that is %s puts nothing away",
  async state => {
    using place = await visited({ "a.md": "a" });
    expect((await after(place.home, { ...carried("a.md"), state })).state).toBe("skipped");
    expect(inFolder(place.home)).toEqual(["a.md"]);
  },
);

test("leaves nothing behind", () => expectClean(configured(plugin)));
