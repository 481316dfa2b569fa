import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HomeFolder } from "hearth";
import type { TestKernel } from "hearth/testing";
import { mimeTypeOf } from "../../plugins/content/mime-type";
import { CANARY, type ContentHome, contentHome, startContent } from "../fixtures/content-home";

let house: ContentHome;
beforeEach(async () => {
  house = await contentHome();
  await mkdir(house.at("sandbox"));
});
afterEach(() => house[Symbol.dispose]());

async function file(path: string, app?: TestKernel) {
  await using own = app ? undefined : await house.start();
  const { status, body } = await (app ?? own!).get(`/content/files/${path}`);
  return { status, body };
}
const forbidden = { status: 403, body: { detail: "Path not allowed" } };
const missing = { status: 404, body: { detail: "File not found" } };
const noFile = { status: 400, body: { detail: "Path is not a file" } };

describe("a text", () => {
  test("comes with its path, size, extension and type", async () => {
    await house.put("sandbox/src/Main.PY", "print('ü')\n");
    expect(await file("sandbox/src/Main.PY")).toEqual({
      status: 200,
      body: {
        path: "src/Main.PY",
        content: "print('ü')\n",
        size: 12,
        extension: "PY",
        mime_type: "text/x-python",
        is_binary: false,
      },
    });
  });
  test("has line ends of one kind, and U+FFFD for what is not UTF-8; its size is that on the disk", async () => {
    await house.put("sandbox/a.txt", new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 13, 10, 0x62, 13, 0xff, 0xc3, 10]));
    expect((await file("sandbox/a.txt")).body).toMatchObject({ content: "\uFEFFa\nb\n\uFFFD\uFFFD\n", size: 11 });
  });
  test.each(["sandbox", "projects", "news", "gifts"])("may be in %s", async root => {
    await house.put(`${root}/a.txt`, root);
    expect((await file(`${root}/a.txt`)).body.content).toBe(root);
  });
  test("may be empty, and may be as large as 1 MiB", async () => {
    await house.put("sandbox/empty.txt", "");
    await house.put("sandbox/full.txt", "x".repeat(1_048_576));
    await using app = await house.start();
    expect((await file("sandbox/empty.txt", app)).body).toMatchObject({ content: "", size: 0 });
    expect((await file("sandbox/full.txt", app)).body.content).toHaveLength(1_048_576);
  });
  test("of strangers is data: HTML too is answered as JSON", async () => {
    await house.put("gifts/page.html", "<script>alert(1)</script>");
    await using app = await house.start();
    const { headers, body } = await app.get("/content/files/gifts/page.html");
    expect(headers.get("content-type")).toStartWith("application/json");
    expect(body).toMatchObject({ content: "<script>alert(1)</script>", mime_type: "text/html" });
  });
});

describe("what is binary by its name", () => {
  test("golden: is base64", async () => {
    await house.put("sandbox/p.PNG", new Uint8Array([0x89, 0x50, 0x4e, 0x47]));
    expect((await file("sandbox/p.PNG")).body).toEqual({
      path: "p.PNG",
      content: "iVBORw==",
      size: 4,
      extension: "PNG",
      mime_type: "image/png",
      is_binary: true,
    });
  });
  test("is sent to the byte, and anything else as text", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
    await house.put("sandbox/a.zip", bytes);
    await house.put("sandbox/a.bin", new Uint8Array([0xff]));
    await using app = await house.start();
    const { content } = (await file("sandbox/a.zip", app)).body;
    expect(new Uint8Array(Buffer.from(content, "base64"))).toEqual(bytes);
    expect((await file("sandbox/a.bin", app)).body).toMatchObject({ content: "\uFFFD", is_binary: false });
  });
});

test.each([
  ["a.md", "text/markdown"],
  ["a.json", "application/json"],
  ["a.ts", "text/vnd.trolltech.linguist"],
  ["A.JPEG", "image/jpeg"],
  ["a.tar.gz", "application/x-tar"],
  ["a.tgz", "application/x-tar"],
  ["a.json.gz", "application/json"],
  ["a.gz", "application/octet-stream"],
  ["a.woff2", "font/woff2"],
  ["a.bin", "application/octet-stream"],
  ["a.unknown", "text/plain"],
  ["README", "text/plain"],
  ["a.", "text/plain"],
  ["gz", "text/plain"],
])("the type of %s is %s", (name, type) => {
  expect(mimeTypeOf(name)).toBe(type);
});

test.each([
  ["README", null],
  ["a.", null],
  ["a.tar.gz", "gz"],
  ["My File.v2", "v2"],
  ["a.ü", "ü"],
])("the extension of %s is %p", async (name, extension) => {
  await house.put(`sandbox/${name}`, "x");
  expect((await file(`sandbox/${encodeURIComponent(name)}`)).body.extension).toBe(extension);
});

describe("the path", () => {
  test.each([
    ["%41.txt", "%2541.txt"],
    ["100%.txt", "100%.txt"],
    ["100%.txt", "100%25.txt"],
    ["a+b.txt", "a+b.txt"],
    ["a b?#ü.txt", "a%20b%3F%23%C3%BC.txt"],
    ["sub/a.txt", "sub%2Fa.txt"],
    ["sub/a.txt", "sub//a.txt"],
    ["sub/a.txt", "sub/%2E/a.txt"],
    ["sub/a.txt", "sub/a.txt/"],
    ["back\\slash.txt", "back%5Cslash.txt"],
    ["\u{1F98A}.txt", "%F0%9F%A6%8A.txt"],
  ])("names %s as %s: escapes are taken once", async (name, path) => {
    await house.put(`sandbox/${name}`, name);
    expect((await file(`sandbox/${path}`)).body.content).toBe(name);
  });
  test("is told as it was decoded", async () => {
    await house.put("sandbox/sub/a b.txt", "x");
    expect((await file("sandbox/sub//a%20b.txt")).body.path).toBe("sub//a b.txt");
  });
});

describe("what is no file", () => {
  test.each(["nope.txt", "a.txt/deeper", "A.TXT", "%E0%A4%A", "%FF", "x".repeat(256), `${"x/".repeat(2500)}y`, "-"])(
    "404: %.40s",
    async path => {
      await house.put("sandbox/a.txt", "x");
      expect(await file(`sandbox/${path}`)).toEqual(missing);
    },
  );
  test("404 in a tree that is not there, or is a file", async () => {
    await house.put("gifts", "a file");
    expect(await file("news/a.txt")).toEqual(missing);
    expect(await file("gifts/a.txt")).toEqual(missing);
  });
  test("400 for a folder, for the tree itself, and for a pipe, which is not waited for", async () => {
    await mkdir(house.at("sandbox/sub"));
    Bun.spawnSync(["mkfifo", house.at("sandbox/pipe")]);
    await using app = await house.start();
    for (const path of ["sandbox/sub", "sandbox/sub/", "sandbox/", "sandbox//", "sandbox/pipe"])
      expect({ path, ...(await file(path, app)) }).toEqual({ path, ...(path === "sandbox//" ? forbidden : noFile) });
  });
  test("400 for a socket", async () => {
    using _socket = Bun.listen({ unix: house.at("sandbox/socket"), socket: { data() {} } });
    expect(await file("sandbox/socket")).toEqual(noFile);
  });
  test("413 for one byte more than 1 MiB, and for a file with a hole of a terabyte", async () => {
    await house.put("sandbox/large.txt", new Uint8Array(1_048_577));
    Bun.spawnSync(["truncate", "-s", "1T", house.at("sandbox/hole.bin")]);
    const tooLarge = { status: 413, body: { detail: "File too large (max 1048576 bytes)" } };
    expect(await file("sandbox/large.txt")).toEqual(tooLarge);
    expect(await file("sandbox/hole.bin")).toEqual(tooLarge);
  });
  test("golden: 422 for another root", async () => {
    const expected = "'sandbox', 'projects', 'news' or 'gifts'";
    for (const root of ["thoughts", "Sandbox", "about"])
      expect(await file(`${root}/a.md`)).toEqual({
        status: 422,
        body: {
          detail: [
            {
              type: "literal_error",
              loc: ["path", "root"],
              msg: `Input should be ${expected}`,
              input: root,
              ctx: { expected },
            },
          ],
        },
      });
  });
});

describe("what is out of reach", () => {
  test.each(["a..b", "..%2Fcanary.txt", "sub/..%2F..%2Fcanary.txt", "a%00.txt", "%2E%2E%2F%2E%2E", "..."])(
    "403: %s",
    async path => {
      await house.put("sandbox/a..b", "x");
      expect(await file(`sandbox/${path}`)).toEqual(forbidden);
    },
  );
  test("W-06: an absolute path is refused, also into a neighbour whose name begins like the root's", async () => {
    await house.put("sandbox-x/f", CANARY);
    await house.put("sandbox/f", "x");
    for (const path of [
      house.at("sandbox-x/f"),
      house.at("sandbox/f"),
      "/etc/passwd",
      join(house.folder, "canary.txt"),
    ])
      expect(await file(`sandbox/${path}`)).toEqual(forbidden);
  });
  test("W-06: a link into a neighbour whose name begins like the root's is refused", async () => {
    await house.put("sandbox-x/f", CANARY);
    await symlink(house.at("sandbox-x/f"), house.at("sandbox/link"));
    expect(await file("sandbox/link")).toEqual(forbidden);
  });
  test.each([
    ".env",
    ".git/config",
    "sub/.hidden/a.txt",
    "node_modules/x/index.js",
    "__pycache__/a.pyc",
    "server.pem",
    "server.KEY",
    "prod.env",
    "keys.pem/inside.txt",
    ".DS_Store",
  ])("W-07: what the tree hides is refused: %s", async path => {
    await house.put(`sandbox/${path}`, CANARY);
    await using app = await house.start();
    expect(await file(`sandbox/${path}`, app)).toEqual(forbidden);
    expect(JSON.stringify((await app.get("/content/sandbox")).body)).not.toContain(path.split("/").at(-1)!);
  });
  test("W-07: a name tells nothing of whether it is there", async () => {
    expect(await file("sandbox/.env")).toEqual(forbidden);
  });
  test("W-07: a link to what the tree hides is refused", async () => {
    await house.put("sandbox/.env", CANARY);
    await house.put("sandbox/.git/config", CANARY);
    await symlink(".env", house.at("sandbox/env.txt"));
    await symlink(".git", house.at("sandbox/git"));
    await using app = await house.start();
    expect(await file("sandbox/env.txt", app)).toEqual(forbidden);
    expect(await file("sandbox/git/config", app)).toEqual(forbidden);
  });
  test("links that leave the tree are refused, to devices and to nothing too", async () => {
    await symlink(join(house.folder, "canary.txt"), house.at("sandbox/file"));
    await symlink(house.folder, house.at("sandbox/folder"));
    await symlink("/dev/zero", house.at("sandbox/zero"));
    await symlink("/nowhere/at/all", house.at("sandbox/nothing"));
    await symlink(join(house.folder, "unborn.txt"), house.at("sandbox/unborn"));
    await using app = await house.start();
    for (const path of ["file", "folder/canary.txt", "zero", "nothing", "unborn"])
      expect(await file(`sandbox/${path}`, app)).toEqual(forbidden);
  });
  test("links inside the tree are followed, those in a circle lead nowhere", async () => {
    await house.put("sandbox/sub/a.txt", "inside");
    await symlink("sub", house.at("sandbox/again"));
    await symlink(house.at("sandbox/sub/a.txt"), house.at("sandbox/b.md"));
    await symlink("round", house.at("sandbox/round"));
    await using app = await house.start();
    expect((await file("sandbox/again/a.txt", app)).body.content).toBe("inside");
    expect((await file("sandbox/b.md", app)).body).toMatchObject({ content: "inside", mime_type: "text/markdown" });
    expect(await file("sandbox/round", app)).toEqual(missing);
  });
  test("a tree that is a link is refused, wherever it leads", async () => {
    await house.put("other/a.txt", CANARY);
    await symlink(house.at("other"), house.at("gifts"));
    await symlink(house.folder, house.at("news"));
    expect(await file("gifts/a.txt")).toEqual(forbidden);
    expect(await file("news/canary.txt")).toEqual(forbidden);
  });
  test("a home that is a link is a home", async () => {
    await house.put("sandbox/a.txt", "x");
    await symlink(join(house.folder, "canary.txt"), house.at("sandbox/out"));
    await symlink(house.home.path, join(house.folder, "link"));
    await using app = await startContent({ home: new HomeFolder(join(house.folder, "link")) });
    expect((await file("sandbox/a.txt", app)).body.content).toBe("x");
    expect(await file("sandbox/out", app)).toEqual(forbidden);
    expect((await app.get("/content/sandbox")).body.node_count).toBe(2);
  });
});

describe("keeping an answer", () => {
  test("a strong ETag holds until the file changes, whatever its time says; HEAD is answered", async () => {
    await house.put("sandbox/a.txt", "before");
    await using app = await house.start();
    const path = "/content/files/sandbox/a.txt";
    const first = await app.get(path);
    const etag = first.headers.get("etag")!;
    expect(etag).toMatch(/^"\w+"$/);
    await house.put("sandbox/a.txt", "before");
    const again = await app.get(path, { headers: { "if-none-match": etag } });
    expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", etag]);
    const head = await app.call("HEAD", path);
    expect([head.status, head.headers.get("etag"), head.body]).toEqual([200, etag, ""]);
    await house.put("sandbox/a.txt", "after!");
    const later = await app.get(path, { headers: { "if-none-match": etag } });
    expect([later.status, later.body.content]).toEqual([200, "after!"]);
  });
  test("asks for the service key", async () => {
    await using app = await house.start();
    const { status, body } = await app.get("/content/files/sandbox/a.txt", { key: null });
    expect([status, body]).toEqual([401, { error: "Missing X-API-Key header" }]);
  });
});

/** Does something again and again until the body is over. */
async function meanwhile<T>(change: (round: number) => Promise<unknown>, body: () => Promise<T>): Promise<T> {
  let over = false;
  const changing = (async () => {
    for (let round = 0; !over; round++) await change(round);
  })();
  try {
    return await body();
  } finally {
    over = true;
    await changing;
  }
}

describe("a file that changes while it is read", () => {
  const [old, fresh] = ["a".repeat(300_000), "b".repeat(900_000)];

  test("is the old one or the new one, whole, when it is replaced", async () => {
    await house.put("sandbox/a.txt", old);
    await using app = await house.start();
    const replace = async (round: number) => {
      await writeFile(house.at("draft"), round % 2 ? old : fresh);
      await rename(house.at("draft"), house.at("sandbox/a.txt"));
    };
    const sizes = new Set<number>();
    await meanwhile(replace, async () => {
      for (let n = 0; n < 150; n++) {
        const { status, body } = await file("sandbox/a.txt", app);
        expect(status).toBe(200);
        expect(body.content === old || body.content === fresh).toBe(true);
        sizes.add(body.size);
      }
    });
    expect([...sizes].toSorted()).toEqual([old.length, fresh.length]);
  });
  test("is whole or not there when it comes and goes", async () => {
    await using app = await house.start();
    const comeAndGo = async () => {
      await writeFile(house.at("draft"), fresh);
      await rename(house.at("draft"), house.at("sandbox/a.txt"));
      await unlink(house.at("sandbox/a.txt"));
    };
    await meanwhile(comeAndGo, async () => {
      for (let n = 0; n < 300; n++) {
        const { status, body } = await file("sandbox/a.txt", app);
        if (status === 200) expect(body.content === fresh).toBe(true);
        else expect({ status, body }).toEqual(missing);
      }
    });
  });
  test("is never one from outside, and never waited for, while names become links and pipes", async () => {
    await mkdir(join(house.folder, "outside"));
    await writeFile(join(house.folder, "outside/a.txt"), CANARY);
    await house.put("inside/a.txt", "inside");
    Bun.spawnSync(["mkfifo", house.at("pipe")]);
    const places = [house.at("sandbox/sub"), house.at("sandbox/a.txt")] as const;
    const clear = () => Promise.all(places.map(place => rm(place, { recursive: true, force: true })));
    const change = async (round: number) => {
      await clear();
      if (round % 2) {
        await symlink(join(house.folder, "outside"), places[0]);
        await (round % 4 === 1 ? symlink("../pipe", places[1]) : symlink("../../canary.txt", places[1]));
      } else {
        await house.put("sandbox/sub/a.txt", "inside");
        await (round % 4 ? house.put("sandbox/a.txt", "inside") : rename(house.at("pipe"), places[1]));
        if (round % 4 === 0) await rename(places[1], house.at("pipe"));
      }
    };
    await using app = await house.start();
    const seen = new Set<number>();
    await meanwhile(change, async () => {
      for (let n = 0; n < 600; n++)
        for (const path of ["sandbox/sub/a.txt", "sandbox/a.txt"]) {
          const { status, body } = await file(path, app);
          seen.add(status);
          expect([200, 400, 403, 404]).toContain(status);
          expect(JSON.stringify(body)).not.toContain(CANARY);
        }
      for (let n = 0; n < 20; n++)
        expect(JSON.stringify((await app.get("/content/sandbox")).body)).not.toContain("canary");
    });
    expect(seen.size).toBeGreaterThan(1);
  });
});
