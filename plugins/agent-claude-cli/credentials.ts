import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { copyPlainFile } from "./plain-file";

export type Env = Readonly<Record<string, string | undefined>>;

/** The variables that hold a key or a token for the API. */
export const credentialNames = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"] as const;

/** Whether the CLI has something to show to the API: a variable, or a login in its config folder. Does not ask whether it is still good. */
export function hasCredentials(env: Env, configFolder: string): boolean {
  return credentialNames.some(name => env[name]) || hasLogin(configFolder);
}

function hasLogin(folder: string): boolean {
  const { claudeAiOauth } = readObject(join(folder, ".credentials.json"));
  // Where the system keeps secrets in a keychain, the login leaves only its account in the config.
  const { oauthAccount, primaryApiKey } = readObject(join(folder, ".claude.json"));
  return Boolean(claudeAiOauth || oauthAccount || primaryApiKey);
}

/** What a file of JSON holds; nothing of one that is not there, or is none. */
export function readObject(path: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return {};
  }
}

/** The file with the CLI's login; what else is in its config folder it makes anew. */
const LOGIN = ".credentials.json";
/** Says which account has logged in. */
const ACCOUNT = ".claude.json";

/** Copies the login into a run's config folder. @returns what was lent, to know it again; nothing when there is no login file */
export async function lendLogin(from: string, to: string): Promise<string | undefined> {
  for (const name of [LOGIN, ACCOUNT])
    if (existsSync(join(from, name))) await copyPlainFile(join(from, name), join(to, name));
  return digestOf(join(to, LOGIN));
}

/**
 * Takes back a login that the CLI has renewed, unless a person has logged in anew meanwhile. Not what could be none: the agent writes there, too.
 * @param lent as `lendLogin` named it
 */
export async function takeLoginBack(from: string, to: string, lent: string): Promise<void> {
  const now = digestOf(join(from, LOGIN));
  if (now === undefined || now === lent || digestOf(join(to, LOGIN)) !== lent) return;
  if (Login.safeParse(readObject(join(from, LOGIN))).success) await copyPlainFile(join(from, LOGIN), join(to, LOGIN));
}

/** What the CLI leaves of a login: one that was refused has empty tokens. */
const Login = z.object({ claudeAiOauth: z.object({ accessToken: z.string(), refreshToken: z.string() }) });
/** Bytes of a login at the most. */
const LONGEST = 64 * 1024;

function digestOf(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > LONGEST) return;
  return Bun.hash(readFileSync(path)).toString(36);
}
