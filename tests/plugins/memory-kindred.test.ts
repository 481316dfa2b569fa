import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { Settled } from "hearth";
import { HeldClock } from "hearth/testing";
import { Resonances } from "hearth-plugins/hook-resonance";
import { MemoryCommands } from "hearth-plugins/memory";
import { PostSession } from "hearth-plugins/sessions";
import content from "../../plugins/content/plugin";
import echoes from "../../plugins/echoes/plugin";
import useLite from "../../plugins/embedder-use-lite/plugin";
import hookEchoes from "../../plugins/hook-echoes/plugin";
import hookMemoryIndex from "../../plugins/hook-memory-index/plugin";
import hookResonance from "../../plugins/hook-resonance/plugin";
import memoryMap from "../../plugins/memory-map/plugin";
import { type MemoryKernel, memoryKernel } from "../fixtures/memory-house";
import { until } from "../fixtures/until";
import { ended } from "./hook-session";

/** What the plugins that read memory make of the real one, with the real embedder and the real pages. */
let app: MemoryKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

const plugins = join(import.meta.dir, "../../plugins");
const folderOf = (id: string) => [id, join(plugins, id)] as const;
const folders = Object.fromEntries(["content", "hook-echoes", "hook-resonance", "memory-map", "memory"].map(folderOf));

const page = (title: string, date: string, text: string, more = "") =>
  `---\ntitle: "${title}"\ndate: "${date}"\n${more}---\n\n${text}\n`;
const secret =
  "Ada told me that the boats have gone from the harbour, and that nobody on the quay knows whether they will return.";

const files = {
  "thoughts/harbour.md": page(
    "The harbour",
    "2026-01-02",
    "The harbour was empty this morning. I kept thinking of all the boats that leave without saying when they return, and of how little anyone on the quay can do but wait.",
  ),
  "dreams/ferry.md": page(
    "The ferry",
    "2026-03-01",
    "In the dream the ferry pulled away from the harbour while people stood watching on the quay. Nobody knew whether the boat would ever return, and they simply waited there.",
    "type: prose\nimmersive: false\n",
  ),
  "essays/bread.md": page(
    "On bread",
    "2026-04-01",
    "Bread is a lesson in temperature. Too warm and the dough runs away from itself; too cold and it sulks until evening.",
  ),
  "letters/chess.md": page(
    "To my brother",
    "2026-05-01",
    "You taught me chess with pieces made of bottle caps. I still see the queen as a green cap with a dent.",
  ),
  "memory/notes.md": `# Notes\n\nThe boats that leave the harbour in the morning, and those who wait on the quay until they return: for my eyes only.\n`,
  "mailbox/ada/thread.jsonl": `${JSON.stringify({ id: "1", from: "ada", body: secret, ts: "2026-11-03T10:00:00Z" })}\n`,
};

async function house() {
  const clock = new HeldClock("2026-11-21T12:00:00Z");
  app = await memoryKernel({
    files,
    clock,
    folders,
    settings: { embedder: ["use-lite"] },
    plugins: [useLite, content, hookMemoryIndex, echoes, hookEchoes, hookResonance, memoryMap],
  });
  await app.emit(Settled, {});
  await app.inStep();
  return clock;
}

const session = async (...changed: string[]) => {
  const report = await app.run(PostSession, ended({ id: `session-${Date.now()}`, changed }));
  expect(report.outcomes.map(({ id, state }) => [id, state])).toEqual(report.outcomes.map(({ id }) => [id, "done"]));
  return Object.fromEntries(report.outcomes.map(({ id, note }) => [id, note]));
};

test("with the real memory, a page echoes what is near to it in meaning, and nothing that is not public", async () => {
  await house();
  await session();
  const { body } = await app.get("/echoes/thoughts/harbour");
  expect(body.echoes[0]).toMatchObject({ content_type: "dreams", slug: "ferry", title: "The ferry" });
  await app.write(
    "scores/waiting.md",
    page("Waiting", "2026-11-21", "Stand on the quay. Wait for a boat to return to the harbour. Count to a hundred."),
  );
  const notes = await session("scores/waiting.md");
  expect(notes["echoes"]).toBe("1 of 5 pages compared; the manifest was written");
  const after = (await app.get("/echoes/thoughts/harbour")).body.echoes.map(({ slug }: { slug: string }) => slug);
  expect(after).toContain("waiting");
  const manifest = (await app.home.read("data/echoes_manifest.json"))!.text;
  for (const word of ["ada", "notes", "mailbox"]) expect(manifest).not.toContain(word);
});

test("with the real memory, what says something alike resonates, and nothing that somebody confided", async () => {
  await house();
  await session();
  const told = await app.service(Resonances).today();
  const ends = told.map(({ a, b }) => [a.path, b.path].sort().join());
  expect(ends).toContain("dreams/ferry.md,thoughts/harbour.md");
  const text = (await app.home.read("data/resonances/2026-11-21.md"))!.text;
  expect(text).not.toContain("Ada told me");
  expect((await app.service(Resonances).passage("a vessel that sails away")).hits[0]!.path).not.toContain("mailbox");
  const { body } = await app.get("/analytics/resonance");
  expect(body.days[0].pairs.length).toBeGreaterThan(0);
  expect(JSON.stringify(body)).not.toContain("my eyes only");
  expect((await session())["resonance"]).toBe("0 told, 0 found, 0 files compared");
});

test("with the real memory, the map holds the public works, near to what they are near to", async () => {
  const clock = await house();
  clock.advance(60_000);
  const map = await until(async () => {
    const { status, body } = await app.get("/memory/map");
    return status === 200 && body.works.length === 4 && body;
  });
  expect(map.works.map(({ slug }: { slug: string }) => slug).sort()).toEqual(["bread", "chess", "ferry", "harbour"]);
  const lines: string[] = [];
  const io = { print: (line: string) => void lines.push(line), signal: new AbortController().signal };
  await app
    .items(MemoryCommands)
    .find(({ id }) => id === "map")!
    .run(["--svg"], io);
  expect(lines.join()).toContain("<title>The ferry (2026-03-01)</title>");
});
