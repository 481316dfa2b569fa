import { messageOf } from "hearth";
import { changedSince } from "./changed";
import { chooseAgent } from "./choose-agent";
import { aloneIn, closedTo } from "./closed";
import { collect } from "./collect";
import type { AgentEvent, AgentRequest, AgentResult, AgentRuntime, SessionState } from "./contract";
import { Ended, failedResult, runWithin } from "./deadline";
import { equip } from "./equip";
import type { Equipment } from "./equipment";
import { finish } from "./finish";
import { gather } from "./gather";
import { SessionLog } from "./log-writer";
import { type Prompts, renderPrompts } from "./prompts";
import type { Job } from "./queue";
import { agentSessionFor, messagesBefore } from "./resumes";
import { readonlyIn, type SessionType } from "./types";
import { logPath, type Workshop } from "./workshop";

/** Hearth is stopping, and the agent had not begun: nothing is lost when the session begins again. */
class NotBegun extends Error {}

/**
 * Takes a claimed job through gathering, running and finishing to its end, or back to the queue when Hearth stops before its agent began.
 * @throws what the disk says when not even the end can be written; the session is then where it was
 */
export async function runJob(shop: Workshop, claimed: Job, abort: AbortController): Promise<void> {
  const settings = shop.types[claimed.type];
  const begun = { ...claimed, startedAt: shop.clock.now().toISOString() };
  const from = new Date(); // files carry the machine's time, whatever Hearth's clock says
  shop.queue.move(begun.id, "gathering", { startedAt: begun.startedAt, live: settings?.live ?? false });
  const job = collect(shop, begun);
  shop.moved(job, "gathering");
  const log = new SessionLog(logPath(shop.house, job.id), shop.clock, line => shop.said(job, line));
  const result = await resultOf(shop, job, settings, log, abort).finally(() => log.close());
  if (!result) {
    shop.queue.move(job.id, "queued");
    return shop.moved(job, "queued");
  }
  const { outcome, told } = outcomeOf(result, abort.signal);
  const changed = await changedSince(shop.home.path, from);
  const endedAt = shop.clock.now().toISOString();
  shop.queue.move(job.id, "finishing", { outcome, result: told, changed, endedAt });
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
  if (!settings) return log.end(failedResult(`the session type "${job.type}" is not configured any more`));
  try {
    return await wake(shop, job, settings, log, abort);
  } catch (error) {
    return error instanceof NotBegun ? undefined : log.end(failedResult(messageOf(error)));
  }
}

/** What a run was, and its result: of one that its budget stopped the error is what stopped it. */
function outcomeOf(result: AgentResult, { reason }: AbortSignal): { outcome: SessionState; told: AgentResult } {
  if (result.ok) return { outcome: "done", told: result };
  if (!(reason instanceof Ended)) return { outcome: result.overBudget ? "budget_stopped" : "failed", told: result };
  const told = reason.state === "budget_stopped" ? { ...result, error: reason.message } : result;
  return { outcome: reason.state, told };
}

/** Gathers, renders, equips, and runs the agent. */
async function wake(
  shop: Workshop,
  job: Job,
  settings: SessionType,
  log: SessionLog,
  abort: AbortController,
): Promise<AgentResult> {
  const gathering = await gather(shop, job, settings, false);
  const runtime = await chooseAgent(shop, settings);
  const resume = agentSessionFor(shop.queue, job, runtime);
  const prompts = renderPrompts(shop.templates, gathering, shop.home.path, runtime.id, resume !== undefined);
  checkWanted(shop, abort.signal);
  const equipment = await equip(shop, job, settings, runtime, log, abort).catch(error => {
    checkWanted(shop, abort.signal);
    throw error;
  });
  try {
    checkWanted(shop, abort.signal);
    shop.queue.move(job.id, "running", { agent: runtime.id });
    shop.moved(job, "running");
    const request = requestOf(shop, job, settings, prompts, equipment);
    return await run(shop, runtime, { ...request, ...(resume !== undefined && { resume }) }, settings, log, abort);
  } finally {
    await equipment.close();
  }
}

/** @throws NotBegun when Hearth is stopping; the reason when the session was ended before it began */
function checkWanted({ stopping }: Workshop, { reason }: AbortSignal): void {
  if (reason instanceof Ended && reason.state !== "interrupted") throw reason;
  if (stopping.aborted) throw new NotBegun();
}

type Request = Omit<AgentRequest, "signal">;

const requestOf = (
  shop: Workshop,
  job: Job,
  settings: SessionType,
  prompts: Prompts,
  { access, servers }: Equipment,
): Request => {
  const messages = [...messagesBefore(shop.queue, job.resumes), ...job.messages];
  return {
    session: job.id,
    systemPrompt: prompts.system,
    userPrompt: prompts.user,
    cwd: shop.home.path,
    maxTurns: job.maxTurns ?? settings.maxTurns,
    tools: settings.tools,
    closed: closedTo(shop.home.path, settings.closed, messages),
    alone: aloneIn(settings.closed, messages),
    readonly: readonlyIn(settings),
    ...(settings.model !== undefined && { model: settings.model }),
    ...(access && { access }),
    ...(!access && typeof settings.maxUsd === "number" && { maxUsd: settings.maxUsd }),
    ...(servers.length > 0 && { servers }),
  };
};

/** Runs the agent within its limits, and writes down what happens. */
async function run(
  shop: Workshop,
  runtime: AgentRuntime,
  request: Request,
  { wallClock, idle }: SessionType,
  log: SessionLog,
  abort: AbortController,
): Promise<AgentResult> {
  const limits = { wallClock, idle, grace: shop.settings.grace };
  let last: AgentEvent | undefined;
  for await (const event of runWithin(runtime, request, limits, abort)) {
    if (event.type === "start") shop.queue.move(request.session, "running", { agentSession: event.agentSession });
    log.write(event);
    last = event;
  }
  if (last?.type !== "end") return log.end(failedResult("the agent ended without a result"));
  const { type: _, ...result } = last;
  return result;
}
