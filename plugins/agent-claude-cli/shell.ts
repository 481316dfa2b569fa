import type { Settings } from "./settings";
import { tried } from "./trial";

/** Whether the agent gets a shell, and how. */
export interface ShellSafety {
  readonly allowed: boolean;
  /** The CLI locks what the shell starts in a sandbox, without secrets: "nested" in one that shows it the processes of its jail. */
  readonly sandbox: false | "own" | "nested";
  /** Why there is none, and what to do about it; absent when that is as it was set. */
  readonly reason?: string;
}

/** What the CLI's sandbox needs. */
const programs = ["bwrap", "socat"] as const;

/** What the CLI asks of bubblewrap; in some containers the system refuses it. */
const asked = ["--new-session", "--die-with-parent", "--ro-bind", "/", "/", "--unshare-user", "--cap-drop", "ALL"];
const trial = [...asked, "--unshare-net", "--unshare-pid", "--dev", "/dev"];

/**
 * Finds out whether a shell can be had by this setting. Starts bubblewrap once or twice when it is there.
 * @param before what the CLI itself is started in: a jail
 */
export async function shellSafety(
  setting: Settings["bash"],
  path: string | undefined,
  before: readonly string[] = [],
): Promise<ShellSafety> {
  if (setting === "never") return { allowed: false, sandbox: false };
  if (setting === "always") return { allowed: true, sandbox: false };
  const found = await findSandbox(path ?? "", before);
  if (found === "own" || found === "nested") return { allowed: true, sandbox: found };
  const reason =
    `The shell (Bash) is left out: without a sandbox it could read the API key, and ${found.missing}. ` +
    `Install bubblewrap and socat, or set bash = "always" to give the shell anyway, or bash = "never" to leave it out for good.`;
  return { allowed: false, sandbox: false, reason };
}

async function findSandbox(path: string, before: readonly string[]): Promise<"own" | "nested" | { missing: string }> {
  const missing = programs.filter(name => !Bun.which(name, { PATH: path }));
  if (missing.length > 0)
    return { missing: `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not installed` };
  const attempt = (...proc: string[]) =>
    tried([...before, Bun.which("bwrap", { PATH: path })!, ...trial, ...proc, "true"], path);
  const wrong = await attempt("--proc", "/proc");
  if (wrong === undefined) return "own";
  // A jail of root's shows a /proc that nothing inside may make anew. Its processes are the run's own, and keep their secrets from the sandbox.
  if (before.length > 0 && (await attempt("--bind", "/proc", "/proc")) === undefined) return "nested";
  return { missing: `bubblewrap does not work here (${wrong})` };
}
