import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, linkSync, lstatSync, readFileSync, symlinkSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { AgentRequest } from "hearth-plugins/sessions";
import { agentUser } from "../../plugins/agent-claude-cli/agent-user";
import { runsOfOthers } from "../../plugins/agent-claude-cli/folders";
import { api, closeCli, env, folder, openCli, hearth as openHearth } from "../fixtures/claude-cli";
import { reply, say } from "../fixtures/messages-api";
import { livingCommands } from "../fixtures/processes";
import { until } from "../fixtures/until";

setDefaultTimeout(60_000);

/** A user that every machine has, and that owns nothing. */
const USER = "nobody";
const isRoot = process.getuid?.() === 0;
const able = isRoot && Bun.which("setpriv") !== null;
const uid = Number(Bun.spawnSync(["id", "-u", USER]).stdout.toString());
const sandbox = Bun.which("bwrap") && Bun.which("socat");

beforeEach(() => {
  openCli();
  chmodSync(folder.path, 0o755);
});
afterEach(closeCli);

async function hearth(settings: Record<string, unknown> = {}) {
  const cli = await openHearth({ jail: "auto", runAs: USER, interruptGrace: 5, ...settings });
  const { app } = cli;
  chmodSync(join(app.home.path, ".."), 0o711);
  chmodSync(app.state, 0o700);
  await Bun.write(join(app.state, "api.key"), "the-service-key");
  chmodSync(join(app.state, "api.key"), 0o644);
  await app.home.write("thoughts/first.md", "Snow.");
  await app.home.write(".git/config", "[core]\n");
  const own = { maxTurns: 12, tools: ["Read", "Write", "Bash"] };
  return { ...cli, run: (over: Partial<AgentRequest> = {}) => cli.run({ ...own, ...over }) };
}

/** A shell script in the CLI's place that ends with what it found. */
async function stub(body: string): Promise<string> {
  const path = join(folder.path, "stub");
  const told = `printf '{"type":"result","subtype":"success","is_error":false,"result":"%s","num_turns":1}\\n' "$got"`;
  await Bun.write(path, `#!/bin/sh\n${body}\n${told}\n`);
  await chmod(path, 0o755);
  return path;
}

const ownerOf = (path: string) => lstatSync(path).uid;

describe.skipIf(!able)("an agent with a user of its own (needs root)", () => {
  test("runs as them without a jail: its home is theirs, the state folder is not", async () => {
    const executable = await stub(
      `got="$(id -u) $(id -G | wc -w) $(cat ${folder.path}/secret && echo secret) $(cat "$PWD/../state/api.key" && echo key) $(echo no >> .git/config && echo git)"
      got="$got $(cat "$(dirname "$CLAUDE_CONFIG_DIR")/leader.json" && echo leader) $(echo x > "$(dirname "$CLAUDE_CONFIG_DIR")/leader.json" && echo replaced)"
      echo yes > thoughts/first.md && echo yes > thoughts/second.md && touch "$HOME/x" "$CLAUDE_CONFIG_DIR/x" "$CLAUDE_CODE_TMPDIR/x" && got="$got wrote $(git rev-parse --is-inside-work-tree)"`,
    );
    await Bun.write(join(folder.path, "secret"), "x");
    chmodSync(join(folder.path, "secret"), 0o600);
    const { run, home, app, wall } = await hearth({ executable, jail: "never" });
    await Bun.write(join(folder.path, "elsewhere/file"), "x");
    symlinkSync(join(folder.path, "elsewhere"), join(home, "way-out"));
    symlinkSync(join(folder.path, "elsewhere/file"), join(home, "thoughts/way-out"));
    linkSync(join(folder.path, "secret"), join(home, "thoughts/twin.md"));
    Bun.spawnSync(["git", "init", "-q", home]);

    const { end, notices } = await run();

    expect(end).toMatchObject({ ok: true, exitCode: 0 });
    expect(end.text.replace(/\s+/g, " ")).toBe(`${uid} 1 wrote true`);
    expect(notices).toEqual([expect.stringContaining("in no jail"), expect.stringContaining("thoughts/twin.md")]);
    expect(["", "thoughts", "thoughts/first.md", "way-out"].map(path => ownerOf(join(home, path)))).toEqual([
      ...[uid, uid, uid, uid],
    ]);
    expect([".git", "thoughts/twin.md"].map(path => ownerOf(join(home, path)))).toEqual([0, 0]);
    expect(["secret", "elsewhere", "elsewhere/file"].map(path => ownerOf(join(folder.path, path)))).toEqual([0, 0, 0]);
    expect(readFileSync(join(home, "thoughts/second.md"), "utf8")).toBe("yes\n");
    expect(existsSync(runsOfOthers(app.state))).toBe(false);
    expect(await wall("agent-user")).toMatchObject({ state: "ok", what: expect.stringContaining(USER) });
  });

  test.skipIf(!sandbox)(
    "the real CLI works as them in a jail, its shell in a sandbox of its own, and goes on",
    async () => {
      const { run, home, app, wall } = await hearth({ jail: "always" });
      const bash = (command: string) => ({ type: "tool_use" as const, name: "Bash", input: { command } });
      api.script(
        reply([
          {
            type: "tool_use",
            name: "Write",
            input: { file_path: join(home, "thoughts/second.md"), content: "A heron." },
          },
          bash("id -u; cat thoughts/first.md; echo swam > thoughts/third.md"),
          bash(`cat ${app.state}/api.key; cat /proc/*/environ | tr '\\0' '\\n'; env; echo over`),
        ]),
        say("It flew."),
        say("A heron."),
      );
      const first = await run();
      expect(first.end).toMatchObject({ ok: true, text: "It flew." });
      const results = first.of("tool_result").map(({ content }) => content);
      expect(results[1]).toBe(`${uid}\nSnow.`);
      expect(results[2]).toContain("over");
      expect(results[2]).not.toMatch(/the-service-key|sk-ant-test/);
      expect(["second", "third"].map(name => ownerOf(join(home, `thoughts/${name}.md`)))).toEqual([uid, uid]);
      expect(await wall("agent-jail")).toMatchObject({ state: "ok" });
      expect((await wall("agent-shell")).state).toBe("ok");

      await app.home.write("thoughts/by-hearth.md", "written by root meanwhile");
      const second = await run({ resume: first.start.agentSession });
      expect(second.end).toMatchObject({ ok: true, text: "A heron." });
      expect(JSON.stringify(api.calls.at(-1)!.body.messages)).toContain("It flew.");
      expect(ownerOf(join(home, "thoughts/by-hearth.md"))).toBe(uid);
      expect(existsSync(runsOfOthers(app.state))).toBe(false);
    },
  );

  test("is ended with all that it has started", async () => {
    const mark = `600.${process.pid}`;
    const executable = await stub(`setsid sleep ${mark} & sleep ${mark}`);
    const { run } = await hearth({ executable, jail: "never", interruptGrace: 0.2 });
    const controller = new AbortController();
    const running = run({ signal: controller.signal });
    await until(() => livingCommands(`sleep ${mark}`).length >= 2);
    controller.abort(new Error("enough"));
    expect((await running).end).toMatchObject({ ok: false, error: "enough" });
    expect(livingCommands(mark)).toEqual([]);
  });

  test("does not run where this user cannot reach it, and says what to do", async () => {
    const { agent, run, wall, home } = await hearth({ executable: await stub(""), jail: "never" });
    chmodSync(join(home, ".."), 0o700);
    const wrong = expect.stringMatching(
      /as "nobody" \(runAs\), and cannot: .*hearth-test-.* cannot be reached; .*chmod/,
    );
    expect(await agent.unavailable()).toEqual(wrong);
    expect((await run()).end).toMatchObject({ ok: false, error: wrong });
    expect(await wall("agent-user")).toMatchObject({ state: "missing", what: wrong });
  });

  test("only root can start it, and only as somebody whom the machine knows", async () => {
    const { agent, wall } = await hearth({ runAs: "nobody-of-that-name" });
    const wrong = expect.stringMatching(/knows no such user; make it \("useradd --system nobody-of-that-name"\)/);
    expect(await agent.unavailable(true)).toEqual(wrong);
    expect(await wall("agent-user")).toMatchObject({ state: "missing", what: wrong });
    expect(agentUser("root", env.PATH)).toBeUndefined();
    expect(agentUser(undefined, env.PATH)).toBeUndefined();
    expect(() => agentUser(USER, folder.path)).toThrow("setpriv is not installed; install util-linux");
    const module = join(import.meta.dir, "../../plugins/agent-claude-cli/agent-user.ts");
    const text = `import { agentUser } from "${module}"; try { agentUser("daemon", process.env.PATH) } catch (error) { console.log(error.message) }`;
    const command = ["setpriv", "--reuid", `${uid}`, "--clear-groups", process.execPath, "-e", text];
    const other = Bun.spawnSync(command, { env: { ...env, HOME: "/tmp" }, cwd: "/" });
    expect(other.stdout.toString()).toContain("Hearth runs as nobody, and only root can start it as somebody else");
  });
});
