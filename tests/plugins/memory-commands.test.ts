import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Commands, definePlugin, UsageError } from "hearth";
import { MemoryCommands } from "hearth-plugins/memory";
import { type MemoryKernel, type MemoryKernelOptions, memoryKernel, smallEmbedder } from "../fixtures/memory-house";
import { until } from "../fixtures/until";

let app: MemoryKernel;
afterEach(() => app?.[Symbol.asyncDispose]());

const files = {
  "thoughts/2026-11-01-morning.md":
    '---\ndate: "2026-11-01"\ntitle: "The lamp"\n---\n\n# Lamp\n\nThe lamp burns by the window.\n\n# Kettle\n\nThe kettle sings.\n\n# Dog\n\nThe dog sleeps.\n',
  "dreams/2026-11-02-sea.md": `---\ndate: "2026-11-02"\n---\n\n${"A long swim in the open sea. ".repeat(30)}\n`,
  "mailbox/ada/thread.jsonl": `${JSON.stringify({ id: "1", from: "ada", body: "My secret is the blue door.", ts: "2026-11-03T10:00:00Z" })}\n`,
};
const begin = async (options: MemoryKernelOptions = {}) => {
  app = await memoryKernel({ files, embedder: smallEmbedder(), ...options });
  if (options.mode !== "command") await app.inStep();
};

/** Runs `hearth memory …`; what it prints, and its exit code behind it when that is not 0. */
async function run(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const command = app.items(Commands).find(({ id }) => id === "memory")!;
  const code = await command.run(args, { print: line => void lines.push(line), signal: new AbortController().signal });
  return [...lines, ...(code ? [`exit ${code}`] : [])].join("\n");
}

describe("hearth memory search", () => {
  test("prints each passage with its score, place, date, reason and words", async () => {
    await begin();
    const out = await run("search", "the lamp", "--mode", "text");
    expect(out).toMatch(/^ 1\. \d\.\d\d {2}thoughts\/2026-11-01-morning\.md:6 {2}2026-11-01 {2}thought\n {4}\S/);
    expect(out).toContain("    > # Lamp The lamp burns by the window.");
  });

  test("finds what persons confided with --all only, and with --public what was published", async () => {
    await begin();
    expect(await run("search", "blue door", "--mode", "text")).toBe("nothing was found");
    expect(await run("search", "blue door", "--mode", "text", "--all")).toContain("mailbox/ada/thread.jsonl:1");
    expect(await run("search", "lamp", "--mode", "text", "--public")).toContain("thoughts/");
  });

  test("M12: --full is full, and without it a quote is cut", async () => {
    await begin({ embedder: smallEmbedder({}, { window: 512 }) });
    const swims = (out: string) => out.match(/A long swim/g)!.length;
    const full = await run("search", "swim", "--mode", "text", "--full");
    expect(swims(full)).toBe(30);
    expect(full).not.toContain("…");
    const cut = await run("search", "swim", "--mode", "text");
    expect(swims(cut)).toBe(10);
    expect(cut).toEndWith("…");
  });

  test("M12: --context shows what stands around, whole with --full", async () => {
    await begin({
      files: {
        "essays/three.md": `# One\n\n${"First words here. ".repeat(14)}\n\n# Two\n\n${"A zebra walks by. ".repeat(14)}\n\n# Three\n\n${"Last words here. ".repeat(14)}\n`,
      },
    });
    const out = await run("search", "zebra", "--mode", "text", "--context", "--full", "--limit", "1");
    expect(out).toContain("    » A zebra walks by.");
    expect(out).toContain("    > First words here.");
    expect(out).toContain("    > Last words here.");
    expect(out).not.toContain("…");
    const alone = await run("search", "zebra", "--mode", "text", "--limit", "1");
    expect(alone).not.toContain("First words");
  });

  test("--json prints what the route answers", async () => {
    await begin();
    const { hits, note, mode } = JSON.parse(await run("search", "lamp", "--json", "--mode", "text"));
    const { body } = await app.get("/memory/search?q=lamp&mode=text");
    expect([hits, note, mode]).toEqual([body.hits, body.note, "text"]);
  });

  test("filters are those of the route", async () => {
    await begin();
    const found = async (...args: string[]) =>
      (await run("search", "the lamp sea", "--mode", "text", ...args)).match(/\S+\.md/g) ?? [];
    expect(new Set(await found("--type", "dream"))).toEqual(new Set(["dreams/2026-11-02-sea.md"]));
    const first = await found("--from", "2026-11-01", "--to", "2026-11-01");
    expect(new Set(first)).toEqual(new Set(["thoughts/2026-11-01-morning.md"]));
    expect(await found("--type", "score,letter")).toEqual([]);
  });

  test("what a file holds does not reach the terminal as an order", async () => {
    await begin({ files: { "essays/x.md": "A bell \u001b[31mrings\u0007 in the town.\n" } });
    expect(await run("search", "bell", "--mode", "text", "--full")).toMatch(
      /A bell \uFFFD\[31mrings\uFFFD in the town\./,
    );
  });

  test.each([
    [["search"], "search takes one question"],
    [["search", "two", "words"], "search takes one question"],
    [["search", ""], "the question: at least 1 characters"],
    [["search", "x", "--limit", "0"], "--limit"],
    [["search", "x", "--from", "soon"], "--from"],
    [["search", "x", "--mode", "magic"], "--mode"],
    [["search", "x", "--all", "--public"], "--all and --public cannot both be"],
    [["search", "x", "--nothing"], "--nothing"],
    [["serch", "x"], 'memory knows no "serch". Did you mean'],
    [["compact"], "--older-than takes a number of days"],
    [["compact", "--older-than", "soon"], "--older-than takes a number of days"],
    [["status", "x"], "x"],
    [["forget-index"], "say --yes"],
  ])("%p is refused, and says why", async (args, why) => {
    await begin();
    const error = await run(...args).catch(thrown => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(why);
  });
});

test("hearth memory lists its commands, those of other plugins too, and runs them", async () => {
  const moon = definePlugin({
    id: "moon",
    summary: "adds a command",
    setup: ctx =>
      ctx.add(MemoryCommands, {
        id: "moon",
        usage: "[--full]",
        summary: "what is remembered of the moon",
        run: (args, io) => void io.print(`moon ${args}`),
      }),
  });
  await begin({ plugins: [moon] });
  const out = await run();
  for (const id of ["search", "status", "index", "audit", "compact", "forget-index", "moon"])
    expect(out).toContain(`hearth memory ${id}`);
  expect(await run("moon", "--full")).toBe("moon --full");
});

test("hearth memory status says how much is remembered, and what is missing", async () => {
  await begin();
  const out = await run("status");
  expect(out).toContain("embedder   small");
  expect(out).toMatch(/files {6}3\npassages {3}\d+, 0 of them without a vector/);
  await app.kernel.disable("embedder-small");
  await until(async () => (await run("status")).includes("embedder   none: words only"));
  expect(await run("status")).toContain("problem    small: there is no such embedder");
});

test("hearth memory audit tells what stands in memory twice", async () => {
  const copy = "The very same words stand in two places of this home, for whatever reason that may have.\n";
  await begin({
    files: { "essays/a.md": copy, "essays/b.md": copy, "memory/identity.md": "You are kind and curious.\n" },
  });
  const out = await run("audit");
  expect(out).toMatch(/^passages +3\nstanding twice +[12] \(/);
});

test("hearth memory forget-index makes the index anew", async () => {
  await begin();
  const reads = () => app.log.filter(({ message }) => message === "memory has read the home").map(({ read }) => read);
  expect(reads()).toEqual([3]);
  expect(await run("forget-index", "--yes")).toBe("the index is begun anew");
  await until(() => reads().length === 2);
  await app.inStep();
  expect(reads()).toEqual([3, 3]);
  expect(await app.paths("lamp")).toEqual(["thoughts/2026-11-01-morning.md"]);
});

describe("where no daemon runs", () => {
  test("hearth memory search reads the home first, and makes no vectors", async () => {
    await begin({ mode: "command" });
    expect(existsSync(join(app.state, "memory"))).toBe(false);
    expect(await run("search", "lamp", "--mode", "text")).toContain("thoughts/2026-11-01-morning.md:6");
    const { pending, passages } = await app.memory.status();
    expect(pending).toBe(passages);
  });

  test("hearth memory index makes them all, also those of a new embedder", async () => {
    await begin({ mode: "command" });
    const out = await run("index");
    expect(out).toMatch(/passages {3}(\d+), 0 of them without a vector/);
    expect((await app.memory.search({ text: "lamp", audience: "own", mode: "semantic" })).mode).toBe("semantic");
  });
});

describe("hearth memory compact", () => {
  const days = "# Recent days\n\n## Day 1 (Sep 01)\n\nFirst.\n\n## Day 2 (Nov 20)\n\nSecond.\n";
  const at = (path: string) => join(app.home.path, path);

  test("moves old days to an archive beside the file, and a second time nothing", async () => {
    await begin({ files: { "memory/recent-days.md": days } });
    expect(await run("compact", "--older-than", "30d", "--dry-run")).toContain(
      "would go to memory/memory-archive-day1-1.md",
    );
    expect(readFileSync(at("memory/recent-days.md"), "utf8")).toBe(days);
    expect(await run("compact", "--older-than", "30d")).toBe(
      "day 1 (2026-09-01)\nwent to memory/memory-archive-day1-1.md",
    );
    expect(readFileSync(at("memory/recent-days.md"), "utf8")).toBe("# Recent days\n\n## Day 2 (Nov 20)\n\nSecond.\n");
    expect(readFileSync(at("memory/memory-archive-day1-1.md"), "utf8")).toBe("## Day 1 (Sep 01)\n\nFirst.\n");
    expect(await run("compact", "--older-than", "30d")).toBe("no day is that old");
  });

  test("says when there is nothing to compact", async () => {
    await begin();
    expect(await run("compact", "--older-than", "30").catch(error => error.message)).toContain(
      "there is no memory/recent-days.md",
    );
  });
});
