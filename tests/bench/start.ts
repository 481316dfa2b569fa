import { join } from "node:path";
import { median, startBenchDaemon, tenThousandFiles } from "./daemon";

const ROUNDS = 5;

/** Milliseconds from the spawn of a process to its first answer, for programs of growing size; rounds of all in turn. */
export async function startTimes(): Promise<{ bare: number; kernel: number; empty: number; full: number }> {
  const rounds: { bare: number; kernel: number; empty: number; full: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({
      bare: await bareStart(),
      kernel: await daemonStart("[plugins.health]\nfolders = []\n"),
      empty: await daemonStart(),
      full: await daemonStart(undefined, tenThousandFiles),
    });
  const middle = (key: "bare" | "kernel" | "empty" | "full") => median(rounds.map(round => round[key]));
  return { bare: middle("bare"), kernel: middle("kernel"), empty: middle("empty"), full: middle("full") };
}

async function daemonStart(config?: string, fill?: (home: string) => void): Promise<number> {
  await using daemon = await startBenchDaemon({ ...(config !== undefined && { config }), ...(fill && { fill }) });
  return daemon.readyMs;
}

/** The floor: a Bun process with nothing but a server. */
async function bareStart(): Promise<number> {
  const from = performance.now();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "bare.ts"), "{}"], { stdout: "pipe" });
  const url = new TextDecoder().decode((await child.stdout.getReader().read()).value).trim();
  await fetch(url);
  const took = performance.now() - from;
  child.kill();
  return took;
}
