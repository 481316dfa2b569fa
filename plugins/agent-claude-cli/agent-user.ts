import { userInfo } from "node:os";

/** The user of the machine as whom the agent runs. */
export interface AgentUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** What is put before a command for it to run as them. */
  readonly before: readonly string[];
}

/**
 * Finds the user that `runAs` names.
 * @returns nothing when none is named, or when Hearth runs as that one itself
 * @throws Error that says what keeps the agent from running as them, and what to do
 */
export function agentUser(name: string | undefined, path: string | undefined): AgentUser | undefined {
  if (name === undefined) return;
  const ids = idsOf(name, path);
  if (!ids)
    throw refusal(name, `this machine knows no such user; make it ("useradd --system ${name}"), or name another`);
  if (ids.uid === process.getuid?.()) return;
  if (process.getuid?.() !== 0)
    throw refusal(
      name,
      `Hearth runs as ${ownName(path)}, and only root can start it as somebody else; start Hearth as root, or leave runAs out`,
    );
  const setpriv = Bun.which("setpriv", { PATH: path ?? "" });
  if (!setpriv) throw refusal(name, "setpriv is not installed; install util-linux");
  const to = ["--reuid", `${ids.uid}`, "--regid", `${ids.gid}`, "--init-groups"];
  return { name, ...ids, before: [setpriv, ...to, "--inh-caps=-all", "--no-new-privs"] };
}

const refusal = (name: string, why: string) =>
  new Error(`the agent is to run as "${name}" (runAs), and cannot: ${why}`);

/** As whom Hearth runs: by name where the machine knows one. */
export function ownName(path: string | undefined): string {
  const uid = process.getuid?.();
  return (uid !== undefined && entryOf(`${uid}`, path)?.[0]) || userInfo().username;
}

function idsOf(name: string, path: string | undefined): { uid: number; gid: number } | undefined {
  const [, , uid, gid] = entryOf(name, path) ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** What the machine knows of a user. @param user a name, or an id */
function entryOf(user: string, path: string | undefined): string[] | undefined {
  const getent = Bun.which("getent", { PATH: path ?? "" }) ?? Bun.which("getent", { PATH: "/usr/bin:/bin" });
  if (!getent) return;
  const { success, stdout } = Bun.spawnSync([getent, "passwd", user], { stdio: ["ignore", "pipe", "ignore"] });
  return success ? stdout.toString().trim().split(":") : undefined;
}
