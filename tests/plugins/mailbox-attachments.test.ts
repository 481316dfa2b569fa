import { describe, expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { KEYS, type MailboxKernel } from "../fixtures/mailbox";
import { busy, type Headers, png, sendForm } from "../fixtures/mailbox-letters";

describe("GET /mailbox/attachments/:username/:filename", () => {
  const withPicture = async () => {
    const app = await busy();
    const headers = await app.member("alice");
    await sendForm(app, headers, { image: png() });
    return { app, headers, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
  };
  const get = (app: MailboxKernel, path: string, headers: object) =>
    app.fetch(`/mailbox/attachments/${path}`, { headers: headers as Headers });

  test("gives the bytes to whom the thread belongs, and says what a browser may do with them", async () => {
    await using house = await withPicture();
    const answer = await get(house.app, "alice/msg_20261121_u_001.png", house.headers);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toStartWith("PNGxxx");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "private, max-age=86400",
      "x-content-type-options": "nosniff",
      "content-disposition": 'inline; filename="msg_20261121_u_001.png"',
    });
    const again = { ...house.headers, "if-none-match": answer.headers.get("etag")! };
    expect((await get(house.app, "alice/msg_20261121_u_001.png", again)).status).toBe(304);
  });

  test("403 for another's, whether it is there or not", async () => {
    await using house = await withPicture();
    const bob = await house.app.member("bob", KEYS[1]);
    for (const path of ["alice/msg_20261121_u_001.png", "alice/none.png", "nobody/x.png"]) {
      const answer = await get(house.app, path, bob);
      expect([answer.status, await answer.json()]).toEqual([403, { detail: "Access denied" }]);
    }
  });

  test.each([
    "none.png",
    "..%2Fthread.jsonl",
    "%2Fetc%2Fpasswd",
    ".hidden.png",
    "out.png",
    "folder",
    "x%0d%0ay.png",
    "x%00.png",
    "%ff.png",
  ])("404 for %s", async name => {
    await using house = await withPicture();
    const folder = join(house.app.home.path, "mailbox/alice/attachments");
    await symlink("/etc/passwd", join(folder, "out.png"));
    await mkdir(join(folder, "folder"));
    await Bun.write(join(folder, ".hidden.png"), "x");
    const answer = await get(house.app, `alice/${name}`, house.headers);
    expect(answer.status).toBe(404);
  });

  test("what is no picture by its name is bytes", async () => {
    await using house = await withPicture();
    await Bun.write(join(house.app.home.path, "mailbox/alice/attachments/page.html"), "<script>");
    const answer = await get(house.app, "alice/page.html", house.headers);
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  });
});
