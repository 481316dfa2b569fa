import { spawn } from "node:child_process";

/** How one call of git ended. */
export interface Ran {
  readonly code: number;
  readonly out: Buffer;
  /** What it said to stderr, without passwords in addresses. */
  readonly err: string;
}

export interface CallOptions {
  readonly input?: string | Uint8Array;
  /** Seconds; as long as the signal allows when left out. */
  readonly seconds?: number;
}

/** What is set for every call, whatever the repository's own config says: nothing in the folder that git would run is run. */
const always = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "commit.gpgsign=false",
  "gc.autoDetach=false",
  "maintenance.autoDetach=false",
  "submodule.recurse=false",
  "push.recurseSubmodules=no",
  "push.gpgSign=false",
  "diff.ignoreSubmodules=all",
].flatMap(setting => ["-c", setting]);

/** Runs git on the repository of one folder and no other, in an environment of its own. */
export class Git {
  constructor(
    /** Absolute path of the folder whose `.git` is meant. */
    readonly folder: string,
    readonly env: Readonly<Record<string, string>>,
    /** Ends what runs when it is aborted. */
    readonly signal: AbortSignal,
  ) {}

  /** Calls git and waits for its end. @throws Error when git is not there, or when time is up */
  run(args: readonly string[], options: CallOptions = {}): Promise<Ran> {
    return this.call(["--git-dir", `${this.folder}/.git`, "--work-tree", this.folder, ...always, ...args], options);
  }

  /** What git wrote to stdout. @throws Error with git's own words when it fails */
  async text(args: readonly string[], options: CallOptions = {}): Promise<string> {
    return (await this.bytes(args, options)).toString();
  }

  async bytes(args: readonly string[], options: CallOptions = {}): Promise<Buffer> {
    const { code, out, err } = await this.run(args, options);
    if (code !== 0) throw new Error(`git ${args[0]} failed: ${err || `exit code ${code}`}`);
    return out;
  }

  /** Calls git without naming a repository: for `init`, and for reading a config file. */
  async call(args: readonly string[], { input = "", seconds }: CallOptions = {}): Promise<Ran> {
    const limit = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
    const signal = AbortSignal.any([this.signal, ...limit]);
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      // A group of its own, so that what git starts (ssh, a helper) ends with it.
      const child = spawn("git", [...args], { cwd: this.folder, env: this.env, detached: true });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      const stop = () => {
        endGroup(child.pid);
        // What has left the group may hold the pipes open.
        setTimeout(() => child.stdout.destroy() && child.stderr.destroy(), GRACE + 500).unref();
      };
      signal.addEventListener("abort", stop, { once: true });
      child.stdout.on("data", chunk => out.push(chunk));
      child.stderr.on("data", chunk => err.push(chunk));
      child.on("error", error => reject(new Error(`git cannot be started: ${error.message}`)));
      child.on("close", code => {
        signal.removeEventListener("abort", stop);
        if (signal.aborted) return reject(new Error(`it was ended: ${reasonOf(signal, seconds)}`));
        resolve({ code: code ?? -1, out: Buffer.concat(out), err: masked(Buffer.concat(err).toString()) });
      });
      // git may end without reading all of it; its exit code says why.
      child.stdin.on("error", () => {});
      child.stdin.end(input);
    });
  }
}

/** How long git has to remove its lock files before it is killed, in ms. */
const GRACE = 2_000;

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  send("SIGTERM");
  setTimeout(() => send("SIGKILL"), GRACE).unref();
}

const reasonOf = ({ reason }: AbortSignal, seconds?: number): string =>
  reason?.name === "TimeoutError"
    ? `it took more than ${seconds} s`
    : reason instanceof Error
      ? reason.message
      : `${reason}`;

/** Characters of git's words that are kept: the end says what went wrong. */
const LONGEST = 600;

const masked = (text: string): string =>
  text
    .trim()
    .replace(/:\/\/[^@/\s]+@/g, "://…@")
    .slice(-LONGEST);
