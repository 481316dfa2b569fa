import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { reportOf } from "../fixtures/reports";
import { noSmallDisk, onSmallDisk } from "../fixtures/small-disk";
import { until } from "../fixtures/until";

/** Kilobytes. */
const DISK = 6000;
const FILL = "cat /dev/zero > filler 2>/dev/null || true";
const SEAL = 'mount -o remount,ro "$0"';
const FULL = "the disk is full";

const page = (more: string) => `---\ntitle: Rain\ndate: 2026-01-02\n${more}---\nIt rains.\n`;
const files: Readonly<Record<string, string>> = {
  "thoughts/rain.md": page(""),
  "dreams/rain.md": page("type: poetry\n"),
  "news/rain.md": page(""),
  "sandbox/rain.py": "print('rain')\n",
  "about/about.md": page(""),
};

/** A place whose home lies in `seed`, ready to be copied onto whatever disk the home is to be. */
function placeOf(): DaemonPlace {
  const place = daemonPlace(bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0" }), {
    HEARTH_AGENT: "offline",
    ANTHROPIC_API_KEY: "sk-ant-test-made-up-key", // without one, moderation is a problem
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
  });
  for (const [path, text] of Object.entries(files)) place.write(`seed/${path}`, text);
  mkdirSync(place.home);
  mkdirSync(place.state);
  return place;
}
const seedOf = (place: DaemonPlace) => join(place.folder, "seed");

/** What lies under a folder of the place, as the daemon sees it. */
const seenBy = (daemon: TestDaemon, path: string) => join(`/proc/${daemon.pid}/root`, path);
const filesOf = (daemon: TestDaemon, folder: string) =>
  readdirSync(seenBy(daemon, folder), { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(seenBy(daemon, folder).length + 1))
    .filter(path => !path.startsWith(".git/"))
    .toSorted();

/** What reading answers, each with something of it. */
const reads: Readonly<Record<string, (body: any) => unknown>> = {
  "/content/thoughts": body => body.length === 1 && body[0].slug === "rain",
  "/content/thoughts/rain": body => body.content === "It rains.\n",
  "/content/dreams": body => body.length === 1,
  "/content/about": body => body.content,
  "/content/sandbox": body => body.root.children[0].name === "rain.py",
  "/content/files/sandbox/rain.py": body => body.content.startsWith("print"),
  "/search?q=rain": body => body.results.length === 2,
  "/search/suggest?q=ra": body => body,
  "/analytics": body => body.total_thoughts === 1,
  "/admin/conversations": body => body.total === 0,
  "/echoes/thought/rain": body => body.echoes,
  "/session/status": body => body.active === false,
  "/system/problems": body => body.problems.length === 0,
  "/system/plugins": body => body.plugins.every(({ state }: any) => state === "active" || state === "off"),
  "/openapi.json": body => body.paths,
  "/health/live": body => body.status === "alive",
  "/health/ready": body => body.status === "ready",
};

/** Every read answers what it should. Search needs a moment until it knows the pages. */
async function expectReads(daemon: TestDaemon): Promise<void> {
  await until(async () => (await daemon.call("GET", "/search?q=rain")).body.results.length === 2);
  for (const [path, right] of Object.entries(reads)) {
    const { status, body } = await daemon.call("GET", path);
    expect({ path, status, right: Boolean(status === 200 && right(body)) }).toEqual({ path, status: 200, right: true });
  }
}

const image = Buffer.alloc(40_000, 7).toString("base64");
const uploads: Readonly<Record<string, object>> = {
  news: { title: "New", content: "n".repeat(40_000) },
  reading: { title: "New", content: "n".repeat(40_000) },
  gift: { title: "Sun", description: "d", filename: "sun.png", content: image, contentType: "image/png" },
};
const pathOf: Readonly<Record<string, string>> = { news: "news", reading: "readings", gift: "gifts" };
const sendAll = (daemon: TestDaemon) =>
  Promise.all(
    Object.entries(uploads).map(async ([what, body]) => {
      const answer = await daemon.call("POST", `/admin/${pathOf[what]}`, body);
      return [what, answer.status, answer.body.detail];
    }),
  );
const title = { hash: "abc", title: "Rain", model: "m", original_path: "thoughts/rain.md" };

/** Wakes the agent, and answers the first line of the session's report when it is over. */
async function wake(daemon: TestDaemon): Promise<string> {
  const { status, body } = await daemon.call("POST", "/admin/wake", { session_type: "morning" });
  expect(status).toBe(202);
  return (await reportOf(daemon, body.session_id)).split("\n")[0]!;
}

/** Skipped where no process may mount a small disk of its own. */
describe.skipIf(noSmallDisk).each([
  ["read-only", SEAL, "EROFS", 5],
  ["full", FILL, "ENOSPC", 6],
])("a home on a disk that is %s", (how, prepare, code, count) => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  beforeAll(async () => {
    place = placeOf();
    daemon = await startDaemon(place, onSmallDisk(place.home, 1024, `cp -r ${seedOf(place)}/. .; ${prepare}`));
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });
  const all = () => filesOf(daemon, place.home).filter(path => !path.startsWith("data/"));

  test("answers every read", async () => {
    await expectReads(daemon);
    expect(all()).toHaveLength(count);
  });
  test("refuses what is sent in, says why, and keeps no half of it", async () => {
    expect(await sendAll(daemon)).toEqual(
      Object.keys(uploads).map(what => [what, 500, `Failed to save ${what}: the disk is ${how}`]),
    );
    expect(all()).toHaveLength(count);
  });
  test("takes what goes to the state folder", async () => {
    expect(await daemon.call("POST", "/titles", title)).toMatchObject({ status: 201, body: title });
    expect((await daemon.call("GET", "/titles/abc")).status).toBe(200);
  });
  test("costs a session, which says why, and nothing else", async () => {
    expect(await wake(daemon)).toContain(code);
    expect(all()).toHaveLength(count);
    for (const [path, text] of Object.entries(files))
      expect(readFileSync(seenBy(daemon, join(place.home, path)), "utf8")).toBe(text);
    await expectReads(daemon);
  });
});

describe.skipIf(noSmallDisk)("the index of search", () => {
  test.each([
    ["read-only", SEAL],
    ["full", FILL],
  ])("on a disk that is %s says so with 507, and keeps nobody from anything else", async (how, prepare) => {
    using place = placeOf();
    cpSync(seedOf(place), place.home, { recursive: true });
    const disk = join(place.folder, "disk");
    mkdirSync(disk);
    symlinkSync(join(disk, "search.db"), join(place.state, "search.db"));
    await using daemon = await startDaemon(place, onSmallDisk(disk, 64, `: > search.db; ${prepare}`));
    const refused = { status: 507, body: { detail: `This could not be saved: the disk is ${how}` } };
    for (const path of ["/search?q=rain", "/search/suggest?q=ra", "/search?q=again"])
      expect(await daemon.call("GET", path)).toEqual(refused);
    expect((await daemon.call("GET", "/content/thoughts")).body).toHaveLength(1);
    expect((await daemon.call("GET", "/health/ready")).status).toBe(200);
  });
});

describe.skipIf(noSmallDisk)("a state folder on a full disk", () => {
  test("answers reads of what is new, refuses with 507, and is in step with the next change after there is room", async () => {
    using place = placeOf();
    cpSync(seedOf(place), place.home, { recursive: true });
    await using daemon = await startDaemon(place, onSmallDisk(place.state, DISK));
    await expectReads(daemon);
    const filler = seenBy(daemon, join(place.state, "filler"));
    Bun.spawnSync(["sh", "-c", 'cat /dev/zero > "$0"', filler], { stderr: "ignore" });
    place.write("home/thoughts/snow.md", page("").replace("Rain", "Snow").replace("2026-01-02", "2026-01-03"));

    const slugs = async () => (await daemon.call("GET", "/content/thoughts")).body.map(({ slug }: any) => slug);
    await until(async () => (await slugs()).length === 2);
    expect(await slugs()).toEqual(["snow", "rain"]);
    expect((await daemon.call("GET", "/content/thoughts/snow")).body.content).toBe("It rains.\n");
    expect((await daemon.call("GET", "/analytics")).body.total_thoughts).toBe(2);
    expect((await daemon.call("GET", "/search?q=dream")).status).toBe(200);
    const refused = { status: 507, body: { detail: `This could not be saved: ${FULL}` } };
    const large = { ...title, title: "t".repeat(500), original_path: "o".repeat(1000) };
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => daemon.call("POST", "/titles", { ...large, hash: `full-${n}` })),
    );
    expect(answers.filter(({ status }) => status !== 201)).not.toEqual([]);
    for (const [n, answer] of answers.entries()) {
      if (answer.status !== 201) expect(answer).toEqual(refused);
      expect((await daemon.call("GET", `/titles/full-${n}`)).status).toBe(answer.status === 201 ? 200 : 404);
    }
    expect(await daemon.call("POST", "/admin/wake", { session_type: "morning" })).toEqual(refused);
    expect((await daemon.call("GET", "/session/status")).body.active).toBe(false);
    expect((await sendAll(daemon)).map(([, status]) => status)).toEqual([200, 200, 200]);

    rmSync(filler);
    expect((await daemon.call("POST", "/titles", title)).status).toBe(201);
    place.write("home/thoughts/sun.md", page("").replace("Rain", "Sun")); // what failed is made good with the next change
    for (const word of ["sun", "snow"])
      await until(async () => (await daemon.call("GET", `/search?q=${word}`)).body.results.length === 1);
    const { status, body } = await daemon.call("POST", "/admin/wake", { session_type: "morning" });
    expect(status).toBe(202);
    await until(() =>
      daemon.log().some(({ message, session }) => message === "session done" && session === body.session_id),
    );
  }, 60_000);

  test.each([
    ["full", "a new one", FILL, FULL],
    ["full", "one that was in use", `cp -r "$OLD"/. .; ${FILL}`, FULL],
    ["read-only", "a new one", SEAL, "the disk is read-only"],
  ])("that is %s from the start is refused by name: %s", async (_, __, prepare, why) => {
    using place = placeOf();
    const used = join(place.folder, "used");
    if (prepare.includes("$OLD")) {
      await using _daemon = await startDaemon(place);
    }
    cpSync(place.state, used, { recursive: true });
    const start = startDaemon(place, onSmallDisk(place.state, DISK, prepare.replace('"$OLD"', `'${used}'`)));
    await expect(start).rejects.toThrow(
      `nothing can be written in the state folder ${place.state}: ${why}; mend that, or name another folder`,
    );
  });
});
