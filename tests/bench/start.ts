import { join } from "node:path";
import { median, startBenchDaemon, tenThousandFiles } from "./daemon";

const ROUNDS = 5;

interface Times {
  readonly bare: number;
  readonly kernel: number;
  /** Of the kernel's, what is not the loading of modules. */
  readonly own: number;
  readonly empty: number;
  readonly full: number;
}

/** Milliseconds from the spawn of a process to its first answer, for programs of growing size; rounds of all in turn. */
export async function startTimes(): Promise<Times> {
  const rounds: Times[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const kernel = await daemonStart("[plugins.health]\nfolders = []\n");
    rounds.push({
      bare: await bareStart(),
      kernel: kernel.readyMs,
      own: kernel.ownMs,
      empty: (await daemonStart()).readyMs,
      full: (await daemonStart(undefined, tenThousandFiles)).readyMs,
    });
  }
  const middle = (key: keyof Times) => median(rounds.map(round => round[key]));
  return {
    bare: middle("bare"),
    kernel: middle("kernel"),
    own: middle("own"),
    empty: middle("empty"),
    full: middle("full"),
  };
}

async function daemonStart(
  config?: string,
  fill?: (home: string) => void,
): Promise<{ readyMs: number; ownMs: number }> {
  await using daemon = await startBenchDaemon({ ...(config !== undefined && { config }), ...(fill && { fill }) });
  const { readyMs, ownMs } = daemon;
  return { readyMs, ownMs };
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
