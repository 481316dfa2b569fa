import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { until } from "../fixtures/until";

/** Root may read everything, unless this is taken from it. */
const humbled = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
const canBeHumbled = humbled.length === 0 || Bun.which("setpriv") !== null;

describe.skipIf(!canBeHumbled)("a page that may not be read", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  const file = (path: string) => join(place.home, path);
  beforeAll(async () => {
    place = daemonPlace("[plugins.content]\n[plugins.watcher]\n");
    for (const folder of ["thoughts", "dreams"]) mkdirSync(file(folder), { recursive: true });
    for (const slug of ["open", "locked"])
      writeFileSync(file(`thoughts/${slug}.md`), `---\ndate: 2026-01-02\ntitle: ${slug}\n---\n`);
    chmodSync(file("thoughts/locked.md"), 0);
    chmodSync(file("dreams"), 0);
    daemon = await startDaemon(place, humbled);
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    chmodSync(file("dreams"), 0o755);
    place[Symbol.dispose]();
  });
  const titles = async () =>
    (await daemon.call("GET", "/content/thoughts")).body.map(({ title }: { title: string }) => title).toSorted();
  const told = () => daemon.log().filter(line => line["path"] === "thoughts/locked.md");

  test("is in no list, 404, and told once", async () => {
    for (let n = 0; n < 3; n++) {
      expect(await titles()).toEqual(["open"]);
      const { status, body } = await daemon.call("GET", "/content/thoughts/locked");
      expect({ status, body }).toEqual({ status: 404, body: { detail: "Thought not found" } });
    }
    await until(() => told().length > 0);
    expect(told()).toMatchObject([{ level: "warn", problem: "cannot be read: EACCES" }]);
  });
  test("in a locked folder: the list is empty", async () => {
    const { status, body } = await daemon.call("GET", "/content/dreams");
    expect({ status, body }).toEqual({ status: 200, body: [] });
  });
  test("is shown as soon as it may be read", async () => {
    chmodSync(file("thoughts/locked.md"), 0o644);
    expect(await titles()).toEqual(["locked", "open"]);
    expect((await daemon.call("GET", "/content/thoughts/locked")).status).toBe(200);
    expect(told()).toHaveLength(1);
  });
});
