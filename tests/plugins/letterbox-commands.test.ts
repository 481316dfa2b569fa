import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cleanEnv } from "../fixtures/clean-env";
import { type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { until } from "../fixtures/until";

const root = join(import.meta.dir, "../..");
const postman = JSON.stringify(join(root, "tests/fixtures/plugins/postman"));
const config = `[plugins.system]
[plugins.sessions]
firstWake = false
[plugins.letterbox]
[plugins.postman]
from = ${postman}
`;

/** A place whose quarantine holds a postcard for each text, and the ids of them. */
async function holding(daemon: TestDaemon, ...texts: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const text of texts) {
    const { body } = await daemon.call("POST", "/postcards", { from: "Ann", text });
    expect(body.delivered).toBeUndefined();
    ids.push(body.id);
  }
  return ids;
}

/** Runs the review in a place, with what a person types. */
async function reviewIn({ env }: DaemonPlace, typed: string): Promise<{ code: number; out: string }> {
  const child = Bun.spawn([process.execPath, "core/cli.ts", "quarantine", "review"], {
    cwd: root,
    env: cleanEnv(env),
    stdin: new Blob([typed]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return { code, out };
}

const postcards = ({ home }: DaemonPlace) =>
  readdirSync(join(home, "postcards")).map(file => readFileSync(join(home, "postcards", file), "utf8"));

describe("hearth quarantine, as a program", () => {
  test("beside a daemon it goes through the daemon's door: what is released wakes the agent there", async () => {
    using place = daemonPlace(config);
    await using daemon = await startDaemon(place);
    const [first] = await holding(daemon, "The first one.", "The second one.");
    expect((await hearth(place, "quarantine")).out).toContain(`${first}  `);
    const { code, out } = await reviewIn(place, "r\nx\n");
    expect(code).toBe(0);
    expect(out).toContain("  │ The first one.\n");
    expect(out).toMatch(/released\n[\s\S]*rejected\n/);
    expect(postcards(place)).toEqual(["Ann\n\nThe first one.\n"]);
    expect((await daemon.call("GET", "/admin/quarantine")).body.messages).toEqual([]);
    expect((await hearth(place, "sessions")).out).toContain("visit");
    expect((await hearth(place, "quarantine", "release", first!)).out).toContain("decided on already");
  }, 60_000);

  test("without one it works on the state folder, and the next daemon finds what was decided", async () => {
    using place = daemonPlace(config);
    const ids: string[] = [];
    {
      await using daemon = await startDaemon(place);
      ids.push(...(await holding(daemon, "The first one.", "The second one.", "The third one.")));
    }
    expect((await hearth(place, "quarantine", "release", ids[1]!)).out).toContain("released");
    expect((await reviewIn(place, "s\nx\n")).code).toBe(0);
    expect(postcards(place)).toEqual(["Ann\n\nThe second one.\n"]);
    await using daemon = await startDaemon(place);
    await until(() => daemon.said().includes("1 message waits in the quarantine"));
    const list = await daemon.call("GET", "/admin/quarantine");
    expect(list.body.messages.map(({ text }: { text: string }) => text)).toEqual(["The first one."]);
    expect((await hearth(place, "sessions")).out).toContain("visit");
  }, 60_000);

  test("at a terminal it asks one by one, asks again when it does not understand, and an end leaves the rest as it is", async () => {
    using place = daemonPlace(config);
    await using daemon = await startDaemon(place);
    await holding(daemon, "The first one.", "The \u001b[2Jsecond one.", "The third one.");
    const bytes: Uint8Array[] = [];
    const shown = () => Buffer.concat(bytes).toString();
    const child = Bun.spawn([process.execPath, "core/cli.ts", "quarantine", "review"], {
      cwd: root,
      env: cleanEnv(place.env),
      terminal: { cols: 100, rows: 30, data: (_, some) => void bytes.push(Buffer.from(some)) },
    });
    const asked = (times: number) => until(() => shown().split("q quit").length === times + 1);
    for (const [times, typed] of ["what?\r", "r\r", "s\r", "\u0004"].entries()) {
      await asked(times + 1);
      child.terminal!.write(typed);
    }
    expect(await child.exited).toBe(0);
    expect(shown()).toContain("1 of 3\r\n");
    expect(shown()).toContain("  │ The <U+001B>[2Jsecond one.\r\n");
    expect(shown()).not.toContain("\u001b[2J");
    expect(postcards(place)).toEqual(["Ann\n\nThe first one.\n"]);
    const { messages } = (await daemon.call("GET", "/admin/quarantine")).body;
    expect(messages.map(({ text }: { text: string }) => text)).toEqual(["The third one.", "The \u001b[2Jsecond one."]);
  }, 60_000);

  test("arguments that do not fit are the caller's mistake", async () => {
    using place = daemonPlace(config);
    const { code, err } = await hearth(place, "quarantine", "burn");
    expect(code).toBe(2);
    expect(err).toContain("usage: hearth quarantine");
  }, 60_000);
});

test("W-05: a key has the same fingerprint in the daemon and in a command that only looks", async () => {
  using place = daemonPlace(config);
  const mark = async () => (await hearth(place, "postmark", "correct-horse-battery")).out;
  let inDaemon: string;
  {
    await using _daemon = await startDaemon(place);
    inDaemon = await mark();
  }
  expect(inDaemon).toMatch(/^[0-9a-f]{64}\n$/);
  expect(await mark()).toBe(inDaemon);
}, 60_000);
