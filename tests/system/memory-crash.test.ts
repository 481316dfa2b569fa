import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { type Dice, dice } from "../fixtures/dice";
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
} from "../fixtures/memory-daemon";
import { until } from "../fixtures/until";

/** A longer run: `MEMORY_CRASHES=100 bun test tests/system/memory-crash.test.ts`. */
const CRASHES = Number(process.env["MEMORY_CRASHES"] ?? 8);
const SEED = Number(process.env["MEMORY_SEED"] ?? 20261121);

const QUESTION = "the light that never goes out";
const configOf = (embedder: string) =>
  memoryConfig({ memory: `embedder = ["${embedder}"]`, sessions: "" }, wordEmbedder());
const subjects = ["the river", "a letter", "the garden", "bread", "an old tower", "rain", "the ferry", "my sister"];
const doings = ["wakes before me", "waits at the door", "says nothing for days", "comes back in spring", "is not mine"];

let place: DaemonPlace;
let count = 0;

/** A few paragraphs that were never written before. */
const text = (chance: Dice): string =>
  Array.from({ length: 1 + chance.int(5) }, () => {
    const line = () => `${chance.pick(subjects)} ${chance.pick(doings)} (${++count})`;
    return `${line()}, and ${line()}. I wrote it down because ${line()}.`;
  }).join("\n\n");

/** Files come, change and go. @param where below the place: the home, or what a session writes */
function write(chance: Dice, many: number, where = "home"): void {
  for (let nth = 0; nth < many; nth++) {
    const path = `${where}/${chance.pick(["thoughts", "dreams", "memory"])}/${chance.int(60)}.md`;
    if (where === "home" && chance.now(0.1)) rmSync(join(place.folder, path), { force: true });
    else place.write(path, page("A page", "2026-01-02", text(chance)));
  }
}

/** What is going on when the light goes out; each ends some time after it has begun. */
const moments: Readonly<Record<string, (daemon: TestDaemon, chance: Dice) => Promise<unknown>>> = {
  "while the home is read": async () => {},
  "while vectors are made": daemon => until(async () => (await memoryStatus(daemon)).pending > 0, 5).catch(() => {}),
  "while a session is learned": async (daemon, chance) => {
    write(chance, 5, "next");
    await daemon.call("POST", "/admin/wake", { session_type: "dusk" });
  },
  "while the embedder changes": async (_, chance) =>
    writeFileSync(place.configFile, configOf(chance.pick(["use-lite", "words"]))),
  "while files change": async (_, chance) => write(chance, 10),
};
const seen = new Set<string>();
const problems: string[] = [];

/** A life that ends before anybody has been answered, most often while the home is being read. */
async function stillbirth(chance: Dice): Promise<void> {
  const child = Bun.spawn([process.execPath, "core/cli.ts", "start"], {
    cwd: join(import.meta.dir, "../.."),
    env: place.env,
    stdio: ["ignore", "ignore", "ignore"],
  });
  await Bun.sleep(300 + chance.int(700));
  child.kill("SIGKILL");
  await child.exited;
}

/** A life of the daemon that ends with SIGKILL, after things that go on in a home went on in it. */
async function shortLife(chance: Dice): Promise<void> {
  const daemon = await startDaemon(place);
  await until(async () => (await found(daemon, QUESTION, "&mode=text"))[0]?.path === "thoughts/first.md");
  const moment = chance.pick(Object.keys(moments));
  seen.add(moment);
  await moments[moment]!(daemon, chance);
  await Bun.sleep(chance.int(chance.now(0.5) ? 100 : 600)); // somewhere in the middle of it
  daemon.signal("SIGKILL");
  await daemon.exited;
  problems.push(
    ...daemon
      .log()
      .filter(({ level }) => level === "error")
      .map(line => JSON.stringify(line)),
  );
}

/** What lies there after a kill; then the home goes on without Hearth. */
function lookAndGoOn(chance: Dice): void {
  for (const file of indexFiles(place.state)) problems.push(...faultsOf(file));
  write(chance, chance.int(20));
  if (chance.now(0.3)) place.write("config/home.toml", configOf(chance.pick(["use-lite", "words"])));
}

describe(`kill -9 of the daemon, ${CRASHES} times, while memory reads, embeds, learns and changes its embedder`, () => {
  let daemon: TestDaemon;
  beforeAll(async () => {
    place = withWordEmbedder(withWritingAgent(daemonPlace(configOf("use-lite"))));
    const chance = dice(SEED);
    place.write("home/thoughts/first.md", page("First", "2026-01-01", `Of ${QUESTION}.`));
    write(chance, 60);
    for (let life = 0; life < CRASHES; life++) {
      await (chance.now(0.3) ? stillbirth : shortLife)(chance);
      lookAndGoOn(chance);
    }
    place.write("config/home.toml", configOf("use-lite"));
    daemon = await startDaemon(place);
    await rested(daemon);
    await until(() => indexFiles(place.state).length === 1);
  }, 1_200_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("M3: each life that followed answered, and what each left held together: no vector and no words without their passage, nor the reverse", () => {
    expect(problems).toEqual([]);
    expect(seen.size).toBeGreaterThan(2);
  });

  test("M3: in the end every file is in, every passage has its vector, and a question is answered by meaning", async () => {
    const known = passagesIn(indexFiles(place.state)[0]!);
    expect(known.filter(({ vector }) => vector === null)).toEqual([]);
    const files = [...new Bun.Glob("{thoughts,dreams,memory}/*.md").scanSync({ cwd: place.home })];
    expect([...new Set(known.map(({ path }) => path))].sort()).toEqual(files.sort());
    const [hit] = await found(daemon, "a lamp that is always burning", "&mode=semantic");
    expect(hit.path).toBe("thoughts/first.md");
  });

  test("M3: and it is the index that a quiet life would have made, to the last vector", async () => {
    const before = passagesIn(indexFiles(place.state)[0]!);
    expect((await hearth(place, "memory", "forget-index", "--yes")).code).toBe(0);
    await rested(daemon, new Set(before.map(({ path }) => path)).size);
    expect(passagesIn(indexFiles(place.state)[0]!)).toEqual(before);
    expect(faultsOf(indexFiles(place.state)[0]!)).toEqual([]);
  }, 60_000);
});
