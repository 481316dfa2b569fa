import { readFileSync } from "node:fs";
import { join } from "node:path";

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

function readObject(path: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return {};
  }
}
