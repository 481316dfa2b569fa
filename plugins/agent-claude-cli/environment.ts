import type { ModelAccess, ToolServer } from "hearth-plugins/sessions";
import { credentialNames, type Env } from "./credentials";
import type { Folders } from "./folders";
import type { RunFolder } from "./run-folder";

const passed = [
  "PATH",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  ...credentialNames,
  "ANTHROPIC_BASE_URL",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
];

/** The variables by which processes of a run are known, wherever they went. */
export const marks = { session: "HEARTH_SESSION", run: "HEARTH_RUN", state: "HEARTH_RUN_STATE" } as const;

export interface EnvironmentOptions {
  readonly folders: Folders;
  /** Hearth's own environment. */
  readonly env: Env;
  /** Names to pass on beside the usual ones. */
  readonly passEnv: readonly string[];
  readonly maxRetries: number;
  readonly session: string;
  readonly run: RunFolder;
  /** The way to the model; the CLI's own key or login when left out. */
  readonly access?: ModelAccess | undefined;
  readonly servers?: readonly ToolServer[] | undefined;
  /** The agent's home, where git is to work in it although it belongs to somebody else. */
  readonly foreignHome?: string | undefined;
}

/** The whole environment of the CLI: what is named here and nothing else. */
export function environmentOf(options: EnvironmentOptions): Record<string, string> {
  const { folders, access, servers = [], session, run, maxRetries } = options;
  const env = pick(options.env, [...passed, ...options.passEnv]);
  return {
    ...(access ? withoutOwnWay(env) : env),
    ...own(run),
    ...(access && given(access)),
    ...past([...(access ? [access.baseUrl] : []), ...servers.map(({ url }) => url)], env),
    CLAUDE_CODE_TMPDIR: run.tmp,
    ...(options.foreignHome !== undefined && trusting(options.foreignHome)),
    CLAUDE_CODE_MAX_RETRIES: String(maxRetries),
    // "@/etc/passwd" in a stranger's letter would be read and sent along.
    CLAUDE_CODE_DISABLE_FILE_MENTIONS: "1",
    CLAUDE_CODE_DISABLE_CLAUDE_MDS: "1",
    CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    CLAUDE_CODE_DISABLE_CRON: "1",
    [marks.session]: session,
    [marks.run]: run.id,
    [marks.state]: folders.state,
  };
}

/** Takes out whatever leads the CLI to a model by a key of the house, also what `passEnv` names. */
const withoutOwnWay = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^(ANTHROPIC|CLAUDE)_/.test(name)));

/** As a key and not as a bearer token: beside a bearer token the CLI sends the key of a login, too. */
const given = ({ baseUrl, token }: ModelAccess) => ({
  ANTHROPIC_BASE_URL: baseUrl,
  ANTHROPIC_API_KEY: token,
});

/** Has git work in one folder, whoever owns it. */
const trusting = (folder: string) => ({
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: folder,
});

/** Has the CLI reach the house itself directly where the machine has a proxy. */
export function past(urls: readonly string[], { NO_PROXY, no_proxy }: Readonly<Record<string, string>>) {
  if (urls.length === 0) return {};
  const direct = [NO_PROXY ?? no_proxy ?? "", ...urls.map(url => new URL(url).hostname)];
  const names = [...new Set(direct.filter(Boolean))].join(",");
  return { NO_PROXY: names, no_proxy: names };
}

const terminal = [
  ...passed.filter(name => !(credentialNames as readonly string[]).includes(name)),
  "TERM",
  "COLORTERM",
  "BROWSER",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "SSH_CONNECTION",
];

/** The environment of a login: with the terminal and the way to a browser, without any key. */
export const loginEnvironment = (folders: Folders, env: Env): Record<string, string> => ({
  ...pick(env, terminal),
  ...own(folders),
});

const own = ({ home, config }: Pick<RunFolder, "home" | "config">) => ({
  HOME: home,
  CLAUDE_CONFIG_DIR: config,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_AUTOUPDATER: "1",
});

const pick = (env: Env, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])));
