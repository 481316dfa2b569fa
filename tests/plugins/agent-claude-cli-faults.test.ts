import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { JsonLines } from "../../plugins/agent-claude-cli/json-lines";
import {
  abort,
  closeCli,
  done,
  env,
  fakeCli,
  folder,
  hearth,
  init,
  lives,
  openCli,
  pidsIn,
} from "../fixtures/claude-cli";
import { until } from "../fixtures/until";

setDefaultTimeout(60_000);

beforeEach(openCli);
afterEach(closeCli);

describe("a CLI that misbehaves", () => {
  test("a line of 10 MB is cut, and the session goes on", async () => {
    const executable = await fakeCli(`${init}
      line({ type: "user", message: { content: [{ type: "tool_result", tool_use_id: "t", content: "é".repeat(5e6) }] } });
      line({ type: "assistant", message: { content: [{ type: "text", text: "Where was I? ✓" }] } });
      ${done}`);
    const { run } = await hearth({ executable });
    const { all, end, notices } = await run();
    expect(all.map(({ type }) => type)).toEqual(["start", "notice", "text", "end"]);
    expect(notices[0]).toContain("9.5 MiB");
    expect(end).toMatchObject({ ok: true, text: "done", costUsd: 0.5 });
  });

  test("W-40: lines that are not JSON, or not of a known shape, become notices", async () => {
    const executable = await fakeCli(`console.log("Segmentation fault?");
      ${init}
      process.stdout.write('{"type":"assistant"\\r\\n\\n[1,2]\\n"text"\\n{"type":"assistant","message":"?"}\\n{"type":"new"}\\n');
      line({ type: "assistant", message: { content: "Only a string." } });
      line({ type: "user", message: { content: [{ type: "tool_result", tool_use_id: 7, content: [{ type: "text", text: "a" }, { type: "image" }] }, 5] } });
      process.stdout.write(JSON.stringify({ type: "result", subtype: "success", is_error: false, result: "done", usage: "?" }));`);
    const { run } = await hearth({ executable });
    const { all, of, notices } = await run();
    expect(all.map(({ type }) => type).join(" ")).toBe("start notice notice notice notice text tool_result end");
    expect(notices[0]).toContain("Segmentation fault?");
    expect(of("text")[0]!.text).toBe("Only a string.");
    expect(of("tool_result")[0]).toEqual({ type: "tool_result", id: "", content: "a\n[image]", isError: false });
    expect(of("end")[0]).toMatchObject({ ok: true, text: "done" });
  });

  test("lines arrive whole, however the bytes were cut", () => {
    const bytes = new TextEncoder().encode('{"a":"é✓"}\r\n\nnoise\n{"long":"xxxxxxxxxxxxxxxx"}\n[1]');
    const all = [
      { kind: "value", value: { a: "é✓" } },
      { kind: "noise", text: "noise" },
      { kind: "cut", bytes: 27 },
      { kind: "value", value: [1] },
    ];
    for (let size = 1; size <= bytes.length; size++) {
      const lines = new JsonLines(20);
      const read = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...lines.push(bytes.subarray(at, at + size)));
      expect([...read, ...lines.end()] as unknown[]).toEqual(all);
    }
  });

  test("exit 1 is a failure with the end of what it wrote to stderr", async () => {
    const executable = await fakeCli(
      `process.stderr.write("x".repeat(1e6) + "\\nthe disk is full\\n"); process.exitCode = 1;`,
    );
    const { run } = await hearth({ executable });
    const { end } = await run({ userPrompt: "long ".repeat(100_000) });
    expect(end).toMatchObject({ ok: false, exitCode: 1, error: expect.stringContaining("the disk is full") });
    expect(end.stderr).toEndWith("the disk is full");
    expect(end.stderr!.length).toBeLessThanOrEqual(16 * 1024);
  });

  test("one that is missing says so, before a run and in it", async () => {
    const { agent, run } = await hearth({ executable: "/nowhere/claude" });
    expect(await agent.unavailable()).toContain('"/nowhere/claude"');
    const { end } = await run();
    expect(end).toMatchObject({ ok: false, error: expect.stringContaining('"/nowhere/claude"') });
    expect(end.exitCode).toBeUndefined();
  });

  test("a home that is missing ends the run", async () => {
    const { run } = await hearth({ executable: await fakeCli(done) });
    const { end } = await run({ cwd: "/nowhere" });
    expect(end).toMatchObject({ ok: false, error: expect.stringMatching(/ENOENT|no such file/i) });
  });

  test("one that heeds neither INT nor TERM is killed", async () => {
    const pid = join(folder.path, "pid");
    const executable =
      await fakeCli(`for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => line({ type: "heard" }));
      ${init}
      await Bun.write(${JSON.stringify(pid)}, process.pid + "\\n");
      setInterval(() => {}, 1000);`);
    const { run } = await hearth({ executable, interruptGrace: 0.1, terminateGrace: 0.1 });
    const { signal, because } = abort();
    const running = run({ signal });
    const [leader] = await pidsIn(pid, 1);
    because("it ran longer than 3600 s");
    const { end } = await running;
    expect(lives(leader!)).toBe(false);
    expect(end).toMatchObject({ ok: false, error: "it ran longer than 3600 s", exitCode: 137 });
  });

  test("one that does not exit after its result is ended, and the result counts", async () => {
    const executable = await fakeCli(`${init} ${done} setInterval(() => {}, 1000);`);
    const { run } = await hearth({ executable });
    expect((await run()).end).toMatchObject({ ok: true, text: "done" });
  });

  test("a child that holds the output open is ended when the CLI has gone", async () => {
    const executable = await fakeCli(`${init} ${done}
      Bun.spawn(["setsid", "sleep", "600"], { stdio: ["ignore", "inherit", "inherit"] }).unref(); process.exit(0);`);
    const { run } = await hearth({ executable });
    expect((await run()).end).toMatchObject({ ok: true, exitCode: 0 });
  });

  test("a run that was cancelled before it began starts nothing", async () => {
    const { run } = await hearth({
      executable: await fakeCli(`await Bun.write(${JSON.stringify(join(folder.path, "ran"))}, "")`),
    });
    const { signal, because } = abort();
    because("cancelled");
    expect((await run({ signal })).end).toMatchObject({ ok: false, error: "cancelled" });
    expect(existsSync(join(folder.path, "ran"))).toBe(false);
  });

  test("a reader who leaves early leaves nothing running", async () => {
    const pid = join(folder.path, "pid");
    const executable = await fakeCli(
      `await Bun.write(${JSON.stringify(pid)}, process.pid + "\\n"); ${init} setInterval(() => {}, 1000);`,
    );
    const { agent, request } = await hearth({ executable });
    for await (const event of agent.run(request())) if (event.type === "start") break;
    const [leader] = await pidsIn(pid, 1);
    expect(lives(leader!)).toBe(false);
  });

  test("a plugin that must stop now ends its run", async () => {
    const { app, run } = await hearth(
      { executable: await fakeCli(`${init} setInterval(() => {}, 1000);`) },
      { stop: 0.1 },
    );
    const running = run();
    await until(() => readdirSync(join(app.state, "claude/runs")).length > 0);
    await app.kernel.disable("agent-claude-cli");
    expect((await running).end.ok).toBe(false);
  });
});

describe("after a crash", () => {
  test("what the dead Hearth left running is ended at the next start, and only that", async () => {
    const pids = join(folder.path, "pids");
    const state = join(folder.path, "state");
    const note = `require("node:fs").appendFileSync(${JSON.stringify(pids)}, process.pid + "\\n");`;
    const child = await fakeCli(`${note} setInterval(() => {}, 1000);`);
    const executable =
      await fakeCli(`Bun.spawn(["setsid", ${JSON.stringify(child)}], { stdio: ["ignore", "ignore", "ignore"] });
      ${init} ${note} setInterval(() => {}, 1000);`);
    const here = join(import.meta.dir, "../../plugins/agent-claude-cli");
    const script = join(folder.path, "hearth.ts");
    await Bun.write(
      script,
      `import { Cells } from "${here}/cell"; import { createClaudeCli } from "${here}/claude-cli"; import { foldersIn } from "${here}/folders"; import { Settings } from "${here}/settings";
      const settings = Settings.parse({ executable: "${executable}", jail: "never" }), { env } = process;
      const cli = createClaudeCli({ folders: foldersIn("${state}"), env, alone: async () => {}, settings, home: "/", cells: new Cells({ settings, env, hidden: [] }), secretFiles: [],
        log: console, cut: new AbortController().signal, track() {} });
      for await (const _ of cli.run({ session: "s", systemPrompt: "", userPrompt: "", cwd: "/", maxTurns: 1, tools: [], signal: new AbortController().signal }));`,
    );
    await mkdir(state, { recursive: true });
    // A bystander that names the same state folder, as every shell of its owner may.
    const bystander = Bun.spawn(["sleep", "600"], { env: { ...env, HEARTH_STATE: state } });
    const dead = Bun.spawn([process.execPath, script], { env, stdio: ["ignore", "inherit", "inherit"] });
    const started = await pidsIn(pids, 2);
    dead.kill("SIGKILL");
    await dead.exited;
    expect(started.map(lives)).toEqual([true, true]);

    const { reapOrphans } = await import(`${here}/orphans`);
    const { foldersIn } = await import(`${here}/folders`);
    const reaped = await reapOrphans(foldersIn(state));

    expect(started.map(lives)).toEqual([false, false]);
    expect(reaped).toEqual({ ended: 2, left: [], kept: [] });
    expect(readdirSync(join(state, "claude/runs"))).toEqual([]);
    expect(lives(bystander.pid)).toBe(true);
    bystander.kill();
    await bystander.exited;
  });
});
