import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchDaemon } from "./daemon";
import { soon } from "./soon";

/** A program in the place of the Claude CLI that says when it began, and ends at once. */
export interface SpawnedAgent extends Disposable {
  /** The config that comes with Hearth, with this agent. */
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
}

const BEGIN = `{"type":"system","subtype":"init","session_id":"s-1","model":"began at '"$began"'"}`;
const END = `{"type":"result","subtype":"success","is_error":false,"result":"I have read it.","num_turns":1,"total_cost_usd":0}`;

/** @param name of the measure, so that two of them may run beside each other */
export function spawnedAgent(name: string): SpawnedAgent {
  const program = join(import.meta.dir, `.${name}-${process.pid}`);
  writeFileSync(program, `#!/bin/sh\nbegan=$(date +%s%N)\ncat > /dev/null\necho '${BEGIN}'\necho '${END}'\n`);
  chmodSync(program, 0o755);
  return {
    config: readFileSync(join(import.meta.dir, "../../config/home.toml"), "utf8")
      .replace("[plugins.agent-claude-cli]", `[plugins.agent-claude-cli]\nexecutable = "${program}"`)
      .replace("[plugins.hook-compile-memory]", '[plugins.hook-compile-memory]\nmodel = "none"'),
    env: { HEARTH_AGENT: "claude-cli", ANTHROPIC_API_KEY: "sk-ant-bench-000000" },
    [Symbol.dispose]: () => rmSync(program, { force: true }),
  };
}

/** Waits for the first agent after a time to begin; answers when it did, from its session's log. Both in ms since 1970. */
export const spawnedAfter = ({ state }: BenchDaemon, time: number): Promise<number> =>
  soon(() => {
    const folder = join(state, "sessions");
    const newest = existsSync(folder) && readdirSync(folder).sort().at(-1);
    const began = newest && /began at (\d+)/.exec(readFileSync(join(folder, newest), "utf8"))?.[1];
    return Number(began ?? 0) / 1e6 > time && Number(began) / 1e6;
  });
