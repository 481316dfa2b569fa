import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { foldersIn } from "../../plugins/agent-claude-cli/folders";
import { handOver } from "../../plugins/agent-claude-cli/hand-over";
import { endRunFolder, makeRunFolder } from "../../plugins/agent-claude-cli/run-folder";
import { copyTranscript } from "../../plugins/agent-claude-cli/transcripts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const at = (path: string) => join(folder.path, path);
const isRoot = process.getuid?.() === 0;

describe("a transcript that comes back from an agent", () => {
  test("is taken as far as it is plain, can be read, and is no larger than may be", async () => {
    await Bun.write(at("run/home/s.jsonl"), "heron\n");
    await Bun.write(at("run/home/s/small.txt"), "x");
    await Bun.write(at("run/home/s/large.txt"), "y".repeat(200));
    await Bun.write(at("run/home/other.jsonl"), "of another session");
    symlinkSync("/etc/hostname", at("run/home/s/link"));
    Bun.spawnSync(["mkfifo", at("run/home/s/pipe")]);
    Bun.spawnSync(["truncate", "-s", "10T", at("run/home/s/sparse")]);
    mkdirSync(at("run/home/s.jsonl.d"));

    const left = await copyTranscript(at("run"), at("kept"), "s", { bytes: 100, files: 10 });

    expect(left.sort()).toEqual([at("run/home/s/large.txt"), at("run/home/s/sparse")]);
    expect(readdirSync(at("kept/home")).sort()).toEqual(["s", "s.jsonl"]);
    expect(readdirSync(at("kept/home/s"))).toEqual(["small.txt"]);
    expect(await copyTranscript(at("run"), at("few"), "s", { bytes: 100, files: 1 })).toHaveLength(3);
    expect(readdirSync(at("few/home"))).toEqual(["s.jsonl"]);
  });

  test.skipIf(!isRoot)("may be closed to its owner, folder and all: the run's folder goes all the same", () => {
    const here = join(import.meta.dir, "../../plugins/agent-claude-cli");
    const script = `import { foldersIn } from "${here}/folders"; import { endRunFolder, makeRunFolder } from "${here}/run-folder"; import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
      const folders = foldersIn("${at("state")}"), run = await makeRunFolder(folders, { systemPrompt: "", servers: [], agentSession: "s", config: "lent", login: false });
      mkdirSync(run.config + "/projects/home", { recursive: true }); mkdirSync(run.tmp + "/a/b", { recursive: true });
      writeFileSync(run.config + "/projects/home/s.jsonl", "x"); writeFileSync(run.tmp + "/a/b/x", "x");
      chmodSync(run.config + "/projects/home/s.jsonl", 0); chmodSync(run.tmp + "/a/b", 0); chmodSync(run.tmp + "/a", 0);
      await endRunFolder(folders, run); console.log(JSON.stringify(readdirSync(folders.runs)));`;
    mkdirSync(at("state"));
    chmodSync(folder.path, 0o777);
    chmodSync(at("state"), 0o777);
    const nobody = ["setpriv", "--reuid", "nobody", "--clear-groups", process.execPath, "-e", script];
    const { stdout, stderr } = Bun.spawnSync(nobody, { cwd: folder.path, env: { ...process.env, HOME: folder.path } });
    expect(stdout.toString() + stderr.toString()).toBe("[]\n");
  });
});

describe("a login that comes back from an agent", () => {
  const loginOf = (accessToken: string) => JSON.stringify({ claudeAiOauth: { accessToken, refreshToken: "r" } });
  const lend = async () => {
    const folders = foldersIn(at("state"));
    await Bun.write(join(folders.config, ".credentials.json"), loginOf("first"));
    const plan = { systemPrompt: "", servers: [], agentSession: "s", config: "lent", login: true } as const;
    return { folders, run: await makeRunFolder(folders, plan) };
  };

  test.each([
    ["what the CLI has renewed is taken", loginOf("renewed"), "renewed"],
    ["what is no login is not", "none", "first"],
    ["nor what is far too long for one", loginOf("x".repeat(70_000)), "first"],
  ])("%s", async (_, written, kept) => {
    mkdirSync(at("state"));
    const { folders, run } = await lend();
    await Bun.write(join(run.config, ".credentials.json"), written);
    await endRunFolder(folders, run);
    expect(readFileSync(join(folders.config, ".credentials.json"), "utf8")).toBe(loginOf(kept));
    expect(existsSync(run.path)).toBe(false);
  });
});

describe.skipIf(!isRoot)("a home that is handed over (needs root)", () => {
  const to = { uid: 65_534, gid: 65_534 };
  const owners = (...paths: string[]) => paths.map(path => lstatSync(at(path)).uid);

  test("may be as wide and as deep as it likes: few folders are open at once", async () => {
    for (let i = 0; i < 20 * 20; i++) mkdirSync(at(`wide/${Math.floor(i / 20)}/${i % 20}/x`), { recursive: true });
    mkdirSync(at(`wide${"/d".repeat(150)}`), { recursive: true });
    const here = join(import.meta.dir, "../../plugins/agent-claude-cli/hand-over");
    const script = `import { handOver } from "${here}"; console.log(JSON.stringify(await handOver("${at("wide")}", ${JSON.stringify(to)})))`;
    const { stdout, stderr } = Bun.spawnSync(["prlimit", "--nofile=200:200", process.execPath, "-e", script]);
    expect(stderr.toString()).toBe("");
    expect(JSON.parse(stdout.toString())).toEqual([`d${"/d".repeat(100)}`]);
    expect(owners("wide/19/19/x", "wide/d/d/d")).toEqual([to.uid, to.uid]);
  });

  test("gives a link itself and never what it leads to", async () => {
    await Bun.write(at("secret"), "x");
    await Bun.write(at("home/a\nb c"), "x");
    symlinkSync(at("secret"), at("home/link"));
    symlinkSync("/nowhere", at("home/dangling"));
    Bun.spawnSync(["mkfifo", at("home/pipe")]);
    expect(await handOver(at("home"), to)).toEqual([]);
    expect(owners("home", "home/a\nb c", "home/link", "home/dangling", "home/pipe")).toEqual(Array(5).fill(to.uid));
    expect(owners("secret")).toEqual([0]);
  });
});
