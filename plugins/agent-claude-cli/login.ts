import type { Env } from "./credentials";
import { loginEnvironment } from "./environment";
import { findExecutable } from "./executable";
import type { Folders } from "./folders";

export interface LoginOptions {
  readonly folders: Folders;
  readonly env: Env;
  /** As the setting says. */
  readonly executable?: string | undefined;
  /** For the CLI: `--console` (pay by use), `--sso`, `--email <address>`. */
  readonly args?: readonly string[];
}

/**
 * Lets a person log in at this terminal: the CLI's own login, kept in Hearth's own config folder.
 * @returns the CLI's exit code; 0 when it worked
 * @throws Error when the CLI is missing
 */
export async function login({ folders, env, executable, args = [] }: LoginOptions): Promise<number> {
  const cli = findExecutable(executable, env.PATH);
  const run = Bun.spawn([cli, "auth", "login", ...args], {
    cwd: folders.home,
    env: loginEnvironment(folders, env),
    stdio: ["inherit", "inherit", "inherit"],
  });
  return run.exited;
}
