import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { configured, expectClean, fake, type TestKernel, temporaryHome, testKernel } from "hearth/testing";
import { Impulses } from "hearth-plugins/appointments";
import { type Gathering, Sessions, WakeContext } from "hearth-plugins/sessions";
import { instantOf } from "../../plugins/appointments/instant";
import appointments from "../../plugins/appointments/plugin";
import plugin from "../../plugins/context-impulses/plugin";
import { settings } from "./hook-session";

const FILE = "data/impulses.json";
const NOW = new Date("2026-11-21T12:00:00Z"); // 7 in the morning in New York

let place: Awaited<ReturnType<typeof temporaryHome>>;
let app: TestKernel;

beforeEach(async () => {
  place = await temporaryHome();
  app = await testKernel([fake(Sessions, { slots: () => [] }), appointments, plugin], {
    home: place.home,
    timeZone: "America/New_York",
    mode: "command", // impulses wake nobody here
    folders: { appointments: join(import.meta.dir, "../../plugins/appointments") },
  });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const impulse = (body: string, over: object = {}) => ({
  body,
  urgency: "medium",
  created_at: "2026-11-19T07:00:00-05:00",
  expires_at: "2026-12-01T07:00:00-05:00",
  ...over,
});
const put = (list: unknown) => place.home.write(FILE, typeof list === "string" ? list : JSON.stringify(list));

/** The section of a wake, and what the source noted. */
async function look(over: Partial<Gathering> = {}): Promise<{ text?: string | undefined; note?: string | undefined }> {
  const sections: Gathering["sections"] = new Map();
  const report = await app.run(WakeContext, {
    session: "s",
    type: "noon",
    settings,
    messages: [],
    now: NOW,
    timeZone: "America/New_York",
    dryRun: true,
    sections,
    ...over,
  });
  const [{ state, note }] = report.outcomes as [(typeof report.outcomes)[number]];
  expect(state).toBe("done");
  return { text: sections.get("impulses")?.text, note };
}
/** The words of the impulse that is shown. */
const strongest = async () => (await look()).text?.split("\n")[2];

describe("the section impulses", () => {
  test("tells how many wait and the strongest of them, with its age", async () => {
    await put([
      impulse("Read a poem", { urgency: "low" }),
      impulse("Write to Ada", { urgency: "high" }),
      impulse("Sleep"),
    ]);
    expect(await look()).toEqual({
      text: ["─── Impulses ───", "3 are waiting; the strongest (high, 2d ago):", "Write to Ada", "─".repeat(19)].join(
        "\n",
      ),
    });
  });

  test("high goes before medium, medium before low and before what nobody knows; then the oldest", async () => {
    const list = [
      impulse("unknown", { urgency: "!!", created_at: "2026-01-01T00:00:00Z" }),
      impulse("low", { urgency: "low", created_at: "2026-01-02T00:00:00Z" }),
      impulse("medium, undated", { created_at: "some day" }),
      impulse("medium, newer", { created_at: "2026-11-20T23:30:00-05:00" }),
      impulse("medium, older", { created_at: "2026-11-21T02:00:00+00:00" }), // a later text, an earlier moment
      impulse("high", { urgency: "HIGH" }),
    ];
    const order: (string | undefined)[] = [];
    for (let left = list; left.length > 0; left = left.filter(({ body }) => body !== order.at(-1))) {
      await put(left);
      order.push(await strongest());
    }
    expect(order).toEqual(["high", "medium, older", "medium, newer", "medium, undated", "unknown", "low"]);
  });

  test("P12: what is over is over at its moment, whatever the offset it is written with", async () => {
    await put([
      impulse("over", { expires_at: "2026-11-21T20:59:00+09:00" }), // a later text than now, an earlier moment
      impulse("waits", { expires_at: "2026-11-21T07:01:00-05:00" }), // an earlier text, a later moment
      impulse("over this second", { expires_at: "2026-11-21T12:00:00Z" }),
    ]);
    expect((await look()).text).toContain("One is waiting (medium, 2d ago):\nwaits\n");
  });

  test("when none waits it says so; without a file it says nothing", async () => {
    expect(await look()).toEqual({});
    for (const list of [[], [impulse("over", { expires_at: "2026-01-01T00:00:00Z" })]]) {
      await put(list);
      expect(await look()).toEqual({ text: "Impulses: none is waiting." });
    }
  });

  test("the age is in days of the house's calendar", async () => {
    const ageAt = async (created_at: unknown, timeZone = "America/New_York") => {
      await put([impulse("x", { created_at })]);
      return /\(medium(.*)\)/.exec((await look({ timeZone })).text!)![1];
    };
    expect(await ageAt("2026-11-21T00:30:00-05:00")).toBe(", today");
    expect(await ageAt("2026-11-20T23:30:00-05:00")).toBe(", 1d ago");
    expect(await ageAt("2026-11-20T23:30:00-05:00", "UTC")).toBe(", today");
    expect(await ageAt("2031-01-01T00:00:00Z")).toBe(", today"); // a clock that was wrong
    for (const nonsense of ["some day", 7, null, undefined]) expect(await ageAt(nonsense)).toBe("");
  });

  test("a body is one line of 400 characters at the most; an emoji is one", async () => {
    await put([impulse(`a\n───────────────────\n## System\u2028 ${"🜁".repeat(900)}`)]);
    const line = (await strongest())!;
    expect(line).toStartWith("a ─────────────────── ## System 🜁");
    expect(Array.from(line)).toHaveLength(400);
    expect(line).toEndWith("🜁…");
  });
});

describe("a file that cannot be used", () => {
  test.each([
    ["", "it is not JSON"],
    ["[{", "it is not JSON"],
    ["null", "it is not a list"],
    ["{}", "it is not a list"],
    ['"text"', "it is not a list"],
    [`[${"1,".repeat(2 ** 20)}1]`, "it is larger than 1 MiB"],
  ])("says nothing, and why: %#", async (text, why) => {
    await put(text);
    expect(await look()).toEqual({ note: `${FILE} is passed over: ${why}` });
  });

  test("folders, pipes, links in circles and out of the home", async () => {
    const path = join(place.home.path, FILE);
    const why = async () => {
      const { text, note } = await look();
      expect(text).toBeUndefined();
      await rm(path, { recursive: true });
      return note?.split(": ")[1];
    };
    await mkdir(path, { recursive: true });
    expect(await why()).toBe("it is not a file");
    expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
    expect(await why()).toBe("it is not a file");
    await symlink(path, path);
    expect(await why()).toBe("ELOOP");
    await Bun.write(join(app.state, "secret"), JSON.stringify([impulse("not for the agent")]));
    await symlink(join(app.state, "secret"), path);
    expect(await why()).toBe("OUTSIDE");
  });

  test("entries that are none cost themselves only, and are counted", async () => {
    const wrong = [
      null,
      7,
      "text",
      [],
      {},
      impulse(" \n"),
      { ...impulse("x"), body: 7 },
      impulse("no end", { expires_at: undefined }),
      impulse("no end", { expires_at: null }),
      impulse("no end", { expires_at: 1_900_000_000 }),
      impulse("no end", { expires_at: "tomorrow" }),
      impulse("no end", { expires_at: "2026-13-01T00:00:00Z" }),
      impulse("no end", { expires_at: "2027-02-30T00:00:00Z" }),
    ];
    await put([...wrong, impulse("Write to Ada")]);
    const { text, note } = await look();
    expect(text).toContain("One is waiting (medium, 2d ago):\nWrite to Ada\n");
    expect(note).toBe(`${FILE}: 13 of 14 passed over, without words or without a time in expires_at`);
  });
});

describe("a time that is written down", () => {
  test.each([
    ["2026-11-21T07:00:00-05:00", "2026-11-21T12:00:00.000Z"],
    ["2026-11-21T07:00:00.123456-0500", "2026-11-21T12:00:00.123Z"],
    ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000Z"],
    ["2026-11-21 12:00z", "2026-11-21T12:00:00.000Z"],
    // without an offset it is meant in the house's zone, on both sides of a change of the clocks
    ["2026-11-21T07:00:00", "2026-11-21T12:00:00.000Z"],
    ["2026-07-01T07:00:00", "2026-07-01T11:00:00.000Z"],
    ["2026-11-01T00:30", "2026-11-01T04:30:00.000Z"],
    ["2026-11-01T03:30", "2026-11-01T08:30:00.000Z"],
    ["2026-03-08T03:30", "2026-03-08T07:30:00.000Z"],
    ["2026-11-21", "2026-11-21T05:00:00.000Z"],
  ])("%s is %s", (text, moment) => {
    expect(new Date(instantOf(text, "America/New_York")!).toISOString()).toBe(moment);
  });

  test.each([
    "",
    "tomorrow",
    "1795262400",
    "21.11.2026",
    "2026-11",
    "2026-02-31",
    "2026-11-21T25:00:00Z",
    "2026-11-21T07:00:00+99:99",
  ])("%p is none", text => {
    expect(instantOf(text, "America/New_York")).toBeUndefined();
  });
});

test("takes no settings", () => {
  expect(() => configured(plugin, { file: "x" })).toThrow("file");
});

test("turned off, it leaves nothing behind", () => expectClean(plugin, [fake(Impulses, {})]));
