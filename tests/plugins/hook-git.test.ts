import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HomeFolder } from "hearth";
import { configured, expectClean, HeldClock, type TestKernel, temporaryFolder, testKernel } from "hearth/testing";
import { PostSession } from "hearth-plugins/sessions";
import conversation from "../../plugins/hook-conversation/plugin";
import { gitEnvironment } from "../../plugins/hook-git/environment";
import { findSecret, secretValues } from "../../plugins/hook-git/find-secret";
import { Git } from "../../plugins/hook-git/git";
import plugin from "../../plugins/hook-git/plugin";
import { localPath } from "../../plugins/hook-git/push";
import { forbiddenKey } from "../../plugins/hook-git/repository";
import { stagePaths } from "../../plugins/hook-git/stage";
import { contentsOf, stagedFiles } from "../../plugins/hook-git/staged";
import mood from "../../plugins/hook-mood/plugin";
import thoughts from "../../plugins/hook-thoughts/plugin";
import transcript from "../../plugins/hook-transcript/plugin";
import { ended } from "./hook-session";

// Put together here, so that no scanner takes this file for a leak.
const anthropicKey = ["sk", "ant", "api03-0123456789abcdef"].join("-");
const telegramToken = `1234567890:${"A".repeat(35)}`;

let place: ReturnType<typeof temporaryFolder>;
let home: HomeFolder;
let app: TestKernel | undefined;

beforeEach(async () => {
  place = temporaryFolder();
  home = new HomeFolder(join(place.path, "home"));
  await mkdir(home.path);
});
afterEach(async () => {
  await app?.[Symbol.asyncDispose]();
  app = undefined;
  place[Symbol.dispose]();
});

const environment = () => gitEnvironment(process.env, join(place.path, "git-home"), "UTC", "false");

/** Calls git as a person would, in a folder. */
async function git(folder: string, ...args: string[]): Promise<string> {
  const person = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
  const { code, out, err } = await new Git(folder, environment(), new AbortController().signal).call([
    ...person,
    ...args,
  ]);
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${err}`);
  return out.toString().trim();
}

const log = (format = "%s") => git(home.path, "log", `--format=${format}`);
const files = async (rev = "HEAD") => (await git(home.path, "ls-tree", "-r", "--name-only", rev)).split("\n");

/** Whether a process has ended; one that nobody has buried counts as ended. */
async function isOver(pid: number): Promise<boolean> {
  const state = await Bun.$`ps -o stat= -p ${pid}`.nothrow().text();
  return state.trim() === "" || state.startsWith("Z");
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await Bun.sleep(10);
}

/** Runs the hook once. The kernel is started at the first call, with the settings of that call. */
async function run(settings: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  app ??= await testKernel([configured(plugin, settings)], {
    home,
    timeZone: "America/New_York",
    env: { PATH: process.env["PATH"]!, ...env },
    limits: { hook: 60 },
  });
  const [outcome] = (await app.run(PostSession, ended())).outcomes;
  return { state: outcome!.state, note: outcome!.note ?? "" };
}

async function bareRemote(name = "remote.git"): Promise<string> {
  const path = join(place.path, name);
  await git(home.path, "init", "--quiet", "--bare", "--initial-branch=main", path);
  return path;
}

describe("a commit", () => {
  test("a home without a repository gets one, and its first commit", async () => {
    await home.write("thoughts/a.md", "one");
    await home.write("voice.md", "a voice");
    const { state, note } = await run();
    expect([state, note]).toEqual([
      "done",
      expect.stringMatching(/^made the repository; committed 2 files as [0-9a-f]{7}$/),
    ]);
    expect(await log("%s|%an|%ae")).toBe("Session: morning - 2026-01-15 09:20 EST|Hearth|hearth@localhost");
    expect(await git(home.path, "symbolic-ref", "HEAD")).toBe("refs/heads/main");
    expect(await run()).toEqual({ state: "done", note: "nothing to commit" });
  });

  test("goes on in a repository that is there, signed as it says, with a trailer", async () => {
    await git(home.path, "init", "--quiet", "--initial-branch=life");
    await git(home.path, "config", "user.name", "Owner");
    await git(home.path, "config", "user.email", "owner@example.com");
    await home.write("thoughts/a.md", "one");
    expect((await run({ trailer: "Co-authored-by: Ann <ann@example.com>", author: "Other" })).state).toBe("done");
    expect(await log("%an|%ae|%B")).toBe(
      "Owner|owner@example.com|Session: morning - 2026-01-15 09:20 EST\n\nCo-authored-by: Ann <ann@example.com>",
    );
    expect(await git(home.path, "symbolic-ref", "--short", "HEAD")).toBe("life");
  });

  test.skipIf(process.getuid?.() !== 0)(
    "goes on in a home that belongs to the agent's own user (needs root)",
    async () => {
      const remote = await bareRemote();
      await git(home.path, "init", "--quiet");
      await git(home.path, "remote", "add", "origin", remote);
      await home.write("thoughts/a.md", "one");
      await Bun.$`chown -R 65534:65534 ${home.path}`;
      await expect(git(home.path, "status")).rejects.toThrow("dubious ownership");
      expect(await run()).toEqual({ state: "done", note: expect.stringMatching(/committed 1 file.*pushed/) });
      await home.write("thoughts/b.md", "two");
      await Bun.$`chown -R 65534:65534 ${home.path}`;
      expect((await run()).state).toBe("done");
      expect(await git(remote, "log", "--format=%s", "--all")).toContain("Session: morning");
    },
  );

  test("H11: paths that are missing are no error, and what is there is committed", async () => {
    await home.write("bookshelf/a.md", "one");
    expect((await run()).state).toBe("done");
    expect(await files()).toEqual(["bookshelf/a.md"]);
  });

  test("what is gone is gone from the next commit, a whole folder too", async () => {
    await home.write("thoughts/a.md", "one");
    await home.write("dreams/a.md", "one");
    await home.write("dreams/b.md", "two");
    await run();
    await rm(join(home.path, "thoughts"), { recursive: true });
    await rm(join(home.path, "dreams/a.md"));
    expect((await run()).note).toMatch(/^committed 2 files/);
    expect(await files()).toEqual(["dreams/b.md"]);
  });

  test("H11: a path that cannot be added fails the hook by name, and the others are committed", async () => {
    await home.write("thoughts/a.md", "one");
    await git(home.path, "init", "--quiet", join(home.path, "projects/inner"));
    const { state, note } = await run();
    expect(state).toBe("failed");
    expect(note).toMatch(/"projects" could not be added: .*does not have a commit/s);
    expect(note).toMatch(/committed 1 file/);
    expect(await files()).toEqual(["thoughts/a.md"]);
  });

  test("holds neither what is private nor what others had staged", async () => {
    for (const folder of ["data", "conversations", "transcripts", "mailbox", "visitors", "thoughts"])
      await home.write(`${folder}/a.md`, "text");
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    await git(home.path, "add", "conversations", "data");
    await run();
    expect(await files()).toEqual(["thoughts/a.md"]);
    await git(home.path, "add", "mailbox");
    await home.write("thoughts/b.md", "text");
    await run();
    expect(await files()).toEqual(["thoughts/a.md", "thoughts/b.md"]);
  });

  test("the home's .gitignore is heeded, for files and for whole paths", async () => {
    await home.write(".gitignore", "sandbox/\n*.log\n");
    await home.write("sandbox/a.md", "x");
    await home.write("thoughts/a.log", "x");
    await home.write("thoughts/a.md", "x");
    expect((await run()).state).toBe("done");
    expect(await files()).toEqual(["thoughts/a.md"]);
  });

  test("names of any kind are taken as they are", async () => {
    for (const name of ["a b.md", "été.md", "-q.md", ":(top)x.md", "*.md", '"q".md', "line\nend.md"])
      await home.write(`thoughts/${name}`, "x");
    expect((await run({ paths: ["thoughts", ":(exclude)thoughts"] })).note).toMatch(/committed 7 files/);
  });

  test("a repository around the home is not touched", async () => {
    await git(place.path, "init", "--quiet", "--initial-branch=main");
    await home.write("thoughts/a.md", "one");
    expect((await run({ init: false })).note).toMatch(/no git repository/);
    expect(await git(place.path, "status", "--porcelain")).toBe("?? home/");
  });

  test("nothing is committed to a branch that is not there", async () => {
    await home.write("thoughts/a.md", "one");
    await run();
    await git(home.path, "checkout", "--quiet", "--detach");
    await home.write("thoughts/b.md", "two");
    expect(await run()).toEqual({ state: "failed", note: expect.stringMatching(/HEAD is detached/) });
    expect(await files()).toEqual(["thoughts/a.md"]);
  });

  test("a lock that a killed git left long ago is removed; a fresh one is respected", async () => {
    await home.write("thoughts/a.md", "one");
    await run();
    const lock = join(home.path, ".git/index.lock");
    await writeFile(lock, "");
    await home.write("thoughts/b.md", "two");
    expect(await run()).toEqual({ state: "failed", note: expect.stringMatching(/index\.lock/) });
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(lock, longAgo, longAgo);
    expect((await run()).note).toMatch(/removed a lock.*committed 1 file/);
  });

  test("a folder without git's program says so", async () => {
    const nowhere = { ...environment(), PATH: "/nonexistent" };
    const call = new Git(home.path, nowhere, new AbortController().signal).call(["version"]);
    await expect(call).rejects.toThrow(/git cannot be started/);
  });
});

describe("a push", () => {
  const heads = (remote: string) => git(remote, "log", "--format=%s", "main");

  beforeEach(() => home.write("thoughts/a.md", "one"));

  test("goes to the remote when one is set, and only when it lacks something", async () => {
    const remote = await bareRemote();
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    await git(home.path, "remote", "add", "origin", remote);
    expect((await run()).note).toMatch(/committed 1 file as \w+; pushed main to origin/);
    expect(await heads(remote)).toBe(await log());
    expect((await run()).note).toBe("nothing to commit");
  });

  test("H12: one that fails fails the hook, keeps the commit, and is made good by the next session", async () => {
    const remote = join(place.path, "later.git");
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    await git(home.path, "remote", "add", "origin", remote);
    const failed = await run();
    expect(failed.state).toBe("failed");
    expect(failed.note).toMatch(/the push to origin failed, the next session tries again: .*committed 1 file/s);
    expect(await files()).toEqual(["thoughts/a.md"]);
    await bareRemote("later.git");
    expect(await run()).toEqual({ state: "done", note: "nothing to commit; pushed main to origin" });
    expect(await heads(remote)).toBe(await log());
  });

  test("H12: the branch is the one that is checked out", async () => {
    const remote = await bareRemote();
    await git(home.path, "init", "--quiet", "--initial-branch=life");
    expect((await run({ remote })).note).toMatch(/pushed life to the remote/);
    expect(await git(remote, "branch", "--format=%(refname:short)")).toBe("life");
  });

  test("H12: one that hangs is ended with all that it started", async () => {
    const pid = join(place.path, "pid");
    const ssh = join(place.path, "ssh");
    await writeFile(ssh, `#!/bin/sh\necho $$ > ${pid}\nexec sleep 600\n`);
    await chmod(ssh, 0o755);
    const { state, note } = await run({ remote: "ssh://git@localhost/x.git", sshCommand: ssh, pushSeconds: 0.5 });
    expect([state, note]).toEqual(["failed", expect.stringMatching(/it took more than 0\.5 s.*committed 1 file/s)]);
    const hung = Number(await readFile(pid, "utf8"));
    await until(() => isOver(hung));
  });

  test("is never made without a remote, or when it is switched off", async () => {
    const remote = await bareRemote();
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    await git(home.path, "remote", "add", "origin", remote);
    expect((await run({ remote: "" })).note).toMatch(/^committed 1 file as \w+$/);
    expect(await git(remote, "for-each-ref")).toBe("");
  });

  test("H13: is refused when the remote lies where the agent could write its hooks", async () => {
    await git(home.path, "init", "--quiet", "--bare", join(home.path, "sandbox/evil.git"));
    const hook = join(home.path, "sandbox/evil.git/hooks/pre-receive");
    await writeFile(hook, `#!/bin/sh\ntouch ${place.path}/ran\n`);
    await chmod(hook, 0o755);
    await symlink(home.path, join(place.path, "link"));
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    for (const address of [
      "sandbox/evil.git",
      `file://${home.path}/sandbox/evil.git`,
      join(place.path, "link/sandbox/evil.git"),
    ]) {
      await git(home.path, "config", "remote.origin.url", address);
      expect((await run()).note).toMatch(/the remote lies in the home/);
    }
    expect(await stat(join(place.path, "ran")).catch(() => "not there")).toBe("not there");
  });

  test("H13: a remote that asks for a password gets none, and no program of the repository is asked for it", async () => {
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response("", { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }),
    });
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    const asker = join(home.path, "asker");
    await writeFile(asker, `#!/bin/sh\ntouch ${place.path}/ran\n`);
    await chmod(asker, 0o755);
    await git(home.path, "config", "core.askPass", asker);
    const { state, note } = await run({ remote: `http://127.0.0.1:${server.port}/x.git` });
    expect([state, note]).toEqual(["failed", expect.stringMatching(/terminal prompts disabled.*committed 1 file/s)]);
    expect(await stat(join(place.path, "ran")).catch(() => "not there")).toBe("not there");
  });

  test("H13: a protocol that runs a program is refused", async () => {
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    await git(home.path, "config", "protocol.ext.allow", "always");
    const { state, note } = await run({ remote: `ext::sh -c touch% ${place.path}/ran` });
    expect([state, note]).toEqual(["failed", expect.stringMatching(/transport 'ext' not allowed/)]);
    expect(await stat(join(place.path, "ran")).catch(() => "not there")).toBe("not there");
  });

  test("passwords in addresses are not told", async () => {
    const { note } = await run({ remote: "http://ann:pass-word-1@127.0.0.1:1/x.git" });
    expect(note).toMatch(/failed/);
    expect(note).not.toContain("pass-word-1");
  });

  test("addresses of folders are told from those of the network", () => {
    expect(localPath("/h", "x/y")).toBe("/h/x/y");
    expect(localPath("/h", "/srv/y.git")).toBe("/srv/y.git");
    expect(localPath("/h", "file:///srv/y.git")).toBe("/srv/y.git");
    for (const address of ["git@host:x.git", "https://host/x", "ssh://host/x"])
      expect(localPath("/h", address)).toBeUndefined();
  });
});

describe("H13: nothing in the home is run", () => {
  const ran = () => stat(join(place.path, "ran")).catch(() => "not there");

  beforeEach(async () => {
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    await home.write("thoughts/a.md", "one");
  });

  test("no hook of the repository", async () => {
    await mkdir(join(home.path, ".git/hooks"), { recursive: true });
    for (const name of [
      "pre-commit",
      "commit-msg",
      "post-commit",
      "prepare-commit-msg",
      "pre-push",
      "post-index-change",
    ]) {
      await writeFile(join(home.path, ".git/hooks", name), `#!/bin/sh\ntouch ${place.path}/ran\n`);
      await chmod(join(home.path, ".git/hooks", name), 0o755);
    }
    expect((await run({ remote: await bareRemote() })).state).toBe("done");
    expect(await ran()).toBe("not there");
  });

  test("no program that its config names for what we do anyway", async () => {
    const program = `touch ${place.path}/ran; false`;
    for (const key of [
      "core.fsmonitor",
      "core.sshCommand",
      "core.askPass",
      "core.editor",
      "gpg.program",
      "diff.external",
    ])
      await git(home.path, "config", key, program);
    await git(home.path, "config", "core.hooksPath", join(home.path, "hooks"));
    await git(home.path, "config", "commit.gpgSign", "true");
    const { state, note } = await run({ remote: "ssh://git@localhost/x.git", sshCommand: "false" });
    expect([state, note]).toEqual(["failed", expect.stringMatching(/push.*committed 1 file/s)]);
    expect(await ran()).toBe("not there");
  });

  for (const [key, value] of [
    ["filter.evil.clean", "touch ran; cat"],
    ["credential.https://example.com.helper", "!touch ran"],
    ["include.path", "../evil"],
    ["url.https://evil.example/.insteadOf", "https://github.com/"],
    ["remote.origin.receivepack", "touch ran"],
    ["http.sslVerify", "false"],
  ] as const)
    test(`a config with ${key} is refused by name, before anything is done`, async () => {
      await git(home.path, "config", key, value);
      await home.write(".gitattributes", "* filter=evil\n");
      expect(await run()).toEqual({
        state: "failed",
        note: expect.stringContaining(`.git/config sets ${key.toLowerCase()}`),
      });
      expect(await ran()).toBe("not there");
    });

  test("settings that people have are no obstacle", () => {
    const usual = [
      "core.bare",
      "core.filemode",
      "user.name",
      "remote.origin.url",
      "remote.origin.fetch",
      "branch.main.merge",
      "pull.rebase",
    ];
    expect(forbiddenKey(usual)).toBeUndefined();
  });

  test("a .git that leads elsewhere is refused", async () => {
    await git(place.path, "init", "--quiet", join(place.path, "other"));
    await rm(join(home.path, ".git"), { recursive: true });
    await writeFile(join(home.path, ".git"), `gitdir: ${place.path}/other/.git\n`);
    expect((await run()).note).toMatch(/not a folder of its own/);
  });

  test("git sees no more of Hearth's environment than it needs", () => {
    const env = { PATH: "/bin", API_KEY: "secret-key", GIT_DIR: "/x", SSH_AUTH_SOCK: "/s", HOME: "/root" };
    const seen = gitEnvironment(env, "/state/git", "UTC", "ssh");
    expect(seen).toMatchObject({ PATH: "/bin", HOME: "/state/git", SSH_AUTH_SOCK: "/s", GIT_TERMINAL_PROMPT: "0" });
    expect(seen).not.toHaveProperty("API_KEY");
    expect(seen).not.toHaveProperty("GIT_DIR");
  });
});

describe("H13: secrets are not committed", () => {
  test("a file with one is left out and named with its line; the others are committed; the secret is not told", async () => {
    await home.write("thoughts/a.md", "one");
    await home.write("thoughts/leak.md", `# Notes\nmy key is ${anthropicKey}\n`);
    const { state, note } = await run();
    expect(state).toBe("failed");
    expect(note).toContain("thoughts/leak.md was not committed: line 2 holds an Anthropic key");
    expect(note).not.toContain(anthropicKey);
    expect(await files()).toEqual(["thoughts/a.md"]);
    expect((await home.read("thoughts/leak.md"))!.text).toContain(anthropicKey);
  });

  test("in a file that is known already, the older version stays; once it is clean it is committed", async () => {
    await home.write("thoughts/a.md", "one");
    await run();
    await home.write("thoughts/a.md", `one\n${telegramToken}\n`);
    expect((await run()).note).toMatch(
      /thoughts\/a\.md was not committed: line 2 holds a Telegram bot's token.*nothing to commit/,
    );
    expect(await git(home.path, "show", "HEAD:thoughts/a.md")).toBe("one");
    await home.write("thoughts/a.md", "clean");
    expect((await run()).state).toBe("done");
  });

  test("the live values of this house's secrets are known", async () => {
    await home.write("thoughts/a.md", "the word is open-sesame-42, keep it");
    const { state, note } = await run({}, { DOOR_SECRET: "open-sesame-42", SHORT_KEY: "the" });
    expect([state, note]).toEqual(["failed", expect.stringMatching(/line 1 holds a secret of this house/)]);
    expect(note).not.toContain("open-sesame");
  });

  test("a name that is not UTF-8 hides nothing", async () => {
    await home.write("thoughts/a.md", "one");
    const name = Buffer.concat([Buffer.from(`${home.path}/thoughts/`), Buffer.from([0xff, 0x2e, 0x6d, 0x64])]);
    await writeFile(name, anthropicKey);
    expect((await run()).state).toBe("failed");
    expect(await files()).toEqual(["thoughts/a.md"]);
  });

  test("every shape is found, in binary files too, and ordinary words are not", () => {
    const shaped = {
      "an Anthropic key": anthropicKey,
      "a GitHub token": `ghp_${"a1".repeat(18)}`,
      "an AWS key": `AKIA${"A1".repeat(8)}`,
      "a Slack token": ["xoxb", "0123456789-abc"].join("-"),
      "a Telegram bot's token": telegramToken,
      "a private key": ["-----BEGIN", "OPENSSH PRIVATE", "KEY-----"].join(" "),
    };
    for (const [what, text] of Object.entries(shaped))
      expect(findSecret(Buffer.concat([Buffer.from([0, 255, 10, 10]), Buffer.from(text)]), [])).toEqual({
        line: 3,
        what,
      });
    for (const text of ["sk-ant-…", "a ghp_ token", "AKIA", "12:30 and 2026-01-15T14:00:00", "BEGIN PRIVATE KEY"])
      expect(findSecret(Buffer.from(text), ["not-in-here"])).toBeUndefined();
  });

  test("which variables hold secrets is told by their names", () => {
    const env = {
      API_KEY: "12345678",
      TRUSTED_API_KEYS: "abcdefgh, ijklmnop",
      MY_TOKEN: "short",
      HOME: "/home/anybody",
    };
    expect(secretValues(env)).toEqual(["12345678", "abcdefgh", "ijklmnop"]);
  });

  test("a file too large for a host of repositories is left out and named", async () => {
    await home.write("thoughts/a.md", "one");
    await home.write("projects/film.bin", new Uint8Array(2000));
    const { state, note } = await run({ largestMegabytes: 0.001 });
    expect([state, note]).toEqual([
      "failed",
      expect.stringMatching(/projects\/film\.bin was not committed: its 2000 bytes/),
    ]);
    expect(await files()).toEqual(["thoughts/a.md"]);
  });

  test("any number of files is read to its last byte", async () => {
    await git(home.path, "init", "--quiet", "--initial-branch=main");
    await Promise.all(
      Array.from({ length: 450 }, (_, at) => home.write(`thoughts/${at}.md`, `${at}\n\n${"x".repeat(at)}`)),
    );
    const repository = new Git(home.path, environment(), new AbortController().signal);
    expect(await stagePaths(repository, ["thoughts"])).toEqual([]);
    let seen = 0;
    for await (const [{ path }, content] of contentsOf(repository, await stagedFiles(repository))) {
      const at = Number(/(\d+)\.md$/.exec(path)![1]);
      expect(content.toString()).toBe(`${at}\n\n${"x".repeat(at)}`);
      seen++;
    }
    expect(seen).toBe(450);
  });
});

describe("hook-git", () => {
  test("the five hooks together: a thought gets its title, then its mood is taken, then all of it is committed", async () => {
    await home.write("thoughts/2026-01-15-rain.md", "---\nmood: quiet, warm\n---\nRain.\n---\n");
    app = await testKernel(
      [plugin, mood, conversation, thoughts, transcript].map(one => configured(one)),
      {
        home,
        env: { PATH: process.env["PATH"]! },
        clock: new HeldClock("2026-01-15T15:00:00Z"),
      },
    );
    const report = await app.run(PostSession, ended({ changed: ["thoughts/2026-01-15-rain.md"] }));
    expect(Object.fromEntries(report.outcomes.map(({ id, state }) => [id, state]))).toEqual({
      transcript: "done",
      thoughts: "done",
      conversation: "skipped",
      mood: "done",
      git: "done",
    });
    expect(await git(home.path, "show", "HEAD:thoughts/2026-01-15-rain.md")).toBe(
      '---\ntitle: "Rain"\nmood: quiet, warm\n---\nRain.\n---',
    );
    expect(JSON.parse((await home.read("data/mood-state.json"))!.text).blended).toEqual({
      valence: 0.4,
      arousal: -0.3,
    });
    expect(await files()).toEqual(["thoughts/2026-01-15-rain.md"]);
  });

  test("runs after all that write in the home", async () => {
    app = await testKernel([configured(plugin)], { home });
    expect(app.items(PostSession)[0]!.after).toContain("mood");
    expect(app.items(PostSession)[0]!.after).toContain("visitors-archive");
  });

  test("refuses wrong settings by name, and paths that leave the home", () => {
    expect(() => configured(plugin, { remot: "x" })).toThrow(/remot/);
    for (const path of ["/etc", "../x", "a/../../b", ".git/config", ""])
      expect(() => configured(plugin, { paths: [path] })).toThrow(/paths/);
  });

  test("by default it leaves out what is private", () => {
    const { paths } = configured(plugin).config as { paths: string[] };
    for (const path of ["data", "conversations", "transcripts", "mailbox", "visitors"])
      expect(paths).not.toContain(path);
  });

  test("leaves nothing behind", () => expectClean(configured(plugin)));
});
