import type { Settings } from "./settings";

/** Whether the agent gets a shell, and how. */
export interface ShellSafety {
  readonly allowed: boolean;
  /** The CLI locks what the shell starts in a sandbox, without secrets. */
  readonly sandbox: boolean;
  /** Why there is none, and what to do about it; absent when that is as it was set. */
  readonly reason?: string;
}

/** What the CLI's sandbox needs. */
const programs = ["bwrap", "socat"] as const;

/** What the CLI asks of bubblewrap; in some containers the system refuses it. */
const trial = ["--new-session", "--die-with-parent", "--ro-bind", "/", "/", "--unshare-net", "--unshare-pid"];

/** Finds out whether a shell can be had by this setting. Starts bubblewrap once when it is there. */
export async function shellSafety(setting: Settings["bash"], path: string | undefined): Promise<ShellSafety> {
  if (setting === "never") return { allowed: false, sandbox: false };
  if (setting === "always") return { allowed: true, sandbox: false };
  const missing = await missingForSandbox(path ?? "");
  if (!missing) return { allowed: true, sandbox: true };
  const reason =
    `The shell (Bash) is left out: without a sandbox it could read the API key, and ${missing}. ` +
    `Install bubblewrap and socat, or set bash = "always" to give the shell anyway, or bash = "never" to leave it out for good.`;
  return { allowed: false, sandbox: false, reason };
}

async function missingForSandbox(path: string): Promise<string | undefined> {
  const missing = programs.filter(name => !Bun.which(name, { PATH: path }));
  if (missing.length > 0) return `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not installed`;
  const bwrap = Bun.which("bwrap", { PATH: path })!;
  try {
    const run = Bun.spawn([bwrap, ...trial, "--dev", "/dev", "--proc", "/proc", "true"], {
      env: { PATH: path },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 5000,
    });
    const [code, said] = await Promise.all([run.exited, run.stderr.text()]);
    return code === 0 ? undefined : `bubblewrap does not work here (${said.trim() || `exit code ${code}`})`;
  } catch (error) {
    return `bubblewrap does not start (${(error as Error).message})`;
  }
}
