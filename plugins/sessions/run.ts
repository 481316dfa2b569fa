import { join } from "node:path";
import type { Clock, Context, Home, House, Templates } from "hearth";
import { changedSince } from "./changed";
import type { AgentEvent, AgentResult, AgentRuntime, LogLine, Session, SessionState } from "./contract";
import { AgentRuntimes, PostSession, WakeContext } from "./contract";
import { Ended, failedResult, runWithin } from "./deadline";
import type { Gathering } from "./gathering";
import { SessionLog } from "./log-writer";
import { type Prompts, renderPrompts } from "./prompts";
import type { Job, Queue } from "./queue";
import { writeSessionLog } from "./session-log";
import type { Settings } from "./settings";
import type { SessionType } from "./types";

/** What the steps of a session need. */
export interface Workshop {
  readonly ctx: Context<Settings>;
  readonly queue: Queue;
  readonly home: Home;
  readonly house: House;
  readonly clock: Clock;
  readonly templates: Templates;
  readonly types: Readonly<Record<string, SessionType>>;
  /** Hears every step of a session. */
  moved(job: Job, state: SessionState): void;
  /** Hears every line of a session's log. */
  said(job: Job, line: LogLine): void;
}

export const logPath = (house: House, id: string): string => join(house.state, "sessions", `${id}.jsonl`);

/** Takes a claimed job through gathering, running and finishing to its end. Never throws. */
export async function runJob(shop: Workshop, job: Job, abort: AbortController): Promise<void> {
  const settings = shop.types[job.type];
  const startedAt = shop.clock.now();
  const from = new Date(); // files carry the machine's time, whatever Hearth's clock says
  shop.queue.move(job.id, "gathering", { startedAt: startedAt.toISOString() });
  shop.moved(job, "gathering");
  const log = new SessionLog(logPath(shop.house, job.id), shop.clock, line => shop.said(job, line));
  const result = settings
    ? await wake(shop, job, settings, log, abort).catch(error => recorded(log, failedResult(messageOf(error))))
    : recorded(log, failedResult(`the session type "${job.type}" is not configured any more`));
  log.close();
  const outcome = outcomeOf(result, abort.signal);
  const changed = await changedSince(shop.home.path, from);
  const endedAt = shop.clock.now().toISOString();
  shop.queue.move(job.id, "finishing", { outcome, result, changed, endedAt });
  await finish(shop, shop.queue.find(job.id)!);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A run that never came to an agent still has its end in the log. */
function recorded(log: SessionLog, result: AgentResult): AgentResult {
  log.write({ type: "end", ...result });
  return result;
}

function outcomeOf(result: AgentResult, signal: AbortSignal): SessionState {
  if (result.ok) return "done";
  return signal.reason instanceof Ended ? signal.reason.state : "failed";
}

/** Gathers, renders, and runs the agent. */
async function wake(
  shop: Workshop,
  job: Job,
  settings: SessionType,
  log: SessionLog,
  abort: AbortController,
): Promise<AgentResult> {
  const gathering = await gather(shop, job, settings, false);
  const runtime = await chooseAgent(shop, settings);
  const prompts = renderPrompts(shop.templates, gathering, shop.home.path, runtime.id);
  abort.signal.throwIfAborted();
  shop.queue.move(job.id, "running", { agent: runtime.id });
  shop.moved(job, "running");
  const request = {
    session: job.id,
    systemPrompt: prompts.system,
    userPrompt: prompts.user,
    cwd: shop.home.path,
    maxTurns: job.maxTurns ?? settings.maxTurns,
    tools: settings.tools,
    ...(settings.model !== undefined && { model: settings.model }),
  };
  const limits = { wallClock: settings.wallClock, idle: settings.idle, grace: shop.ctx.config.grace };
  let last: AgentEvent | undefined;
  for await (const event of runWithin(runtime, request, limits, abort)) {
    log.write(event);
    last = event;
  }
  if (last?.type !== "end") return recorded(log, failedResult("the agent ended without a result"));
  const { type: _, ...result } = last;
  return result;
}

/** Has every source read what it knows. One that fails costs its own section; the log says which. */
export async function gather(
  shop: Workshop,
  job: Pick<Job, "id" | "type" | "messages">,
  settings: SessionType,
  dryRun: boolean,
): Promise<Gathering> {
  const gathering: Gathering = {
    session: job.id,
    type: job.type,
    settings,
    messages: job.messages,
    now: shop.clock.now(),
    timeZone: shop.house.timeZone,
    dryRun,
    sections: new Map(),
  };
  const { outcomes } = await shop.ctx.run(WakeContext, gathering);
  for (const { id, note } of outcomes)
    if (note) shop.ctx.log.warn("a source of context skipped something", { source: id, session: job.id, note });
  return gathering;
}

/** The agent that a type names; with "auto" the first of the preferred ones that can run. @throws Error that says what is missing */
export async function chooseAgent({ ctx }: Pick<Workshop, "ctx">, settings?: SessionType): Promise<AgentRuntime> {
  const wanted = settings?.agent ?? ctx.config.agent;
  const runtimes = ctx.items(AgentRuntimes);
  const names = wanted === "auto" ? ctx.config.prefer : [wanted];
  const reasons: string[] = [];
  for (const name of names) {
    const runtime = runtimes.find(({ id }) => id === name);
    const missing = runtime
      ? await runtime.unavailable()
      : `no active plugin adds the agent "${name}" (there are: ${runtimes.map(({ id }) => id).join(", ") || "none"})`;
    if (runtime && !missing) return runtime;
    reasons.push(`${name}: ${missing}`);
  }
  throw new Error(`no agent can run. ${reasons.join("; ")}`);
}

/** Both prompts of a wake as they would be now. Changes nothing. */
export async function previewPrompts(shop: Workshop, job: Pick<Job, "id" | "type" | "messages">): Promise<Prompts> {
  const settings = shop.types[job.type]!;
  const gathering = await gather(shop, job, settings, true);
  const agent = await chooseAgent(shop, settings).catch(() => undefined);
  return renderPrompts(shop.templates, gathering, shop.home.path, agent?.id ?? "none");
}

/** Writes the end of a session that a crash cut off, and answers what is known of it. */
export function interrupt(shop: Workshop, job: Job): { outcome: SessionState; result: AgentResult } {
  const log = new SessionLog(logPath(shop.house, job.id), shop.clock, () => {});
  const result = recorded(log, failedResult("Hearth ended while it ran"));
  log.close();
  return { outcome: "interrupted", result };
}

/** Runs the hooks of a session whose agent has ended; after a crash, those that had not run. Then the session has its end. */
export async function finish(shop: Workshop, job: Job): Promise<void> {
  const session = sessionOf(shop, job);
  shop.moved(job, "finishing");
  await writeSessionLog(shop.home, session, shop.house.timeZone).catch(error =>
    shop.ctx.log.error("the session's log in logs/ could not be written", { session: job.id, error: messageOf(error) }),
  );
  const report = await shop.ctx.run(PostSession, session, { key: job.id });
  if (report.outcomes.some(({ state }) => state === "unfinished")) return; // Hearth is stopping: the rest runs at the next start.
  shop.queue.move(job.id, session.state);
  shop.moved(job, session.state);
}

/** What the hooks get to see of a job. */
export function sessionOf(shop: Pick<Workshop, "types" | "house">, job: Job): Session {
  return {
    id: job.id,
    type: job.type,
    settings: shop.types[job.type] ?? shop.types["custom"]!,
    state: job.outcome ?? job.state,
    messages: job.messages,
    startedAt: new Date(job.startedAt ?? job.queuedAt),
    endedAt: new Date(job.endedAt ?? job.queuedAt),
    result: job.result ?? failedResult("Hearth ended while it ran"),
    log: logPath(shop.house, job.id),
    changed: job.changed,
  };
}
