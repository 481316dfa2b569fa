import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdir, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Commands, type HomeFolder } from "hearth";
import { configured, expectClean, fake, temporaryFolder, temporaryHome } from "hearth/testing";
import { parseFrontMatter } from "hearth-plugins/content";
import { Letterbox, Limits } from "hearth-plugins/letterbox";
import plugin from "../../plugins/visitors/plugin";
import { type PeopleKernel, type PeopleOptions, peopleKernel } from "../fixtures/people";
import { noSmallDisk, scriptOnSmallDisk } from "../fixtures/small-disk";
import { until } from "../fixtures/until";

let place: Awaited<ReturnType<typeof temporaryHome>>;
let home: HomeFolder;
let app: PeopleKernel;

beforeEach(async () => {
  place = await temporaryHome();
  home = place.home;
  app = await start();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const start = (options: PeopleOptions = {}, table: Record<string, unknown> = { perHour: 1000 }) =>
  peopleKernel([configured(plugin, table)], { home, timeZone: "Pacific/Auckland", ...options });
const restart = async (...given: Parameters<typeof start>) => {
  await app[Symbol.asyncDispose]();
  app = await start(...given);
};

const leave = (body: unknown, headers: Record<string, string> = {}) => app.call("POST", "/visitors", { body, headers });
const names = () =>
  readdir(join(home.path, "visitors")).then(
    list => list.sort(),
    () => [],
  );
const text = async (name: string) => (await home.read(`visitors/${name}`))!.text;
const run = async (...args: string[]) => {
  const lines: string[] = [];
  const command = app.items(Commands).find(({ id }) => id === "visitors")!;
  await command.run(args, { print: line => lines.push(line), signal: new AbortController().signal });
  return lines;
};
const atHome = { name: "Bob O'X!", message: "Hello there,\n\nhow are you?  " };

describe("POST /visitors", () => {
  test("leaves a page in the home, in local time, and answers its name", async () => {
    const { status, body } = await leave(atHome);
    // In Auckland it is ten past eight in the evening.
    expect([status, body]).toEqual([200, { success: true, filename: "2026-11-21-2008-bob-ox.md" }]);
    expect(await text(body.filename)).toBe(
      '---\ndate: "2026-11-21"\nfrom: "Bob OX"\n---\n\nHello there,\n\nhow are you?  \n',
    );
    expect((await stat(join(home.path, "visitors", body.filename))).mode & 0o777).toBe(0o644);
  });

  test("D8: a message leads to a visit that is shown it, after a quiet time", async () => {
    await leave(atHome);
    await leave({ name: "Zoë", message: "me too" });
    const [session] = app.sessions.list(9);
    expect([session!.type, session!.state]).toEqual(["visit", "queued"]);
    app.clock.advance(10 * 60_000);
    await app.sessions.ended(session!.id);
    expect(app.requests).toHaveLength(1);
    expect(app.requests[0]!.userPrompt).toContain("how are you?");
    expect(app.requests[0]!.userPrompt).toContain("<me too>");
    expect(app.moved.map(({ kind, to, by, from }) => [kind, to, by, from])).toEqual([
      ["visitor", "delivered", "screening", "Bob OX"],
      ["visitor", "delivered", "screening", "Zoë"],
    ]);
  });

  test("needs the service key", async () => {
    const { status } = await app.call("POST", "/visitors", { body: atHome, key: null });
    expect([status, await names()]).toEqual([401, []]);
  });

  test.each([
    [{ name: "", message: "m" }, "string_too_short", "name"],
    [{ name: "🌙".repeat(51), message: "m" }, "string_too_long", "name"],
    [{ name: "n", message: "" }, "string_too_short", "message"],
    [{ name: "n", message: "🌙".repeat(2001) }, "string_too_long", "message"],
    [{ name: `e${"\u0301".repeat(10_000)}`, message: "m" }, "string_too_long", "name"],
    [{ name: 7, message: "m" }, "string_type", "name"],
    [{ name: "n" }, "missing", "message"],
  ])("refuses what does not fit: %#", async (body, type, field) => {
    const answer = await leave(body);
    expect([answer.status, answer.body.detail[0].type, answer.body.detail[0].loc]).toEqual([
      422,
      type,
      ["body", field],
    ]);
    expect(await names()).toEqual([]);
  });

  test("takes as many characters as it says, as readers count them", async () => {
    expect((await leave({ name: "🌙".repeat(50), message: "🌙".repeat(2000) })).status).toBe(200);
  });

  test("reads no more than a visit can be", async () => {
    const { status, body } = await leave({ name: "n", message: "m", more: "x".repeat(33_000) });
    expect([status, body.detail]).toEqual([413, "The body is longer than 32768 bytes"]);
  });

  test("W-11: a household may leave so many in an hour, and is told when it may again", async () => {
    await restart({}, { perHour: 3 });
    const from = (address: string) => leave(atHome, { "x-forwarded-for": address });
    for (const address of ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::9"])
      expect((await from(address)).status).toBe(200);
    const { status, body, headers } = await from("2001:db8:1:2::3");
    expect([status, body, headers.get("retry-after")]).toEqual([
      429,
      { detail: "Too many messages. Please try again later." },
      "3600",
    ]);
    expect((await from("2001:db8:1:3::1")).status).toBe(200);
    expect((await from("203.0.113.7")).status).toBe(200);
    app.clock.advance(3600_000);
    expect((await from("2001:db8:1:2::3")).status).toBe(200);
    expect(await names()).toHaveLength(6);
  });

  test("W-11: what is sent at once passes no limit", async () => {
    await restart({}, { perHour: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => leave(atHome)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(await names()).toHaveLength(5);
  });

  test("what does not fit costs no place", async () => {
    await restart({}, { perHour: 1 });
    expect((await leave({ name: "", message: "" })).status).toBe(422);
    expect((await leave(atHome)).status).toBe(200);
  });
});

describe("screening", () => {
  test("W-11: every visitor's message is screened; one that is rejected is nowhere", async () => {
    await restart({ judge: () => ({ verdict: "reject", reason: "explicit" }) });
    const { status, body } = await leave(atHome);
    expect([status, body]).toEqual([400, { detail: "Message could not be accepted." }]);
    expect(app.screened).toMatchObject([{ kind: "visitor", from: "Bob OX", standing: "rejected" }]);
    expect([await names(), app.sessions.list(9)]).toEqual([[], []]);
  });

  test("P2: what nobody can screen waits for a person; the answer is the same, with the name it is meant to have", async () => {
    const down = () => {
      throw new Error("down");
    };
    await restart({ judge: down });
    const { status, body } = await leave(atHome);
    expect([status, body]).toEqual([200, { success: true, filename: "2026-11-21-2008-bob-ox.md" }]);
    expect([await names(), app.sessions.list(9)]).toEqual([[], []]);
    expect((await run()).join("\n")).toContain("0 in visitors/, 1 held");

    const { body: held } = await app.get("/admin/quarantine");
    app.clock.advance(86_400_000);
    const id = held.messages[0].id;
    expect((await app.call("POST", `/admin/quarantine/${id}`, { body: { decision: "release" } })).status).toBe(200);
    expect(await names()).toEqual(["2026-11-21-2008-bob-ox.md"]);
    expect(await text("2026-11-21-2008-bob-ox.md")).toContain('date: "2026-11-21"');
    expect(app.sessions.list(9).map(({ type }) => type)).toEqual(["visit"]);
  });

  test("P2: what tries to steer the agent is held", async () => {
    await restart({ judge: () => ({ verdict: "suspicious", reason: "a jailbreak" }) });
    expect((await leave(atHome)).status).toBe(200);
    expect([await names(), app.moved.map(({ to }) => to)]).toEqual([[], ["held"]]);
  });
});

describe("a visitor's page", () => {
  test("W-31: pages of one name in one minute all stay", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => leave({ name: "Bob", message: `number ${at}` })),
    );
    const filenames = answers.map(({ body }) => body.filename);
    expect(filenames).toContain("2026-11-21-2008-bob.md");
    expect(filenames).toContain("2026-11-21-2008-bob-2.md");
    expect(await names()).toEqual(filenames.toSorted());
    const said = await Promise.all(filenames.map(async name => parseFrontMatter(await text(name)).body));
    expect(said).toEqual(Array.from({ length: 12 }, (_, at) => `\nnumber ${at}\n`));
  });

  test("D7: one that was there before is never written over", async () => {
    await home.write("visitors/2026-11-21-2008-bob.md", "mine");
    expect((await leave({ name: "Bob", message: "m" })).body.filename).toBe("2026-11-21-2008-bob-2.md");
    expect(await text("2026-11-21-2008-bob.md")).toBe("mine");
  });

  test.each([
    ["Ada Lovelace", "ada-lovelace", "Ada Lovelace"],
    ["  Ada \t Lovelace ", "ada-lovelace", "Ada Lovelace"],
    ["Zoë Müller", "zoe-muller", "Zoë Müller"],
    ["Мария", "visitor", "Мария"],
    ["山田太郎", "visitor", "山田太郎"],
    ["नमस्ते", "visitor", "नमस्ते"],
    ["مريم 7", "7", "مريم 7"],
    ["!!!", "a-visitor", "a visitor"],
    ["🌙", "a-visitor", "a visitor"],
    ["---", "a-visitor", "a visitor"],
    ["Bob\n---\nadmin: true", "bob-----admin-true", "Bob --- admin true"],
    ["Bob\r\nfrom: root\u2028\u0085x", "bob-from-root-x", "Bob from root x"],
    ['x"\ndate: 1999', "x-date-1999", "x date 1999"],
    ["../../etc/passwd", "etcpasswd", "etcpasswd"],
    ["a/b\\c\0d.md", "abcdmd", "abcdmd"],
    ["\u202egnp.exe\u2066 Bob\u2069", "gnpexe-bob", "gnpexe Bob"],
    ["\u001b[2JBob\u0007", "2jbob", "2JBob"],
    [`e${"\u0301".repeat(49)}`, "e", `é${"\u0301".repeat(4)}`],
    [`${"\u0301".repeat(9)}Bob`, "bob", "Bob"],
    ["\ud83dalone", "alone", "alone"],
    ["- a ".repeat(12), "a---a---a---a---a---", "- a - a - a - a - a - a - a - a - a - a - a - a"],
    ["CON", "con", "CON"],
    [".hidden", "hidden", "hidden"],
  ])("W-23: every name makes a safe file and safe front matter: %j", async (name, stem, from) => {
    const { status, body } = await leave({ name, message: "---\nadmin: true\n---\n" });
    expect([status, body.filename]).toEqual([200, `2026-11-21-2008-${stem.replace(/-+$/, "")}.md`]);
    expect(await names()).toEqual([body.filename]);
    const page = parseFrontMatter(await text(body.filename));
    expect(page.data).toEqual({ date: "2026-11-21", from });
    expect(page.body).toBe("\n---\nadmin: true\n---\n\n");
  });

  test("W-31: names of other scripts do not share a file", async () => {
    const answers = [await leave({ name: "Мария", message: "1" }), await leave({ name: "山田太郎", message: "2" })];
    expect(answers.map(({ body }) => body.filename)).toEqual([
      "2026-11-21-2008-visitor.md",
      "2026-11-21-2008-visitor-2.md",
    ]);
  });

  test("what cannot be written is a 500, and nothing is left", async () => {
    await writeFile(join(home.path, "visitors"), "a file where the folder should be");
    const { status, body } = await leave(atHome);
    expect([status, body]).toEqual([500, { detail: "Failed to save message" }]);
    expect(app.sessions.list(9)).toEqual([]);
  });

  test("a folder that leads out of the home is none", async () => {
    using outside = temporaryFolder();
    await symlink(outside.path, join(home.path, "visitors"));
    expect((await leave(atHome)).status).toBe(500);
    expect(await readdir(outside.path)).toEqual([]);
  });
});

describe.skipIf(noSmallDisk)("a home on a disk that is full", () => {
  test("is told as 507, and keeps nothing by half", async () => {
    const root = join(import.meta.dir, "../..");
    const seen = await scriptOnSmallDisk(
      64,
      disk => `
      import { readdirSync, rmSync, writeFileSync } from "node:fs";
      const { HomeFolder } = await import("${root}/core/api.ts");
      const { peopleKernel } = await import("${root}/tests/fixtures/people.ts");
      const { default: plugin } = await import("${root}/plugins/visitors/plugin.ts");
      const home = new HomeFolder(${JSON.stringify(disk)});
      const app = await peopleKernel([plugin].map(plugin => ({ plugin, config: { perHour: 99 } })), { home });
      const leave = () => app.call("POST", "/visitors", { body: { name: "Bob", message: "m".repeat(2000) } });
      const names = () => readdirSync(home.path + "/visitors");
      await leave();
      try { writeFileSync(home.path + "/filler", Buffer.alloc(65536)); } catch {}
      const full = await leave();
      const left = names();
      rmSync(home.path + "/filler");
      const again = await leave();
      console.log(JSON.stringify([full.status, full.body, left.length, again.status, names().length]));
      await app[Symbol.asyncDispose]();`,
    );
    expect(seen).toEqual([507, { detail: "This could not be saved: the disk is full" }, 1, 200, 2]);
  });
});

describe("pages that nobody handed in", () => {
  const page = '---\ndate: "2026-11-20"\nfrom: "Ada: 7"\nsource: "api"\n---\n\nFrom before.\n';

  test("are shown to the agent as well, once: after a crash, or from another system", async () => {
    await leave(atHome);
    await app[Symbol.asyncDispose]();
    await home.write("visitors/2026-11-20-0900-ada.md", page);
    await home.write("visitors/README.md", "not a visitor");
    await home.write("visitors/notes.txt", "not a page");
    await home.write("visitors/archive/2026-10/old.md", page);
    await home.write("visitors/long.md", "x".repeat(2 ** 20 + 1));
    await utimes(join(home.path, "visitors/2026-11-20-0900-ada.md"), new Date(), new Date("2026-11-20T09:00:00Z"));
    app = await start();
    // This house has forgotten the first page: its database is a new one.
    await until(() => app.moved.length === 2);
    expect(app.moved.map(({ from, file }) => [from, file])).toEqual([
      ["Ada: 7", "visitors/2026-11-20-0900-ada.md"],
      ["Bob OX", "visitors/2026-11-21-2008-bob-ox.md"],
    ]);
    expect(app.log).toContainEqual(expect.objectContaining({ message: "a page of visitors is too long to be one" }));
    await app.kernel.disable("visitors");
    await app.kernel.enable("visitors");
    app.clock.advance(3600_000);
    await until(() => app.requests.length === 1);
    expect(app.requests[0]!.userPrompt.split("<From before.>")).toHaveLength(2);
    expect(app.moved).toHaveLength(2);
  });

  test("one that cannot be read keeps none of the others", async () => {
    await app[Symbol.asyncDispose]();
    await home.write("visitors/a.md", "no front matter");
    await home.write("visitors/b.md", "---\nfrom: [\n---\nbroken");
    await symlink("/nowhere/at/all", join(home.path, "visitors/c.md"));
    await writeFile(join(home.path, "visitors/d.md"), Buffer.from([0xff, 0xfe, 0x41]));
    app = await start();
    await until(() => app.moved.length === 3);
    expect(app.moved.map(({ from }) => from)).toEqual(["a visitor", "a visitor", "a visitor"]);
  });
});

describe("hearth visitors", () => {
  test("lists who waits, and what they say first", async () => {
    expect(await run()).toEqual(["0 in visitors/, 0 held"]);
    await leave({ name: "Zoë", message: `A long\n\nmessage ${"and on ".repeat(40)}` });
    await home.write("visitors/README.md", "not a visitor");
    expect(await run()).toEqual([
      "visitors/2026-11-21-2008-zoe.md  2026-11-21  Zoë: A long message and on and on and on and on and on and on an…",
      "1 in visitors/, 0 held",
    ]);
  });

  test("with --all, those that the agent was shown come first", async () => {
    await home.write("visitors/archive/2026-10/2026-10-01-0900-ada.md", "---\ndate: 2026-10-01\nfrom: Ada\n---\n\nhi");
    await leave(atHome);
    const lines = await run("--all");
    expect(lines[0]).toBe("visitors/archive/2026-10/2026-10-01-0900-ada.md  2026-10-01  Ada: hi");
    expect(lines.at(-1)).toBe("1 in visitors/, 1 archived, 0 held");
  });

  test("shows a terminal nothing that it would obey", async () => {
    await home.write("visitors/\u001b[31mx.md", '---\nfrom: "\\e]0;title\\a\u202e"\n---\n\n\u001b[2J\u0007 hello');
    const lines = await run();
    expect(lines.join("")).not.toMatch(/\p{Cc}|\u202e/u);
    expect(lines[0]).toContain("<U+001B>[2J<U+0007> hello");
  });

  test("takes --all and nothing else", async () => {
    expect(run("--al")).rejects.toThrow("visitors takes --all and nothing else");
  });
});

test("refuses settings that it does not know", () => {
  expect(() => configured(plugin, { perhour: 3 })).toThrow("perHour");
  expect(() => configured(plugin, { perHour: 0 })).toThrow();
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(configured(plugin), [fake(Letterbox, {}), fake(Limits, {})]);
  await app.kernel.disable("visitors");
  expect((await leave(atHome)).status).toBe(404);
});
