import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentRequest } from "hearth-plugins/sessions";
import { Cells } from "../../plugins/agent-claude-cli/cell";
import { type JailPlan, jailArguments } from "../../plugins/agent-claude-cli/jail";
import { Settings } from "../../plugins/agent-claude-cli/settings";
import { api, closeCli, env, folder, openCli, hearth as openHearth } from "../fixtures/claude-cli";
import { type Reply, reply, say, useTool } from "../fixtures/messages-api";
import { livingCommands } from "../fixtures/processes";
import { until } from "../fixtures/until";

setDefaultTimeout(60_000);

const SECRET = "the-secret-of-the-house";
const BIRD = "the-bird-of-another-session";
const bwrap = Bun.which("bwrap");
const works = bwrap !== null && Bun.spawnSync([bwrap, "--ro-bind", "/", "/", "--unshare-user", "true"]).success;

beforeEach(openCli);
afterEach(closeCli);

/** Hearth with nothing but this agent, and a house around it with secrets in it. */
async function hearth(settings: Record<string, unknown> = {}) {
  const cli = await openHearth({ jail: "always", interruptGrace: 5, ...settings });
  const { app } = cli;
  await Bun.write(join(app.state, "api.key"), SECRET);
  await Bun.write(join(app.state, "claude/projects/-home/11111111-1111-4111-8111-111111111111.jsonl"), BIRD);
  await Bun.write(join(folder.path, "config/home.toml"), SECRET);
  await Bun.write(join(folder.path, "other/home/diary.md"), SECRET);
  await app.home.write("mailbox/bob/thread.jsonl", "the-letter-of-Bob");
  await app.home.write("memory/people.md", "Ada likes rain.");
  await app.home.write("prompt/prompt.md", "Look at the sea.");
  await app.home.write(".git/config", "[core]\n");
  await app.home.write("thoughts/first.md", "Snow.");
  const own = {
    maxTurns: 12,
    tools: ["*"],
    closed: ["mailbox"],
    readonly: ["memory/**", "prompt/prompt.md", "not-there.md"],
  };
  return { ...cli, run: (over: Partial<AgentRequest> = {}) => cli.run({ ...own, ...over }) };
}

/** A shell script in the CLI's place: it says what it could do of these. */
async function burglar(tries: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder.path, "burglar");
  const lines = Object.entries(tries).map(([name, command]) => `( ${command} ) >/dev/null 2>&1 && got="$got ${name}"`);
  const told = `printf '{"type":"result","subtype":"success","is_error":false,"result":"%s","num_turns":1}\\n' "$got"`;
  await Bun.write(path, `#!/bin/sh\n${lines.join("\n")}\n${told}\n`);
  await chmod(path, 0o755);
  return path;
}

const abort = () => {
  const controller = new AbortController();
  return { signal: controller.signal, because: (text: string) => controller.abort(new Error(text)) };
};

const could = (text: string) => text.trim().split(" ").filter(Boolean);

describe.skipIf(!works)("a program in the CLI's place that minds no rules", () => {
  test("finds its home, what it needs, and nothing else of the machine", async () => {
    const home = "$PWD";
    const state = `${home}/../state`;
    const forbidden = {
      stateFolder: `cat ${state}/api.key`,
      stateByName: `[ -e ${state}/api.key ] || [ -e ${state}/claude/.credentials.json ]`,
      otherTranscripts: `grep -r ${BIRD} ${state} $CLAUDE_CONFIG_DIR`,
      configFile: `cat ${folder.path}/config/home.toml`,
      otherHome: `cat ${folder.path}/other/home/diary.md`,
      shadow: "cat /etc/shadow",
      ownersOfTheMachine: "grep -v ^agent: /etc/passwd | grep .",
      rootsHome: "ls /root",
      homes: "ls /home/*",
      logs: "ls /var/log",
      sockets: "ls /run/*",
      environmentOfOthers: `grep -a ${SECRET} /proc/*/environ`,
      hearthItself: `[ -e /proc/${process.pid}/cmdline ] && grep -a bun /proc/${process.pid}/cmdline`,
      kernel: "cat /proc/sys/kernel/domainname > /proc/sys/kernel/domainname",
      programs: "touch /usr/bin/mine",
      root: "touch /mine",
      capabilities: "grep CapEff /proc/self/status | grep -v 0000000000000000",
      letters: `cat mailbox/bob/thread.jsonl || ls mailbox | grep .`,
      lettersWritten: "mkdir mailbox/carol",
      lettersMoved: "mv mailbox elsewhere",
      readonlyFile: "echo no > prompt/prompt.md",
      readonlyReplaced: "echo no > new.md; mv new.md prompt/prompt.md",
      readonlyFolderReplaced: "mv prompt prompt.old && mkdir prompt && echo no > prompt/prompt.md",
      closedMovedAway: "mv rooms/all/guests rooms/all/open || mv rooms/all rooms/open || mv rooms open",
      closedDeep: "cat rooms/all/guests/carol/letter || cat open/carol/letter",
      privateKeys: "ls /etc/ssl/private || ls /etc/pki/tls/private",
      stateByLink: `cat ${folder.path}/way/state/api.key`,
      readonlyFolder: "echo no > memory/new.md",
      readonlyGone: "rm memory/people.md",
      git: "echo no >> .git/config",
      runWritten: `echo no > "$(dirname "$CLAUDE_CONFIG_DIR")/leader.json"`,
    };
    const allowed = {
      homeRead: "grep Snow thoughts/first.md && grep Ada memory/people.md && grep core .git/config",
      besideClosed: "echo yes > rooms/all/guests/bob && mkdir rooms/all/x && mv rooms/all/x rooms/y",
      certificates: "[ ! -e /etc/ssl/certs ] || ls /etc/ssl/certs",
      byLink: `ls ${folder.path}/way/`,
      homeWritten: "echo yes > thoughts/second.md && mkdir -p deep/er && echo yes > deep/er/file",
      configWritten: `echo yes > "$CLAUDE_CONFIG_DIR/x" && echo yes > "$HOME/x" && echo yes > "$CLAUDE_CODE_TMPDIR/x"`,
      temporary: "echo yes > /tmp/x",
      // The CLI has to read its own: the token in it is good for this session alone.
      ownTools: `grep Bearer "$(dirname "$CLAUDE_CONFIG_DIR")/mcp.json"`,
      names: "getent passwd $(id -u) | grep agent",
      network: `bash -c "exec 3<>/dev/tcp/127.0.0.1/${new URL(api.url).port}"`,
    };
    const executable = await burglar({ ...forbidden, ...allowed });
    const neighbour = Bun.spawn(["sleep", "600"], { env: { ...env, API_KEY: SECRET } });
    const way = join(folder.path, "way");
    const { run, home: real, app } = await hearth({ executable, readable: [way] });
    symlinkSync(dirname(app.state), way);
    await app.home.write("rooms/all/guests/carol/letter", SECRET);
    const before = readFileSync("/proc/sys/kernel/domainname", "utf8");
    const { end, notices } = await run({
      servers: [{ name: "hearth", url: "http://127.0.0.1:9/mcp", token: "t", tools: [] }],
      closed: ["mailbox", "rooms/all/guests/carol", "mailbox/bob"],
    });
    neighbour.kill();
    expect({ end, notices }).toMatchObject({ end: { ok: true }, notices: [] });
    expect(could(end.text)).toEqual(Object.keys(allowed));
    expect(readFileSync(join(real, "thoughts/second.md"), "utf8")).toBe("yes\n");
    expect(readdirSync(real).sort()).toEqual(
      [".git", ".keep", "deep", "mailbox", "memory", "new.md", "prompt", "rooms", "thoughts"].sort(),
    );
    expect(readFileSync("/proc/sys/kernel/domainname", "utf8")).toBe(before);
    expect(readdirSync(join(app.state, "claude/runs"))).toEqual([]);
  });

  test("sees nothing beside the folder of whom it answers, what comes while it runs neither", async () => {
    const executable = await burglar({
      own: "grep Alice mailbox/alice/thread.jsonl && echo yes >> mailbox/alice/thread.jsonl",
      others: "cat mailbox/bob/thread.jsonl || cat mailbox/accounts || ls mailbox | grep -v alice",
      comers: `for i in $(seq 100); do [ -e here ] && break; sleep 0.1; done; cat mailbox/carol/thread.jsonl`,
      itCame: "[ -e here ]",
      another: "mkdir mailbox/dora || mv mailbox post",
    });
    const { run, app } = await hearth({ executable });
    await app.home.write("mailbox/alice/thread.jsonl", "to Alice\n");
    await app.home.write("mailbox/accounts", SECRET);
    const over = run({ closed: ["mailbox/bob"], alone: ["mailbox/alice"] });
    await app.home.write("mailbox/carol/thread.jsonl", SECRET);
    await app.home.write("here", "");
    expect(could((await over).end.text)).toEqual(["own", "itCame"]);
    expect((await app.home.read("mailbox/alice/thread.jsonl"))?.text).toBe("to Alice\nyes\n");
  });

  test("writes in the folders of its list alone, and reads what is set beside the system's own", async () => {
    const executable = await burglar({
      thoughts: "echo yes > thoughts/second.md",
      dreams: "mkdir -p dreams && echo no > dreams/x",
      readonly: "echo no > memory/new.md",
      top: "echo no > new.md",
      seen: `cat ${folder.path}/seen/file`,
      unseen: `cat ${folder.path}/unseen`,
    });
    await Bun.write(join(folder.path, "seen/file"), "x");
    await Bun.write(join(folder.path, "unseen"), "x");
    const { run } = await hearth({
      executable,
      writable: ["thoughts", "memory", "not-there"],
      readable: [join(folder.path, "seen")],
    });
    expect(could((await run()).end.text)).toEqual(["thoughts", "seen"]);
  });

  test("is tried anew when what worked at first has changed since", async () => {
    const reader = join(folder.path, "reader");
    const executable = await burglar({ alive: "true" });
    await Bun.write(executable, (await Bun.file(executable).text()).replace("#!/bin/sh", `#!${reader}`));
    symlinkSync("/usr/bin/dash", reader);
    const { run } = await hearth({ executable });
    expect((await run()).end.text).toContain("alive");
    rmSync(reader);
    expect((await run()).end.ok).toBe(false);
    const other = join(folder.path, "other-reader");
    await Bun.write(executable, (await Bun.file(executable).text()).replace(reader, other));
    symlinkSync("/usr/bin/dash", other);
    expect((await run()).end.text).toContain("alive");
  });

  test("that is killed with Hearth leaves its session's transcript, and nothing running", async () => {
    const mark = `600.${process.pid}`;
    const state = join(folder.path, "state");
    const home = join(folder.path, "home");
    await mkdir(join(home, "thoughts"), { recursive: true });
    await mkdir(state);
    const resume = crypto.randomUUID();
    const executable = join(folder.path, "sleeper");
    await Bun.write(
      executable,
      `#!/bin/sh\nmkdir -p $CLAUDE_CONFIG_DIR/projects/-home\necho heron >> $CLAUDE_CONFIG_DIR/projects/-home/${resume}.jsonl\necho no > $CLAUDE_CONFIG_DIR/projects/-home/other.jsonl\nln -s /etc/hostname $CLAUDE_CONFIG_DIR/projects/-home/${resume}\nsetsid sleep ${mark} &\nexec sleep ${mark}\n`,
    );
    await chmod(executable, 0o755);
    const here = join(import.meta.dir, "../../plugins/agent-claude-cli");
    const script = join(folder.path, "hearth.ts");
    await Bun.write(
      script,
      `import { Cells } from "${here}/cell"; import { createClaudeCli } from "${here}/claude-cli"; import { foldersIn } from "${here}/folders"; import { Settings } from "${here}/settings";
      const settings = Settings.parse({ executable: "${executable}", jail: "always" }), { env } = process, home = "${home}", hidden = [];
      const cli = createClaudeCli({ folders: foldersIn("${state}"), env, alone: async () => {}, settings, home, cells: new Cells({ settings, env, hidden }), secretFiles: [],
        log: console, cut: new AbortController().signal, track() {} });
      for await (const _ of cli.run({ session: "s", systemPrompt: "", userPrompt: "", cwd: home, maxTurns: 1, tools: [], resume: "${resume}", signal: new AbortController().signal }));`,
    );
    const projects = join(state, "claude/projects/-home");
    await Bun.write(join(projects, `${resume}.jsonl`), "kingfisher\n");
    const dead = Bun.spawn([process.execPath, script], { env, stdio: ["ignore", "inherit", "inherit"] });
    await until(() => livingCommands(mark).length >= 2);
    dead.kill("SIGKILL");
    await dead.exited;
    await until(() => livingCommands(mark).length === 0);

    const { reapOrphans } = await import(`${here}/orphans`);
    const { foldersIn } = await import(`${here}/folders`);
    expect(await reapOrphans(foldersIn(state))).toMatchObject({ left: [], kept: [] });
    expect(readFileSync(join(projects, `${resume}.jsonl`), "utf8")).toBe("kingfisher\nheron\n");
    expect(readdirSync(projects)).toEqual([`${resume}.jsonl`]);
    expect(readdirSync(join(state, "claude/runs"))).toEqual([]);
  });
});

describe.skipIf(!works)("a jail", () => {
  const inside = (plan: Partial<JailPlan> & Pick<JailPlan, "home">, command: string) => {
    const lists = { writable: ["*"], readonly: [], closed: [], alone: [], seen: [], hidden: [] };
    const all = jailArguments({ ...lists, asRoot: process.getuid?.() === 0, ...plan });
    const { stdout, stderr } = Bun.spawnSync([
      bwrap!,
      ...all,
      "--chdir",
      realpathSync(plan.home),
      "/bin/sh",
      "-c",
      command,
    ]);
    return stdout.toString() + stderr.toString();
  };
  const at = (path: string) => join(folder.path, path);

  test("holds a home of any name, in or around the state folder, or behind a link", async () => {
    const odd = "a b\n*/-ü";
    await Bun.write(at(`${odd}/state/deep/api.key`), SECRET);
    await Bun.write(at(`${odd}/state/deep/home/file`), "x");
    symlinkSync(at(odd), at("link"));
    const hidden = [at(`${odd}/state/deep`)];
    const look = "cat file; cat ../api.key 2>&- || echo; ";
    const around = at(`${odd}/state/deep/home`);
    expect(inside({ home: around, hidden }, `${look} ls ..`)).toBe("x\nhome\n");
    expect(inside({ home: around, hidden, seen: [at(odd), at("link")] }, `${look} ls ..`)).toBe("x\nhome\n");
    expect(inside({ home: at("link"), hidden }, `pwd; ls state/deep; ls '${at("link")}'`)).toBe(`${at(odd)}\nstate\n`);
    expect(inside({ home: at(odd), hidden }, "mv state s; mkdir state/x; mv state/deep state/x 2>&1; ls")).toContain(
      "busy",
    );
    expect(readFileSync(at(`${odd}/state/deep/api.key`), "utf8")).toBe(SECRET);
  });

  test("does not follow what its agent has planted in the home for the next one", async () => {
    await Bun.write(at("home/real/prompt.md"), "x");
    await Bun.write(at("secret/file"), SECRET);
    symlinkSync(at("secret"), at("home/out"));
    symlinkSync("nowhere", at("home/dangling"));
    symlinkSync("loop", at("home/loop"));
    symlinkSync("real", at("home/prompt"));
    Bun.spawnSync(["mkfifo", at("home/pipe")]);
    const plan = {
      home: at("home"),
      writable: ["out", "dangling", "loop"],
      readonly: ["prompt/prompt.md", "loop", "out/file"],
      closed: ["out", "dangling", "pipe"],
    };
    const told = inside(plan, "cat out/file 2>&-; cat pipe; echo x > real/prompt.md; ls real; cat prompt/prompt.md");
    expect(told).toContain("prompt.md\nx");
    expect(told).toMatch(/pipe: Permission denied.*Read-only file system/s);
    expect(inside({ ...plan, writable: ["*"] }, "echo x > real/prompt.md; mv real r")).toMatch(/Read-only.*busy/s);
  });
});

describe.skipIf(!works)("a jail that is tried where it works", () => {
  test("is not had out of the way by what an agent does to its home, or by a trial that fails once", async () => {
    const home = join(folder.path, "home");
    await mkdir(home);
    await chmod(home, 0);
    symlinkSync(".git", join(home, ".git"));
    const { PATH } = env;
    const cells = new Cells({ settings: Settings.parse({ executable: "/bin/true", bash: "always" }), env, hidden: [] });
    expect(await cells.cell(home, true)).toMatchObject({ inside: { uid: expect.any(Number) } });
    cells.forget();
    env.PATH = folder.path;
    await expect(cells.cell(home, true)).rejects.toThrow(
      "jail stood before, and now it does not: bubblewrap is not installed",
    );
    Object.assign(env, { PATH });
    expect((await cells.cell(home, true)).inside).toBeDefined();
  });
});

describe.skipIf(!works)("the wall", () => {
  test('stands where the jail does; with jail = "always" and none to be had, nothing runs and the reason is told', async () => {
    const { wall, agent, run } = await hearth({ writable: ["thoughts", "dreams"], bash: "always" });
    expect(await wall("agent-shell")).toMatchObject({
      state: "weak",
      what: expect.stringContaining("reaches the network"),
    });
    expect(await wall("agent-jail")).toMatchObject({ state: "ok", what: expect.stringContaining("thoughts, dreams") });
    expect(await agent.unavailable(true)).toBeUndefined();
    expect((await run({ cwd: "/" })).end.error).toContain("the agent's home is the whole machine");
    env.PATH = folder.path;
    const without = await hearth();
    const wrong = 'the agent is to run in a jail (jail = "always"), and bubblewrap is not installed';
    expect(await without.wall("agent-jail")).toMatchObject({ state: "missing", what: wrong });
    expect(await without.agent.unavailable(true)).toBe(wrong);
    expect((await without.run()).end).toMatchObject({ ok: false, error: wrong });
  });
});

describe.skipIf(!works)("the real CLI in a jail", () => {
  test("obeys whatever it is told, and comes by nothing; it goes on without the jail, and back in it", async () => {
    const { app, run, home } = await hearth({ bash: "always", jail: "auto" });
    const read = (file_path: string) => ({ type: "tool_use" as const, name: "Read", input: { file_path } });
    const bash = (command: string) => ({ type: "tool_use" as const, name: "Bash", input: { command } });
    api.script(
      reply([
        read(join(app.state, "api.key")),
        read(join(folder.path, "config/home.toml")),
        read("/etc/shadow"),
        read(join(home, "mailbox/bob/thread.jsonl")),
        { type: "tool_use", name: "Grep", input: { pattern: "letter", output_mode: "content" } },
        { type: "tool_use", name: "Glob", input: { pattern: "mailbox/**" } },
        { type: "tool_use", name: "Write", input: { file_path: join(home, "prompt/prompt.md"), content: "x" } },
        bash(
          `cat ${app.state}/api.key ${folder.path}/config/home.toml ${folder.path}/other/home/diary.md /etc/shadow; grep -ra bird ${app.state}; cat mailbox/bob/*; ls /root /home`,
        ),
        bash("echo no > prompt/prompt.md; echo no > memory/people.md; rm -rf memory .git/config; echo tried"),
        { type: "tool_use", name: "Write", input: { file_path: join(home, "thoughts/new.md"), content: "A heron." } },
        bash("cat thoughts/new.md && echo swam > thoughts/by-shell.md"),
      ]),
      say("Tried."),
    );
    const first = await run();
    expect(first.end).toMatchObject({ ok: true, text: "Tried.", exitCode: 0 });
    const results = first.of("tool_result").map(({ content }) => content);
    expect(results).toHaveLength(11);
    expect(results.join("\n")).not.toMatch(new RegExp(`${SECRET}|${BIRD}|the-letter-of-Bob|root:`));
    expect(results.join("\n")).toContain("A heron.");
    expect(readFileSync(join(home, "prompt/prompt.md"), "utf8")).toBe("Look at the sea.");
    expect(readFileSync(join(home, "memory/people.md"), "utf8")).toBe("Ada likes rain.");
    expect(existsSync(join(home, ".git/config"))).toBe(true);
    expect(readFileSync(join(home, "thoughts/by-shell.md"), "utf8")).toBe("swam\n");

    const resume = first.start.agentSession;
    const isJailed = () => livingCommands(resume).some(line => line.includes("bwrap"));
    const jailed: boolean[] = [];
    const noting = (turn: Reply) => () => {
      jailed.push(isJailed());
      return turn;
    };
    const { PATH } = env;
    env.PATH = folder.path;
    api.script(noting(say("A heron, I wrote.")));
    expect((await run({ resume, tools: ["Read"] })).end).toMatchObject({ ok: true, text: "A heron, I wrote." });
    Object.assign(env, { PATH });

    const mark = `600.${process.pid}`;
    const { signal, because } = abort();
    api.script(noting(useTool("Bash", { command: `setsid sleep ${mark} & sleep ${mark}` })));
    const running = run({ resume, signal });
    await until(() => livingCommands(`sleep ${mark}`).length >= 2);
    because("enough");
    const last = await running;
    expect(last.end).toMatchObject({ ok: false, error: "enough", exitCode: 0, turns: expect.any(Number) });
    expect(last.end.costUsd).toBeGreaterThan(0);
    expect(livingCommands(mark)).toEqual([]);
    expect(jailed).toEqual([false, true]);
    expect(JSON.stringify(api.calls.at(-1)!.body.messages)).toContain("A heron, I wrote.");
  });
});
