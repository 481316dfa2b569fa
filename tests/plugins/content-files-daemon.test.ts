import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { CANARY } from "../fixtures/content-home";
import { type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { until } from "../fixtures/until";

/** Root may read everything, unless this is taken from it. */
const humbled = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
const canBeHumbled = humbled.length === 0 || Bun.which("setpriv") !== null;

let place: DaemonPlace;
let daemon: TestDaemon;
beforeAll(async () => {
  place = daemonPlace("[plugins.content]\n");
  for (const folder of ["locked", "open"]) mkdirSync(join(place.home, "sandbox", folder), { recursive: true });
  mkdirSync(join(place.home, "about"));
  for (const path of ["sandbox/locked/a.txt", "sandbox/open/locked.txt", "about/about.md"])
    writeFileSync(join(place.home, path), CANARY);
  writeFileSync(join(place.home, "sandbox/open/a.txt"), "inside");
  writeFileSync(join(place.folder, "canary.txt"), CANARY);
  for (const path of ["sandbox/locked", "sandbox/open/locked.txt", "about/about.md"])
    chmodSync(join(place.home, path), 0);
  daemon = await startDaemon(place, canBeHumbled ? humbled : []);
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  chmodSync(join(place.home, "sandbox/locked"), 0o755);
  place[Symbol.dispose]();
});

/** Sends a request line as it is, which no HTTP client would; answers the status. */
const raw = (path: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const socket = connect(Number(new URL(daemon.url).port), "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", more => {
      text += more;
    });
    socket.on("error", reject).on("close", () => resolve({ status: Number(text.split(" ")[1]), text }));
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${daemon.key}\r\nConnection: close\r\n\r\n`,
      "latin1",
    );
  });

describe.skipIf(!canBeHumbled)("what may not be read", () => {
  test("403 for the file, and for one in a folder that is locked", async () => {
    for (const path of ["open/locked.txt", "locked/a.txt"])
      expect(await daemon.call("GET", `/content/files/sandbox/${path}`)).toEqual({
        status: 403,
        body: { detail: "Path not allowed" },
      });
  });
  test("the tree shows a locked folder as empty, and a locked file with its size", async () => {
    const { status, body } = await daemon.call("GET", "/content/sandbox");
    expect(status).toBe(200);
    const byName = Object.fromEntries(body.root.children.map((node: any) => [node.name, node.children]));
    expect(byName.locked).toEqual([]);
    expect(byName.open).toContainEqual(expect.objectContaining({ name: "locked.txt", size: CANARY.length }));
  });
  test("a locked singleton is as good as none, and is told", async () => {
    const { status, body } = await daemon.call("GET", "/content/about");
    expect([status, body.title]).toEqual([200, "System Initializing"]);
    const { problem } = await until(() => daemon.log().find(line => line["path"] === "about/about.md"));
    expect(problem).toBe("cannot be read: permission denied");
  });
});

describe("on the wire", () => {
  const files = "/api/v1/content/files/sandbox";
  test("a path without a client that tidies it up is read all the same", async () => {
    expect(await raw(`${files}/open/a.txt`)).toMatchObject({ status: 200, text: expect.stringContaining("inside") });
  });
  test.each([
    `${files}/../../canary.txt`,
    `${files}/open/../../../canary.txt`,
    `${files}/./../../../canary.txt`,
    `${files}/%2e%2e/%2e%2e/canary.txt`,
    `${files}/..%2f..%2fcanary.txt`,
    `${files}/..\\..\\canary.txt`,
    `${files}/\xc0\xae\xc0\xae/\xc0\xae\xc0\xae/canary.txt`,
    `${files}/%c0%ae%c0%ae/%c0%ae%c0%ae/canary.txt`,
    `${files}//etc/passwd`,
    `${files}/;/../../canary.txt`,
    `${files}/\xff\xfe`,
    `${files}/%`,
    `${files}/${"x/".repeat(3000)}`,
    "/api/v1/content/files/../../canary.txt",
    "/api/v1/content/files/%/a",
    `/api/v1/content/sandbox?depth=\xff`,
  ])("4xx, and nothing from outside: %.60j", async path => {
    const { status, text } = await raw(path);
    expect({ path, refused: status >= 400 && status < 500 }).toEqual({ path, refused: true });
    expect(text).not.toContain(CANARY);
  });
  test("nothing failed in the daemon meanwhile", async () => {
    await raw(`${files}/%00`);
    expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
  });
});
