import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, startBenchDaemon, tenThousandFiles } from "./daemon";

const ROUNDS = 7;

/** Milliseconds from the order (POST /admin/wake) to the first instruction of the agent's process. */
export async function triggerToSpawn(): Promise<{ emptyMs: number; fullMs: number }> {
  return { emptyMs: await measure(), fullMs: await measure(tenThousandFiles) };
}

async function measure(fill?: (home: string) => void): Promise<number> {
  const config = readFileSync(join(import.meta.dir, "../../config/home.toml"), "utf8");
  const place = join(import.meta.dir, `.agent-${process.pid}`);
  writeFileSync(
    place,
    `#!/bin/sh\ndate +%s%N > "$HEARTH_BENCH_SPAWNED.tmp"\nmv "$HEARTH_BENCH_SPAWNED.tmp" "$HEARTH_BENCH_SPAWNED"\n`,
  );
  chmodSync(place, 0o755);
  const spawned = `${place}.spawned`;
  try {
    await using daemon = await startBenchDaemon({
      config: config
        .replace(
          "[plugins.agent-claude-cli]",
          `[plugins.agent-claude-cli]\nexecutable = "${place}"\npassEnv = ["HEARTH_BENCH_SPAWNED"]`,
        )
        .replace("[plugins.hook-compile-memory]", '[plugins.hook-compile-memory]\nmodel = "none"'),
      ...(fill && { fill }),
      env: {
        HEARTH_AGENT: "claude-cli",
        ANTHROPIC_API_KEY: "sk-ant-bench-000000",
        HEARTH_BENCH_SPAWNED: spawned,
      },
    });
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await once(daemon.url, daemon.key, spawned));
    return median(times);
  } finally {
    rmSync(place, { force: true });
    rmSync(spawned, { force: true });
  }
}

async function once(url: string, key: string, spawned: string): Promise<number> {
  rmSync(spawned, { force: true });
  const from = Date.now();
  const answer = await fetch(`${url}/api/v1/admin/wake`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: "{}",
  });
  if (answer.status !== 202) throw new Error(`the wake was answered with ${answer.status}`);
  while (!existsSync(spawned)) await Bun.sleep(1);
  const took = Number(readFileSync(spawned, "utf8")) / 1e6 - from;
  while ((await status(url)) !== "idle") await Bun.sleep(5);
  return took;
}

const status = async (url: string): Promise<string> =>
  ((await (await fetch(`${url}/api/v1/session/status`)).json()) as { state: string }).state;
