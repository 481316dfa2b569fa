import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { reportOf } from "../fixtures/reports";
import { textIfThere } from "../fixtures/text-if-there";
import { until } from "../fixtures/until";

/** The plugin that the README shows, to the letter. */
const words = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(import.meta.dir, "../../README.md"), "utf8"))![1]!;

const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };
const env = { HEARTH_AGENT: "offline" };
const withWords = (lines: string) => bundledConfig(quiet, `[plugins.words]\n${lines}\n`);
const asFolder = 'from = "./local/words"';
const asPackage = 'from = "hearth-plugin-words"';

function place(lines: string, source = words): DaemonPlace {
  const made = daemonPlace(withWords(lines), env);
  made.write("config/local/words/plugin.ts", source);
  made.write("config/node_modules/hearth-plugin-words/index.ts", source);
  made.write(
    "config/node_modules/hearth-plugin-words/package.json",
    JSON.stringify({ name: "hearth-plugin-words", version: "1.2.3", type: "module", exports: "./index.ts" }),
  );
  return made;
}

/** Wakes the agent, and answers the session's report once it is done. */
async function report(daemon: TestDaemon): Promise<string> {
  const { body } = await daemon.call("POST", "/admin/wake", {});
  const report = await reportOf(daemon, body.session_id);
  expect(report.split("\n")[0]).toEndWith("done");
  return report;
}

describe.each([
  ["a folder beside the config file", asFolder],
  ["an installed package", asPackage],
])("a stranger's hook as %s", (_, from) => {
  describe("in a daemon", () => {
    let there: DaemonPlace;
    let daemon: TestDaemon;
    beforeAll(async () => {
      there = place(from);
      daemon = await startDaemon(there);
    });
    afterAll(async () => {
      await daemon?.[Symbol.asyncDispose]();
      there[Symbol.dispose]();
    });
    const counted = () => textIfThere(join(there.home, "data/words.jsonl"));
    const hooks = async () => {
      const { body } = await daemon.call("GET", "/system/graph");
      return body.pipelines
        .find(({ id }: { id: string }) => id === "post-session")
        .hooks.map(({ id }: { id: string }) => id);
    };

    test("runs in the pipeline, and is in the graph", async () => {
      expect(await report(daemon)).toMatch(/words +done +[\d.]+ ms +\d+ words/);
      expect(counted()).toMatch(/"words":\d+/);
      const graph = (await hearth(there, "graph")).out;
      expect(graph).toMatch(/● words/);
      expect(graph).toMatch(/2 {2}words .*after transcript/);
    });

    test("leaves nothing behind when it is switched off while the daemon runs", async () => {
      const before = counted();
      expect(await hooks()).toContain("words");
      writeFileSync(there.configFile, withWords(`${from}\nenabled = false`));
      await until(async () => !(await hooks()).includes("words"));
      const { body } = await daemon.call("GET", "/system/plugins");
      expect(body.plugins.find(({ id }: { id: string }) => id === "words")).toMatchObject({
        state: "off",
        holds: {},
        error: null,
      });
      expect(await report(daemon)).not.toContain("words");
      expect(counted()).toBe(before);
      writeFileSync(there.configFile, withWords(from));
      await until(async () => (await hooks()).includes("words"));
    });
  });

  test("is refused with a clear sentence when a setting is wrong", async () => {
    using there = place(`${from}\nfiel = "x"`);
    const { code, err } = await hearth(there, "check");
    expect(code).toBe(1);
    expect(err).toMatch(/home\.toml:\d+:1 {2}\[plugins\.words\] has no setting "fiel"\. Did you mean "file"\?/);
    await expect(startDaemon(there)).rejects.toThrow('Did you mean "file"?');
  });

  test("is refused with a clear sentence when it is made for another API", async () => {
    using there = place(from, words.replace('"^1.0"', '"^2.0"'));
    const { code, err } = await hearth(there, "check");
    expect(code).toBe(1);
    expect(err).toContain("needs version ^2.0 of Hearth's plugin API; this is 1.0.0");
  });
});

test("a stranger's package that is not installed is told by name", async () => {
  using there = daemonPlace(withWords('from = "hearth-plugin-nowhere"'), env);
  const { err } = await hearth(there, "check");
  expect(err).toContain('from = "hearth-plugin-nowhere" leads nowhere: no such package is installed beside');
});

test("what two plugins both claim is found by `hearth check`, which names both", async () => {
  using there = place(asFolder);
  there.write("config/local/twin/plugin.ts", words.replace(/id: "words", +\/\//, 'id: "twin", //'));
  there.write("config/home.toml", withWords(`${asFolder}\n[plugins.twin]\nfrom = "./local/twin"`));
  const { code, err } = await hearth(there, "check");
  expect(code).toBe(1);
  expect(err).toContain(
    '[plugins.twin] two plugins claim the same thing: the hook of post-session "words", by words and twin',
  );
});
