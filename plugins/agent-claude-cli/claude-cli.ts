import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Logger, messageOf } from "hearth";
import type { AgentEvent, AgentRequest, AgentRuntime } from "hearth-plugins/sessions";
import { argumentsOf, asPlainPrompt } from "./arguments";
import { credentialNames, type Env, hasCredentials } from "./credentials";
import { environmentOf } from "./environment";
import { meaningOf } from "./events";
import { findExecutable } from "./executable";
import type { Folders } from "./folders";
import { notBegun, Run } from "./run";
import { makeRunFolder, type RunFolder, removeRunFolder } from "./run-folder";
import type { Settings } from "./settings";
import { type ShellSafety, shellSafety } from "./shell";
import { type Exit, Story } from "./story";
import { served, type Tools, toolsFor } from "./tools";

export interface ClaudeCliOptions {
  readonly folders: Folders;
  /** Hearth's own environment; a few names of it are passed on. */
  readonly env: Env;
  readonly settings: Settings;
  /** Files outside of the state folder that may hold secrets: a sandboxed shell does not see them. */
  readonly secretFiles: readonly string[];
  readonly log: Logger;
  /** Done before each run: by then the state folder is ours alone. */
  alone(): Promise<unknown>;
  /** Ends every run when it is aborted. */
  readonly cut: AbortSignal;
  /** Hears of every run and of its end, when everything it started is dead. */
  track(what: string, closed: Promise<unknown>): void;
}

/** The agent "claude-cli": each run is one process of the Claude Code CLI. */
export function createClaudeCli(options: ClaudeCliOptions): AgentRuntime {
  let known: ShellSafety | undefined;
  // What is missing may be installed meanwhile, so only a good answer is kept.
  const shell = async () => {
    const safety = known ?? (await shellSafety(options.settings.bash, options.env.PATH));
    if (!safety.reason) known = safety;
    return safety;
  };
  return {
    id: "claude-cli",
    summary: "The Claude Code CLI with your key or login; costs what the API or your subscription charges",
    takesAccess: true,
    unavailable: (access = false) => whatIsMissing(options, access),
    run: request => runOnce(options, request, shell),
  };
}

function whatIsMissing({ settings, env, folders }: ClaudeCliOptions, access: boolean): string | undefined {
  try {
    findExecutable(settings.executable, env.PATH);
  } catch (error) {
    return messageOf(error);
  }
  if (access || hasCredentials(env, folders.config)) return;
  return 'there is no key and no login; set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN, or log in with "hearth login"';
}

async function* runOnce(
  options: ClaudeCliOptions,
  request: AgentRequest,
  shell: () => Promise<ShellSafety>,
): AsyncGenerator<AgentEvent> {
  const began = performance.now();
  const agentSession = request.resume ?? crypto.randomUUID();
  const model = request.model ?? options.settings.model;
  const story = new Story({ type: "start", agentSession, model: model ?? "" });
  let exit: Exit;
  try {
    await options.alone();
    const { run, notices } = start(
      options,
      { ...request, ...(model !== undefined && { model }) },
      agentSession,
      await shell(),
    );
    try {
      yield* story.take({ events: notices.map(text => ({ type: "notice", text })) });
      for await (const line of run.lines()) {
        yield* story.take(meaningOf(line));
        if (story.isTold) run.expectExit();
      }
      run.expectExit(); // Whoever closes stdout is about to exit.
      exit = await run.closed;
    } finally {
      run.stop(); // For a reader who leaves early; nothing when it is over.
      await run.closed;
    }
  } catch (error) {
    exit = notBegun(error);
  }
  yield* story.end(exit, performance.now() - began);
}

/** Starts the CLI. Its folder is removed when everything is dead. @throws what kept it from starting */
function start(
  options: ClaudeCliOptions,
  request: AgentRequest,
  agentSession: string,
  shell: ShellSafety,
): { run: Run; notices: string[] } {
  const signal = AbortSignal.any([request.signal, options.cut]);
  signal.throwIfAborted();
  const executable = findExecutable(options.settings.executable, options.env.PATH);
  const tools = toolsFor([...request.tools, ...served(request.servers)], shell);
  const sandbox = shell.sandbox && tools.builtin.includes("Bash");
  const folder = makeRunFolder(options.folders, request.systemPrompt, request.servers);
  try {
    const args = argumentsFor(options, request, { tools, agentSession, sandbox, folder });
    const run = new Run({
      command: [executable, ...args],
      cwd: request.cwd,
      env: environmentFor(options, request, folder),
      stdin: asPlainPrompt(request.userPrompt),
      folder,
      graces: gracesOf(options.settings),
    });
    follow(options, run, folder, signal, request.session);
    return { run, notices: [tools.notice, budgetNotice(request)].filter(text => text !== undefined) };
  } catch (error) {
    removeRunFolder(folder);
    throw error;
  }
}

/** What a person should know of a limit that only the CLI itself keeps. */
const budgetNotice = ({ access, maxUsd }: AgentRequest): string | undefined =>
  access || maxUsd === undefined
    ? undefined
    : `No gateway counts what this run costs: the CLI itself ends it at $${maxUsd}, by its own prices and after the call that passes it.`;

const argumentsFor = (
  { settings, folders, secretFiles }: ClaudeCliOptions,
  { maxTurns, maxUsd, access, model, resume, cwd, closed = [], readonly = [] }: AgentRequest,
  run: { tools: Tools; agentSession: string; sandbox: boolean; folder: RunFolder },
): string[] =>
  argumentsOf({
    tools: run.tools,
    agentSession: run.agentSession,
    maxTurns,
    maxUsd: access ? undefined : maxUsd,
    permissionMode: settings.permissionMode,
    model,
    systemPromptFile: run.folder.systemPrompt,
    mcpConfigFile: run.folder.mcpConfig,
    closed,
    readonly,
    sealed: run.sandbox
      ? {
          folders: [folders.state, ...secretFiles.filter(file => existsSync(file)), ...inHome(cwd, closed)],
          variables: credentialNames,
          unwritable: inHome(cwd, readonly.map(withoutStars)).filter(path => existsSync(path)),
        }
      : undefined,
    resume: resume !== undefined,
  });

const withoutStars = (path: string) => path.replace(/\/\*\*$/, "");

const inHome = (home: string, folders: readonly string[]) => folders.map(folder => join(home, folder));

const environmentFor = (options: ClaudeCliOptions, request: AgentRequest, folder: RunFolder) =>
  environmentOf({
    folders: options.folders,
    env: options.env,
    passEnv: options.settings.passEnv,
    maxRetries: options.settings.maxRetries,
    session: request.session,
    run: folder.id,
    folder: folder.path,
    access: request.access,
    servers: request.servers,
  });

const gracesOf = ({ interruptGrace, terminateGrace, exitGrace }: Settings) => ({
  interrupt: interruptGrace,
  terminate: terminateGrace,
  exit: exitGrace,
});

/** Ties a run to its signal, and clears up behind it. */
function follow(options: ClaudeCliOptions, run: Run, folder: RunFolder, signal: AbortSignal, session: string): void {
  const stop = () => run.stop(messageOf(signal.reason));
  signal.addEventListener("abort", stop, { once: true });
  const over = run.closed.then(({ left }) => {
    signal.removeEventListener("abort", stop);
    try {
      removeRunFolder(folder);
    } catch (error) {
      options.log.warn("the folder of a run could not be removed", { session, error: messageOf(error) });
    }
    if (left.length > 0) options.log.error("processes of a session could not be ended", { session, pids: left });
  });
  options.track(`the agent of session ${session}`, over);
}
