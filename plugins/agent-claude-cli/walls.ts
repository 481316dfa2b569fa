import { messageOf, namesSecret, type Wall, type WallLook } from "hearth";
import type { Outfitter } from "hearth-plugins/sessions";
import { ownName } from "./agent-user";
import { type Cell, type Cells, SHELL_FIRST } from "./cell";
import { credentialNames, type Env, hasCredentials } from "./credentials";
import type { Settings } from "./settings";

export interface WallOptions {
  readonly settings: Settings;
  readonly cells: Cells;
  /** The agent's: an absolute path. */
  readonly home: string;
  readonly env: Env;
  /** The CLI's config folder, where a login lies. */
  readonly config: string;
  /** Those of the moment. */
  readonly outfitters: () => readonly Outfitter[];
}

/** What stands between the CLI's agent and the rest of the house. */
export function agentWalls(options: WallOptions): Wall[] {
  const { settings, env, cells, home } = options;
  const cell = () => cells.cell(home, true).catch(error => new Error(messageOf(error)));
  return [
    { id: "agent-key", look: () => keyLook(options) },
    { id: "agent-jail", look: async () => jailLook(settings, await cell()) },
    { id: "agent-shell", look: async () => shellLook(await cell()) },
    { id: "agent-user", look: async () => userLook(settings, ownName(env.PATH), await cell()) },
    { id: "agent-environment", look: () => environmentLook(settings.passEnv, env) },
  ];
}

async function keyLook({ env, config, outfitters }: WallOptions): Promise<WallLook> {
  const giver = outfitters().find(({ lacks }) => lacks);
  const lacking = await (async () => giver?.lacks?.())().catch(messageOf);
  if (giver && lacking === undefined)
    return {
      state: "ok",
      what: `${giver.id} leads the agent to the model with a token of its session; the key stays with Hearth`,
    };
  if (giver)
    return {
      state: "weak",
      what: `the real agent cannot run: ${lacking}`,
      todo: "set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN for the gateway, or log in with `hearth login`",
    };
  if (!hasCredentials(env, config))
    return {
      state: "weak",
      what: "there is no key and no login, so the real agent cannot run",
      todo: "set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN for the gateway",
    };
  return {
    state: "weak",
    what: "the agent's CLI holds its key or login itself, and nobody counts what it spends",
    todo: "turn the gateway on: then neither reaches the agent",
  };
}

function shellLook(cell: Cell | Error): WallLook {
  if (cell instanceof Error) return { state: "ok", what: "the agent has no shell, as it cannot run" };
  const { allowed, sandbox, reason } = cell.shell;
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
  if (cell.inside)
    return {
      state: "weak",
      what: "the agent's shell is in the CLI's jail and in no sandbox of its own: it sees the CLI's key or token, and reaches the network",
      todo: 'set bash = "sandboxed" in [plugins.agent-claude-cli]',
    };
  return {
    state: "missing",
    what: "the agent's shell is not locked in: it can read every file that Hearth can read, the state folder and its keys among them",
    todo: 'set bash = "sandboxed" in [plugins.agent-claude-cli]',
  };
}

/** What is missing, without what to do about it. */
const detailOf = (reason: string) => /, and (.*?)\. Install/s.exec(reason)?.[1] ?? reason;

function jailLook({ jail, writable }: Settings, cell: Cell | Error): WallLook {
  if (cell instanceof Error)
    return {
      state: "missing",
      what: cell.message,
      todo:
        jail === "always" ? 'or set jail = "auto" in [plugins.agent-claude-cli]' : "until then the agent does not run",
    };
  const all = writable.includes("*");
  if (cell.inside)
    return {
      state: "ok",
      what: `the whole CLI is in a jail of bubblewrap: of this machine it sees programs and its home, ${all ? "where it writes" : `and writes in ${writable.join(", ") || "none of its folders"}`}; it reaches the network`,
    };
  if (cell.reason === SHELL_FIRST)
    return {
      state: "weak",
      what: `sessions with a shell are in no jail: ${cell.reason}; the others are`,
      todo: 'set jail = "always" in [plugins.agent-claude-cli]: then they go without a shell',
    };
  const risk = "only the CLI's own rules keep its file tools in the home";
  if (jail === "never")
    return {
      state: "weak",
      what: `the CLI is in no jail, as it was set: ${risk}`,
      todo: 'set jail = "auto" in [plugins.agent-claude-cli]',
    };
  return {
    state: "weak",
    what: `the CLI is in no jail: ${cell.reason}; ${risk}`,
    todo: "install bubblewrap (apt-get install bubblewrap) and let it make namespaces",
  };
}

function userLook({ runAs }: Settings, username: string, cell: Cell | Error): WallLook {
  if (cell instanceof Error && runAs !== undefined)
    return { state: "missing", what: cell.message, todo: "until then the agent does not run" };
  if (!(cell instanceof Error) && cell.user)
    return { state: "ok", what: `the agent runs as ${cell.user.name}, Hearth as ${username}` };
  const jailed = !(cell instanceof Error) && cell.inside;
  if (process.getuid?.() !== 0)
    return {
      state: "weak",
      what: `the agent runs as ${username}, as Hearth itself does: ${jailed ? "the jail keeps it in its home" : "the CLI's own rules and the sandbox keep it in its home"}, the system does not`,
      todo: `keep nothing else within reach of ${username}: a user of its own, a service or a container for Hearth alone`,
    };
  const todo =
    "run Hearth as a user of its own, as its systemd unit or container does, or name one for the agent: runAs in [plugins.agent-claude-cli]";
  if (jailed)
    return {
      state: "weak",
      what: "the agent runs as root, as Hearth itself does: only the jail keeps it from the machine",
      todo,
    };
  return {
    state: "missing",
    what: "the agent runs as root, as Hearth itself does: only the CLI's own rules keep it from the whole machine",
    todo,
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
