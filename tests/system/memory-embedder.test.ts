import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { faultsOf, indexFiles, passagesIn } from "../fixtures/index-check";
import {
  found,
  memoryConfig,
  memoryStatus,
  page,
  rested,
  withWordEmbedder,
  withWritingAgent,
  wordEmbedder,
  wordVectors,
} from "../fixtures/memory-daemon";
import { endOf } from "../fixtures/reports";
import { until } from "../fixtures/until";

const FILES = 64;
const configOf = (embedder: string, table = wordEmbedder()) =>
  memoryConfig({ memory: `embedder = ["${embedder}"]\nworkers = 1` }, table);
const paths = async (daemon: TestDaemon, question: string, mode: string) =>
  (await found(daemon, question, `&mode=${mode}&limit=3`)).map(({ path }) => path);

/** The tests are one life, from one embedder to a stranger's and back; each goes on where the one before it ended. */
describe("the embedder is changed for a stranger's from a folder", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  const keys = () => indexFiles(place.state).map(file => basename(file));
  const hold = (vectors: number) => place.write("hold", `${vectors}`);
  const release = () => rmSync(join(place.folder, "hold"));
  /** What the house that is asked by meaning finds for a question that shares no word with the thought. */
  const byMeaning = () => paths(daemon, "a vessel departs and those ashore are left behind", "semantic");

  beforeAll(async () => {
    place = withWordEmbedder(withWritingAgent(daemonPlace(configOf("use-lite", ""))));
    for (let nth = 1; nth < FILES; nth++)
      place.write(
        `home/thoughts/${nth}.md`,
        page(`${nth}`, "2026-01-02", `On day ${nth} the soup was thin and the bread was dark.`),
      );
    place.write(
      "home/thoughts/boat.md",
      page("The boat", "2026-01-02", "The boat sailed, and we stood on the quay and waved."),
    );
    daemon = await startDaemon(place);
    await rested(daemon, FILES);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("the old index answers by meaning while the new one is made", async () => {
    expect((await byMeaning())[0]).toBe("thoughts/boat.md");
    hold(20);
    place.write("config/home.toml", configOf("words"));
    const status = await until(async () => {
      const now = await memoryStatus(daemon);
      return wordVectors(place) >= 20 && now.pending === FILES - wordVectors(place) && now;
    });
    expect(status).toMatchObject({ embedder: "words", answering: "use-lite", files: FILES, problem: null });
    expect(status.pending).toBeGreaterThan(16);
    expect((await byMeaning())[0]).toBe("thoughts/boat.md");
    expect((await hearth(place, "memory", "status")).out).toContain("answering  the index of use-lite");
    expect(keys().length).toBe(2);
  });

  test("what a session writes meanwhile is found by meaning, too", async () => {
    const before = wordVectors(place);
    place.write(
      "next/thoughts/storm.md",
      page("Storm", "2026-01-03", "Thunder rolled over the hills, and the windows shook."),
    );
    const { body } = await daemon.call("POST", "/admin/wake", { session_type: "dusk" });
    expect(await endOf(daemon, body.session_id)).toBe("done");
    expect((await paths(daemon, "lightning and a loud noise in the sky", "semantic"))[0]).toBe("thoughts/storm.md");
    expect(wordVectors(place)).toBe(before);
  });

  test("a restart goes on where it was: still the old one answers, and no vector is made twice", async () => {
    const made = wordVectors(place);
    await daemon[Symbol.asyncDispose]();
    daemon = await startDaemon(place);
    const status = await until(async () => {
      const now = await memoryStatus(daemon);
      return now.answering === "use-lite" && !now.reading && now.pending > 0 && now;
    });
    expect(status.pending).toBe(FILES + 1 - made);
    expect((await byMeaning())[0]).toBe("thoughts/boat.md");
    release();
    await rested(daemon, FILES + 1);
    expect(wordVectors(place)).toBe(FILES + 1);
  });

  test("then the new one takes over, whole, and the file of the old one is deleted", async () => {
    await until(() => keys().length === 1);
    expect(keys()).toEqual(["words-48-1.db"]);
    const passages = passagesIn(indexFiles(place.state)[0]!);
    expect(passages.length).toBe(FILES + 1);
    expect(passages.filter(({ vector }) => vector?.length !== 48 * 8)).toEqual([]);
    expect(faultsOf(indexFiles(place.state)[0]!)).toEqual([]);
    expect(await memoryStatus(daemon)).toMatchObject({ embedder: "words", answering: null, pending: 0 });
    expect((await paths(daemon, "the quay, the boat", "semantic"))[0]).toBe("thoughts/boat.md");
  });

  test("another version of it is another index", async () => {
    place.write("config/home.toml", configOf("words", wordEmbedder("2")));
    await until(() => keys().includes("words-48-2.db") && keys().length === 1);
    expect((await rested(daemon, FILES + 1)).embedder).toBe("words");
  });

  test("when its plugin is turned off, words are found; turned on again, its vectors are still there", async () => {
    const before = wordVectors(place);
    place.write("config/home.toml", configOf("words", `${wordEmbedder("2")}enabled = false\n`));
    await until(async () => (await memoryStatus(daemon)).problem === "words: there is no such embedder");
    expect((await paths(daemon, "boat", "hybrid"))[0]).toBe("thoughts/boat.md");
    place.write("config/home.toml", configOf("words", wordEmbedder("2")));
    await until(async () => (await memoryStatus(daemon)).problem === null);
    await rested(daemon, FILES + 1);
    expect(wordVectors(place)).toBe(before);
    expect((await paths(daemon, "the quay, the boat", "semantic"))[0]).toBe("thoughts/boat.md");
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  });
});
