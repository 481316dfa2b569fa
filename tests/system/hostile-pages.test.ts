import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { badPages, oddPages, putPages, putStrangers, toldStrangers } from "../fixtures/hostile-pages";
import { until } from "../fixtures/until";

const CANARY = "the canary sings of what lies outside";
const shown = Object.keys(oddPages).toSorted();
const told = [...Object.keys(badPages), ...toldStrangers].toSorted();

function placeOf(): DaemonPlace {
  const place = daemonPlace(bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0" }), {
    HEARTH_AGENT: "offline",
  });
  place.write("canary.txt", `---\ntitle: ${CANARY}\ndate: 2026-01-02\n---\n${CANARY}\n`);
  mkdirSync(place.home);
  return place;
}

function fill(place: DaemonPlace, folder: string): void {
  putPages(join(place.home, folder), { ...badPages, ...oddPages });
  putStrangers(join(place.home, folder), join(place.folder, "canary.txt"));
}

const slugs = async (daemon: TestDaemon, type: string) =>
  (await daemon.call("GET", `/content/${type}`)).body.map(({ slug }: any) => slug).toSorted();

/** The pages of a folder that `/system/problems` names as no pages, without folder and suffix; memory has its own complaints of them. */
const ailing = async (daemon: TestDaemon, folder: string) =>
  (await daemon.call("GET", "/system/problems")).body.problems
    .filter(({ problem }: any) => !problem.startsWith("not all of it is remembered"))
    .map(({ path }: any) => path)
    .filter((path: string) => path.startsWith(`${folder}/`))
    .map((path: string) => path.slice(folder.length + 1, -".md".length))
    .toSorted();

/** Calls again and again while something goes on, and answers how often there was an answer. An answer that does not come in 10 s throws. */
async function aliveDuring(daemon: TestDaemon, work: Promise<unknown>): Promise<number> {
  let going = true;
  let answers = 0;
  const over = () => {
    going = false;
  };
  work.then(over, over);
  do {
    const response = await fetch(`${daemon.url}/api/v1/health/live`, { signal: AbortSignal.timeout(10_000) });
    if (response.status === 200) answers++;
    await Bun.sleep(5);
  } while (going);
  await work;
  return answers;
}

async function expectFolder(daemon: TestDaemon, folder: string): Promise<void> {
  expect(await slugs(daemon, folder)).toEqual(shown);
  expect(await ailing(daemon, folder)).toEqual(told);
  for (const slug of shown) {
    const { status, body } = await daemon.call("GET", `/content/${folder}/${encodeURIComponent(slug)}`);
    expect([slug, status, body.meta.title]).toEqual([slug, 200, "Rain"]);
  }
  for (const slug of [...told, "a folder", "a pipe", "a circle"]) {
    const { status, body } = await daemon.call("GET", `/content/${folder}/${encodeURIComponent(slug)}`);
    expect([slug, [400, 404].includes(status), JSON.stringify(body).includes(CANARY)]).toEqual([slug, true, false]);
  }
}

describe("pages that were made to do harm", () => {
  test("lying there at the start are told, and cost the others nothing", async () => {
    using place = placeOf();
    fill(place, "thoughts");
    fill(place, "sandbox");
    await using daemon = await startDaemon(place);
    expect(await aliveDuring(daemon, daemon.call("GET", "/content/thoughts"))).toBeGreaterThan(0);
    await expectFolder(daemon, "thoughts");
    expect((await daemon.call("GET", "/analytics")).body.total_thoughts).toBe(shown.length);
    await until(async () => (await daemon.call("GET", "/search?q=rain&limit=1")).body.total === shown.length);
    const tree = await daemon.call("GET", "/content/sandbox");
    expect([tree.status, JSON.stringify(tree.body).includes("50 MB.md")]).toEqual([200, true]);
    for (const path of ["50%20MB.md", "a%20pipe.md", "a%20way%20out.md", "a%20device.md", "a%20circle.md"])
      expect((await daemon.call("GET", `/content/files/sandbox/${path}`)).status).toBeOneOf([400, 403, 404, 413]);
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  });

  test("coming while the house runs are told, and so is that they have gone", async () => {
    using place = placeOf();
    mkdirSync(join(place.home, "dreams"));
    await using daemon = await startDaemon(place);
    expect(await slugs(daemon, "dreams")).toEqual([]);
    fill(place, "dreams");
    const known = until(async () => (await ailing(daemon, "dreams")).length === told.length);
    expect(await aliveDuring(daemon, known)).toBeGreaterThan(0);
    await expectFolder(daemon, "dreams");
    for (const slug of told) rmSync(join(place.home, `dreams/${slug}.md`));
    await until(async () => (await ailing(daemon, "dreams")).length === 0);
    expect(await slugs(daemon, "dreams")).toEqual(shown);
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  });

  test("do not keep the agent from its day", async () => {
    using place = placeOf();
    for (const folder of ["thoughts", "news"]) fill(place, folder);
    await using daemon = await startDaemon(place);
    const { body } = await daemon.call("POST", "/admin/wake", { session_type: "morning" });
    const over = until(() =>
      daemon
        .log()
        .find(({ message, session }) => /^session (done|failed)$/.test(message) && session === body.session_id),
    );
    expect(await aliveDuring(daemon, over)).toBeGreaterThan(0);
    expect((await over)["message"]).toBe("session done");
  });
});
