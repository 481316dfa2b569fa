import { userInfo } from "node:os";
import { messageOf, namesSecret, type Wall, type WallLook } from "hearth";
import type { Outfitter } from "hearth-plugins/sessions";
import { credentialNames, type Env, hasCredentials } from "./credentials";
import type { Settings } from "./settings";
import { shellSafety } from "./shell";

export interface WallOptions {
  readonly settings: Settings;
  readonly env: Env;
  /** The CLI's config folder, where a login lies. */
  readonly config: string;
  /** Those of the moment. */
  readonly outfitters: () => readonly Outfitter[];
}

/** What stands between the CLI's agent and the rest of the house. */
export const agentWalls = (options: WallOptions): Wall[] => [
  { id: "agent-key", look: () => keyLook(options) },
  { id: "agent-shell", look: () => shellLook(options.settings.bash, options.env.PATH) },
  { id: "agent-user", look: userLook },
  { id: "agent-environment", look: () => environmentLook(options.settings.passEnv, options.env) },
];

async function keyLook({ env, config, outfitters }: WallOptions): Promise<WallLook> {
  const giver = outfitters().find(({ lacks }) => lacks);
  const lacking = await (async () => giver?.lacks?.())().catch(messageOf);
  if (giver && lacking === undefined)
    return {
      state: "ok",
      what: `${giver.id} leads the agent to the model with a token of its session; the key stays with Hearth`,
    };
  if (!hasCredentials(env, config))
    return {
      state: "weak",
      what: "there is no key and no login, so the real agent cannot run",
      todo: "set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN for the gateway",
    };
  return {
    state: "weak",
    what: `the agent's CLI holds its key or login itself${lacking === undefined ? "" : ` (${giver!.id}: ${lacking})`}`,
    todo: "turn the gateway on and set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN: then the key never reaches the agent",
  };
}

async function shellLook(bash: Settings["bash"], path: string | undefined): Promise<WallLook> {
  const { allowed, sandbox, reason } = await shellSafety(bash, path);
  if (sandbox)
    return {
      state: "ok",
      what: "the agent's shell is locked in bubblewrap: it writes in the home alone, without network",
    };
  if (!allowed && reason === undefined) return { state: "ok", what: "the agent has no shell" };
  if (!allowed)
    return {
      state: "missing",
      what: `the agent has no shell, for want of a sandbox: ${detailOf(reason!)}`,
      todo: 'install bubblewrap and socat (apt-get install bubblewrap socat), or set bash = "never"',
    };
  return {
    state: "missing",
    what: "the agent's shell is not locked in: it can read every file that Hearth can read, the state folder and its keys among them",
    todo: 'set bash = "sandboxed" in [plugins.agent-claude-cli]',
  };
}

/** What is missing, without what to do about it. */
const detailOf = (reason: string) => /, and (.*?)\. Install/s.exec(reason)?.[1] ?? reason;

function userLook(): WallLook {
  const { username, uid } = userInfo();
  if (uid === 0)
    return {
      state: "missing",
      what: "the agent runs as root, as Hearth itself does: only the CLI's own rules keep it from the whole machine",
      todo: "run Hearth as a user of its own, as its systemd unit or container does",
    };
  return {
    state: "weak",
    what: `the agent runs as ${username}, as Hearth itself does: the CLI's own rules and the sandbox keep it in its home, the system does not`,
    todo: `keep nothing else within reach of ${username}: a user of its own, a service or a container for Hearth alone`,
  };
}

function environmentLook(passEnv: readonly string[], env: Env): WallLook {
  const passed = passEnv.filter(name => namesSecret(name) && env[name]);
  const kept = Object.keys(env).filter(
    name => namesSecret(name) && env[name] && !passed.includes(name) && !isOwn(name),
  );
  if (passed.length === 0)
    return { state: "ok", what: `of ${kept.length} other secrets in the environment the agent is passed none` };
  return {
    state: "missing",
    what: `passEnv hands the agent secrets: ${passed.join(", ")}`,
    todo: "take them out of passEnv in [plugins.agent-claude-cli]",
  };
}

const isOwn = (name: string) => credentialNames.some(own => own === name);
