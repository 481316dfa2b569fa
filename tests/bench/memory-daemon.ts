import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchDaemon, startBenchDaemon } from "./daemon";
import type { Lateness } from "./loop";
import { cpuSeconds } from "./process-cost";

const shipped = readFileSync(join(import.meta.dir, "../../config/home.toml"), "utf8");
/** The house as it comes, with somebody in it who watches. No hook asks anybody outside. */
export const watchedConfig = `${shipped.replace(
  "[plugins.hook-compile-memory]",
  '[plugins.hook-compile-memory]\nmodel = "none"',
)}\n[plugins.bench-watch]\nfrom = "${join(import.meta.dir, "watch")}"\n`;

/** What memory says of itself. */
export interface MemoryStatusAnswer {
  readonly files: number;
  readonly passages: number;
  readonly pending: number;
  readonly reading: boolean;
  readonly tokens_per_second: number | null;
  readonly seconds_left: number | null;
}

/** What was seen from inside since the question before. */
export interface Seen extends Lateness {
  readonly events: { readonly text: number; readonly vectors: number; readonly done: number };
}

export interface HookTimes {
  /** Milliseconds from the end of the agent to the end of the session. */
  readonly ms: number;
  readonly hooks: readonly {
    readonly id: string;
    readonly state: string;
    readonly ms: number;
    readonly note?: string;
  }[];
}

/** A daemon whose loop and hooks are watched, and a process beside it that shows what the machine itself takes. */
export interface MemoryDaemon extends BenchDaemon {
  get<T>(path: string): Promise<T>;
  status(): Promise<MemoryStatusAnswer>;
  /** What was seen of the daemon and of the process beside it, since this was asked before. */
  seen(): Promise<{ hearth: Seen; bare: Lateness }>;
}

/** @param folder with the home and the state; it stays */
export async function memoryDaemon(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  config = watchedConfig,
): Promise<MemoryDaemon> {
  const bare = Bun.spawn([process.execPath, join(import.meta.dir, "loop-bare.ts")], { stdout: "pipe" });
  const beside = new TextDecoder().decode((await bare.stdout.getReader().read()).value).trim();
  const daemon = await startBenchDaemon({ folder, config, env });
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${daemon.url}/api/v1${path}`, { headers: { "x-api-key": daemon.key } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    ...daemon,
    get,
    status: () => get("/memory/status"),
    async seen() {
      const [hearth, other] = await Promise.all([get<Seen>("/bench/loop"), fetch(beside)]);
      return { hearth, bare: (await other.json()) as Lateness };
    },
    async [Symbol.asyncDispose]() {
      bare.kill();
      await daemon[Symbol.asyncDispose]();
    },
  };
}

/** Waits until memory has read the home and has all vectors that it is to have. */
export async function rested({ status }: MemoryDaemon, pending = 0): Promise<void> {
  for (;;) {
    const now = await status();
    if (!now.reading && now.files > 0 && now.pending <= pending) return;
    await Bun.sleep(100);
  }
}

/** Waits until the daemon has done all that it does by itself. */
export async function quiet(pid: number): Promise<void> {
  for (let last = cpuSeconds(pid); ; last = cpuSeconds(pid)) {
    await Bun.sleep(3000);
    if (cpuSeconds(pid) - last < 0.15) return;
  }
}
