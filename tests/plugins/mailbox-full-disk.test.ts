import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { cleanEnv } from "../fixtures/clean-env";
import { noSmallDisk, onSmallDisk } from "../fixtures/small-disk";

const root = join(import.meta.dir, "../..");

/** Sends letters with pictures of 4 KB to a home of 64 KB until one is refused, then one without; says what the home holds after each. */
const script = (disk: string) => `
  import { readdirSync, readFileSync } from "node:fs";
  const { HomeFolder } = await import("${root}/core/api.ts");
  const { mailboxKernel } = await import("${root}/tests/fixtures/mailbox.ts");
  const home = new HomeFolder(${JSON.stringify(disk)});
  const app = await mailboxKernel({ home, letterboxSettings: { cooldown: 0, perDay: 100 } });
  const headers = await app.member("alice");
  const seen = [];
  for (let n = 0; n < 40; n++) {
    const body = new FormData();
    body.append("message", "letter " + n + " " + "x".repeat(300));
    body.append("image", new File(["PNG" + "x".repeat(4000)], "x.png"));
    const answer = await app.fetch("/mailbox/send", { method: "POST", headers, body });
    const { id, detail } = await answer.json();
    seen.push({ status: answer.status, id, detail });
  }
  const thread = readFileSync(home.path + "/mailbox/alice/thread.jsonl", "utf8");
  console.log(JSON.stringify({ seen, thread, pictures: readdirSync(home.path + "/mailbox/alice/attachments").sort() }));
  await app[Symbol.asyncDispose]();`;

/** Skipped where no process may mount a small disk of its own. */
test.skipIf(noSmallDisk)(
  "a full disk is a 507, and no letter, line or picture is there by half",
  async () => {
    using folder = temporaryFolder();
    const disk = join(folder.path, "disk");
    mkdirSync(disk);
    const child = Bun.spawn([...onSmallDisk(disk, 64), process.execPath, "-e", script(disk)], {
      cwd: root,
      env: cleanEnv({ HOME: folder.path }),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    if ((await child.exited) !== 0) throw new Error(err);
    const { seen, thread, pictures } = JSON.parse(out);
    const taken = seen.filter(({ status }: any) => status === 200).map(({ id }: any) => id);
    const refused = seen.filter(({ status }: any) => status !== 200);
    expect(taken.length).toBeGreaterThan(5);
    expect(refused.length).toBeGreaterThan(5);
    for (const { status, detail } of refused)
      expect([status, detail]).toEqual([507, "This could not be saved: the disk is full"]);
    expect(thread).toEndWith("\n");
    expect(
      thread
        .trimEnd()
        .split("\n")
        .map((line: string) => JSON.parse(line).id),
    ).toEqual(taken);
    expect(pictures).toEqual(taken.map((id: string) => `${id}.png`));
  },
  30_000,
);
