import { join } from "node:path";
import type { LoginKey, ModelLogin } from "hearth-plugins/gateway";
import { z } from "zod";
import { readObject } from "./credentials";
import { loginEnvironment, past } from "./environment";
import { findExecutable } from "./executable";
import type { LoginOptions } from "./login";

/** ms that the CLI may take to look after its login. */
const RENEWAL = 30_000;

/** As the CLI keeps it. What was taken back has an empty token. */
const Oauth = z.looseObject({ accessToken: z.string(), expiresAt: z.number().positive().optional().catch(undefined) });

const TAKEN_BACK = 'the login is good for nothing any more; log in again with "hearth login"';
const ELSEWHERE =
  "the login lies in the system's keychain, where only the CLI itself finds it; set CLAUDE_CODE_OAUTH_TOKEN to what `claude setup-token` prints";

/**
 * The login of `hearth login`, as the CLI keeps it in Hearth's config folder: the CLI alone writes there, and it alone renews.
 * @param cut ends a renewal that still runs
 */
export const storedLogin = (options: Omit<LoginOptions, "args">, cut: AbortSignal): ModelLogin => ({
  id: "claude-cli",
  read: () => readLogin(options.folders.config),
  renew: () => renew(options, cut),
});

function readLogin(folder: string): LoginKey | undefined {
  const oauth = Oauth.safeParse(readObject(join(folder, ".credentials.json"))["claudeAiOauth"]);
  if (oauth.success && oauth.data.accessToken !== "") {
    const { accessToken: token, expiresAt } = oauth.data;
    return { kind: "token", token, ...(expiresAt !== undefined && { expiresAt }) };
  }
  const { oauthAccount, primaryApiKey: key } = readObject(join(folder, ".claude.json"));
  if (typeof key === "string" && key !== "") return { kind: "key", key };
  if (oauth.success) return { kind: "none", why: TAKEN_BACK };
  return oauthAccount ? { kind: "none", why: ELSEWHERE } : undefined;
}

/** A session that says a word, without tools, and leaves no transcript. */
const ANYTHING =
  "-p ok --tools= --setting-sources= --strict-mcp-config --no-session-persistence --system-prompt=-".split(" ");

/**
 * The CLI renews its login by itself before it calls the API, from five minutes before its end; of several at once, one does. So it is
 * run once, with a dead end in the place of the API: its call, and the token in it, reach nobody but this process. (`auth status`
 * begins a renewal as well, but does not wait for it.)
 */
async function renew({ folders, env, executable }: Omit<LoginOptions, "args">, cut: AbortSignal): Promise<void> {
  await using end = deadEnd();
  const given = loginEnvironment(folders, env);
  try {
    const run = Bun.spawn([findExecutable(executable, env.PATH), ...ANYTHING], {
      cwd: folders.home,
      env: { ...given, ...past([end.url], given), ANTHROPIC_BASE_URL: end.url, CLAUDE_CODE_MAX_RETRIES: "0" },
      stdio: ["ignore", "ignore", "ignore"],
      signal: AbortSignal.any([cut, AbortSignal.timeout(RENEWAL)]),
    });
    await run.exited;
  } catch {
    // without the CLI the login stays as it is
  }
}

/** An address on the loopback where everything is refused. */
function deadEnd(): { readonly url: string } & AsyncDisposable {
  const refuse = () =>
    Response.json({ type: "error", error: { type: "permission_error", message: "no" } }, { status: 403 });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: refuse });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
}
