import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestKernel } from "hearth/testing";
import { Refused } from "../../plugins/content/home-file";
import { readRawFile } from "../../plugins/content/raw-file";
import { CANARY, type ContentHome, contentHome } from "../fixtures/content-home";

/** What the files in the tree hold; nothing else may ever be answered. */
const INSIDE = "inside the tree";

let house: ContentHome;
let app: TestKernel;
beforeAll(async () => {
  house = await contentHome();
  for (const path of ["a.txt", "sub/a.txt", "sub/deep/a.png", "é ü.md", "%2e%2e", "100%", "back\\slash", "a.txt.d/x"])
    await house.put(`sandbox/${path}`, INSIDE);
  for (const path of ["sandbox/.env", "sandbox/.git/a.txt", "sandbox/a.pem", "sandbox/sub/a.key", "sandbox-x/a.txt"])
    await house.put(path, CANARY);
  for (const path of ["a.txt", "data/a.txt", "thoughts/a.txt", "news-old/a.txt"]) await house.put(path, CANARY);
  await mkdir(house.at("news"));
  await writeFile(join(house.folder, "a.txt"), CANARY);
  await symlink("../..", house.at("sandbox/up"));
  await symlink(house.folder, house.at("news/out"));
  await symlink("../sandbox-x", house.at("sandbox/beside"));
  await symlink("sub", house.at("sandbox/again"));
  await symlink(".env", house.at("sandbox/env.txt"));
  await symlink(house.at("data"), house.at("gifts"));
  app = await house.start();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  house[Symbol.dispose]();
});

/** Numbers from 0 up to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const oneOf = <T>(next: () => number, items: readonly T[]): T => items[Math.floor(next() * items.length)]!;

/** Names and what may stand for one. */
const pieces = () => [
  ...["a.txt", "sub", "deep", "a.png", "again", "up", "out", "beside", "env.txt", "canary.txt", "sandbox", "sandbox-x"],
  ...[
    "..",
    ".",
    "...",
    "..;",
    " ..",
    ".. ",
    "~",
    "",
    "",
    "-",
    "*",
    "?",
    "#",
    ";",
    ":",
    "|",
    "\\",
    "..\\",
    "back\\slash",
  ],
  ...[
    ".env",
    ".git",
    "a.pem",
    "a.key",
    "node_modules",
    "home",
    "data",
    "thoughts",
    "news-old",
    "etc",
    "passwd",
    "proc",
  ],
  ...[
    "%2e%2e",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "%",
    "%zz",
    "100%",
    "%00",
    "\0",
    "a.txt\0.png",
    "\r\n",
    "\u202e",
    "é ü.md",
  ],
  ...[
    "\u{1F98A}",
    "\uD800",
    "\uFEFF",
    "\uFF0E\uFF0E",
    "\u2215",
    "e\u0301",
    "x".repeat(255),
    "ü".repeat(200),
    "x".repeat(5000),
  ],
  ...[house.folder, house.home.path, house.at("data"), "/proc/self/environ", "file:///etc/passwd", "C:\\Windows"],
];
function wildPath(next: () => number): string {
  const names = Array.from({ length: 1 + Math.floor(next() * 5) }, () => oneOf(next, pieces()));
  return names.join(oneOf(next, ["/", "/", "/", "//", "/./", "\\", ""]));
}

/** A path as a client may send it: escaped in one of many ways, or hardly at all. */
function sent(next: () => number, path: string): string {
  const well = path.toWellFormed();
  const way = oneOf(next, ["whole", "whole", "parts", "parts", "all", "twice", "raw"]);
  if (way === "whole") return encodeURIComponent(well);
  if (way === "parts") return well.split("/").map(encodeURIComponent).join("/");
  if (way === "twice") return encodeURIComponent(encodeURIComponent(well));
  if (way === "raw") return well.replace(/[?#\0\r\n]/g, encodeURIComponent);
  return [...Buffer.from(well)].map(byte => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

const plain = (content: string) => content === INSIDE || content === Buffer.from(INSIDE).toString("base64");

describe("whatever the path", () => {
  test.each([1, 2, 3])(
    "as a URL: a file of the tree or 4xx, and nothing from outside (seed %d)",
    async seed => {
      const next = random(seed);
      const seen = new Set<number>();
      for (let n = 0; n < 1500; n++) {
        const root = oneOf(next, [
          "sandbox",
          "sandbox",
          "sandbox",
          "news",
          "gifts",
          "projects",
          "thoughts",
          "%73andbox",
        ]);
        const url = `/content/files/${root}/${sent(next, wildPath(next))}`;
        const { status, body } = await app.get(url);
        seen.add(status);
        if (status === 200 && body.path !== undefined)
          expect({ url, plain: plain(body.content) }).toEqual({ url, plain: true });
        else expect({ url, refused: status >= 400 && status < 500 }).toEqual({ url, refused: true });
        expect(JSON.stringify(body)).not.toContain(CANARY);
      }
      expect([...seen]).toEqual(expect.arrayContaining([200, 400, 403, 404, 422]));
    },
    60_000,
  );

  test.each([4, 5])(
    "as it was decoded: a file of the tree or a refusal (seed %d)",
    async seed => {
      const next = random(seed);
      const seen = new Set<string>();
      for (let n = 0; n < 3000; n++) {
        const path = wildPath(next);
        const root = oneOf(next, ["sandbox", "sandbox", "news", "gifts", "projects"]);
        const answer = await readRawFile(house.home.path, root, path).catch((error: unknown) => error);
        if (answer instanceof Refused) seen.add(answer.why);
        else
          expect({ path, plain: plain((answer as { content?: string }).content ?? "") }).toEqual({ path, plain: true });
        if (!(answer instanceof Refused)) seen.add("read");
      }
      expect([...seen]).toEqual(expect.arrayContaining(["read", "outside", "missing", "no file"]));
    },
    60_000,
  );

  test("what no tree shows is in none, and what it shows can be read", async () => {
    const pathsIn = (node: any): string[] => (node.children ? node.children.flatMap(pathsIn) : [node.path]);
    for (const root of ["sandbox", "news", "gifts", "projects"]) {
      const { body } = await app.get(`/content/${root}`);
      for (const path of pathsIn(body.root)) {
        const file = await app.get(`/content/files/${root}/${path.split("/").map(encodeURIComponent).join("/")}`);
        expect({ path, status: file.status, plain: plain(file.body.content) }).toEqual({
          path,
          status: 200,
          plain: true,
        });
      }
    }
    expect(pathsIn((await app.get("/content/sandbox")).body.root)).toHaveLength(8);
  });
});

test("whatever depth is asked for: 200 or 422", async () => {
  const next = random(6);
  const seen = new Set<number>();
  for (let n = 0; n < 500; n++) {
    const depth = oneOf(next, [
      "1",
      "20",
      "007",
      "+3",
      " 3",
      "1e1",
      "0x3",
      "٣",
      "NaN",
      "Infinity",
      "[]",
      "{}",
      "\0",
      "-0",
      "null",
    ]);
    const query = oneOf(next, ["depth", "depth", "depth", "depth[]", "Depth", "__proto__", "depth.x"]);
    const { status, body } = await app.get(`/content/sandbox?${query}=${encodeURIComponent(depth)}`);
    seen.add(status);
    expect([200, 422]).toContain(status);
    expect(JSON.stringify(body)).not.toContain(CANARY);
  }
  expect([...seen].toSorted()).toEqual([200, 422]);
});
