import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

/** A daemon that is measured: a process of its own, in folders of its own. */
export interface BenchDaemon extends AsyncDisposable {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  readonly home: string;
  readonly state: string;
  /** Milliseconds from the spawn of the process to its first answer on /health/live. */
  readonly readyMs: number;
  /** Milliseconds of these that were Hearth's own: from the reading of the config file to "ready", modules already loaded. */
  readonly ownMs: number;
}

export interface BenchOptions {
  /** The plugins' tables; the config that comes with Hearth when left out. */
  readonly config?: string;
  /** Fills the home before the start. */
  readonly fill?: (home: string) => void;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of its own that stays, for a daemon that comes back to the same home and state; a temporary one when left out. */
  readonly folder?: string;
}

/** Starts a daemon and waits for its first answer. */
export async function startBenchDaemon({
  config,
  fill,
  env = {},
  folder: kept,
}: BenchOptions = {}): Promise<BenchDaemon> {
  const folder = kept ?? benchFolder();
  const home = join(folder, "home");
  const state = join(folder, "state");
  fill?.(home);
  const file = join(folder, "home.toml");
  writeFileSync(file, config ?? readFileSync(join(root, "config/home.toml"), "utf8"));
  const from = performance.now();
  const child = Bun.spawn([process.execPath, "core/cli.ts", "start"], {
    cwd: root,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      HEARTH_HOME: home,
      HEARTH_STATE: state,
      HEARTH_CONFIG: file,
      API_PORT: "0",
      API_KEY: "bench",
      HEARTH_AGENT: "offline",
      ...env,
    },
    stdin: "ignore",
    stdout: Bun.file(join(folder, "out.log")),
    stderr: Bun.file(join(folder, "err.log")),
  });
  const url = await firstAnswer(join(state, "daemon.json"), join(folder, "err.log"), child);
  const readyMs = performance.now() - from;
  const ownMs = await ownTime(join(folder, "out.log"));
  return {
    url,
    key: "bench",
    pid: child.pid,
    home,
    state,
    readyMs,
    ownMs,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A temporary folder for a daemon that is measured. */
export const benchFolder = (): string => mkdtempSync(join(tmpdir(), "hearth-bench-"));

/** What the line "ready" of the log says. */
async function ownTime(log: string): Promise<number> {
  for (;;) {
    const line = readFileSync(log, "utf8")
      .split("\n")
      .find(text => text.includes('"message":"ready"'));
    if (line) return JSON.parse(line).ms;
    await Bun.sleep(5);
  }
}

async function firstAnswer(daemonFile: string, errors: string, child: Bun.Subprocess): Promise<string> {
  while (child.exitCode === null) {
    if (existsSync(daemonFile)) {
      const { url } = JSON.parse(readFileSync(daemonFile, "utf8"));
      const answer = await fetch(`${url}/api/v1/health/live`).catch(() => undefined);
      if (answer) return url;
    }
    await Bun.sleep(1);
  }
  throw new Error(`the daemon did not start:\n${readFileSync(errors, "utf8")}`);
}

/** The middle of some numbers. */
export const median = (numbers: readonly number[]): number => percentile(numbers, 50);

/** The number that so many of a hundred are not above. */
export const percentile = (numbers: readonly number[], percent: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length * percent) / 100)]!;

/** Ten thousand files: 8,000 thoughts, the rest over other folders. */
export function tenThousandFiles(home: string): void {
  const folders = { thoughts: 8000, dreams: 1000, sandbox: 500, bookshelf: 500 };
  for (const [folder, count] of Object.entries(folders)) {
    mkdirSync(join(home, folder), { recursive: true });
    for (let n = 0; n < count; n++)
      writeFileSync(
        join(home, folder, `${n}.md`),
        `---\ndate: "2026-01-15"\ntitle: "Page ${n}"\n---\n\n${"A line of words. ".repeat(60)}\n`,
      );
  }
}
