import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Logger, messageOf } from "hearth";
import type { AgentEvent, AgentRequest, AgentRuntime } from "hearth-plugins/sessions";
import type { AgentUser } from "./agent-user";
import { argumentsOf, asPlainPrompt, type Sealed } from "./arguments";
import type { Cell, Cells } from "./cell";
import { credentialNames, type Env, hasCredentials } from "./credentials";
import { environmentOf } from "./environment";
import { meaningOf } from "./events";
import { findExecutable } from "./executable";
import type { Folders } from "./folders";
import { handOver, handRunOver } from "./hand-over";
import { notBegun, Run } from "./run";
import { endRunFolder, makeRunFolder, type RunFolder, removeRunFolder } from "./run-folder";
import type { Settings } from "./settings";
import { type Exit, Story } from "./story";
import { served, type Tools, toolsFor } from "./tools";

export interface ClaudeCliOptions {
  readonly folders: Folders;
  /** Hearth's own environment; a few names of it are passed on. */
  readonly env: Env;
  readonly settings: Settings;
  /** What runs are started in. */
  readonly cells: Cells;
  /** The agent's home: an absolute path. */
  readonly home: string;
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
export const createClaudeCli = (options: ClaudeCliOptions): AgentRuntime => ({
  id: "claude-cli",
  summary: "The Claude Code CLI with your key or login; costs what the API or your subscription charges",
  takesAccess: true,
  tellsTools: true,
  unavailable: (access = false) => whatIsMissing(options, access),
  run: request => runOnce(options, request),
});

async function whatIsMissing(options: ClaudeCliOptions, access: boolean): Promise<string | undefined> {
  const { settings, env, folders, cells, home } = options;
  try {
    findExecutable(settings.executable, env.PATH);
    if (settings.jail === "always" || settings.runAs !== undefined) await cells.cell(home, true);
  } catch (error) {
    return messageOf(error);
  }
  if (access || hasCredentials(env, folders.config)) return;
  return 'there is no key and no login; set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN, or log in with "hearth login"';
}

async function* runOnce(options: ClaudeCliOptions, request: AgentRequest): AsyncGenerator<AgentEvent> {
  const began = performance.now();
  const agentSession = request.resume ?? crypto.randomUUID();
  const model = request.model ?? options.settings.model;
  const story = new Story({ type: "start", agentSession, model: model ?? "" });
  let exit: Exit;
  try {
    await options.alone();
    const { run, over, notices } = await start(
      options,
      { ...request, ...(model !== undefined && { model }) },
      agentSession,
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
      await over;
    }
  } catch (error) {
    exit = notBegun(error);
  }
  yield* story.end(exit, performance.now() - began);
}

interface Started {
  readonly run: Run;
  /** Resolves when everything is dead, and the run's folder is gone. */
  readonly over: Promise<void>;
  readonly notices: readonly string[];
}

/** Starts the CLI in its cell. @throws what kept it from starting */
async function start(options: ClaudeCliOptions, request: AgentRequest, agentSession: string): Promise<Started> {
  const signal = AbortSignal.any([request.signal, options.cut]);
  signal.throwIfAborted();
  const cell = await options.cells.cell(request.cwd, wantsShell(request.tools));
  const tools = toolsFor([...request.tools, ...served(request.servers)], cell.shell);
  const folder = await makeRunFolder(options.folders, {
    systemPrompt: request.systemPrompt,
    servers: request.servers ?? [],
    agentSession,
    config: request.access || cell.user || cell.inside ? "lent" : "house",
    login: !request.access,
    inside: cell.inside,
  });
  try {
    const left = cell.user ? await handAllOver(request.cwd, folder, cell.user, cell.inside !== undefined) : undefined;
    signal.throwIfAborted();
    const run = new Run({
      command: commandOf(options, request, { cell, tools, agentSession, folder }),
      jailed: cell.inside !== undefined,
      cwd: request.cwd,
      env: environmentFor(options, request, folder, cell),
      stdin: asPlainPrompt(request.userPrompt),
      folder,
      graces: gracesOf(options.settings),
    });
    const notices = [tools.notice, budgetNotice(request), left].filter(text => text !== undefined);
    return { run, over: follow(options, run, folder, signal, request.session), notices };
  } catch (error) {
    await removeRunFolder(options.folders, folder);
    throw error;
  }
}

const wantsShell = (tools: readonly string[]) => tools.some(name => name === "*" || /^Bash\b/.test(name));

/** Gives what the agent is to work with to its user. @returns what a person should know of it */
async function handAllOver(
  home: string,
  folder: RunFolder,
  user: AgentUser,
  jailed: boolean,
): Promise<string | undefined> {
  // Git runs what stands in its own folder, and Hearth's git runs as root. In a jail it can only be read.
  const left = await handOver(home, user, jailed ? [] : [".git"]);
  await handRunOver(folder, user);
  if (left.length === 0) return;
  const some = `${left.slice(0, 5).join(", ")}${left.length > 5 ? ` and ${left.length - 5} more` : ""}`;
  return `Files with a second name, and what lies too deep, are not given to "${user.name}", who may not be able to change them: ${some}.`;
}

/** What a person should know of a limit that only the CLI itself keeps. */
const budgetNotice = ({ access, maxUsd }: AgentRequest): string | undefined =>
  access || maxUsd === undefined
    ? undefined
    : `No gateway counts what this run costs: the CLI itself ends it at $${maxUsd}, by its own prices and after the call that passes it.`;

interface Part {
  readonly cell: Cell;
  readonly tools: Tools;
  readonly agentSession: string;
  readonly folder: RunFolder;
}

function commandOf(options: ClaudeCliOptions, request: AgentRequest, part: Part): [string, ...string[]] {
  const { closed = [], alone = [], readonly = [] } = request;
  const executable = findExecutable(options.settings.executable, options.env.PATH);
  const before = part.cell.before({ closed, alone, readonly, run: part.folder });
  return [...before, executable, ...argumentsFor(options, request, part)] as [string, ...string[]];
}

function argumentsFor(options: ClaudeCliOptions, request: AgentRequest, part: Part): string[] {
  const { maxTurns, maxUsd, access, model, resume, closed = [], readonly = [] } = request;
  const { tools, agentSession, folder } = part;
  return argumentsOf({
    ...{ tools, agentSession, maxTurns, model, closed, readonly },
    maxUsd: access ? undefined : maxUsd,
    permissionMode: options.settings.permissionMode,
    systemPromptFile: folder.systemPrompt,
    mcpConfigFile: folder.mcpConfig,
    sealed: sealedIn(options, request, part),
    resume: resume !== undefined,
  });
}

/** What a shell in the CLI's sandbox does not see; nothing when it is in none. */
function sealedIn(
  { folders, secretFiles }: ClaudeCliOptions,
  { cwd, closed = [], readonly = [] }: AgentRequest,
  { cell: { shell }, tools }: Part,
): Sealed | undefined {
  if (!shell.sandbox || !tools.builtin.includes("Bash")) return;
  const secret = [folders.runs, ...secretFiles].filter(path => existsSync(path));
  return {
    folders: [folders.state, ...secret, ...inHome(cwd, closed)],
    variables: credentialNames,
    unwritable: inHome(cwd, readonly.map(withoutStars)).filter(path => existsSync(path)),
    nested: shell.sandbox === "nested",
  };
}

const withoutStars = (path: string) => path.replace(/\/\*\*$/, "");

const inHome = (home: string, folders: readonly string[]) => folders.map(folder => join(home, folder));

const environmentFor = (options: ClaudeCliOptions, request: AgentRequest, run: RunFolder, cell: Cell) =>
  environmentOf({
    folders: options.folders,
    env: options.env,
    passEnv: options.settings.passEnv,
    maxRetries: options.settings.maxRetries,
    session: request.session,
    run,
    access: request.access,
    servers: request.servers,
    foreignHome: cell.user && request.cwd,
  });

const gracesOf = ({ interruptGrace, terminateGrace, exitGrace }: Settings) => ({
  interrupt: interruptGrace,
  terminate: terminateGrace,
  exit: exitGrace,
});

/** Ties a run to its signal, and clears up behind it. Never rejects. */
function follow(
  { cells, folders, log, track }: ClaudeCliOptions,
  run: Run,
  folder: RunFolder,
  signal: AbortSignal,
  session: string,
): Promise<void> {
  const stop = () => run.stop(messageOf(signal.reason));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const over = run.closed.then(async ({ left, stderr }) => {
    signal.removeEventListener("abort", stop);
    if (stderr.startsWith("bwrap: ")) cells.forget();
    if (left.length > 0) log.error("processes of a session could not be ended", { session, pids: left });
    try {
      const tooMuch = await endRunFolder(folders, folder);
      if (tooMuch.length > 0) log.warn("a transcript was too large to be kept", { session, files: tooMuch.length });
    } catch (error) {
      log.warn("the folder of a run could not be removed", { session, folder: folder.path, error: messageOf(error) });
    }
  });
  track(`the agent of session ${session}`, over);
  return over;
}
