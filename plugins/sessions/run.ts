import { join } from "node:path";
import {
  type Clock,
  type Context,
  type Home,
  type House,
  messageOf,
  type Secrets,
  settledWithin,
  type Templates,
} from "hearth";
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
import { forgottenType, type SessionType } from "./types";

/** What the steps of a session need. */
export interface Workshop {
  readonly ctx: Context<Settings>;
  readonly queue: Queue;
  readonly home: Home;
  readonly house: House;
  readonly clock: Clock;
  readonly templates: Templates;
  readonly secrets: Secrets;
  readonly types: Readonly<Record<string, SessionType>>;
  /** Hears every step of a session. */
  moved(job: Job, state: SessionState): void;
  /** Hears every line of a session's log. */
  said(job: Job, line: LogLine): void;
}

export const logPath = (house: House, id: string): string => join(house.state, "sessions", `${id}.jsonl`);

/** Hearth is stopping, and the agent had not begun: nothing is lost when the session begins again. */
class NotBegun extends Error {}

/**
 * Takes a claimed job through gathering, running and finishing to its end, or back to the queue when Hearth stops before its agent began.
 * @throws what the disk says when not even the end can be written; the session is then where it was
 */
export async function runJob(shop: Workshop, claimed: Job, abort: AbortController): Promise<void> {
  const settings = shop.types[claimed.type];
  const job = { ...claimed, startedAt: shop.clock.now().toISOString() };
  const from = new Date(); // files carry the machine's time, whatever Hearth's clock says
  shop.queue.move(job.id, "gathering", { startedAt: job.startedAt, live: settings?.live ?? false });
  shop.moved(job, "gathering");
  const log = new SessionLog(logPath(shop.house, job.id), shop.clock, line => shop.said(job, line));
  const result = await resultOf(shop, job, settings, log, abort).finally(() => log.close());
  if (!result) {
    shop.queue.move(job.id, "queued");
    return shop.moved(job, "queued");
  }
  const outcome = outcomeOf(result, abort.signal);
  const changed = await changedSince(shop.home.path, from);
  const endedAt = shop.clock.now().toISOString();
  shop.queue.move(job.id, "finishing", { outcome, result, changed, endedAt });
  await finish(shop, shop.queue.find(job.id)!);
}

/** How the agent's part went; nothing when it had not begun before Hearth stops. */
async function resultOf(
  shop: Workshop,
  job: Job,
  settings: SessionType | undefined,
  log: SessionLog,
  abort: AbortController,
): Promise<AgentResult | undefined> {
  if (!settings) return recorded(log, failedResult(`the session type "${job.type}" is not configured any more`));
  try {
    return await wake(shop, job, settings, log, abort);
  } catch (error) {
    return error instanceof NotBegun ? undefined : recorded(log, failedResult(messageOf(error)));
  }
}

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
  const { reason } = abort.signal;
  if (reason instanceof Ended && reason.state === "cancelled") throw reason;
  if (shop.ctx.signal.aborted) throw new NotBegun();
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
      ? await whatIsMissing(runtime)
      : `no active plugin adds the agent "${name}" (there are: ${runtimes.map(({ id }) => id).join(", ") || "none"})`;
    if (runtime && !missing) return runtime;
    reasons.push(`${name}: ${missing}`);
  }
  throw new Error(`no agent can run. ${reasons.join("; ")}`);
}

/** Seconds in which an agent has to say whether it can run. */
const ASKED = 10;

/** Why an agent cannot run now; also one that does not say, or throws, cannot. */
async function whatIsMissing(runtime: AgentRuntime): Promise<string | undefined> {
  const answer = (async () => runtime.unavailable())().catch(messageOf);
  if (await settledWithin(answer, ASKED * 1000)) return answer;
  return `it did not say within ${ASKED} s whether it can run`;
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
  const log = new SessionLog(logPath(shop.house, job.id), shop.clock, line => shop.said(job, line));
  try {
    return { outcome: "interrupted", result: recorded(log, failedResult("Hearth ended while it ran")) };
  } finally {
    log.close();
  }
}

/** Runs the hooks of a session whose agent has ended; after a crash, those that had not run. Then the session has its end. */
export async function finish(shop: Workshop, job: Job): Promise<void> {
  const session = sessionOf(shop, job);
  shop.moved(job, "finishing");
  await writeSessionLog(shop.home, withoutSecrets(shop, session), shop.house.timeZone).catch(error =>
    shop.ctx.log.error("the session's log in logs/ could not be written", { session: job.id, error: messageOf(error) }),
  );
  const report = await shop.ctx.run(PostSession, session, { key: job.id });
  if (report.outcomes.some(({ state }) => state === "unfinished")) return; // Hearth is stopping: the rest runs at the next start.
  shop.queue.move(job.id, session.state);
  shop.moved(job, session.state);
}

/** A session for a file that others read: its last words without secrets, and none of a private one. */
const withoutSecrets = ({ secrets }: Workshop, session: Session): Session => ({
  ...session,
  result: { ...session.result, text: session.settings.live ? secrets.redact(session.result.text) : "" },
});

/** What the hooks get to see of a job. */
export function sessionOf(shop: Pick<Workshop, "types" | "house">, job: Job): Session {
  return {
    id: job.id,
    type: job.type,
    settings: shop.types[job.type] ?? forgottenType,
    state: job.outcome ?? job.state,
    messages: job.messages,
    startedAt: new Date(job.startedAt ?? job.queuedAt),
    endedAt: new Date(job.endedAt ?? job.queuedAt),
    result: job.result ?? failedResult("Hearth ended while it ran"),
    log: logPath(shop.house, job.id),
    changed: job.changed,
  };
}
