import { expect, test } from "bun:test";
import { join } from "node:path";
import { fake, HeldClock } from "hearth/testing";
import { Graph } from "hearth-plugins/hook-graph";
import { PostSession, Sessions } from "hearth-plugins/sessions";
import drift from "../../plugins/hook-drift/plugin";
import graph from "../../plugins/hook-graph/plugin";
import memoryIndex from "../../plugins/hook-memory-index/plugin";
import mirror from "../../plugins/hook-mirror/plugin";
import { diary } from "../fixtures/diary";
import { memoryFolder, memoryKernel, smallEmbedder } from "../fixtures/memory-house";
import { ended } from "./hook-session";

/** 40 days up to 2026-05-10; the last seven are about a lighthouse. */
const works = diary({
  seed: 1,
  from: "2026-04-01",
  days: 40,
  perDay: () => 2,
  planted: day => (day >= 33 ? "and today I climbed the old lighthouse at Cape Verity again." : ""),
});
const page = (date: string, text: string) => `---\ndate: "${date}"\ntitle: "A day"\ntags: [diary]\n---\n\n${text}\n`;
const files = {
  ...Object.fromEntries(works.map(({ path, date, text }) => [path, page(date!, text as string)])),
  "mailbox/ada/thread.jsonl": Array.from({ length: 9 }, (_, at) =>
    JSON.stringify({
      id: `m${at}`,
      from: "ada",
      ts: `2026-05-0${at + 1}T10:00:00Z`,
      body: "Between us: the Quicksilver Order, again and again.",
    }),
  ).join("\n"),
};
const folders = { memory: memoryFolder, "hook-graph": join(import.meta.dir, "../../plugins/hook-graph") };

test("with the real engine: after a session drift, mirror and graph know what is new, and nothing that was confided", async () => {
  await using app = await memoryKernel({
    files,
    folders,
    embedder: smallEmbedder(),
    clock: new HeldClock("2026-05-10T20:00:00Z"),
    plugins: [memoryIndex, drift, mirror, graph, fake(Sessions, { list: () => [] })],
  });
  await app.inStep();
  await app.write(
    "dreams/2026-05-10-tower.md",
    page("2026-05-10", "a dream of the lighthouse at Cape Verity, where Keeper Bo lives."),
  );
  const { outcomes } = await app.run(
    PostSession,
    ended({ changed: ["dreams/2026-05-10-tower.md", ...Object.keys(files)] }),
  );
  expect(outcomes.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
    "drift done",
    "graph done",
    "memory-index done",
    "mirror done",
  ]);
  const without = await app.memory.works({ audience: "own", vectors: false });
  expect([without.length, without.filter(({ vector }) => vector).length]).toEqual([81, 0]);
  const read = async (path: string) => (await app.home.read(path))!.text;
  const signals = JSON.parse(await read("data/drift-signals.json"));
  expect(signals.topics.gravitating.join()).toMatch(/lighthouse|verity/i);
  expect(JSON.parse(await read("data/mirror-snapshot.json"))).toMatchObject({ status: "ok", day: 116 });
  const active = await app.service(Graph).active();
  expect(active.find(({ name }) => name === "Cape Verity")).toMatchObject({ works: 15, days: 7, last: "2026-05-10" });
  const { works: near, entities } = await app.service(Graph).cluster("lighthouse");
  expect(near.length).toBeGreaterThan(3);
  const all = [
    await read("data/drift-signals.json"),
    await read("data/mirror-snapshot.json"),
    await read("data/mirror-summary.md"),
    JSON.stringify([active, near, entities, await app.service(Graph).discover()]),
  ];
  expect(all.join()).not.toMatch(/quicksilver/i);
});
