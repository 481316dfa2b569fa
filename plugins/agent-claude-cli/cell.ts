import { chmodSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type AgentUser, agentUser } from "./agent-user";
import type { Env } from "./credentials";
import { findExecutable } from "./executable";
import { type JailPlan, jailArguments, ROOT_INSIDE } from "./jail";
import { needsOf } from "./machine";
import type { RunFolder } from "./run-folder";
import type { Settings } from "./settings";
import { type ShellSafety, shellSafety } from "./shell";
import { tried } from "./trial";

/** What a run is started in: as which user, and whether in a jail. */
export interface Cell {
  /** Another user than Hearth's own. */
  readonly user?: AgentUser | undefined;
  /** As whom it runs inside of a jail; not in one when left out. */
  readonly inside?: { readonly uid: number; readonly gid: number } | undefined;
  /** Why it is in no jail although it could be by the settings. */
  readonly reason?: string | undefined;
  readonly shell: ShellSafety;
  /** What is put before the CLI's command. */
  before(run: Confined): readonly string[];
}

/** What a run may do in its home, and its folder. */
export interface Confined extends Pick<JailPlan, "closed" | "alone" | "readonly"> {
  readonly run?: RunFolder;
}

export interface CellOptions {
  readonly settings: Settings;
  readonly env: Env;
  /** Files and folders that no agent may see: the state folder, the config file. */
  readonly hidden: readonly string[];
}

/** Makes cells. What was found to work is not tried again. */
export class Cells {
  readonly #good = new Map<string, Cell>();
  /** What a jail was once found to work for. */
  readonly #jailed = new Set<string>();

  constructor(readonly options: CellOptions) {}

  /**
   * The cell of a run. Starts bubblewrap a few times when it was never found to work.
   * @param home the agent's, absolute @param wantsShell whether the run is to have a shell: no jail takes it away unless `jail = "always"`
   * @throws Error that says what a cell cannot be made of, and what to do, where the settings ask for one that cannot be had
   */
  async cell(home: string, wantsShell: boolean): Promise<Cell> {
    const key = `${wantsShell} ${home}`;
    const cell = this.#good.get(key) ?? (await this.#find(home, wantsShell));
    if (cell.inside) this.#jailed.add(key);
    else if (this.#jailed.has(key))
      throw new Error(`the agent's jail stood before, and now it does not: ${cell.reason}`);
    if (!cell.reason && !cell.shell.reason) this.#good.set(key, cell);
    return cell;
  }

  /** Has the next run try anew: the machine may have changed since. */
  forget(): void {
    this.#good.clear();
  }

  async #find(home: string, wantsShell: boolean): Promise<Cell> {
    const { settings, env } = this.options;
    const user = agentUser(settings.runAs, env.PATH);
    if (user) await this.#reaches(user, home);
    const open = async (reason?: string): Promise<Cell> => ({
      ...{ user, reason, before: () => user?.before ?? [] },
      shell: user && settings.bash === "sandboxed" ? withoutJail : await shellSafety(settings.bash, env.PATH),
    });
    if (settings.jail === "never") return open();
    const jailed = await this.#jail(home, user);
    if (settings.jail === "always") {
      if (typeof jailed === "string") throw new Error(`the agent is to run in a jail (jail = "always"), and ${jailed}`);
      return jailed;
    }
    if (typeof jailed === "string") return open(jailed);
    if (jailed.shell.allowed || !wantsShell || settings.bash === "never") return jailed;
    const outside = await open(SHELL_FIRST);
    return outside.shell.allowed ? outside : jailed;
  }

  /** A cell with a jail, or why there can be none. */
  async #jail(home: string, user: AgentUser | undefined): Promise<Cell | string> {
    const { settings, env } = this.options;
    const bwrap = Bun.which("bwrap", { PATH: env.PATH ?? "" });
    if (!bwrap) return "bubblewrap is not installed";
    if (home === "/") return "the agent's home is the whole machine";
    keepOpen(home);
    const executable = findExecutable(settings.executable, env.PATH);
    const asRoot = (user?.uid ?? process.getuid?.()) === 0;
    const needs = needsOf(executable, env);
    const before = ({ run, ...home }: Confined & Pick<JailPlan, "home">) => [
      ...(user?.before ?? []),
      bwrap,
      ...jailArguments({ ...home, ...(run && { run }), asRoot, ...this.#sights(needs) }),
      "--",
    ];
    const empty = before({ home, closed: [], alone: [], readonly: [] });
    const wrong = await tried(
      [...empty, ...inReach([executable], user || !settings.writable.includes("*") ? [] : [home])],
      env.PATH,
    );
    if (wrong !== undefined) return `bubblewrap does not work here (${wrong})`;
    return {
      ...{ user, before: run => before({ home, ...run }), inside: insideAs(asRoot, user) },
      shell: await shellSafety(settings.bash, env.PATH, empty),
    };
  }

  #sights(needs: readonly string[]): Pick<JailPlan, "writable" | "seen" | "hidden"> {
    const { settings, hidden } = this.options;
    return { writable: settings.writable, seen: [...needs, ...settings.readable], hidden };
  }

  /** @throws Error when a user cannot reach what every run needs */
  async #reaches(user: AgentUser, home: string): Promise<void> {
    const executable = findExecutable(this.options.settings.executable, this.options.env.PATH);
    const wrong = await tried([...user.before, ...inReach([executable, dirname(home)], [])], this.options.env.PATH);
    if (wrong !== undefined)
      throw new Error(
        `the agent is to run as "${user.name}" (runAs), and cannot: ${wrong}; let this user reach it (chmod o+x the folders above it), or move it`,
      );
  }
}

/** Why a run with a shell is in no jail where others are. */
export const SHELL_FIRST = "the shell's own sandbox does not work inside one";

/** The CLI's sandbox puts files of its own in the place of some of `.git`, which is not the other user's there. */
const withoutJail: ShellSafety = {
  allowed: false,
  sandbox: false,
  reason:
    'The shell (Bash) is left out: as another user (runAs), and in no jail, its sandbox does not work. Let the agent have its jail, or set bash = "always" or "never".',
};

/** Lets the owner of a home into it: an agent that has closed its own would make the next trial fail, and have no jail. */
function keepOpen(home: string): void {
  const { mode } = statSync(home);
  try {
    if ((mode & 0o700) !== 0o700) chmodSync(home, (mode & 0o7777) | 0o700);
  } catch {
    // it is somebody else's, and not the agent's to close
  }
}

const insideAs = (asRoot: boolean, user: AgentUser | undefined) => ({
  uid: asRoot ? ROOT_INSIDE : (user?.uid ?? process.getuid!()),
  gid: asRoot ? ROOT_INSIDE : (user?.gid ?? process.getgid!()),
});

/** A command that ends well when these can be entered or run, and written. */
const inReach = (run: readonly string[], write: readonly string[]): string[] => [
  ...["/bin/sh", "-c", REACH, "sh", ...run, "--", ...write],
];
const REACH = `ask=-x
for path; do
  [ "$path" != -- ] || { ask=-w; continue; }
  [ $ask "$path" ] || { echo "$path cannot be $([ $ask = -x ] && echo reached || echo written)" >&2; exit 1; }
done`;
