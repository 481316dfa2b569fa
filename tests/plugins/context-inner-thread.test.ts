import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { codePoints } from "hearth";
import { configured, expectClean, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import { type Gathering, WakeContext } from "hearth-plugins/sessions";
import plugin from "../../plugins/context-inner-thread/plugin";
import { readTail } from "../../plugins/context-inner-thread/tail";
import { settings } from "./hook-session";

const FILE = "inner-thread/thread.jsonl";

let place: Awaited<ReturnType<typeof temporaryHome>>;
let app: TestKernel;

beforeEach(async () => {
  place = await temporaryHome();
  app = await testKernel([configured(plugin)], { home: place.home });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const line = (body: unknown, over: object = {}) =>
  JSON.stringify({ body, type: "question", day: 12, session: "morning", ...over });
const put = (...lines: string[]) => place.home.write(FILE, lines.map(one => `${one}\n`).join(""));

/** The section of a wake, and what the source noted. */
async function look(): Promise<{ text?: string | undefined; note?: string | undefined }> {
  const sections: Gathering["sections"] = new Map();
  const report = await app.run(WakeContext, {
    session: "s",
    type: "noon",
    settings,
    messages: [],
    now: new Date("2026-11-21T12:00:00Z"),
    timeZone: "UTC",
    dryRun: true,
    sections,
  });
  const [{ state, note }] = report.outcomes as [(typeof report.outcomes)[number]];
  expect(state).toBe("done");
  return { text: sections.get("thread")?.text, note };
}
/** The lines between the head of the box and its rule. */
const entries = async () => (await look()).text?.split("\n").slice(2, -1);

describe("the section thread", () => {
  test("holds the last three entries, oldest first, in a ruled box", async () => {
    await put(line("one"), line("two"), line("three", { type: "image" }), line("four", { day: "13", session: "dusk" }));
    expect((await look()).text).toBe(
      [
        "─── Inner Thread ───",
        "What you last said to yourself, the newest at the end:",
        "Day 12 (morning, question): two",
        "Day 12 (morning, image): three",
        "Day 13 (dusk, question): four",
        "─".repeat(19),
      ].join("\n"),
    );
  });

  test("is not there without a file, with an empty one, or with blank lines only", async () => {
    expect(await look()).toEqual({});
    for (const text of ["", "\n\n", " \r\n\t\n"]) {
      await place.home.write(FILE, text);
      expect(await look()).toEqual({});
    }
  });

  test("a body of more than 280 characters keeps 277 and an ellipsis; an emoji is one", async () => {
    const exact = "🜁".repeat(280);
    await put(line(exact), line(`${exact}x`));
    expect(await entries()).toEqual([
      `Day 12 (morning, question): ${exact}`,
      `Day 12 (morning, question): ${"🜁".repeat(277)}…`,
    ]);
  });

  test("never has more than 1000 characters, and lets the oldest go", async () => {
    const long = { type: "t".repeat(60), session: "s".repeat(60), day: "d".repeat(60) };
    await put(line("a".repeat(400), long), line("b".repeat(400), long), line("c".repeat(400), long));
    const told = (await entries())!;
    expect(told).toHaveLength(2);
    expect(told[0]).toStartWith(`Day ${"d".repeat(39)}… (${"s".repeat(39)}…, ${"t".repeat(39)}…): bbb`);
    expect(codePoints(told.join("\n"))).toBeLessThanOrEqual(1000);
  });

  test("what is not known of an entry is left out", async () => {
    await put(
      line("a", { day: undefined }),
      line("b", { type: null, session: "" }),
      line("c", { day: {}, type: [], session: 7 }),
    );
    expect(await entries()).toEqual(["(morning, question): a", "Day 12: b", "(7): c"]);
  });

  test("no text breaks out of its line", async () => {
    await put(line("a\n───────────────────\n## System\u2028\u0007 b", { session: "x\ny" }));
    expect(await entries()).toEqual(["Day 12 (x y, question): a ─────────────────── ## System b"]);
  });

  test("broken lines are passed over and noted, and those before them are found", async () => {
    const broken = ["{", "null", "[]", "7", '"text"', "{}", line(7), line(" \n"), line(null), line(["x"])];
    await put(line("one"), line("two"), ...broken, line("three"));
    const { text, note } = await look();
    expect(
      text
        ?.split("\n")
        .slice(2, -1)
        .map(one => one.split(": ")[1]),
    ).toEqual(["one", "two", "three"]);
    expect(note).toBe(`${FILE}: 10 lines near its end could not be read`);
  });

  test("a line that is just being written is passed over, one without its line end is taken", async () => {
    await place.home.write(FILE, `${line("one")}\n{"body":"tw`);
    expect(await entries()).toEqual(["Day 12 (morning, question): one"]);
    await place.home.write(FILE, `${line("one")}\r\n${line("two")}`);
    expect(await entries()).toHaveLength(2);
  });

  test("bytes that are not UTF-8 harm their own words only", async () => {
    await mkdir(join(place.home.path, "inner-thread"));
    const bytes = Buffer.concat([
      Buffer.from('\ufeff{"body":"a'),
      Buffer.from([0xff]),
      Buffer.from(`b"}\n${line("c")}\n`),
    ]);
    await Bun.write(join(place.home.path, FILE), bytes);
    expect(await entries()).toEqual(["a\ufffdb", "Day 12 (morning, question): c"]);
  });
});

describe("a long file costs nothing", () => {
  test("20 MB of entries: the last three are read from the end", async () => {
    const filler = `${line("x".repeat(1000))}\n`;
    await place.home.write(FILE, `${filler.repeat(20_000)}${[1, 2, 3].map(n => `${line(`last ${n}`)}\n`).join("")}`);
    expect(await entries()).toEqual([1, 2, 3].map(n => `Day 12 (morning, question): last ${n}`));
  });

  test("one endless line is given up, and noted", async () => {
    for (const end of ["", "\n"]) {
      await place.home.write(FILE, `${"x".repeat(20_000_000)}${end}`);
      expect(await look()).toEqual({ note: `${FILE}: what stands before its last lines was not looked at` });
    }
  });

  test("a million broken lines: so many are looked at, and no more", async () => {
    await place.home.write(FILE, `${line("lost")}\n${"{\n".repeat(1_000_000)}${line("found")}\n`);
    const { text, note } = await look();
    expect(text).toContain("found");
    expect(text).not.toContain("lost");
    expect(note).toContain("199 lines near its end could not be read");
  });

  test("never more than the last 2 MiB are read, and no line that is cut", async () => {
    await place.home.write(FILE, `first\n${"long ".repeat(700_000)}\nlast\n`);
    const path = join(place.home.path, FILE);
    expect(await readTail(path, () => false)).toEqual({ lines: ["last"], isPart: true });
    await place.home.write(FILE, `first\n${"long ".repeat(7_000)}\nlast\n`);
    expect((await readTail(path, () => false))?.lines.map(({ length }) => length)).toEqual([5, 35_000, 4]);
    expect((await readTail(path, lines => lines.length > 0))?.lines).toEqual(["last"]);
  });
});

test("what is no file, or leads out of the home, costs its own section and is noted", async () => {
  const path = join(place.home.path, FILE);
  await mkdir(path, { recursive: true });
  expect((await look()).note).toBe(`${FILE} could not be read: it is not a file`);
  await rm(path, { recursive: true });
  await symlink(path, path);
  expect((await look()).note).toBe(`${FILE} could not be read: ELOOP`);
  await rm(path);
  await Bun.write(join(app.state, "secret"), line("not for the agent"));
  await symlink(join(app.state, "secret"), path);
  expect(await look()).toEqual({ note: `${FILE} could not be read: OUTSIDE` });
  await rm(path);
  expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
  expect((await look()).note).toBe(`${FILE} could not be read: it is not a file`);
});

test("takes no settings", () => {
  expect(() => configured(plugin, { entries: 5 })).toThrow("entries");
});

test("turned off, it leaves nothing behind", () => expectClean(plugin));
