import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestKernel } from "hearth/testing";
import { Joint } from "../../plugins/content/joint";
import { CANARY, type ContentHome, contentHome } from "../fixtures/content-home";

let house: ContentHome;
beforeEach(async () => {
  house = await contentHome();
  await mkdir(house.at("sandbox"));
});
afterEach(() => house[Symbol.dispose](), 30_000);

async function tree(query = "", app?: TestKernel) {
  await using own = app ? undefined : await house.start();
  const { status, body } = await (app ?? own!).get(`/content/sandbox${query}`);
  expect(status).toBe(200);
  return body;
}
/** A tree as names: a folder is [name, what is in it]. */
const names = (node: any): any => (node.type === "directory" ? [node.name, ...node.children.map(names)] : node.name);
const touch = (path: string, seconds: number) => utimes(house.at(`sandbox/${path}`), seconds, seconds);
const count = (node: any): number =>
  1 + (node.children ?? []).reduce((sum: number, child: any) => sum + count(child), 0);

/** So many files "f00000", "f00001"… right in the sandbox, made in this order or the other. */
function fill(many: number, order: "forwards" | "backwards" = "forwards") {
  const numbers = order === "forwards" ? `0 ${many - 1}` : `${many - 1} -1 0`;
  const made = Bun.spawnSync(["sh", "-c", `seq -f f%05g ${numbers} | xargs touch`], { cwd: house.at("sandbox") });
  expect(made.success).toBe(true);
}

/** So many folders "d0", "d1"… in the sandbox, each with what follows in it. */
function makeFolders(many: number, inner = "") {
  const made = Bun.spawnSync(["sh", "-c", `seq -f d%g${inner} 0 ${many - 1} | xargs mkdir -p`], {
    cwd: house.at("sandbox"),
  });
  expect(made.success).toBe(true);
}

describe("a tree", () => {
  test("has exactly the fields of the contract", async () => {
    await house.put("sandbox/src/Main.PY", "print()");
    await house.put("sandbox/LICENSE", "");
    expect(await tree()).toEqual({
      root: {
        name: "sandbox",
        path: "",
        type: "directory",
        size: null,
        extension: null,
        children: [
          {
            name: "src",
            path: "src",
            type: "directory",
            size: null,
            extension: null,
            children: [
              { name: "Main.PY", path: "src/Main.PY", type: "file", size: 7, extension: "PY", children: null },
            ],
          },
          { name: "LICENSE", path: "LICENSE", type: "file", size: 0, extension: null, children: null },
        ],
      },
      truncated: false,
      node_count: 4,
    });
  });
  test.each(["sandbox", "projects", "news", "gifts"])("golden: of %s when it is missing", async root => {
    await rm(house.at("sandbox"), { recursive: true });
    await using app = await house.start();
    const { status, body } = await app.get(`/content/${root}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      root: { name: root, path: "", type: "directory", size: null, extension: null, children: [] },
      truncated: false,
      node_count: 0,
    });
  });
  test("counts its root when there is nothing in it", async () => {
    expect(await tree()).toMatchObject({ root: { children: [] }, node_count: 1, truncated: false });
  });
  test("is empty when it is a link or a file", async () => {
    await house.put("other/a.txt", "x");
    await rm(house.at("sandbox"), { recursive: true });
    await symlink(house.at("other"), house.at("sandbox"));
    expect(await tree()).toMatchObject({ root: { children: [] }, node_count: 0 });
    await rm(house.at("sandbox"));
    await house.put("sandbox", "a file");
    expect(await tree()).toMatchObject({ root: { children: [] }, node_count: 0 });
  });
  test("has folders before files, the newest first by their own time, then by name", async () => {
    for (const path of ["old/new.txt", "young/a", "b.txt", "a.txt", "c.txt"]) await house.put(`sandbox/${path}`, "");
    await touch("old/new.txt", 9000);
    await touch("old", 1000);
    await touch("young", 2000);
    await touch("c.txt", 3000);
    for (const path of ["a.txt", "b.txt"]) await touch(path, 4000);
    expect(names((await tree()).root)).toEqual([
      "sandbox",
      ["young", "a"],
      ["old", "new.txt"],
      "a.txt",
      "b.txt",
      "c.txt",
    ]);
  });
  test("leaves out what is hidden, links, pipes and sockets", async () => {
    for (const path of [
      ".env",
      ".git/config",
      "node_modules/x",
      "__pycache__/x",
      "a.pem",
      "a.KEY",
      "prod.env",
      "x.key/a",
    ])
      await house.put(`sandbox/${path}`, CANARY);
    for (const path of ["pem", "environment.txt", "Node_Modules/x"]) await house.put(`sandbox/${path}`, "");
    await symlink(house.at("sandbox/pem"), house.at("sandbox/link"));
    await symlink(house.folder, house.at("sandbox/out"));
    Bun.spawnSync(["mkfifo", house.at("sandbox/pipe")]);
    using _socket = Bun.listen({ unix: house.at("sandbox/socket"), socket: { data() {} } });
    expect(
      names((await tree()).root)
        .flat()
        .toSorted(),
    ).toEqual(["Node_Modules", "environment.txt", "pem", "sandbox", "x"]);
  });
  test("has names as they are, and leaves out those that are no UTF-8", async () => {
    const odd = ['a "b"\n<c>', "\u{1F98A}", "back\\slash", "a..b", "-", "con "];
    for (const name of odd) await house.put(`sandbox/${name}`, "");
    await writeFile(Buffer.concat([Buffer.from(house.at("sandbox/")), Buffer.from([0x61, 0xff])]), "");
    const found = (await tree()).root.children.map(({ name }: any) => name);
    expect(found.toSorted()).toEqual(odd.toSorted());
  });
});

describe("its depth", () => {
  test("is 20 when it is left out; a level more is cut off and told", async () => {
    const levels = (many: number) => Array.from({ length: many }, (_, n) => `d${n}`).join("/");
    await mkdir(house.at(`sandbox/${levels(20)}`), { recursive: true });
    await using app = await house.start();
    expect(await tree("", app)).toMatchObject({ node_count: 21, truncated: false });
    await house.put(`sandbox/${levels(20)}/.hidden`, "");
    expect((await tree("", app)).truncated).toBe(false);
    await house.put(`sandbox/${levels(20)}/x`, "");
    expect(await tree("?depth=20", app)).toMatchObject({ node_count: 21, truncated: true });
    expect(await tree("?depth=3", app)).toMatchObject({ node_count: 4, truncated: true });
  });
  test("of 1 shows folders as empty", async () => {
    await house.put("sandbox/sub/a.txt", "");
    await house.put("sandbox/b.txt", "");
    const { root, truncated, node_count } = await tree("?depth=1");
    expect([names(root), truncated, node_count]).toEqual([["sandbox", ["sub"], "b.txt"], true, 3]);
  });
  test("of 1 cuts nothing off empty folders", async () => {
    await mkdir(house.at("sandbox/sub"));
    expect(await tree("?depth=1")).toMatchObject({ truncated: false, node_count: 2 });
  });
  test.each<[string, object]>([
    ["0", { type: "greater_than_equal", msg: "Input should be greater than or equal to 1", ctx: { ge: 1 } }],
    ["-1", { type: "greater_than_equal", ctx: { ge: 1 } }],
    ["21", { type: "less_than_equal", msg: "Input should be less than or equal to 20", ctx: { le: 20 } }],
    ["abc", { type: "int_parsing" }],
    ["", { type: "int_parsing" }],
    ["2.5", { type: "int_parsing" }],
    ["9".repeat(400), { type: "int_parsing" }],
    ["1%002", { type: "int_parsing" }],
  ])("of %.20s is refused", async (depth, item) => {
    await using app = await house.start();
    const { status, body } = await app.get(`/content/sandbox?depth=${depth}`);
    expect(status).toBe(422);
    const input = decodeURIComponent(depth);
    expect(body.detail).toEqual([expect.objectContaining({ loc: ["query", "depth"], input, ...item })]);
  });
});

describe("a large tree", () => {
  test("is cut at 5,000 nodes, by name, in whatever order they came", async () => {
    fill(5200, "backwards");
    const { root, truncated, node_count } = await tree();
    expect([truncated, node_count, count(root)]).toEqual([true, 5000, 5000]);
    const kept = root.children.map(({ name }: any) => name).toSorted();
    expect([kept[0], kept.at(-1), kept.length]).toEqual(["f00000", "f04998", 4999]);
  }, 30_000);
  test("counts as cut when exactly 5,000 are there, and one fewer does not", async () => {
    fill(4998);
    await using app = await house.start();
    expect(await tree("", app)).toMatchObject({ truncated: false, node_count: 4999 });
    await house.put("sandbox/one-more", "");
    expect(await tree("", app)).toMatchObject({ truncated: true, node_count: 5000 });
  }, 30_000);
  test("keeps what lies higher, however much lies deeper", async () => {
    await house.put("sandbox/z/y/x.txt", "");
    fill(5100);
    await mkdir(house.at("sandbox/a"));
    await rename(house.at("sandbox"), house.at("full"));
    await mkdir(house.at("sandbox"));
    await rename(house.at("full"), house.at("sandbox/deep"));
    await house.put("sandbox/last.txt", "");
    const { root, truncated } = await tree();
    expect(truncated).toBe(true);
    expect(root.children.map(({ name }: any) => name)).toEqual(["deep", "last.txt"]);
  }, 30_000);
  test("W-49: of many folders is read while other requests are answered", async () => {
    makeFolders(500, "/a/b");
    await using app = await house.start();
    let over = false;
    const whole = tree("", app).finally(() => {
      over = true;
    });
    let meanwhile = 0;
    while (!over) {
      await new Promise(resolve => setImmediate(resolve));
      meanwhile++;
    }
    expect(await whole).toMatchObject({ node_count: 1501, truncated: false });
    expect(meanwhile).toBeGreaterThan(10);
  }, 30_000);
});

describe("keeping an answer", () => {
  test("a strong ETag holds until the tree changes; HEAD is answered", async () => {
    await house.put("sandbox/a/b.txt", "x");
    await using app = await house.start();
    const first = await app.get("/content/sandbox");
    const etag = first.headers.get("etag")!;
    expect(etag).toMatch(/^"\w+"$/);
    const asked = { headers: { "if-none-match": etag } };
    const again = await app.get("/content/sandbox", asked);
    expect([again.status, again.body]).toEqual([304, ""]);
    const head = await app.call("HEAD", "/content/sandbox");
    expect([head.status, head.headers.get("etag"), head.body]).toEqual([200, etag, ""]);
    await house.put("sandbox/a/b.txt", "xy");
    const later = await app.get("/content/sandbox", asked);
    expect([later.status, later.body.root.children[0].children[0].size]).toEqual([200, 2]);
  });
  test("is never stale: what was written before asking is there", async () => {
    await using app = await house.start();
    for (let n = 1; n <= 50; n++) {
      const earlier = [tree("", app), tree("", app)];
      await house.put(`sandbox/f${n}`, "");
      expect((await tree("", app)).node_count).toBe(n + 1);
      await Promise.all(earlier);
    }
  });
  test("asks for the service key", async () => {
    await using app = await house.start();
    expect((await app.get("/content/sandbox", { key: null })).status).toBe(401);
  });
});

/** What another process does in a folder until there is a file "stop": "sub" is a folder and a link by turns, and a folder at last. */
const swapping = `
  const { existsSync, renameSync } = require("node:fs");
  while (!existsSync("stop")) {
    renameSync("sandbox/sub", "inside");
    renameSync("link", "sandbox/sub");
    renameSync("sandbox/sub", "link");
    renameSync("inside", "sandbox/sub");
  }`;

test("a folder that becomes a link while it is read shows nothing from outside", async () => {
  await mkdir(join(house.folder, "outside"));
  await writeFile(join(house.folder, "outside/canary.txt"), CANARY);
  await house.put("sandbox/sub/a.txt", "");
  await symlink(join(house.folder, "outside"), house.at("link"));
  makeFolders(300);
  await using app = await house.start();
  await using swapper = Bun.spawn([process.execPath, "-e", swapping], {
    cwd: house.home.path,
    stdio: ["ignore", "ignore", "ignore"],
    timeout: 25_000,
  });
  const ofSub = new Set<number | undefined>();
  for (let n = 0; n < 60; n++) {
    const { root } = await tree("", app);
    expect(JSON.stringify(root)).not.toContain("canary");
    ofSub.add(root.children.find(({ name }: any) => name === "sub")?.children.length);
  }
  await house.put("stop", "");
  expect(await swapper.exited).toBe(0);
  expect(JSON.stringify(await tree("", app))).toContain("sub/a.txt");
  expect(ofSub.size).toBeGreaterThan(1);
}, 30_000);

describe("work that many ask for", () => {
  test("who asks while it is done shares the next, which begins later; never two at once", async () => {
    const begun: ((value: number) => void)[] = [];
    const joint = new Joint(() => new Promise<number>(resolve => begun.push(resolve)));
    const first = joint.ask();
    const [second, third] = [joint.ask(), joint.ask()];
    expect(begun).toHaveLength(1);
    begun[0]!(1);
    expect(await first).toBe(1);
    while (begun.length < 2) await Promise.resolve();
    const fourth = joint.ask();
    begun[1]!(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    while (begun.length < 3) await Promise.resolve();
    begun[2]!(3);
    expect(await fourth).toBe(3);
    expect(begun).toHaveLength(3);
  });
  test("that fails is told to those who asked for it, and does not keep the next from being done", async () => {
    let times = 0;
    const joint = new Joint(async () => {
      times++;
      if (times === 1) throw new Error("once");
      return times;
    });
    const [first, second] = await Promise.allSettled([joint.ask(), joint.ask()]);
    expect([first.status, second]).toEqual(["rejected", { status: "fulfilled", value: 2 }]);
  });
});
